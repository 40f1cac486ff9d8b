/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a file is a whole ELF shared object, and the one that is loaded. dlopen() believes the
 * program header: of a truncated file it maps pages that are not there, and the first touch of one
 * ends the process with SIGBUS.
 */
#include <config.h>

#include <dlfcn.h>
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

/* ---- What is loaded ---- */

struct elf_loaded {
	ElfW(Addr) base;
	int fd;
	bool same;
};

static bool elf_has_bytes(int fd, const ElfW(Phdr) * segment, const char *bytes)
{
	char buffer[4096];
	size_t size;

	for (size_t at = 0; at < segment->p_filesz; at += size) {
		size = segment->p_filesz - at < sizeof(buffer) ? segment->p_filesz - at
							       : sizeof(buffer);
		if (pread(fd, buffer, size, (off_t)(segment->p_offset + at)) != (ssize_t)size ||
		    memcmp(buffer, bytes + at, size) != 0)
			return false;
	}
	return true;
}

/* Segments that are not written to are in memory as in the file: code, constants, the build id. */
static int elf_compare(struct dl_phdr_info *info, size_t info_size, void *arg)
{
	struct elf_loaded *loaded = arg;

	(void)info_size;
	if (info->dlpi_addr != loaded->base)
		return 0;
	loaded->same = true;
	for (unsigned i = 0; i < info->dlpi_phnum && loaded->same; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W))
			loaded->same =
				elf_has_bytes(loaded->fd, segment,
					      (const char *)(loaded->base + segment->p_vaddr));
	}
	return 1;
}

bool registry_is_loaded(void *module, const char *path)
{
	struct elf_loaded loaded = { .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) };
	struct link_map *map;

	if (loaded.fd < 0)
		return false;
	if (dlinfo(module, RTLD_DI_LINKMAP, &map) == 0) {
		loaded.base = map->l_addr;
		dl_iterate_phdr(elf_compare, &loaded);
	}
	close(loaded.fd);
	return loaded.same;
}
