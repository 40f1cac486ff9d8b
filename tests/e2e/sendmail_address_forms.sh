#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What is judged beside what is delivered, through Sendmail.
E2E_MTA=sendmail
. "$(dirname "$0")/address_forms.sh"
