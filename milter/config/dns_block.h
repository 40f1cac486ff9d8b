/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration's block dns {}. */
#ifndef MG_DNS_BLOCK_H
#define MG_DNS_BLOCK_H

#include "dns/settings.h"

extern const struct mg_item dns_block_items[];

struct errors;

/* Fills the settings from the blocks of the configuration, of which there may be one, and checks them. */
void dns_block_read(struct dns_settings *settings, struct errors *errors, struct errors *warnings,
		    const struct mg_lines *blocks);

#endif
