/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a file is a whole ELF shared object. dlopen() believes the program header: of a
 * truncated file it maps pages that are not there, and the first touch of one ends the process
 * with SIGBUS.
 */
#include <config.h>

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/registry.h"

static const char *elf_check_segments(int fd, const ElfW(Ehdr) * header, uint64_t size)
{
	for (unsigned i = 0; i < header->e_phnum; i++) {
		ElfW(Phdr) segment;
		const uint64_t at = header->e_phoff + (uint64_t)i * sizeof(segment);

		if (pread(fd, &segment, sizeof(segment), (off_t)at) != (ssize_t)sizeof(segment))
			return "is truncated";
		if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset)
			return "is truncated";
	}
	return NULL;
}

static const char *elf_check(int fd)
{
	ElfW(Ehdr) header;
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return "is not a regular file";
	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return "is not a shared object, or truncated";
	if (header.e_type != ET_DYN || header.e_phentsize != sizeof(ElfW(Phdr)))
		return "is not a shared object";

	const uint64_t size = (uint64_t)st.st_size;
	const uint64_t sections = (uint64_t)header.e_shnum * header.e_shentsize;

	/*
	 * The section table comes last in what a linker writes: its absence shows a cut that left
	 * the segments whole.
	 */
	if (header.e_shoff > size || sections > size - header.e_shoff)
		return "is truncated";
	return elf_check_segments(fd, &header, size);
}

const char *registry_check_elf(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return "cannot be read";

	const char *wrong = elf_check(fd);

	close(fd);
	return wrong;
}
