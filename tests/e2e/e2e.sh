# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: BSD-2-Clause
#
# The beginning of every test in this folder: it is sourced, moves the test into namespaces of its own (so that
# all can run at the same time), and gives it words for what it does and what it expects.
#
# A test is a script with its exit status: 0 passed, 1 failed, 77 could not run here, 99 the lab itself failed.
# With E2E_MTA=sendmail set before, the MTA is Sendmail instead of Postfix; see packaging/lab/sendmail-fetch.
# $MILLGATED is the daemon to test, $MG_TOP_BUILDDIR the build folder (for the module of the stages).
# E2E_VERBOSE=1 shows each check; every failed one shows the dialogue and the logs.

set -u
E2E_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
E2E_LAB=$E2E_DIR/../../packaging/lab
E2E_MTA=${E2E_MTA:-postfix}

e2e_skip() {
	echo "skipped: $*" >&2
	exit 77
}

e2e_need() {
	local command
	for command; do
		command -v "$command" > /dev/null || e2e_skip "there is no $command"
	done
}

e2e_need_postfix() {
	e2e_need postfix postconf
}

e2e_need_sendmail() {
	e2e_need m4 perl
	[[ -x ${MG_SENDMAIL-}/usr/libexec/sendmail/sendmail ]] ||
		e2e_skip "there is no Sendmail: packaging/lab/sendmail-fetch FOLDER, then MG_SENDMAIL=FOLDER"
}

e2e_into_namespaces() {
	[[ $EUID == 0 ]] || e2e_skip "only root can run a private MTA"
	PATH=$PATH:/usr/sbin:/sbin
	e2e_need swaks openssl unshare setpriv ip
	"e2e_need_$E2E_MTA"
	export MG_TOP_BUILDDIR=${MG_TOP_BUILDDIR:-$PWD}
	export MILLGATED=${MILLGATED:-$MG_TOP_BUILDDIR/milter/millgated}
	[[ -x $MILLGATED ]] || { echo "no daemon to test: MILLGATED=$MILLGATED" >&2; exit 99; }
	exec "$E2E_LAB/netns" bash "$0" "$@"
}

[[ -n ${MG_LAB:-} ]] || e2e_into_namespaces "$@"

# shellcheck source=../../packaging/lab/mta.sh
. "$E2E_LAB/mta.sh"
# shellcheck source=../../packaging/lab/sendmail.sh
[[ $E2E_MTA != sendmail ]] || . "$E2E_LAB/sendmail.sh"
# shellcheck source=../../packaging/lab/smtp.sh
. "$E2E_LAB/smtp.sh"

ID='\[+([0-9A-Za-z_-])\]' # what is added to a reply: the session id
E2E_CHECKS=0
E2E_FAILED=0
E2E_MILTER_TROUBLE=  # set by tests in which the MTA has reason to complain of its milter

e2e_show() {
	local file
	for file in "$LAB_DIALOGUE" "$LAB_LOG" "$LAB_MAILLOG"; do
		[[ -s $file ]] || continue
		echo "--- the end of ${file##*/}:"
		tail -n 40 "$file"
	done
}

# What a sanitizer or valgrind has to say.
e2e_no_reports() {
	lacks "$LAB_LOG" 'AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|^==[0-9]+== (Invalid|Conditional)'
}

# What must be true of every test, whatever it is about.
e2e_invariants() {
	check "the daemon stops by TERM with status 0" lab_millgated_end TERM
	e2e_no_reports
	lacks "$LAB_MAILLOG" 'panic:|fatal:|killed by signal'
	[[ -n $E2E_MILTER_TROUBLE ]] || lacks "$LAB_MAILLOG" "$LAB_MILTER_TROUBLE"
}

e2e_finish() {
	local status=$?
	trap - EXIT
	smtp_close
	if [[ $status == 0 ]]; then
		e2e_invariants
		((E2E_CHECKS > 4)) || { echo "a test that checks nothing"; E2E_FAILED=1; }
		((E2E_FAILED == 0)) || status=1
	else
		lab_millgated_end TERM
		e2e_show
	fi
	"lab_${E2E_MTA}_stop"
	echo "${0##*/}: $E2E_CHECKS checks, $E2E_FAILED failed"
	exit "$status"
}
trap e2e_finish EXIT

