#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Addresses that RFC 5321 does not allow, through Sendmail.
E2E_MTA=sendmail
. "$(dirname "$0")/odd_addresses.sh"
