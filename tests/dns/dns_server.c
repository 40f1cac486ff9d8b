/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DNS server for tests, alone: dns_server PORT FILE... serves the lines of the files (server.h)
 * on 127.0.0.1 until it gets SIGTERM or SIGINT; then it prints how many questions it was asked.
 * With port 0 it takes any that is free; it prints "port N".
 */
#include <config.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "server.h"

static void add_file(struct server *server, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[70000];

	if (!file) {
		perror(path);
		exit(1);
	}
	while (fgets(line, sizeof(line), file))
		server_add(server, line);
	fclose(file);
}

int main(int argc, char **argv)
{
	struct server *server;
	sigset_t set;
	int number;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	server = argc >= 2 ? server_new((unsigned)strtoul(argv[1], NULL, 10)) : NULL;
	if (!server) {
		fprintf(stderr, "usage: dns_server PORT FILE...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		add_file(server, argv[i]);
	printf("port %u\n", server_port(server));
	fflush(stdout);
	sigwait(&set, &number);
	printf("questions %u\n", server_questions(server));
	server_free(server);
	return 0;
}
