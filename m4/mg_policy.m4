# SPDX-License-Identifier: BSD-2-Clause
# One line for each policy: built into the daemon, a module of its own, or left out.

# MG_POLICY(NAME, DEFAULT): DEFAULT is builtin, module or no. Gives --with-policy-NAME, and the
# automake conditionals POLICY_NAME_BUILTIN and POLICY_NAME_MODULE for policies/NAME/NAME.mk. A
# hyphen in a name is an underscore in all identifiers.
AC_DEFUN([MG_POLICY],
[m4_bmatch([$2], [^\(builtin\|module\|no\)$], [],
	[m4_fatal([MG_POLICY($1): the default is builtin, module or no, not "$2"])])dnl
AC_ARG_WITH([policy-$1],
	[AS_HELP_STRING([--with-policy-$1=HOW], [builtin, module or no @<:@$2@:>@])],
	[], [with_policy_]m4_translit([$1], [-], [_])[=$2])
AS_CASE([$with_policy_]m4_translit([$1], [-], [_]),
	[builtin], [AS_VAR_APPEND([mg_builtin], [" $1"])],
	[module], [AS_VAR_APPEND([mg_module], [" $1"])],
	[no], [AS_VAR_APPEND([mg_left_out], [" $1"])],
	[AC_MSG_ERROR([--with-policy-$1: expected builtin, module or no])])
AM_CONDITIONAL([POLICY_]m4_toupper(m4_translit([$1], [-], [_]))[_BUILTIN],
	[test "$with_policy_]m4_translit([$1], [-], [_])[" = builtin])
AM_CONDITIONAL([POLICY_]m4_toupper(m4_translit([$1], [-], [_]))[_MODULE],
	[test "$with_policy_]m4_translit([$1], [-], [_])[" = module])
AS_VAR_IF([with_policy_]m4_translit([$1], [-], [_]), [no], [],
	[AS_VAR_APPEND([MG_POLICY_PAGES], [" policies/$1/millgate-$1.5"])])
])

# MG_POLICIES_DONE: milter/builtin.h, one X(name) for each policy that is built in, and the list of
# the pages of all that were not left out. The program that completes the manuals also sees the
# policies that are modules.
AC_DEFUN([MG_POLICIES_DONE],
[AC_SUBST([MG_POLICY_PAGES])
AC_CONFIG_COMMANDS([milter/builtin.h],
	[{
		echo "/* The policies that are built in; made by config.status. */"
		for mg_name in $mg_builtin; do
			echo "X($mg_name)" | tr - _
		done
		echo "#ifdef MG_KEYS"
		for mg_name in $mg_module; do
			echo "X($mg_name)" | tr - _
		done
		echo "#endif"
	} >milter/builtin.tmp
	AS_IF([cmp -s milter/builtin.tmp milter/builtin.h],
		[rm -f milter/builtin.tmp],
		[mv milter/builtin.tmp milter/builtin.h])],
	[mg_builtin="$mg_builtin" mg_module="$mg_module"])
])
