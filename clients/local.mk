# SPDX-License-Identifier: Apache-2.0
#
# The library and the programs that people use: permit, permit-audit.
#
# A new subcommand: add its file to the program's _SOURCES, its table to the
# list in the program's main.c, and its section to the manual page.
# What a program must link to use the library is in CLIENT_LIBS; what permit and
# permit-audit share besides is in TOOL_LIBS.

CLIENT_LIBS = clients/libpermit/libpermit.a $(PROTO_LIBS)
TOOL_LIBS = clients/libtools.a $(CLIENT_LIBS) $(SMARTCOLS_LIBS)

# ---- libpermit, for programs that are not ours ----

lib_LIBRARIES += clients/libpermit/libpermit.a
clients_libpermit_libpermit_a_SOURCES = \
	clients/libpermit/client.c \
	clients/libpermit/client.h
clients_libpermit_libpermit_a_LIBADD = $(proto_libproto_a_OBJECTS) \
	$(proto_libschema_a_OBJECTS) $(policy_libpolicy_a_OBJECTS)
# automake does not see that these are files, and a stale archive links silently
EXTRA_clients_libpermit_libpermit_a_DEPENDENCIES = \
	$(clients_libpermit_libpermit_a_LIBADD)
pkgconfig_DATA += clients/libpermit/libpermit.pc

libpermitdir = $(includedir)/permit
libpermit_HEADERS = clients/libpermit/client.h
nodist_libpermit_HEADERS = proto/permit/v1/permit.pb-c.h

# ---- what both programs share ----

noinst_LIBRARIES += clients/libtools.a
clients_libtools_a_CPPFLAGS = $(AM_CPPFLAGS) \
	-DPERMIT_DATA_DIR='"$(pkgdatadir)"'
clients_libtools_a_SOURCES = \
	clients/exit_code.h \
	clients/facts_file.c \
	clients/facts_file.h \
	clients/facts_json.c \
	clients/facts_json.h \
	clients/files.c \
	clients/files.h \
	clients/help.c \
	clients/help.h \
	clients/options.c \
	clients/options.h \
	clients/output.c \
	clients/output.h \
	clients/policy_file.c \
	clients/policy_file.h \
	clients/time_text.c \
	clients/time_text.h

# ---- permit ----

bin_PROGRAMS += clients/permit/permit
clients_permit_permit_SOURCES = \
	clients/permit/atlas.c \
	clients/permit/atlas.h \
	clients/permit/atlas_files.c \
	clients/permit/atlas_files.h \
	clients/permit/atlas_html.c \
	clients/permit/atlas_say.c \
	clients/permit/backtest_state.c \
	clients/permit/backtest_state.h \
	clients/permit/calendar.c \
	clients/permit/calendar.h \
	clients/permit/card_html.c \
	clients/permit/card_html.h \
	clients/permit/card_say.c \
	clients/permit/card_style.h \
	clients/permit/card_view.c \
	clients/permit/card_view.h \
	clients/permit/case_facts.c \
	clients/permit/case_facts.h \
	clients/permit/case_row.c \
	clients/permit/case_row.h \
	clients/permit/cmd_ask.c \
	clients/permit/cmd_calendar.c \
	clients/permit/cmd_completion.c \
	clients/permit/cmd_evaluate.c \
	clients/permit/cmd_facts.c \
	clients/permit/cmd_policy_atlas.c \
	clients/permit/cmd_policy_backtest.c \
	clients/permit/cmd_policy_card.c \
	clients/permit/cmd_policy_cases.c \
	clients/permit/cmd_policy_check.c \
	clients/permit/cmd_policy_diff.c \
	clients/permit/cmd_policy_enact.c \
	clients/permit/cmd_policy_evidence.c \
	clients/permit/cmd_policy_list.c \
	clients/permit/cmd_policy_print.c \
	clients/permit/cmd_policy_prove.c \
	clients/permit/cmd_policy_show.c \
	clients/permit/cmd_policy_test.c \
	clients/permit/cmd_case_erase.c \
	clients/permit/cmd_case_key.c \
	clients/permit/cmd_letter.c \
	clients/permit/cmd_receipt.c \
	clients/permit/cmd_show.c \
	clients/permit/cmd_status.c \
	clients/permit/cmd_what_if.c \
	clients/permit/cmd_timeline.c \
	clients/permit/cmd_why.c \
	clients/permit/cmd_why_not.c \
	clients/permit/commands.h \
	clients/permit/coverage.c \
	clients/permit/coverage.h \
	clients/permit/daemon.c \
	clients/permit/daemon.h \
	clients/permit/editions.c \
	clients/permit/editions.h \
	clients/permit/evaluation.c \
	clients/permit/evaluation.h \
	clients/permit/evidence.c \
	clients/permit/evidence.h \
	clients/permit/explained.c \
	clients/permit/explained.h \
	clients/permit/fact_form.c \
	clients/permit/fact_form.h \
	clients/permit/failure.c \
	clients/permit/failure.h \
	clients/permit/html.c \
	clients/permit/html.h \
	clients/permit/html_write.c \
	clients/permit/interview.c \
	clients/permit/interview.h \
	clients/permit/known_case.c \
	clients/permit/known_case.h \
	clients/permit/law_words.c \
	clients/permit/law_words.h \
	clients/permit/letter.c \
	clients/permit/letter.h \
	clients/permit/letter_words.c \
	clients/permit/main.c \
	clients/permit/pdf.c \
	clients/permit/pdf.h \
	clients/permit/prove_save.c \
	clients/permit/prove_save.h \
	clients/permit/shares.c \
	clients/permit/shares.h \
	clients/permit/recorded.c \
	clients/permit/recorded.h \
	clients/permit/show.c \
	clients/permit/show.h \
	clients/permit/show_timeline.c \
	clients/permit/show_timeline.h \
	clients/permit/timeline_json.c \
	clients/permit/timeline_words.c \
	clients/permit/timelines.c \
	clients/permit/timelines.h \
	clients/permit/words.c \
	clients/permit/words.h
