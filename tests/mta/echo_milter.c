/* SPDX-License-Identifier: BSD-2-Clause */
/* A milter on libmilter that does what the arguments of the commands say. */
#include "echo_milter.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libmilter/mfapi.h>

/* smfiDesc has no room for an argument of ours: these belong to the process's one milter. */
static struct {
	unsigned long actions, protocol;
	const char *rcpt_macros;
} echo;

struct trace {
	char text[2000];
	size_t size;
};

static void trace_add(SMFICTX *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void trace_add(SMFICTX *ctx, const char *fmt, ...)
{
	struct trace *trace = smfi_getpriv(ctx);
	va_list args;
	int n;

	if (!trace) {
		trace = calloc(1, sizeof(*trace));
		if (!trace)
			abort();
		smfi_setpriv(ctx, trace);
	}
	va_start(args, fmt);
	n = vsnprintf(trace->text + trace->size, sizeof(trace->text) - trace->size, fmt, args);
	va_end(args);
	trace->size += (size_t)n;
	if (trace->size >= sizeof(trace->text))
		trace->size = sizeof(trace->text) - 1;
}

static sfsistat echo_verdict(SMFICTX *ctx, const char *text)
{
	static char code[] = "550", status[] = "5.7.1";

	if (strstr(text, "reject"))
		return SMFIS_REJECT;
	if (strstr(text, "tempfail"))
		return SMFIS_TEMPFAIL;
	if (strstr(text, "discard"))
		return SMFIS_DISCARD;
	if (strstr(text, "accept"))
		return SMFIS_ACCEPT;
	if (strstr(text, "skip"))
		return SMFIS_SKIP;
	if (strstr(text, "code")) {
		smfi_setreply(ctx, code, status, (char[]){ "100%% sure" });
		return SMFIS_REJECT;
	}
	if (strstr(text, "multi")) {
		smfi_setmlreply(ctx, "451", "4.7.1", "first", "second", NULL);
		return SMFIS_TEMPFAIL;
	}
	return SMFIS_CONTINUE;
}

static sfsistat echo_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *addr)
{
	char text[INET6_ADDRSTRLEN] = "none";
	unsigned port = 0;

	if (addr && addr->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, addr, sizeof(in));
		inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
		port = ntohs(in.sin_port);
	} else if (addr && addr->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, addr, sizeof(in6));
		inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text));
		port = ntohs(in6.sin6_port);
	} else if (addr) {
		snprintf(text, sizeof(text), "local");
	}
	trace_add(ctx, "connect(%s,%s,%u)", name, text, port);
	return echo_verdict(ctx, name);
}

static sfsistat echo_helo(SMFICTX *ctx, char *helo)
{
	trace_add(ctx, " helo(%s)", helo);
	return echo_verdict(ctx, helo);
}

static sfsistat echo_mail(SMFICTX *ctx, char **argv)
{
	const char *auth = smfi_getsymval(ctx, (char[]){ "{auth_authen}" });

	trace_add(ctx, " mail(%s,%s,%s)", argv[0], argv[1] ? argv[1] : "", auth ? auth : "");
	return echo_verdict(ctx, argv[0]);
}

static sfsistat echo_rcpt(SMFICTX *ctx, char **argv)
{
	const char *mta = smfi_getsymval(ctx, (char[]){ "j" });
	const char *mailer = smfi_getsymval(ctx, (char[]){ "{rcpt_mailer}" });

	trace_add(ctx, " rcpt(%s,%s,%s)", argv[0], mta ? mta : "", mailer ? mailer : "");
	return echo_verdict(ctx, argv[0]);
}

static sfsistat echo_data(SMFICTX *ctx)
{
	trace_add(ctx, " data");
	return SMFIS_CONTINUE;
}

static sfsistat echo_header(SMFICTX *ctx, char *name, char *value)
{
	trace_add(ctx, " header(%s,%s)", name, value);
	return echo_verdict(ctx, value);
}

static sfsistat echo_eoh(SMFICTX *ctx)
{
	trace_add(ctx, " eoh");
	return SMFIS_CONTINUE;
}

static sfsistat echo_body(SMFICTX *ctx, unsigned char *body, size_t size)
{
	trace_add(ctx, " body(%zu)", size);
	return size >= 4 && memcmp(body, "skip", 4) == 0 ? SMFIS_SKIP : SMFIS_CONTINUE;
}

static sfsistat echo_unknown(SMFICTX *ctx, const char *command)
{
	trace_add(ctx, " unknown(%s)", command);
	return echo_verdict(ctx, command);
}

static sfsistat echo_abort(SMFICTX *ctx)
{
	trace_add(ctx, " abort");
	return SMFIS_CONTINUE;
}

/* Makes every kind of edit; those that were not negotiated fail, which does no harm. */
static sfsistat echo_eom(SMFICTX *ctx)
{
	struct trace *trace;

	trace_add(ctx, " eom");
	trace = smfi_getpriv(ctx);
	smfi_progress(ctx);
	smfi_addheader(ctx, (char[]){ "X-Trace" }, trace->text);
	smfi_insheader(ctx, 1, (char[]){ "X-Inserted" }, (char[]){ "one" });
	smfi_chgheader(ctx, (char[]){ "Subject" }, 2, (char[]){ "" });
	smfi_addrcpt(ctx, (char[]){ "<new@example.test>" });
	smfi_addrcpt_par(ctx, (char[]){ "<par@example.test>" }, (char[]){ "NOTIFY=NEVER" });
	smfi_delrcpt(ctx, (char[]){ "<old@example.test>" });
	smfi_chgfrom(ctx, (char[]){ "<from@example.test>" }, NULL);
	smfi_replacebody(ctx, (unsigned char[]){ "a\0b" }, 3);
	smfi_quarantine(ctx, (char[]){ "to look at" });
	return SMFIS_CONTINUE;
}

static sfsistat echo_close(SMFICTX *ctx)
{
	free(smfi_getpriv(ctx));
	smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

static sfsistat echo_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1, unsigned long f2,
			       unsigned long f3, unsigned long *pf0, unsigned long *pf1,
			       unsigned long *pf2, unsigned long *pf3)
{
	(void)f2;
	(void)f3;
	*pf0 = f0 & echo.actions;
	*pf1 = f1 & echo.protocol;
	*pf2 = *pf3 = 0;
	if (echo.rcpt_macros && f0 & SMFIF_SETSYMLIST) {
		char list[200];

		snprintf(list, sizeof(list), "%s", echo.rcpt_macros);
		smfi_setsymlist(ctx, SMFIM_ENVRCPT, list);
	}
	return SMFIS_CONTINUE;
}

int echo_milter_run(const char *socket, unsigned long actions, unsigned long protocol,
		    const char *rcpt_macros)
{
	static char name[] = "echo";
	static struct smfiDesc desc = { name,       SMFI_VERSION, 0,         echo_connect,
					echo_helo,  echo_mail,    echo_rcpt, echo_header,
					echo_eoh,   echo_body,    echo_eom,  echo_abort,
					echo_close, echo_unknown, echo_data, echo_negotiate };
	char path[200];

	echo.actions = actions;
	echo.protocol = protocol;
	echo.rcpt_macros = rcpt_macros;
	desc.xxfi_flags = actions;
	snprintf(path, sizeof(path), "%s", socket);
	if (smfi_setconn(path) != MI_SUCCESS || smfi_register(desc) != MI_SUCCESS ||
	    smfi_opensocket(true) != MI_SUCCESS)
		return -1;
	return smfi_main() == MI_SUCCESS ? 0 : -1;
}
