/* SPDX-License-Identifier: BSD-2-Clause */
/* The negotiation that opens a connection: the MTA's offer, and the milter's choice. */
#include "wire.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <libmilter/mfdef.h>
#include <libmilter/mfapi.h>

const struct stage_form stage_forms[MTA_STAGES] = {
	[MTA_CONNECT] = { SMFIC_CONNECT, SMFIP_NOCONNECT, SMFIP_NR_CONN, SMFIM_CONNECT },
	[MTA_HELO] = { SMFIC_HELO, SMFIP_NOHELO, SMFIP_NR_HELO, SMFIM_HELO },
	[MTA_MAIL] = { SMFIC_MAIL, SMFIP_NOMAIL, SMFIP_NR_MAIL, SMFIM_ENVFROM },
	[MTA_RCPT] = { SMFIC_RCPT, SMFIP_NORCPT, SMFIP_NR_RCPT, SMFIM_ENVRCPT },
	[MTA_DATA] = { SMFIC_DATA, SMFIP_NODATA, SMFIP_NR_DATA, SMFIM_DATA },
	[MTA_HEADER] = { SMFIC_HEADER, SMFIP_NOHDRS, SMFIP_NR_HDR, -1 },
	[MTA_EOH] = { SMFIC_EOH, SMFIP_NOEOH, SMFIP_NR_EOH, SMFIM_EOH },
	[MTA_BODY] = { SMFIC_BODY, SMFIP_NOBODY, SMFIP_NR_BODY, -1 },
	[MTA_EOM] = { SMFIC_BODYEOB, 0, 0, SMFIM_EOM },
	[MTA_UNKNOWN] = { SMFIC_UNKNOWN, SMFIP_NOUNKNOWN, SMFIP_NR_UNKN, -1 },
};

void negotiate_forget(struct mta *mta)
{
	size_t i;

	for (i = 0; i < MTA_STAGES; i++) {
		free(mta->symlist[i]);
		mta->symlist[i] = NULL;
	}
}

static void mta_put_long(struct mta *mta, uint32_t number)
{
	uint32_t wire = htonl(number);

	buffer_add(&mta->out, &wire, sizeof(wire));
}

static uint32_t mta_get_long(const char *bytes)
{
	uint32_t wire;

	memcpy(&wire, bytes, sizeof(wire));
	return ntohl(wire);
}

static int mta_take_symlists(struct mta *mta, const char *data, size_t size)
{
	while (size > sizeof(uint32_t)) {
		int macros = (int)mta_get_long(data);
		const char *list = data + sizeof(uint32_t);
		const char *nul = memchr(list, '\0', size - sizeof(uint32_t));
		size_t i;

		if (!nul || !(mta->chosen.actions & SMFIF_SETSYMLIST))
			break;
		for (i = 0; i < MTA_STAGES; i++)
			if (stage_forms[i].macros == macros && macros >= 0) {
				free(mta->symlist[i]);
				mta->symlist[i] = strdup(list);
			}
		size -= (size_t)(nul + 1 - data);
		data = nul + 1;
	}
	if (!size)
		return 0;
	wire_fail(mta, MTA_FAILED,
		  "the milter's lists of macros are broken, or were not negotiated");
	return -1;
}

static int mta_take_options(struct mta *mta, const char *packet, size_t size)
{
	struct mta_options *chosen = &mta->chosen;

	if (packet[0] != SMFIC_OPTNEG || size < 1 + MILTER_OPTLEN) {
		wire_fail(mta, MTA_FAILED, "not an answer to the negotiation: '%c', %zu bytes",
			  packet[0], size);
		return -1;
	}
	chosen->version = mta_get_long(packet + 1);
	chosen->actions = mta_get_long(packet + 5);
	chosen->protocol = mta_get_long(packet + 9);
	if (chosen->version > mta->offer.version || chosen->actions & ~mta->offer.actions ||
	    chosen->protocol & ~mta->offer.protocol) {
		wire_fail(mta, MTA_FAILED,
			  "the milter chose what was not offered: version %u, actions 0x%x, "
			  "protocol 0x%x",
			  chosen->version, chosen->actions, chosen->protocol);
		return -1;
	}
	return mta_take_symlists(mta, packet + 1 + MILTER_OPTLEN, size - 1 - MILTER_OPTLEN);
}

int mta_negotiate(struct mta *mta)
{
	bool blocking = mta->blocking;
	const char *packet;
	size_t size, begin;
	int result = -1;

	if (mta->fd < 0) {
		wire_fail(mta, MTA_FAILED, "there is no connection");
		return -1;
	}
	mta->blocking = true;
	begin = wire_begin(mta, SMFIC_OPTNEG);
	mta_put_long(mta, mta->offer.version);
	mta_put_long(mta, mta->offer.actions);
	mta_put_long(mta, mta->offer.protocol);
	wire_end(mta, begin);
	if (wire_flush(mta) == 1 && wire_receive(mta, &packet, &size) == 1)
		result = mta_take_options(mta, packet, size);
	mta->blocking = blocking;
	return result;
}

const struct mta_options *mta_chosen(const struct mta *mta)
{
	return &mta->chosen;
}

bool mta_is_sent(const struct mta *mta, enum mta_stage stage)
{
	/* An old MTA has no DATA (before version 4) and no unknown commands (before version 3). */
	if ((stage == MTA_DATA && mta->offer.version < 4) ||
	    (stage == MTA_UNKNOWN && mta->offer.version < 3))
		return false;
	return !(mta->chosen.protocol & stage_forms[stage].no);
}

bool mta_is_replied(const struct mta *mta, enum mta_stage stage)
{
	return mta_is_sent(mta, stage) && !(mta->chosen.protocol & stage_forms[stage].no_reply);
}

const char *mta_symlist(const struct mta *mta, enum mta_stage stage)
{
	return mta->symlist[stage];
}