# libaudit comes first: it reads what the library of the tools is asked for
clients_permit_permit_LDADD = clients/audit/libaudit.a $(TOOL_LIBS)
dist_man_MANS += clients/permit/permit.1

# ---- permit-audit ----

# All but main(), so that tests can link it. It needs neither the client library
# nor the daemon.
noinst_LIBRARIES += clients/audit/libaudit.a
clients_audit_libaudit_a_SOURCES = \
	clients/audit/backtest.c \
	clients/audit/backtest.h \
	clients/audit/cmd_compare.c \
	clients/audit/cmd_export.c \
	clients/audit/cmd_prove.c \
	clients/audit/cmd_replay.c \
	clients/audit/cmd_verify.c \
	clients/audit/cmd_witness.c \
	clients/audit/commands.h \
	clients/audit/compare.c \
	clients/audit/compare.h \
	clients/audit/content.c \
	clients/audit/content.h \
	clients/audit/enacted.c \
	clients/audit/enacted.h \
	clients/audit/erasures.c \
	clients/audit/erasures.h \
	clients/audit/export.c \
	clients/audit/export.h \
	clients/audit/export_reader.h \
	clients/audit/export_rest.c \
	clients/audit/finding.c \
	clients/audit/finding.h \
	clients/audit/folder.c \
	clients/audit/folder.h \
	clients/audit/keys.c \
	clients/audit/keys.h \
	clients/audit/memory.c \
	clients/audit/memory.h \
	clients/audit/progress.c \
	clients/audit/progress.h \
	clients/audit/replay.c \
	clients/audit/replay.h \
	clients/audit/replay_compare.c \
	clients/audit/replay_compare.h \
	clients/audit/replay_one.c \
	clients/audit/replay_one.h \
	clients/audit/replay_pool.c \
	clients/audit/replay_pool.h \
	clients/audit/replay_state.c \
	clients/audit/replay_state.h \
	clients/audit/report.c \
	clients/audit/report.h \
	clients/audit/source.c \
	clients/audit/source.h \
	clients/audit/source_export.c \
	clients/audit/source_kinds.h \
	clients/audit/source_store.c \
	clients/audit/tile_walk.c \
	clients/audit/tile_walk.h \
	clients/audit/trusted.c \
	clients/audit/trusted.h \
	clients/audit/verify.c \
	clients/audit/verify.h
AUDIT_LIBS = clients/audit/libaudit.a clients/libtools.a $(PROTO_LIBS) \
	$(SMARTCOLS_LIBS)

bin_PROGRAMS += clients/audit/permit-audit
clients_audit_permit_audit_SOURCES = clients/audit/main.c
clients_audit_permit_audit_LDADD = $(AUDIT_LIBS)
dist_man_MANS += clients/audit/permit-audit.1

# ---- permit-proof-check ----

# It shares nothing with the rest: no library of ours is linked, no header
# included. All but main() is a library, so that tests can call it.
noinst_LIBRARIES += clients/proofcheck/libproofcheck.a
clients_proofcheck_libproofcheck_a_SOURCES = \
	clients/proofcheck/cells.c \
	clients/proofcheck/diagram.c \
	clients/proofcheck/package.c \
	clients/proofcheck/proofcheck.h \
	clients/proofcheck/tables.c \
	clients/proofcheck/theorems.c
bin_PROGRAMS += clients/proofcheck/permit-proof-check
clients_proofcheck_permit_proof_check_SOURCES = clients/proofcheck/main.c
clients_proofcheck_permit_proof_check_LDADD = \
	clients/proofcheck/libproofcheck.a $(CRYPTO_LIBS)
dist_man_MANS += clients/proofcheck/permit-proof-check.1
EXTRA_DIST += clients/proofcheck/README.md

EXTRA_DIST += clients/README.md clients/quickstart
