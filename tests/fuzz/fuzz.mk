# SPDX-License-Identifier: BSD-2-Clause
# Fuzzers, one source file each; the corpus of fuzz_NAME is tests/fuzz/corpus/NAME.

fuzzers = \
	tests/fuzz/fuzz_conf \
	tests/fuzz/fuzz_dialogue \
	tests/fuzz/fuzz_dns \
	tests/fuzz/fuzz_spf \
	tests/fuzz/fuzz_spf_engines \
	tests/fuzz/fuzz_table
fuzz_libs = milter/front/libfront.a $(core_libs) $(MG_FUZZER_LIBS)
tests_fuzz_fuzz_conf_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_dialogue_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_dns_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_table_LDADD = $(fuzz_libs)
# These two have their own host, and link nothing of the core.
tests_fuzz_fuzz_spf_LDADD = $(policy_libs) $(policy_deps) $(MG_FUZZER_LIBS)
tests_fuzz_fuzz_spf_engines_LDADD = $(policy_libs) $(policy_deps) $(MG_FUZZER_LIBS)
EXTRA_DIST += tests/fuzz/corpus
if FUZZERS
noinst_PROGRAMS += $(fuzzers)
else
EXTRA_PROGRAMS += $(fuzzers)
endif
