#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The policy "commands" ends the connection of a client that tries one unknown command after
# another.
. "$(dirname "$0")/e2e.sh"

e2e_start <<'C'
policy commands { max 2 }
C
smtp_open
smtp 'EHLO client1.example.test'
says FOO '500 *'
says BAR '500 *'
says BAZ "421 4.7.0 Too many unknown commands $ID"
says NOOP ''
logged 'policy commands .*too-many'

# Each session has its own count.
smtp_open
smtp 'EHLO client1.example.test'
says FOO '500 *'
says 'GET / HTTP/1.1' '221 2.7.0 *'
