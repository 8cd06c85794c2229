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
	daemon/buffer.c \
	daemon/buffer.h \
	daemon/client.h \
	daemon/clock.c \
	daemon/clock.h \
	daemon/config.c \
	daemon/config.h \
	daemon/conn.c \
	daemon/conn.h \
	daemon/daemon.c \
	daemon/daemon.h \
	daemon/engine.c \
	daemon/engine.h \
	daemon/fault.c \
	daemon/fault.h \
	daemon/limits.h \
	daemon/listener.c \
	daemon/listener.h \
	daemon/logging.c \
	daemon/logging.h \
	daemon/loop.c \
	daemon/loop.h \
	daemon/service.c \
	daemon/service.h \
	daemon/service_answer.c \
	daemon/service_edition.c \
	daemon/service_enact.c \
	daemon/service_evaluate.c \
	daemon/service_info.h \
	daemon/service_log.c \
	daemon/service_policy.c \
	daemon/service_proof.c \
	daemon/service_queue.c \
	daemon/service_receipt.c \
	daemon/service_recorded.c \
	daemon/service_state.h \
	daemon/service_status.c \
	daemon/store/diagram_record.c \
	daemon/store/diagram_record.h \
	daemon/store/edition_record.c \
	daemon/store/edition_record.h \
	daemon/store/editions.c \
	daemon/store/editions.h \
	daemon/store/editions_load.c \
	daemon/store/editions_state.h \
	daemon/store/index.c \
	daemon/store/index.h \
	daemon/store/lmdb.c \
	daemon/store/lmdb.h \
	daemon/store/lock.c \
	daemon/store/lock.h \
	daemon/store/log.c \
	daemon/store/log.h \
	daemon/store/log_open.c \
	daemon/store/log_state.h \
	daemon/store/overlay.c \
	daemon/store/overlay.h \
	daemon/store/rebuild.c \
	daemon/store/rebuild.h \
	daemon/store/segments.c \
	daemon/store/segments.h \
	daemon/store/signer.c \
	daemon/store/signer.h \
	daemon/store/store.c \
	daemon/store/store.h

sbin_PROGRAMS += daemon/permitd
daemon_permitd_SOURCES = daemon/main.c
daemon_permitd_LDADD = $(DAEMON_LIBS)
dist_man_MANS += daemon/permitd.8
EXTRA_DIST += daemon/README.md daemon/store/README.md
