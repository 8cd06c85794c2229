# SPDX-License-Identifier: Apache-2.0
#
# The library and the programs that people use: permit, permit-audit.
#
# A new file of the library: add it to libpermit_sources, its public header to
# include_HEADERS. A new subcommand: add its file to the program's _SOURCES.
# Programs are registered like this, with their man pages:
#
#	bin_PROGRAMS += clients/permit/permit
#	clients_permit_permit_SOURCES = clients/permit/main.c
#	clients_permit_permit_LDADD = $(CLIENT_LIBS)
#	dist_man_MANS += clients/permit/permit.1
#
# The library is installed once it has a public header:
#
#	lib_LIBRARIES += clients/libpermit/libpermit.a
#	include_HEADERS += clients/libpermit/permit.h
#	clients_libpermit_libpermit_a_SOURCES = $(libpermit_sources)
#	clients_libpermit_libpermit_a_LIBADD = $(proto_libproto_a_OBJECTS) \
#		$(proto_libschema_a_OBJECTS) $(policy_libpolicy_a_OBJECTS)
#	pkgconfig_DATA += clients/libpermit/libpermit.pc
#
# What a program must link to use the library is in CLIENT_LIBS.

CLIENT_LIBS = clients/libpermit/libpermit.a $(PROTO_LIBS) $(SMARTCOLS_LIBS)

libpermit_sources =
