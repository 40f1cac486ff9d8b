/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A milter that does nothing, on libmilter: the floor that a milter on this library can reach.
 *
 * null_milter [-b BACKLOG] [-a ACTIONS] [-p PROTOCOL] [-m STAGE=MACROS]... SOCKET
 *
 * Without -p it is told of every stage and replies to each. ACTIONS and PROTOCOL are the masks
 * of a negotiation in hexadecimal (SMFIF_*, SMFIP_*), MACROS the names wanted at a stage (number
 * of SMFIM_*): with what another milter negotiated it costs the MTA the same steps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libmilter/mfapi.h>

#define DATA_SIZE (1 << 20)

/*
 * What to negotiate: libmilter hands no context to this callback. Written before smfi_main()
 * only.
 */
static struct {
	unsigned long actions;
	unsigned long protocol;
	char *macros[SMFIM_LAST + 1];
} want;

/* libmilter logs each reply that was negotiated away, so a callback has to know. */
static sfsistat null_reply(unsigned long no_reply)
{
	return want.protocol & no_reply ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static sfsistat null_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1, unsigned long f2,
			       unsigned long f3, unsigned long *pf0, unsigned long *pf1,
			       unsigned long *pf2, unsigned long *pf3)
{
	(void)f2;
	(void)f3;
	if ((want.actions & ~f0) || (want.protocol & ~f1)) {
		fprintf(stderr, "null_milter: the MTA offers actions %lx, protocol %lx only\n", f0,
			f1);
		return SMFIS_REJECT;
	}
	for (int stage = 0; stage <= SMFIM_LAST; stage++)
		if (want.macros[stage])
			smfi_setsymlist(ctx, stage, want.macros[stage]);
	*pf0 = want.actions;
	*pf1 = want.protocol;
	*pf2 = 0;
	*pf3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat null_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *addr)
{
	(void)ctx;
	(void)host;
	(void)addr;
	return null_reply(SMFIP_NR_CONN);
}

static sfsistat null_helo(SMFICTX *ctx, char *helo)
{
	(void)ctx;
	(void)helo;
	return null_reply(SMFIP_NR_HELO);
}

static sfsistat null_mail(SMFICTX *ctx, char **argv)
{
	(void)ctx;
	(void)argv;
	return null_reply(SMFIP_NR_MAIL);
}

static sfsistat null_rcpt(SMFICTX *ctx, char **argv)
{
	(void)ctx;
	(void)argv;
	return null_reply(SMFIP_NR_RCPT);
}

static sfsistat null_data(SMFICTX *ctx)
{
	(void)ctx;
	return null_reply(SMFIP_NR_DATA);
}

static sfsistat null_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx;
	(void)name;
	(void)value;
	return null_reply(SMFIP_NR_HDR);
}

static sfsistat null_eoh(SMFICTX *ctx)
{
	(void)ctx;
	return null_reply(SMFIP_NR_EOH);
}

static sfsistat null_body(SMFICTX *ctx, unsigned char *body, size_t size)
{
	(void)ctx;
	(void)body;
	(void)size;
	return null_reply(SMFIP_NR_BODY);
}

static sfsistat null_unknown(SMFICTX *ctx, const char *command)
{
	(void)ctx;
	(void)command;
	return null_reply(SMFIP_NR_UNKN);
}

static sfsistat null_end(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

static char null_name[] = "null";

static const struct smfiDesc null_milter = {
	.xxfi_name = null_name,
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = SMFI_CURR_ACTS,
	.xxfi_connect = null_connect,
	.xxfi_helo = null_helo,
	.xxfi_envfrom = null_mail,
	.xxfi_envrcpt = null_rcpt,
	.xxfi_header = null_header,
	.xxfi_eoh = null_eoh,
	.xxfi_body = null_body,
	.xxfi_eom = null_end,
	.xxfi_abort = null_end,
	.xxfi_close = null_end,
	.xxfi_unknown = null_unknown,
	.xxfi_data = null_data,
	.xxfi_negotiate = null_negotiate,
};

static void die(const char *what)
{
	fprintf(stderr, "null_milter: %s\n", what);
	exit(1);
}

static unsigned long mask(const char *word)
{
	char *end;
	unsigned long bits = strtoul(word, &end, 16);

	if (end == word || *end)
		die("a mask is a hexadecimal number");
	return bits;
}

static void want_macros(char *word)
{
	char *end;
	long stage = strtol(word, &end, 10);

	if (end == word || *end != '=' || stage < 0 || stage > SMFIM_LAST)
		die("-m wants STAGE=MACROS, STAGE from 0 to 6");
	want.macros[stage] = end + 1;
	want.actions |= SMFIF_SETSYMLIST;
}

int main(int argc, char **argv)
{
	int option, backlog = 0;

	while ((option = getopt(argc, argv, "b:a:p:m:")) != -1) {
		switch (option) {
		case 'b':
			backlog = atoi(optarg);
			break;
		case 'a':
			want.actions = mask(optarg);
			break;
		case 'p':
			want.protocol = mask(optarg);
			break;
		case 'm':
			want_macros(optarg);
			break;
		default:
			return 1;
		}
	}
	if (optind + 1 != argc)
		die("usage: null_milter [-b BACKLOG] [-a ACTIONS] [-p PROTOCOL] [-m "
		    "STAGE=MACROS]... SOCKET");
	umask(0); /* Postfix's smtpd connects as another user, who needs the permission */
	if (backlog && smfi_setbacklog(backlog) != MI_SUCCESS)
		die("cannot set the backlog");
	smfi_setmaxdatasize(DATA_SIZE);
	if (smfi_setconn(argv[optind]) != MI_SUCCESS || smfi_register(null_milter) != MI_SUCCESS ||
	    smfi_opensocket(1) != MI_SUCCESS)
		die("cannot open the socket");
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
