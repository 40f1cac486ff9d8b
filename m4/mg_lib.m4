# SPDX-License-Identifier: BSD-2-Clause
# Finds a library: by pkg-config if that knows it, else by trying the header and the library. All
# missing libraries are reported at once.

# MG_LIB(PREFIX, PKG-CONFIG NAME or empty, MINIMUM VERSION or empty, HEADER, LIBRARIES, FUNCTION,
#        DEBIAN PACKAGE)
# sets and substitutes PREFIX_CFLAGS and PREFIX_LIBS; either may be given by the user.
AC_DEFUN([MG_LIB],
[AC_ARG_VAR([$1_CFLAGS], [compiler flags for $7])dnl
AC_ARG_VAR([$1_LIBS], [linker flags for $7])dnl
AC_REQUIRE([MG_PKG_CONFIG])dnl
AC_MSG_CHECKING([for $7])
mg_how=
AS_IF([test -n "$$1_CFLAGS$$1_LIBS"], [mg_how=given])
m4_ifval([$2], [AS_IF([test -z "$mg_how" && test -n "$PKG_CONFIG" &&
		$PKG_CONFIG --exists "$2[]m4_ifval([$3], [ >= $3])"],
	[$1_CFLAGS=`$PKG_CONFIG --cflags $2`
	$1_LIBS=`$PKG_CONFIG --libs $2`
	mg_how=pkg-config])])
AS_IF([test -z "$mg_how"], [$1_LIBS="$5"])
mg_save_cflags=$CFLAGS
mg_save_libs=$LIBS
CFLAGS="$CFLAGS $$1_CFLAGS"
LIBS="$$1_LIBS $LIBS"
AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <stddef.h>
#include <sys/types.h>
#include <stdint.h>
]m4_if([$1], [PCRE2], [[#define PCRE2_CODE_UNIT_WIDTH 8]])[
#include <$4>
]], [[void (*volatile function)(void) = (void (*)(void))$6; return function == NULL;]])],
	[AS_VAR_IF([mg_how], [], [mg_how="by its header"])
	AC_MSG_RESULT([yes ($mg_how)])],
	[AC_MSG_RESULT([no])
	AS_VAR_APPEND([mg_missing], [" $7"])])
CFLAGS=$mg_save_cflags
LIBS=$mg_save_libs
])

AC_DEFUN([MG_PKG_CONFIG],
[AC_ARG_VAR([PKG_CONFIG], [the pkg-config program])dnl
AS_VAR_IF([PKG_CONFIG], [], [AC_PATH_TOOL([PKG_CONFIG], [pkg-config])])
mg_missing=
])

# MG_LIBS_DONE: the error for all missing libraries.
AC_DEFUN([MG_LIBS_DONE],
[AS_VAR_IF([mg_missing], [], [],
	[AC_MSG_ERROR([missing:$mg_missing
  On Debian: apt-get install$mg_missing
  Elsewhere, give their _CFLAGS and _LIBS (see ./configure --help). config.log has the details.])])
])
