# SPDX-License-Identifier: BSD-2-Clause
# The rooms, the highest last; a room includes only what is below it (tests/unit/test_rooms.sh).

include milter/base/base.mk
include milter/table/table.mk
include milter/dns/dns.mk
include milter/config/config.mk
include milter/session/session.mk
include milter/front/front.mk
include milter/front/libmilter/libmilter.mk
include milter/daemon/daemon.mk
include milter/tools/tools.mk

# An archive needs only those after it.
core_archives = \
	milter/session/libsession.a \
	milter/config/libconfig.a \
	milter/dns/libdns.a \
	milter/table/libtable.a \
	milter/base/libbase.a
front_libs = $(libmilter_libs) milter/front/libfront.a

# Modules may call every mg_* function, also those that nothing here calls. So the daemon is linked
# with whole archives (MG_WHOLE_CORE). They stand here a second time for make, which cannot see them
# inside the linker's option.
core_libs = @MG_WHOLE_CORE@ $(policy_libs) $(core_archives) $(core_deps)
core_deps = $(PCRE2_LIBS) $(IDN2_LIBS) $(UNISTRING_LIBS) $(CARES_LIBS) $(policy_deps) $(DL_LIBS)

DISTCLEANFILES = milter/builtin.h
