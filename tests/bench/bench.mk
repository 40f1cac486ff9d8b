# SPDX-License-Identifier: BSD-2-Clause
# The benchmark.

bench_programs = tests/bench/load tests/bench/null_milter tests/bench/dns_bench \
	tests/bench/dns_time \
	tests/bench/spf_bench
tests_bench_dns_bench_CPPFLAGS = $(AM_CPPFLAGS) $(CARES_CFLAGS)
tests_bench_dns_bench_LDADD = $(core_archives) $(core_deps)
tests_bench_spf_bench_SOURCES = tests/bench/spf_bench.c tests/conformance/spf/zone.c \
	tests/conformance/spf/zone.h
tests_bench_spf_bench_LDADD = $(policy_test_libs)
tests_bench_dns_time_SOURCES = tests/bench/dns_time.c \
	tests/bench/dialogue.c tests/bench/dialogue.h \
	tests/bench/hist.c tests/bench/hist.h
tests_bench_dns_time_LDADD = $(mta_lib)
tests_bench_load_SOURCES = tests/bench/load.c \
	tests/bench/dialogue.c tests/bench/dialogue.h \
	tests/bench/hist.c tests/bench/hist.h \
	tests/bench/malloc_count.h
tests_bench_load_LDADD = $(mta_lib)
tests_bench_null_milter_CPPFLAGS = $(AM_CPPFLAGS) $(MILTER_CFLAGS)
tests_bench_null_milter_LDADD = $(MILTER_LIBS)
bench_objects = tests/bench/malloc_count.so
tests/bench/malloc_count.so: tests/bench/malloc_count.c tests/bench/malloc_count.h
	$(AM_V_CCLD)$(MKDIR_P) $(@D) && \
		$(CC) $(MG_STD_CFLAGS) $(MG_WARN_CFLAGS) $(CPPFLAGS) $(CFLAGS) \
		-fPIC -shared $(LDFLAGS) -o $@ $<
EXTRA_PROGRAMS += $(bench_programs)
EXTRA_DIST += tests/bench/malloc_count.c tests/bench/run tests/bench/postfix.sh \
	tests/bench/time.sh \
	tests/bench/json.awk tests/bench/ratio.awk tests/bench/dns.sh

.PHONY: bench
bench: all $(bench_programs) $(bench_objects) $(dns_server)
	MILLGATED='$(abs_top_builddir)/milter/millgated' \
		BENCH_BUILD='$(abs_top_builddir)/tests/bench' \
		'$(srcdir)/tests/bench/run' $(BENCHFLAGS)

.PHONY: bench-dns
bench-dns:
	$(MAKE) bench BENCHFLAGS='-s dns -s time $(BENCHFLAGS)'
