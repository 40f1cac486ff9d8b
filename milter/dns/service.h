/* SPDX-License-Identifier: BSD-2-Clause */
/* DNS as a service of the host. */
#ifndef MG_DNS_SERVICE_H
#define MG_DNS_SERVICE_H

#include "base/service.h"

/* Opened with a struct dns_settings; it is a struct dns. */
extern const struct service dns_service;

#endif
