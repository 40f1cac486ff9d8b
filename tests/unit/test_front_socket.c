/* SPDX-License-Identifier: BSD-2-Clause */
/* The front end's socket: its spellings, its owner, its mode. */
#include <config.h>

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "folder.h"
#include "front/socket.h"
#include "run.h"

static const struct {
	const char *listen, *conn; /* conn NULL: an error */
} spellings[] = {
	{ "unix:/run/m.sock", "unix:/run/m.sock" },
	{ "local:/run/m.sock", "unix:/run/m.sock" },
	{ "unix:/run/a:b@c", "unix:/run/a:b@c" },
	{ "inet:8891", "inet:8891@[0.0.0.0]" },
	{ "inet:8891@127.0.0.1", "inet:8891@[127.0.0.1]" },
	{ "inet:8891@[127.0.0.1]", "inet:8891@[127.0.0.1]" },
	{ "inet:127.0.0.1:8891", "inet:8891@[127.0.0.1]" },
	{ "inet:localhost:8891", "inet:8891@[127.0.0.1]" },
	{ "inet:8891@localhost", "inet:8891@[127.0.0.1]" },
	{ "inet:smtp@127.0.0.1", "inet:25@[127.0.0.1]" },
	{ "inet6:8891", "inet6:8891@[::]" },
	{ "inet6:8891@::1", "inet6:8891@[::1]" },
	{ "inet6:8891@[::1]", "inet6:8891@[::1]" },
	{ "inet6:[2001:db8::12]:8891", "inet6:8891@[2001:db8::12]" },
	{ "", NULL },
	{ "/run/m.sock", NULL },
	{ "8891", NULL },
	{ "unix:", NULL },
	{ "unix:run/m.sock", NULL },
	{ "inet:", NULL },
	{ "inet:@127.0.0.1", NULL },
	{ "inet:8891@", NULL },
	{ "inet::8891", NULL },
	{ "inet:0@127.0.0.1", NULL },
	{ "inet:65536@127.0.0.1", NULL },
	{ "inet:123456789012@127.0.0.1", NULL },
	{ "inet:no-such-service@127.0.0.1", NULL },
	{ "inet:8891@::1", NULL },
	{ "inet6:8891@127.0.0.1", NULL },
	{ "inet6:2001:db8::12:8891", NULL },
	{ "tcp:8891@127.0.0.1", NULL },
};

START_TEST(spelling)
{
	struct front_socket sock;
	char error[FRONT_ERROR_MAX] = "";
	int rc = listen_parse(&sock.listen, spellings[_i].listen, error);

	if (spellings[_i].conn) {
		ck_assert_msg(rc == 0, "%s: %s", spellings[_i].listen, error);
		ck_assert_str_eq(sock.listen.spelling, spellings[_i].conn);
	} else {
		ck_assert_msg(rc == -1, "%s: taken", spellings[_i].listen);
		ck_assert_str_ne(error, "");
	}
}
END_TEST

START_TEST(path_too_long)
{
	struct front_socket sock;
	char error[FRONT_ERROR_MAX], listen[200] = "unix:/";

	memset(listen + 6, 'x', 107);
	ck_assert_int_eq(listen_parse(&sock.listen, listen, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "longer than the 107 bytes"));
	listen[6 + 106] = '\0';
	ck_assert_int_eq(listen_parse(&sock.listen, listen, error), 0);
}
END_TEST

static void parse(struct front_socket *sock, const char *name)
{
	char listen[128], error[FRONT_ERROR_MAX];

	snprintf(listen, sizeof(listen), "unix:%s/%s", folder, name);
	ck_assert_int_eq(listen_parse(&sock->listen, listen, error), 0);
}

/* A socket like a daemon's. */
static int bind_to(const struct front_socket *sock, int backlog)
{
	int fd = socket(sock->listen.address.ss_family, SOCK_STREAM, 0);

	ck_assert_int_eq(
		bind(fd, (const struct sockaddr *)&sock->listen.address, sock->listen.size), 0);
	ck_assert_int_eq(listen(fd, backlog), 0);
	return fd;
}

START_TEST(abandoned_socket_is_removed)
{
	struct front_socket sock;
	char error[FRONT_ERROR_MAX];

	parse(&sock, "s");
	ck_assert_int_eq(front_socket_claim(&sock, error), 0);
	ck_assert_int_ne(access(sock.listen.path, F_OK), 0);
	close(bind_to(&sock, 1));
	ck_assert_int_eq(access(sock.listen.path, F_OK), 0);
	ck_assert_int_eq(front_socket_claim(&sock, error), 0);
	ck_assert_int_ne(access(sock.listen.path, F_OK), 0);
}
END_TEST

