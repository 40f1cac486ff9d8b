/* SPDX-License-Identifier: BSD-2-Clause */
/* The socket that the MTA connects to. */
#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "front/socket.h"

/* What became of a connection: 0, or errno. Does not wait. */
static int try_connect(const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc;

	if (fd < 0)
		return errno;
	rc = connect(fd, address, size) < 0 ? errno : 0;
	close(fd);
	return rc;
}

static int remove_abandoned(const struct front_socket *sock, char error_r[FRONT_ERROR_MAX])
{
	struct stat st;
	int rc;

	if (lstat(sock->listen.path, &st) < 0)
		/* Any other trouble shows, with its reason, when the socket is bound. */
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return listen_fail(error_r, "%s exists and is not a socket", sock->listen.path);
	rc = try_connect((const struct sockaddr *)&sock->listen.address, sock->listen.size);
	/* EAGAIN: somebody listens, with a full queue. */
	if (rc == 0 || rc == EAGAIN)
		return listen_fail(error_r, "another process listens on the socket %s",
				   sock->listen.path);
	if (rc != ECONNREFUSED && rc != ENOENT)
		return listen_fail(error_r, "cannot find out who has the socket %s: %s",
				   sock->listen.path, strerrordesc_np(rc));
	if (unlink(sock->listen.path) < 0 && errno != ENOENT)
		return listen_fail(error_r, "cannot remove the abandoned socket %s: %s",
				   sock->listen.path, strerrordesc_np(errno));
	return 0;
}

int front_socket_claim(const struct front_socket *sock, char error_r[FRONT_ERROR_MAX])
{
	const int on = 1;
	int fd, rc;

	if (*sock->listen.path && remove_abandoned(sock, error_r) < 0)
		return -1;
	fd = socket(sock->listen.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return listen_fail(error_r, "cannot make the socket %s: %s", sock->listen.spelling,
				   strerrordesc_np(errno));
	if (!*sock->listen.path)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	rc = bind(fd, (const struct sockaddr *)&sock->listen.address, sock->listen.size);
	if (rc == 0 && *sock->listen.path)
		unlink(sock->listen.path);
	else if (rc == 0)
		rc = listen(fd, 1);
	if (rc < 0)
		listen_fail(error_r, "cannot make the socket %s: %s", sock->listen.spelling,
			    strerrordesc_np(errno));
	close(fd);
	return rc;
}

int front_socket_give(struct front_socket *sock, uid_t uid, gid_t gid, mode_t mode,
		      char error_r[FRONT_ERROR_MAX])
{
	struct stat st;

	if (!*sock->listen.path)
		return 0;
	if (lstat(sock->listen.path, &st) < 0)
		return listen_fail(error_r, "cannot look at the socket %s: %s", sock->listen.path,
				   strerrordesc_np(errno));
	sock->made = true;
	sock->device = st.st_dev;
	sock->inode = st.st_ino;
	if (lchown(sock->listen.path, uid, gid) < 0)
		listen_fail(error_r, "cannot give the socket %s to its user and group: %s",
			    sock->listen.path, strerrordesc_np(errno));
	else if (chmod(sock->listen.path, mode) < 0)
		listen_fail(error_r, "cannot set the mode of the socket %s: %s", sock->listen.path,
			    strerrordesc_np(errno));
	else
		return 0;
	/* Nobody could connect, not even to find out that nobody listens. */
	front_socket_remove(sock);
	return -1;
}

void front_socket_remove(const struct front_socket *sock)
{
	struct stat st;

	if (sock->made && lstat(sock->listen.path, &st) == 0 && st.st_dev == sock->device &&
	    st.st_ino == sock->inode)
		unlink(sock->listen.path);
}
