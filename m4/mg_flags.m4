# SPDX-License-Identifier: BSD-2-Clause
# Tests which flags the compiler and the linker understand, and groups them into options.

# MG_CFLAG(VARIABLE, FLAGS) appends FLAGS to VARIABLE if the compiler takes them without a message.
# -Werror: clang only warns of options that it does not know.
AC_DEFUN([MG_CFLAG],
[AS_VAR_PUSHDEF([cache], [mg_cv_cflag_$2])dnl
AC_CACHE_CHECK([whether $CC takes $2], [cache],
	[mg_save_cflags=$CFLAGS
	CFLAGS="$CFLAGS -Werror $2"
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]], [[]])],
		[AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
	CFLAGS=$mg_save_cflags])
AS_VAR_IF([cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
AS_VAR_POPDEF([cache])dnl
])

# MG_LDFLAG(VARIABLE, FLAGS, [CFLAGS]): the same for linking a program, compiled with CFLAGS.
AC_DEFUN([MG_LDFLAG],
[AS_VAR_PUSHDEF([cache], [mg_cv_ldflag_$2])dnl
AC_CACHE_CHECK([whether $CC links with $2], [cache],
	[mg_save_cflags=$CFLAGS
	mg_save_ldflags=$LDFLAGS
	CFLAGS="$CFLAGS -Werror $3"
	LDFLAGS="$LDFLAGS $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <stdio.h>]], [[return puts("") < 0;]])],
		[AS_VAR_SET([cache], [yes])], [AS_VAR_SET([cache], [no])])
	CFLAGS=$mg_save_cflags
	LDFLAGS=$mg_save_ldflags])
AS_VAR_IF([cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
AS_VAR_POPDEF([cache])dnl
])

# MG_WARNINGS: the warnings that this code is free of, in MG_WARN_CFLAGS; --enable-werror.
AC_DEFUN([MG_WARNINGS],
[MG_WARN_CFLAGS=
m4_foreach_w([flag], [-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes
		-Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wformat=2 -Wundef -Wvla],
	[MG_CFLAG([MG_WARN_CFLAGS], flag)])
AC_ARG_ENABLE([werror],
	[AS_HELP_STRING([--enable-werror], [make every warning of the compiler an error])],
	[], [enable_werror=no])
AS_VAR_IF([enable_werror], [no], [], [MG_WARN_CFLAGS="$MG_WARN_CFLAGS -Werror"])
AC_SUBST([MG_WARN_CFLAGS])
])

# MG_SANITIZER: --enable-sanitizer=LIST, in MG_SANITIZE_FLAGS (for compiling and for linking).
AC_DEFUN([MG_SANITIZER],
[AC_ARG_ENABLE([sanitizer],
	[AS_HELP_STRING([--enable-sanitizer=LIST],
		[build with -fsanitize=LIST: address,undefined or thread or ...])],
	[], [enable_sanitizer=no])
AC_ARG_ENABLE([fuzzers],
	[AS_HELP_STRING([--enable-fuzzers], [build the fuzzers of tests/fuzz (needs clang)])],
	[], [enable_fuzzers=no])
MG_SANITIZE_FLAGS=
AS_CASE([$enable_sanitizer],
	[no], [],
	[yes], [AC_MSG_ERROR([--enable-sanitizer needs a list, such as address,undefined])],
	[MG_LDFLAG([MG_SANITIZE_FLAGS], [-fsanitize=$enable_sanitizer],
		[-fsanitize=$enable_sanitizer])
	AS_VAR_IF([MG_SANITIZE_FLAGS], [],
		[AC_MSG_ERROR([$CC cannot link with -fsanitize=$enable_sanitizer])])
	MG_SANITIZE_FLAGS="$MG_SANITIZE_FLAGS -fno-sanitize-recover=all -fno-omit-frame-pointer"])
AS_VAR_IF([enable_fuzzers], [no], [],
	[mg_fuzzer=
	MG_CFLAG([mg_fuzzer], [-fsanitize=fuzzer-no-link])
	AS_VAR_IF([mg_fuzzer], [], [AC_MSG_ERROR([--enable-fuzzers needs clang: try CC=clang])])
	MG_SANITIZE_FLAGS="$MG_SANITIZE_FLAGS$mg_fuzzer"])
AC_SUBST([MG_FUZZER_LIBS], [-fsanitize=fuzzer])
AC_SUBST([MG_SANITIZE_FLAGS])
AM_CONDITIONAL([FUZZERS], [test "$enable_fuzzers" != no])
])

# MG_OBJECT_CHECKS: --enable-checks, the checks of milter/base/check.h. A sanitizer enables them.
AC_DEFUN([MG_OBJECT_CHECKS],
[AC_REQUIRE([MG_SANITIZER])dnl
AC_ARG_ENABLE([checks],
	[AS_HELP_STRING([--enable-checks],
		[end the process where an object is not what it should be
		 @<:@with a sanitizer@:>@])],
	[], [AS_VAR_IF([enable_sanitizer], [no], [enable_checks=no], [enable_checks=yes])])
AS_VAR_IF([enable_checks], [no], [],
	[AC_DEFINE([MG_CHECKS], [1], [Whether objects are checked where they are handed over.])])
])

# MG_HARDENING: --disable-hardening. MG_HARDEN_CFLAGS compiles everything; MG_HARDEN_LDFLAGS links
# everything; MG_PIE_LDFLAGS links programs only. A sanitizer checks the same calls as FORTIFY,
# which would only hide them from it.
AC_DEFUN([MG_HARDENING],
[AC_REQUIRE([MG_SANITIZER])dnl
AC_ARG_ENABLE([hardening],
	[AS_HELP_STRING([--disable-hardening],
		[leave out PIE, RELRO, the stack protector and their like])],
	[], [enable_hardening=yes])
MG_HARDEN_CFLAGS=
MG_HARDEN_LDFLAGS=
MG_PIE_LDFLAGS=
AS_VAR_IF([enable_hardening], [no], [],
	[MG_CFLAG([MG_HARDEN_CFLAGS], [-fPIE])
	MG_LDFLAG([MG_PIE_LDFLAGS], [-pie], [-fPIE])
	MG_CFLAG([MG_HARDEN_CFLAGS], [-fstack-protector-strong])
	MG_CFLAG([MG_HARDEN_CFLAGS], [-fstack-clash-protection])
	MG_CFLAG([MG_HARDEN_CFLAGS], [-fcf-protection])
	AS_VAR_IF([enable_sanitizer], [no],
		[mg_fortify=
		MG_CFLAG([mg_fortify], [-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3])
		AS_VAR_IF([mg_fortify], [],
			[MG_CFLAG([mg_fortify], [-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2])])
		MG_HARDEN_CFLAGS="$MG_HARDEN_CFLAGS$mg_fortify"])
	MG_LDFLAG([MG_HARDEN_LDFLAGS], [-Wl,-z,relro])
	MG_LDFLAG([MG_HARDEN_LDFLAGS], [-Wl,-z,now])
	MG_LDFLAG([MG_HARDEN_LDFLAGS], [-Wl,-z,noexecstack])])
AC_SUBST([MG_HARDEN_CFLAGS])
AC_SUBST([MG_HARDEN_LDFLAGS])
AC_SUBST([MG_PIE_LDFLAGS])
])

# MG_VISIBILITY: a module exports the one symbol that MG_EXPORT marks. (What the daemon exports is
# decided by milter/daemon/exports.list.)
AC_DEFUN([MG_VISIBILITY],
[MG_MODULE_CFLAGS=
MG_CFLAG([MG_MODULE_CFLAGS], [-fvisibility=hidden])
AC_SUBST([MG_MODULE_CFLAGS])
MG_EXPORTS_LDFLAGS=
MG_LDFLAG([MG_EXPORTS_LDFLAGS], [-Wl,--dynamic-list=$srcdir/milter/daemon/exports.list])
AS_VAR_IF([MG_EXPORTS_LDFLAGS], [], [AC_MSG_ERROR([the linker does not know --dynamic-list])])
# One word, so that libtool keeps its place among the objects.
MG_WHOLE_CORE=-Wl,--whole-archive
for mg_room in session config dns table base; do
	MG_WHOLE_CORE=$MG_WHOLE_CORE,milter/$mg_room/lib$mg_room.a
done
MG_WHOLE_CORE=$MG_WHOLE_CORE,--no-whole-archive
AC_SUBST([MG_WHOLE_CORE])
])
