/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine libspf2 in a build that does without it. */
#include "spf_check.h"

spf_engine *const spf_check_libspf2 = NULL;
