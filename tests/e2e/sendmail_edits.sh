#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Each edit, as it is seen in the message that Sendmail delivers, from both front ends.
E2E_MTA=sendmail
. "$(dirname "$0")/edits.sh"
