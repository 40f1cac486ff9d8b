/* SPDX-License-Identifier: BSD-2-Clause */
/* millgated: the arguments. */
#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/daemon.h"

static const char usage[] =
	"usage: millgated [-f] [-t] [-c FILE] | -V | -h\n"
	"  -c FILE  read this configuration instead of " MG_CONFFILE "\n"
	"  -f       stay in the foreground; the default place of the log is standard error\n"
	"  -t       test the configuration, say all that is wrong with it, and exit\n"
	"  -V       print the version and exit\n"
	"  -h       print this and exit\n";

int main(int argc, char **argv)
{
	struct daemon_options options = { .conf = MG_CONFFILE };
	bool test = false;
	int option;

	while ((option = getopt(argc, argv, "c:ftVh")) != -1) {
		switch (option) {
		case 'c':
			options.conf = optarg;
			break;
		case 'f':
			options.foreground = true;
			break;
		case 't':
			test = true;
			break;
		case 'V':
			puts("millgated " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "millgated: there is no argument \"%s\"\n%s", argv[optind], usage);
		return 2;
	}
	return test ? daemon_test(&options) : daemon_run(&options);
}
