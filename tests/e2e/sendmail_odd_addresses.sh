#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Addresses as RFC 5321 does not have them, through Sendmail.
E2E_MTA=sendmail
. "$(dirname "$0")/odd_addresses.sh"
