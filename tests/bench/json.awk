# SPDX-License-Identifier: BSD-2-Clause
# Turns the lines of load (a word, then name=value pairs) into JSON, one object a line. Call it with
# -v section=NAME.

{
	printf "{\"section\":\"%s\",\"kind\":\"%s\"", section, $1
	for (i = 2; i <= NF; i++) {
		at = index($i, "=")
		value = substr($i, at + 1)
		if (value !~ /^-?[0-9]+(\.[0-9]+)?$/)
			value = "\"" value "\""
		printf ",\"%s\":%s", substr($i, 1, at - 1), value
	}
	print "}"
}
