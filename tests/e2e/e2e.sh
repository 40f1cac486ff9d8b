# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: BSD-2-Clause
#
# The beginning of every test in this folder, which sources it. It moves the test into namespaces of
# its own, so that all can run at the same time, and defines functions for actions and expectations.
#
# The exit status of a test is 0: passed, 1: failed, 77: could not run here, 99: the lab itself
# failed. With E2E_MTA=sendmail set before, the MTA is Sendmail instead of Postfix; see
# packaging/lab/sendmail-fetch. $MILLGATED is the daemon to test, $MG_TOP_BUILDDIR the build folder
# (for the module of the stages). E2E_VERBOSE=1 shows each check; every failed check shows the
# dialogue and the logs.

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
		e2e_skip "no Sendmail: packaging/lab/sendmail-fetch FOLDER, then MG_SENDMAIL=FOLDER"
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

# Shows reports of a sanitizer or of valgrind.
e2e_no_reports() {
	lacks "$LAB_LOG" '(Address|Leak|Thread)Sanitizer|runtime error:'
	lacks "$LAB_LOG" '^==[0-9]+== (Invalid|Conditional)'
}

# Checks that every test makes.
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

# The module of the policy "stages", which reports "hit" at the stage that its block names.
E2E_MODULES=${E2E_MODULES:-$MG_TOP_BUILDDIR/tests/e2e/.libs}

# e2e_start [POSTFIX PARAMETER...]: starts the MTA, and Millgate with the configuration on standard
# input.
e2e_start() {
	lab_conf
	"lab_${E2E_MTA}_make"
	[[ -z ${E2E_TLS:-} ]] || "lab_${E2E_MTA}_tls"
	[[ -z ${E2E_AUTH:-} ]] || "lab_${E2E_MTA}_auth"
	(($# == 0)) || "lab_${E2E_MTA}_set" "$@"
	lab_millgated_start
	"lab_${E2E_MTA}_start"
}

# e2e_again: stops Millgate, and starts it with another configuration (standard input) and another
# log.
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

# Prints the line of the test that led here.
e2e_line() {
	local i
	for ((i = 0; i < ${#BASH_SOURCE[@]}; i++)); do
		[[ ${BASH_SOURCE[i]} != "$0" ]] || { echo "${BASH_LINENO[i - 1]}"; return; }
	done
	echo '?'
}

# check DESCRIPTION COMMAND...: checks that COMMAND succeeds.
check() {
	local what=$1 ok=0
	shift
	"$@" && ok=1
	e2e_result "$ok" "$what"
}

# is GOT PATTERN: checks that PATTERN matches all of GOT. $ID stands for a session id; other
# brackets in PATTERN have a backslash.
is() {
	local ok=0
	# shellcheck disable=SC2053 # a pattern
	[[ $1 == $2 ]] && ok=1
	e2e_result "$ok" "got \"$1\", want \"$2\""
}

# reply COMMAND PATTERN: checks the server's reply to the client's last COMMAND.
reply() {
	is "$(smtp_reply_to "$1")" "$2"
}

# says LINE PATTERN: sends a command and checks the reply.
says() {
	smtp "$1"
	is "$SMTP_REPLY" "$2"
}

# A message with the folds of its header taken back.
unfolded() { # FILE
	sed -z 's/\n\([ \t]\)/\1/g' "$1" 2> /dev/null
}

has() {
	local ok=0
	unfolded "$1" | grep -qaE -- "$2" && ok=1
	e2e_result "$ok" "${1##*/} has \"$2\""
}

lacks() {
	local ok=0
	unfolded "$1" | grep -qaE -- "$2" || ok=1
	e2e_result "$ok" "${1##*/} has no \"$2\""
}

# logged REGEX: checks that Millgate's log has it, now or soon.
logged() {
	lab_wait 30 grep -qE -- "$1" "$LAB_LOG" 2> /dev/null || :
	has "$LAB_LOG" "$1"
}

not_logged() {
	lacks "$LAB_LOG" "$1"
}

# maillog REGEX: checks that the MTA's log has it.
maillog() {
	lab_wait 30 grep -qE -- "$1" "$LAB_MAILLOG" 2> /dev/null || :
	has "$LAB_MAILLOG" "$1"
}

e2e_has_delivered() {
	(($(lab_delivered | wc -l) >= $1))
}

# delivered N: checks that the maildir has N messages in all, now or soon. The last one is then
# $MAIL.
delivered() {
	local -a files
	lab_wait 30 e2e_has_delivered "$1" || :
	mapfile -t files < <(lab_delivered)
	is "${#files[@]} delivered" "$1 delivered"
	MAIL=/nonexistent
	((${#files[@]} == 0)) || MAIL=${files[-1]}
}
MAIL=/nonexistent

e2e_has_held() {
	(($(lab_held | wc -l) >= $1))
}

# held N: checks that N messages are on hold, now or soon.
held() {
	lab_queue_settle
	lab_wait 30 e2e_has_held "$1" || :
	is "$(lab_held | wc -l) held" "$1 held"
}
