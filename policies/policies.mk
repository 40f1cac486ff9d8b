# SPDX-License-Identifier: BSD-2-Clause
# The policies. All are in one archive, from which the daemon takes those that are built in; a
# fragment lists the sources, the module and the tests of one policy.

noinst_LIBRARIES += policies/libpolicies.a
policy_libs = policies/libpolicies.a
policies_libpolicies_a_CPPFLAGS = $(AM_CPPFLAGS) $(PSL_CFLAGS) -DMG_BUILTIN
policies_libpolicies_a_SOURCES = \
	policies/shared/ascii.h policies/shared/client.h policies/shared/mapped.h \
	policies/shared/public.h

# The manual pages of the policies that were not left out.
policy_pages = @MG_POLICY_PAGES@
man_MANS += $(policy_pages)
EXTRA_DIST += $(call found,policies/*/*.5.in)
CLEANFILES += $(policy_pages)

include policies/access/access.mk
include policies/address/address.mk
include policies/helo/helo.mk
include policies/headers/headers.mk
include policies/size/size.mk
include policies/commands/commands.mk
include policies/spf/spf.mk
include policies/dnsbl/dnsbl.mk
include policies/rdns/rdns.mk
include policies/sender-domain/sender-domain.mk
