# SPDX-License-Identifier: Apache-2.0
#
# The daemon: loop, service, store.
#
# A new module: add its .c and .h to daemon_sources. main.c stays out of the
# library and holds main() alone, so that tests can link all the rest. The
# program is registered like this, with its man page:
#
#	sbin_PROGRAMS += daemon/permitd
#	daemon_permitd_SOURCES = daemon/main.c
#	daemon_permitd_LDADD = $(DAEMON_LIBS)
#	dist_man_MANS += daemon/permitd.8

noinst_LIBRARIES += daemon/libdaemon.a
daemon_libdaemon_a_SOURCES = $(daemon_sources)

DAEMON_LIBS = daemon/libdaemon.a $(PROTO_LIBS) \
	$(EVENT_LIBS) $(LMDB_LIBS) $(INIH_LIBS)

daemon_sources = \
	daemon/store/log.c daemon/store/log.h \
	daemon/store/log_open.c daemon/store/log_state.h \
	daemon/store/segments.c daemon/store/segments.h \
	daemon/store/signer.c daemon/store/signer.h
