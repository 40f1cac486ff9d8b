/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading without regard to how many bytes one read() returns. */
#include <config.h>

#include <errno.h>
#include <unistd.h>

#include "base/read.h"

int read_up_to(int fd, char *text, size_t size, size_t *got_r)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = read(fd, text + got, size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*got_r = got;
	return 0;
}
