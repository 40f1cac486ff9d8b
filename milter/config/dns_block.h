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

#endif
