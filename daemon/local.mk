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
	daemon/metrics.c \
	daemon/metrics.h \
	daemon/metrics_server.c \
	daemon/metrics_server.h \
	daemon/service.c \
	daemon/service.h \
	daemon/service_answer.c \
	daemon/service_case.c \
	daemon/service_edition.c \
	daemon/service_enact.c \
	daemon/service_erase.c \
	daemon/service_evaluate.c \
	daemon/service_info.h \
	daemon/service_log.c \
	daemon/service_metrics.c \
	daemon/service_policy.c \
	daemon/service_proof.c \
	daemon/service_queue.c \
	daemon/service_receipt.c \
	daemon/service_recorded.c \
	daemon/service_state.h \
	daemon/service_status.c \
	daemon/store/cases.c \
	daemon/store/cases.h \
	daemon/store/diagram_record.c \
	daemon/store/diagram_record.h \
	daemon/store/edition_record.c \
	daemon/store/edition_record.h \
	daemon/store/durable.c \
	daemon/store/durable.h \
	daemon/store/editions.c \
	daemon/store/editions.h \
	daemon/store/editions_load.c \
	daemon/store/editions_state.h \
	daemon/store/erasure.c \
	daemon/store/erasure.h \
	daemon/store/guard.c \
	daemon/store/guard.h \
	daemon/store/high_water.c \
	daemon/store/high_water.h \
	daemon/store/index.c \
	daemon/store/index.h \
	daemon/store/keystore.c \
	daemon/store/keystore.h \
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
	daemon/store/store.c \
	daemon/store/store.h \
	daemon/supervisor.c \
	daemon/supervisor.h

sbin_PROGRAMS += daemon/permitd
daemon_permitd_SOURCES = daemon/main.c
daemon_permitd_LDADD = $(DAEMON_LIBS)
dist_man_MANS += daemon/permitd.8
EXTRA_DIST += daemon/README.md daemon/store/README.md

# Units for systemd. The folders are known to make alone, so it fills them in.
systemdunitdir = $(prefix)/lib/systemd/system
sysusersdir = $(prefix)/lib/sysusers.d
nodist_systemdunit_DATA = daemon/systemd/permitd.service
dist_systemdunit_DATA = daemon/systemd/permitd.socket
dist_sysusers_DATA = daemon/systemd/permitd-users.conf
EXTRA_DIST += daemon/systemd/permitd.service.in daemon/systemd/permitd.conf
CLEANFILES += daemon/systemd/permitd.service

daemon/systemd/permitd.service: daemon/systemd/permitd.service.in
	$(AM_V_at)$(MKDIR_P) daemon/systemd
	$(AM_V_GEN)sed -e 's|@sbindir[@]|$(sbindir)|g' \
		-e 's|@sysconfdir[@]|$(sysconfdir)|g' \
		$(srcdir)/daemon/systemd/permitd.service.in >$@

# Options that somebody has set are never overwritten, nor removed.
install-data-local:
	test -e $(DESTDIR)$(sysconfdir)/permitd.conf || { \
		$(MKDIR_P) $(DESTDIR)$(sysconfdir) && $(INSTALL_DATA) \
		$(srcdir)/daemon/systemd/permitd.conf \
		$(DESTDIR)$(sysconfdir)/permitd.conf; }

uninstall-local:
	! cmp -s $(srcdir)/daemon/systemd/permitd.conf \
		$(DESTDIR)$(sysconfdir)/permitd.conf || \
		rm -f $(DESTDIR)$(sysconfdir)/permitd.conf
