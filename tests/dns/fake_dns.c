/* SPDX-License-Identifier: BSD-2-Clause */
/* DNS for tests of policies on the fake host: what the daemon's call.c is for the daemon. */
#include <config.h>

#include "fake_dns.h"

#include "../policies/fake_host.h"
#include "session/call_dns.h"

struct dns *fake_dns;

struct dns_caller call_dns(struct mg_call *call)
{
	return (struct dns_caller){ .dns = fake_dns,
				    .wait_us = (mg_deadline(call) - mg_now(call)) * 1000 };
}

struct dns_walker call_walker(struct mg_call *call)
{
	(void)call;
	return (struct dns_walker){ .self = fake_self() };
}
