# SPDX-License-Identifier: BSD-2-Clause
# Manual pages. Those with lists of keys are completed from the tables in the code.

plain_pages = man/millgated.8 man/millgate-policy.3
man_MANS += $(plain_pages) man/millgate.conf.5
EXTRA_DIST += $(plain_pages) man/millgate.conf.5.in
CLEANFILES += man/millgate.conf.5

%.5: %.5.in milter/millgate-keys$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
		milter/millgate-keys$(EXEEXT) $< >$@.tmp && mv $@.tmp $@
