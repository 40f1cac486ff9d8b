/* SPDX-License-Identifier: BSD-2-Clause */
/* The engines of the policy "spf", in the order of the key's choices. */
#include <config.h>

#include "spf_check.h"

#ifdef HAVE_LIBSPF2
spf_check spf_check_libspf2; /* libspf2/ */
#else
#define spf_check_libspf2 NULL
#endif

const struct spf_engine spf_engines[SPF_ENGINES] = {
	{ "rfc7208", spf_check_host },
	{ "libspf2", spf_check_libspf2 },
};
