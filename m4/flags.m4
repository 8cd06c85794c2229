dnl SPDX-License-Identifier: Apache-2.0

dnl PERMIT_CHECK_CFLAGS(VARIABLE, FLAGS)
dnl Adds to VARIABLE each of FLAGS that the compiler takes without a warning.
dnl A newer compiler gets more checks, an older one still builds.
AC_DEFUN([PERMIT_CHECK_CFLAGS], [
	for permit_flag in $2; do
		AS_VAR_PUSHDEF([permit_var],
			[permit_cv_cflag_$permit_flag])
		AC_CACHE_CHECK([whether $CC takes $permit_flag], [permit_var], [
			permit_saved="$CFLAGS"
			CFLAGS="$CFLAGS $$1 -Werror $permit_flag"
			AC_COMPILE_IFELSE(
				[AC_LANG_PROGRAM([[#include <string.h>]], [[]])],
				[AS_VAR_SET([permit_var], [yes])],
				[AS_VAR_SET([permit_var], [no])])
			CFLAGS="$permit_saved"
		])
		AS_VAR_IF([permit_var], [yes], [$1="$$1 $permit_flag"])
		AS_VAR_POPDEF([permit_var])
	done
])

dnl PERMIT_CHECK_LDFLAGS(VARIABLE, FLAGS)
dnl The same for flags of the link.
AC_DEFUN([PERMIT_CHECK_LDFLAGS], [
	for permit_flag in $2; do
		AS_VAR_PUSHDEF([permit_var],
			[permit_cv_ldflag_$permit_flag])
		AC_CACHE_CHECK([whether the linker takes $permit_flag],
				[permit_var], [
			permit_saved="$LDFLAGS"
			LDFLAGS="$LDFLAGS $$1 -Werror $permit_flag"
			AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
				[AS_VAR_SET([permit_var], [yes])],
				[AS_VAR_SET([permit_var], [no])])
			LDFLAGS="$permit_saved"
		])
		AS_VAR_IF([permit_var], [yes], [$1="$$1 $permit_flag"])
		AS_VAR_POPDEF([permit_var])
	done
])
