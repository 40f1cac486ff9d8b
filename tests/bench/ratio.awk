# SPDX-License-Identifier: BSD-2-Clause
# Compares two targets in the lines of load. With -v a=NAME -v b=NAME -v metric=NAME it prints nine
# numbers: median, least and greatest of a, the same of b, and of the ratio a/b in each round.

function sort(v, n,    i, j, t)
{
	for (i = 2; i <= n; i++) {
		t = v[i]
		for (j = i - 1; j >= 1 && v[j] > t; j--)
			v[j + 1] = v[j]
		v[j + 1] = t
	}
}

function print_three(v, n, end)
{
	sort(v, n)
	printf "%.4g %.4g %.4g%s", (v[int((n + 1) / 2)] + v[int((n + 2) / 2)]) / 2, v[1], v[n], end
}

$1 == "slice" {
	for (i = 2; i <= NF; i++) {
		split($i, pair, "=")
		field[pair[1]] = pair[2]
	}
	if (field["target"] == a)
		va[++na] = field[metric] + 0
	if (field["target"] == b)
		vb[++nb] = field[metric] + 0
}

END {
	n = na < nb ? na : nb
	if (!n) {
		print "0 0 0 0 0 0 0 0 0"
		exit 1
	}
	for (i = 1; i <= n; i++)
		vr[i] = vb[i] ? va[i] / vb[i] : 0
	print_three(va, na, " ")
	print_three(vb, nb, " ")
	print_three(vr, n, "\n")
}
