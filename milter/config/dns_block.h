/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration's block dns {}. */
#ifndef MG_DNS_BLOCK_H
#define MG_DNS_BLOCK_H

#include "dns/settings.h"

extern const struct mg_item dns_block_items[];

/*
 * Fills the settings from the blocks of the configuration, of which there may be one, and checks
 * them. top: the configuration's top level, whose settings are known but for these.
 */
void dns_block_read(struct dns_settings *settings, const struct mg_conf *top,
		    const struct mg_lines *blocks);

struct errors;

/*
 * Warns of the lines of resolv-conf that cannot be used, if its servers are those to ask. When none
 * is left that is an error; for a daemon that runs, and keeps its servers, a warning.
 */
void dns_block_check_file(const struct dns_settings *settings, struct errors *errors,
			  struct errors *warnings, bool runs);

#endif
