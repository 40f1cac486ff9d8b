/* SPDX-License-Identifier: BSD-2-Clause */
/* Mailboxes (RFC 5321, section 4.1.2) that are put into the envelope by us. */
#include <config.h>

#include <string.h>

#include "base/mail.h"
#include "base/mailbox.h"

/* RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3; the path has two brackets besides. */
#define MAILBOX_LOCAL_MAX 64
#define MAILBOX_MAX 254

const char *mailbox_check(const char *address, bool utf8)
{
	for (const char *p = address; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return "a control character";
		if (!utf8 && *p & 0x80)
			return "a character beyond ASCII";
	}
	if (!mail_is_mailbox(address))
		return "no mailbox such as user@example.com";
	if (mail_local_size(address) > MAILBOX_LOCAL_MAX)
		return "a local part of more than 64 bytes";
	return strlen(address) > MAILBOX_MAX ? "more than 254 bytes" : NULL;
}