START_TEST(living_socket_is_an_error)
{
	struct front_socket sock;
	char error[FRONT_ERROR_MAX];
	int fd;

	parse(&sock, "s");
	fd = bind_to(&sock, 0);
	/* At the second time the socket's queue is full. */
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(front_socket_claim(&sock, error), -1);
		ck_assert_ptr_nonnull(strstr(error, "another process listens on the socket"));
		ck_assert_int_eq(access(sock.listen.path, F_OK), 0);
	}
	close(fd);
}
END_TEST

START_TEST(unusable_paths)
{
	struct front_socket sock;
	char error[FRONT_ERROR_MAX];
	FILE *file;

	parse(&sock, "file");
	file = fopen(sock.listen.path, "w");
	fclose(file);
	ck_assert_int_eq(front_socket_claim(&sock, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "is not a socket"));
	ck_assert_int_eq(access(sock.listen.path, F_OK), 0);
	parse(&sock, "no/folder");
	ck_assert_int_eq(front_socket_claim(&sock, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "No such file or directory"));
}
END_TEST

START_TEST(taken_port_is_an_error)
{
	struct front_socket sock;
	char error[FRONT_ERROR_MAX], listen_on[64];
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	getsockname(fd, (struct sockaddr *)&address, &size);
	snprintf(listen_on, sizeof(listen_on), "inet:%u@127.0.0.1", ntohs(address.sin_port));
	ck_assert_int_eq(listen_parse(&sock.listen, listen_on, error), 0);
	ck_assert_int_eq(front_socket_claim(&sock, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "Address already in use"));
	close(fd);
	ck_assert_int_eq(front_socket_claim(&sock, error), 0);
	ck_assert_int_eq(listen_parse(&sock.listen, "inet:8891@203.0.113.1", error), 0);
	ck_assert_int_eq(front_socket_claim(&sock, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "Cannot assign requested address"));
}
END_TEST

START_TEST(mode_and_removal)
{
	struct front_socket sock;
	char error[FRONT_ERROR_MAX];
	struct stat st;
	mode_t mask = umask(0777);
	int fd;

	parse(&sock, "s");
	fd = bind_to(&sock, 1);
	umask(mask);
	ck_assert_int_eq(stat(sock.listen.path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0);
	ck_assert_int_eq(front_socket_give(&sock, (uid_t)-1, getgid(), 0620, error), 0);
	ck_assert_int_eq(stat(sock.listen.path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0620);
	/* A socket of another process in its place is left alone. */
	unlink(sock.listen.path);
	close(bind_to(&sock, 1));
	front_socket_remove(&sock);
	ck_assert_int_eq(access(sock.listen.path, F_OK), 0);
	ck_assert_int_eq(front_socket_give(&sock, (uid_t)-1, (gid_t)-1, 0600, error), 0);
	front_socket_remove(&sock);
	ck_assert_int_ne(access(sock.listen.path, F_OK), 0);
	close(fd);
}
END_TEST

/* If it stayed, the next daemon could not start, because it could not know whether it is in use. */
START_TEST(not_given)
{
	const uid_t user = geteuid(), nobody = 65534;
	struct front_socket sock;
	char error[FRONT_ERROR_MAX];
	int fd, rc;

	parse(&sock, "s");
	fd = bind_to(&sock, 1);
	/* root can give it to any group. */
	if (user == 0)
		ck_assert_int_eq(chown(folder, nobody, nobody) | seteuid(nobody), 0);
	rc = front_socket_give(&sock, user == 0 ? nobody : 0, (gid_t)-1, 0660, error);
	ck_assert_int_eq(seteuid(user), 0);
	ck_assert_int_eq(rc, -1);
	ck_assert_ptr_nonnull(strstr(error, "to its user and group: Operation not permitted"));
	ck_assert_int_ne(access(sock.listen.path, F_OK), 0);
	close(fd);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("front_socket");

	tcase_add_checked_fixture(tc, make_folder, remove_folder);
	tcase_add_loop_test(tc, spelling, 0, COUNT(spellings));
	tcase_add_test(tc, path_too_long);
	tcase_add_test(tc, abandoned_socket_is_removed);
	tcase_add_test(tc, living_socket_is_an_error);
	tcase_add_test(tc, unusable_paths);
	tcase_add_test(tc, taken_port_is_an_error);
	tcase_add_test(tc, mode_and_removal);
	tcase_add_test(tc, not_given);
	return run_tests("front_socket", tc);
}