# The module of the policy "stages", which finds "hit" at the stage that its block names.
E2E_MODULES=${E2E_MODULES:-$MG_TOP_BUILDDIR/tests/e2e/.libs}

# e2e_start [POSTFIX PARAMETER...]: the MTA, and Millgate with the configuration on standard input.
e2e_start() {
	lab_conf
	"lab_${E2E_MTA}_make"
	[[ -z ${E2E_TLS:-} ]] || "lab_${E2E_MTA}_tls"
	[[ -z ${E2E_AUTH:-} ]] || "lab_${E2E_MTA}_auth"
	(($# == 0)) || "lab_${E2E_MTA}_set" "$@"
	lab_millgated_start
	"lab_${E2E_MTA}_start"
}

# e2e_again: Millgate stopped, and started with another configuration (standard input) and another log.
e2e_again() {
	check "the daemon stops by TERM with status 0" lab_millgated_end TERM
	lab_conf
	e2e_no_reports
	rm -f "$LAB_LOG"
	lab_millgated_start
}

# ---- Checks --------------------------------------------------------------------

e2e_result() {
	local ok=$1
	shift
	E2E_CHECKS=$((E2E_CHECKS + 1))
	if ((ok)); then
		[[ -z ${E2E_VERBOSE:-} ]] || echo "ok: $*"
		return
	fi
	((E2E_FAILED++)) || e2e_show
	echo "FAILED (line $(e2e_line)): $*"
}

# The test's own line that led here.
e2e_line() {
	local i
	for ((i = 0; i < ${#BASH_SOURCE[@]}; i++)); do
		[[ ${BASH_SOURCE[i]} != "$0" ]] || { echo "${BASH_LINENO[i - 1]}"; return; }
	done
	echo '?'
}

# check DESCRIPTION COMMAND...: that it succeeds.
check() {
	local what=$1 ok=0
	shift
	"$@" && ok=1
	e2e_result "$ok" "$what"
}

# is GOT PATTERN: the whole of it, with $ID for a session id; other brackets in PATTERN with a backslash.
is() {
	local ok=0
	# shellcheck disable=SC2053 # a pattern
	[[ $1 == $2 ]] && ok=1
	e2e_result "$ok" "got \"$1\", want \"$2\""
}

# reply COMMAND PATTERN: what the server said to the client's last COMMAND.
reply() {
	is "$(smtp_reply_to "$1")" "$2"
}

# says LINE PATTERN: sends a command and checks the reply.
says() {
	smtp "$1"
	is "$SMTP_REPLY" "$2"
}

has() {
	local ok=0
	grep -qE -- "$2" "$1" 2> /dev/null && ok=1
	e2e_result "$ok" "${1##*/} has \"$2\""
}

lacks() {
	local ok=0
	grep -qaE -- "$2" "$1" 2> /dev/null || ok=1
	e2e_result "$ok" "${1##*/} has no \"$2\""
}

# logged REGEX: in Millgate's log, now or soon.
logged() {
	lab_wait 30 grep -qE -- "$1" "$LAB_LOG" 2> /dev/null || :
	has "$LAB_LOG" "$1"
}

not_logged() {
	lacks "$LAB_LOG" "$1"
}

# maillog REGEX: in the MTA's log.
maillog() {
	lab_wait 30 grep -qE -- "$1" "$LAB_MAILLOG" 2> /dev/null || :
	has "$LAB_MAILLOG" "$1"
}

e2e_has_delivered() {
	(($(lab_delivered | wc -l) >= $1))
}

# delivered N: so many messages in all are in the maildir, now or soon. The last one is then $MAIL.
delivered() {
	local -a files
	lab_wait 30 e2e_has_delivered "$1" || :
	mapfile -t files < <(lab_delivered)
	is "${#files[@]} delivered" "$1 delivered"
	MAIL=/nonexistent
	((${#files[@]} == 0)) || MAIL=${files[-1]}
}
MAIL=/nonexistent

# held N: so many messages are on hold.
held() {
	lab_queue_settle
	is "$(lab_held | wc -l) held" "$1 held"
}
