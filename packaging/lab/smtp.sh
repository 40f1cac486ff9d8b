# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# SMTP dialogues (RFC 5321): by swaks, or word by word over bash's /dev/tcp. Scripts source this.
#
# Both leave the last dialogue in $MG_LAB/dialogue, with "C: " before lines of the client and "S: "
# before lines of the server.

LAB_DIALOGUE=$MG_LAB/dialogue
SMTP_REPLY= # the last reply, the lines of a long one separated by newlines
smtp_fd=

# ---- By swaks ----------------------------------------------------------------

# swaks marks lines with " ->" and "<-" ("~" under TLS, "*" for a refusal).
smtp_from_swaks() {
	sed -n -E 's/\r$//; s/^( ->| ~>) ?/C: /p; s/^<(-|~|\*\*|~\*)  ?/S: /p
		s/^(===|\*\*\*) /   /p'
}

# smtp_send [SWAKS OPTION...]: sends one message, as far as the server lets it. The exit status is
# swaks'.
smtp_send() {
	local status=0
	timeout -k 2 90 swaks --server 127.0.0.1 --port 25 --timeout 60 \
		--ehlo client1.example.test --from sender@example.org --to user@example.test \
		"$@" < /dev/null > "$MG_LAB/swaks.out" 2>&1 || status=$?
	smtp_from_swaks < "$MG_LAB/swaks.out" > "$LAB_DIALOGUE"
	return "$status"
}

# smtp_reply_to COMMAND: prints the reply to the client's last line that begins with COMMAND
# ("connect": the greeting).
smtp_reply_to() {
	awk -v command="C: $1" '
		BEGIN { taken = command == "C: connect" }
		/^C: / { if (index($0, command) == 1) { taken = 1; reply = "" } else taken = 0 }
		/^S: / && taken { reply = reply (reply == "" ? "" : "\n") substr($0, 4) }
		END { print reply }' "$LAB_DIALOGUE"
}

# ---- Word by word --------------------------------------------------------------

# smtp_open [ADDRESS [PORT]]: connects and reads the greeting.
smtp_open() {
	smtp_close
	: > "$LAB_DIALOGUE"
	exec {smtp_fd}<> "/dev/tcp/${1:-127.0.0.1}/${2:-25}" || return 1
	smtp_read
}

# Reads one reply. The exit status is 1 if the server closes the connection or is silent for 60 s.
smtp_read() {
	local line
	SMTP_REPLY=
	while IFS= read -r -t 60 -u "$smtp_fd" line 2> /dev/null; do
		line=${line%$'\r'}
		printf 'S: %s\n' "$line" >> "$LAB_DIALOGUE"
		SMTP_REPLY+="${SMTP_REPLY:+$'\n'}$line"
		[[ $line =~ ^[0-9]{3}- ]] || return 0
	done
	echo "   (closed, or silent)" >> "$LAB_DIALOGUE"
	return 1
}

# smtp_put LINE...: sends lines in one piece and reads nothing (for pipelining, and the message
# itself).
smtp_put() {
	printf 'C: %s\n' "$@" >> "$LAB_DIALOGUE"
	# If the server has closed the connection, only the subshell dies.
	(printf '%s\r\n' "$@" >&"$smtp_fd") 2> /dev/null
}

# smtp LINE: sends a command and reads the reply.
smtp() {
	smtp_put "$1" || return 1
	smtp_read
}

# smtp_message LINE...: sends DATA, the lines of a message and the final dot, and reads the reply to
# that. The exit status is 1 if DATA was refused.
smtp_message() {
	smtp DATA && [[ $SMTP_REPLY == 354* ]] || return 1
	smtp_put "$@" .
	smtp_read
}

# Closes the connection without QUIT.
smtp_close() {
	[[ -z $smtp_fd ]] || exec {smtp_fd}>&-
	smtp_fd=
}

# smtp_from ADDRESS: from now on connections to the server's address of that family come from
# ADDRESS.
smtp_from() {
	if [[ $1 == *:* ]]; then
		# The kernel's own route comes first as long as it is there.
		ip -6 route delete local 2001:db8::25 dev lo proto kernel table local \
			2> /dev/null || :
		ip -6 route replace local 2001:db8::25 dev lo table local src "$1"
	else
		ip route replace local 192.0.2.25 dev lo table local src "$1"
	fi
}
