# SPDX-License-Identifier: Apache-2.0
#
# A new unit test: add tests/unit/test_MODULE to unit_tests. Its source is
# tests/unit/test_MODULE.c unless a line tests_unit_test_MODULE_SOURCES says
# more. It is linked with every module.
#
# A new script test: add it to script_tests. It prints "ok - sentence" or
# "not ok - sentence" for each thing it holds, exits non-zero when any failed,
# and finds the tree in $top_srcdir, what was built in $top_builddir.
#
# A new fuzz target: add tests/fuzz/fuzz_NAME to fuzz_targets and a line
# tests_fuzz_fuzz_NAME_LDADD = $(FUZZ_LIBS). Its source tests/fuzz/fuzz_NAME.c
# holds LLVMFuzzerTestOneInput alone. Inputs worth keeping stand in
# tests/fuzz/corpus/NAME/ and every make check replays them.
#
# Files or folders that a test reads go into test_data. No folder in it may be
# one that receives objects.

fuzz_targets =
test_data = tests/golden/canada

unit_tests = \
	tests/unit/test_arena \
	tests/unit/test_date \
	tests/unit/test_fact \
	tests/unit/test_testimony \
	tests/unit/test_text \
	tests/unit/test_decide \
	tests/unit/test_diff_limits \
	tests/unit/test_node \
	tests/unit/test_timeline_read
tests_unit_test_decide_SOURCES = tests/unit/test_decide.c $(test_files)

# The log: its bytes, and its writer.
unit_tests += \
	tests/unit/test_blob \
	tests/unit/test_cases \
	tests/unit/test_digest \
	tests/unit/test_entry \
	tests/unit/test_log \
	tests/unit/test_log_page \
	tests/unit/test_log_faults \
	tests/unit/test_merkle \
	tests/unit/test_note \
	tests/unit/test_seal \
	tests/unit/test_segment \
	tests/unit/test_signer \
	tests/unit/test_tiles \
	tests/unit/test_tombstone \
	tests/unit/test_trust
tests_unit_test_log_page_SOURCES = tests/unit/test_log_page.c $(test_files)
tests_unit_test_log_SOURCES = tests/unit/test_log.c $(log_fixture)
tests_unit_test_log_faults_SOURCES = tests/unit/test_log_faults.c $(log_fixture)
log_fixture = tests/support/log_fixture.c tests/support/log_fixture.h

fuzz_targets += \
	tests/fuzz/fuzz_entry \
	tests/fuzz/fuzz_note
tests_fuzz_fuzz_entry_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_note_LDADD = $(FUZZ_LIBS)
test_data += \
	tests/fuzz/corpus/entry \
	tests/fuzz/corpus/note

# permit-audit, on logs with real decisions.
unit_tests += \
	tests/integration/test_audit_program \
	tests/integration/test_audit_prove \
	tests/integration/test_audit_witness \
	tests/property/test_audit_flips \
	tests/unit/test_audit \
	tests/unit/test_audit_copies \
	tests/unit/test_audit_memory \
	tests/unit/test_audit_resume \
	tests/unit/test_audit_tamper \
	tests/unit/test_backtest
tests_integration_test_audit_program_SOURCES = \
	tests/integration/test_audit_program.c $(audit_log)
tests_integration_test_audit_program_LDADD = $(AUDIT_LIBS) $(TEST_LIBS)
tests_integration_test_audit_prove_SOURCES = \
	tests/integration/test_audit_prove.c $(audit_log)
tests_integration_test_audit_prove_LDADD = $(AUDIT_LIBS) $(TEST_LIBS)
tests_integration_test_audit_witness_SOURCES = \
	tests/integration/test_audit_witness.c $(audit_log)
tests_integration_test_audit_witness_LDADD = $(AUDIT_LIBS) $(TEST_LIBS)
tests_property_test_audit_flips_SOURCES = tests/property/test_audit_flips.c \
	tests/support/chance.h $(audit_log)
tests_property_test_audit_flips_LDADD = $(AUDIT_LIBS) $(TEST_LIBS)
tests_unit_test_audit_copies_SOURCES = tests/unit/test_audit_copies.c $(audit_log)
tests_unit_test_audit_copies_LDADD = $(AUDIT_LIBS) $(TEST_LIBS)
tests_unit_test_audit_memory_SOURCES = tests/unit/test_audit_memory.c $(audit_log)
tests_unit_test_audit_memory_LDADD = $(AUDIT_LIBS) $(TEST_LIBS)
tests_unit_test_audit_resume_SOURCES = tests/unit/test_audit_resume.c $(audit_log)
tests_unit_test_audit_resume_LDADD = $(AUDIT_LIBS) $(TEST_LIBS)
tests_unit_test_audit_tamper_SOURCES = tests/unit/test_audit_tamper.c $(audit_log)
tests_unit_test_audit_tamper_LDADD = $(AUDIT_LIBS) $(TEST_LIBS)
tests_unit_test_backtest_SOURCES = tests/unit/test_backtest.c \
	clients/permit/backtest_state.c clients/permit/backtest_state.h $(audit_log)
tests_unit_test_backtest_LDADD = $(AUDIT_LIBS) $(TEST_LIBS)
tests_unit_test_audit_SOURCES = tests/unit/test_audit.c $(audit_log)
tests_unit_test_audit_LDADD = $(AUDIT_LIBS) $(TEST_LIBS) -lpthread
audit_log = tests/support/audit_log.c tests/support/audit_log.h \
	tests/support/audit_run.c tests/support/audit_run.h \
	tests/support/audit_try.c tests/support/audit_try.h $(test_files)

# The wire.
unit_tests += \
	tests/unit/test_carry \
	tests/unit/test_caseref \
	tests/unit/test_frame \
	tests/unit/test_json \
	tests/unit/test_prescan \
	tests/unit/test_request \
	tests/unit/test_result \
	tests/unit/test_wire \
	tests/unit/test_wire_answer
EXTRA_DIST += tests/interop/buf-lint
small_policy = tests/support/small_policy.c tests/support/small_policy.h
tests_unit_test_carry_SOURCES = tests/unit/test_carry.c $(small_policy)
tests_unit_test_result_SOURCES = tests/unit/test_result.c $(small_policy)
tests_unit_test_wire_SOURCES = tests/unit/test_wire.c $(small_policy)
tests_unit_test_wire_answer_SOURCES = tests/unit/test_wire_answer.c $(small_policy)
fuzz_targets += \
	tests/fuzz/fuzz_frame \
	tests/fuzz/fuzz_request
tests_fuzz_fuzz_frame_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_request_LDADD = $(FUZZ_LIBS)
test_data += \
	tests/fuzz/corpus/frame \
	tests/fuzz/corpus/request \
	tests/support/small

# Properties: what decides against plain loops over every case, and against a
# second evaluator. An argument to the program asks for a longer campaign.
unit_tests += \
	tests/property/test_cover \
	tests/property/test_policies \
	tests/property/test_ask \
	tests/property/test_explain \
	tests/property/test_random_editions \
	tests/property/test_small_policies \
	tests/property/test_timeline \
	tests/property/test_walks \
	tests/unit/test_derive
tests_property_test_walks_SOURCES = tests/property/test_walks.c \
	tests/support/chance.h $(test_files)
tests_property_test_cover_SOURCES = tests/property/test_cover.c \
	tests/support/brute_theorems.c tests/support/brute_theorems.h \
	$(random_editions)
tests_property_test_policies_SOURCES = tests/property/test_policies.c $(naive)
tests_property_test_ask_SOURCES = \
	tests/property/test_ask.c $(random_editions)
tests_property_test_explain_SOURCES = \
	tests/property/test_explain.c $(random_editions)
tests_property_test_random_editions_SOURCES = \
	tests/property/test_random_editions.c $(random_editions)
tests_property_test_small_policies_SOURCES = \
	tests/property/test_small_policies.c $(naive)
tests_property_test_timeline_SOURCES = \
	tests/property/test_timeline.c $(naive) $(random_editions_alone)
tests_unit_test_derive_SOURCES = tests/unit/test_derive.c $(naive)
naive = \
	tests/property/compare.c tests/property/compare.h \
	tests/property/compare_open.c \
	tests/support/cases.c tests/support/cases.h \
	tests/support/chance.h \
	tests/support/naive.c tests/support/naive.h \
	tests/support/naive_feel.c
random_editions = \
	tests/support/brute.c tests/support/brute.h \
	tests/support/chance.h $(random_editions_alone)
random_editions_alone = \
	tests/support/random_edition.c tests/support/random_edition.h

# The diagram: its orders, its bytes, and what an edition means.
unit_tests += \
	tests/property/test_meanings \
	tests/unit/test_build \
	tests/unit/test_image \
	tests/unit/test_meaning
tests_property_test_meanings_SOURCES = tests/property/test_meanings.c \
	$(random_editions)
tests_unit_test_build_SOURCES = tests/unit/test_build.c $(small_policy)
tests_unit_test_image_SOURCES = tests/unit/test_image.c $(small_policy)
tests_unit_test_meaning_SOURCES = tests/unit/test_meaning.c $(test_files)
fuzz_targets += tests/fuzz/fuzz_image
tests_fuzz_fuzz_image_SOURCES = tests/fuzz/fuzz_image.c $(test_files)
tests_fuzz_fuzz_image_LDADD = $(FUZZ_LIBS)
test_data += tests/fuzz/corpus/image

# Diagrams against another library's, BuDDy, on editions as large as law.
if HAVE_BUDDY
unit_tests += tests/property/test_oracle
endif
tests_property_test_oracle_SOURCES = tests/property/test_oracle.c \
	tests/support/oracle.c tests/support/oracle.h $(test_files) \
	$(random_editions)
tests_property_test_oracle_LDADD = $(TEST_LIBS) $(BUDDY_LIBS)

# The prover, against loops over pairs of cases.
unit_tests += \
	tests/unit/test_prove \
	tests/unit/test_bytes \
	tests/unit/test_prove_law \
	tests/unit/test_wire_proof
tests_unit_test_wire_proof_SOURCES = tests/unit/test_wire_proof.c $(proven)
tests_unit_test_prove_SOURCES = tests/unit/test_prove.c \
	tests/support/brute_theorems.c tests/support/brute_theorems.h \
	$(proven) $(random_editions)
tests_unit_test_bytes_SOURCES = tests/unit/test_bytes.c $(test_files)
tests_unit_test_prove_law_SOURCES = tests/unit/test_prove_law.c $(proven)
proven = tests/support/proven.c tests/support/proven.h $(test_files)
test_data += tests/golden/bytes.txt tests/golden/law tests/golden/prove

# The report card, against loops over every case, and what a page may hold.
unit_tests += \
	tests/unit/test_card \
	tests/unit/test_html
tests_unit_test_html_SOURCES = tests/unit/test_html.c \
	clients/permit/html.c clients/permit/html.h
tests_unit_test_card_SOURCES = tests/unit/test_card.c \
	tests/support/card_turns.h \
	tests/support/brute.c tests/support/brute.h $(test_files)
test_data += tests/golden/atlas tests/golden/card tests/integration/atlas.mjs
test_data += tests/integration/metrics.mjs

# Letters, of every example of the law.
unit_tests += tests/property/test_letters tests/unit/test_words
tests_unit_test_words_SOURCES = tests/unit/test_words.c \
	clients/permit/words.c clients/permit/words.h
tests_property_test_letters_SOURCES = tests/property/test_letters.c \
	clients/permit/letter.c clients/permit/letter.h \
	clients/permit/letter_words.c \
	clients/permit/show_timeline.h clients/permit/timeline_words.c \
	clients/permit/explained.c clients/permit/explained.h \
	clients/permit/words.c clients/permit/words.h $(test_files)
tests_property_test_letters_LDADD = clients/libtools.a $(TEST_LIBS)

# Two editions side by side.
unit_tests += \
	tests/property/test_diff \
	tests/property/test_outcome \
	tests/property/test_mutants \
	tests/unit/test_align \
	tests/unit/test_share
tests_property_test_mutants_SOURCES = tests/property/test_mutants.c \
	tests/property/mutants.c tests/property/mutants.h $(proven) $(naive) \
	tests/support/naive_cases.c tests/support/naive_cases.h
tests_property_test_outcome_SOURCES = tests/property/test_outcome.c \
	tests/support/chance.h $(test_files)
tests_property_test_diff_SOURCES = tests/property/test_diff.c $(random_editions)
tests_unit_test_align_SOURCES = tests/unit/test_align.c $(random_editions)

# The evidence of editions, and the checker that shares nothing with the prover.
unit_tests += \
	tests/property/test_random_packages \
	tests/unit/test_proof_check
tests_property_test_random_packages_SOURCES = \
	tests/property/test_random_packages.c \
	tests/support/random_document.c tests/support/random_document.h \
	$(packages) $(random_editions)
tests_property_test_random_packages_LDADD = $(PACKAGE_LIBS)
tests_unit_test_proof_check_SOURCES = tests/unit/test_proof_check.c $(packages)
tests_unit_test_proof_check_LDADD = $(PACKAGE_LIBS)
packages = tests/support/package.c tests/support/package.h \
	clients/permit/evidence.c clients/permit/evidence.h $(test_files)
PACKAGE_LIBS = clients/proofcheck/libproofcheck.a $(TEST_LIBS)
fuzz_targets += tests/fuzz/fuzz_evidence
tests_fuzz_fuzz_evidence_LDADD = clients/proofcheck/libproofcheck.a $(FUZZ_LIBS)
test_data += tests/fuzz/corpus/evidence tests/symbols-proofcheck.txt

# Policy documents.
unit_tests += \
	tests/unit/test_markdown \
	tests/unit/test_policy_errors \
	tests/unit/test_policy_load \
	tests/unit/test_policy_print
fuzz_targets += tests/fuzz/fuzz_policy
tests_unit_test_markdown_LDADD = $(TEST_LIBS) -lpthread
tests_unit_test_policy_errors_SOURCES = tests/unit/test_policy_errors.c $(test_files)
tests_unit_test_policy_load_SOURCES = tests/unit/test_policy_load.c $(test_files)
tests_unit_test_policy_print_SOURCES = tests/unit/test_policy_print.c \
	tests/support/chance.h $(test_files)
tests_fuzz_fuzz_policy_SOURCES = tests/fuzz/fuzz_policy.c $(test_files)
tests_fuzz_fuzz_policy_LDADD = $(FUZZ_LIBS)
test_files = tests/support/files.c tests/support/files.h
test_data += \
	tests/fuzz/corpus/policy \
	tests/golden/errors \
	tests/golden/policy

# The clients: their library, the facts of a case, and the programs.
unit_tests += \
	tests/unit/test_client \
	tests/unit/test_facts_file
tests_unit_test_client_LDADD = $(TOOL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_facts_file_LDADD = $(TOOL_LIBS) $(CMOCKA_LIBS)
test_data += tests/golden/cli
check_PROGRAMS += tests/support/with_terminal
tests_support_with_terminal_LDADD = -lutil

# The daemon: its parts, and the whole program with clients.
unit_tests += \
	tests/unit/test_buffer \
	tests/unit/test_config \
	tests/unit/test_editions \
	tests/unit/test_high_water \
	tests/unit/test_index \
	tests/unit/test_lmdb \
	tests/unit/test_supervisor \
	tests/integration/test_enact \
	tests/integration/test_process \
	tests/integration/test_erasure \
	tests/integration/test_receipts \
	tests/integration/test_rollback \
	tests/integration/test_sealed \
	tests/integration/test_requests \
	tests/integration/test_supervised
tests_integration_test_enact_SOURCES = \
	tests/integration/test_enact.c $(daemon_case)
tests_integration_test_enact_LDADD = $(CLIENT_LIBS) $(TEST_LIBS)
tests_unit_test_editions_SOURCES = tests/unit/test_editions.c $(test_files)
tests_integration_test_process_SOURCES = \
	tests/integration/test_process.c $(daemon_case)
tests_integration_test_process_LDADD = $(CLIENT_LIBS) $(TEST_LIBS)
tests_integration_test_sealed_SOURCES = \
	tests/integration/test_sealed.c $(daemon_case)
tests_integration_test_sealed_LDADD = $(AUDIT_LIBS) $(CLIENT_LIBS) $(TEST_LIBS)
tests_integration_test_erasure_SOURCES = \
	tests/integration/test_erasure.c \
	tests/support/erase.c tests/support/erase.h $(daemon_case)
tests_integration_test_erasure_LDADD = $(AUDIT_LIBS) $(CLIENT_LIBS) $(TEST_LIBS)
tests_integration_test_receipts_SOURCES = \
	tests/integration/test_receipts.c $(daemon_case)
tests_integration_test_receipts_LDADD = $(CLIENT_LIBS) $(TEST_LIBS)
tests_integration_test_rollback_SOURCES = \
	tests/integration/test_rollback.c $(daemon_case)
tests_integration_test_rollback_LDADD = $(CLIENT_LIBS) $(TEST_LIBS)
tests_integration_test_requests_SOURCES = \
	tests/integration/test_requests.c $(daemon_case)
tests_integration_test_requests_LDADD = $(CLIENT_LIBS) $(TEST_LIBS)
tests_integration_test_supervised_SOURCES = \
	tests/integration/test_supervised.c $(permitd_fixture)
tests_integration_test_supervised_LDADD = $(CLIENT_LIBS) $(TEST_LIBS)
daemon_case = tests/support/daemon_case.c tests/support/daemon_case.h \
	$(permitd_fixture)
permitd_fixture = tests/support/permitd.c tests/support/permitd.h

# The daemon's log, verified by software that is not ours.
check_PROGRAMS += tests/interop/make_export
tests_interop_make_export_SOURCES = tests/interop/make_export.c \
	$(permitd_fixture)
tests_interop_make_export_LDADD = $(CLIENT_LIBS) $(TEST_LIBS)
EXTRA_DIST += tests/interop/openssl tests/interop/package-lock.json \
	tests/interop/package.json tests/interop/sigstore.mjs tests/interop/tlog.go

# Kills the daemon under load. An argument asks for a longer campaign.
fault_tests = tests/fault/kill9
tests_fault_kill9_SOURCES = tests/fault/kill9.c $(permitd_fixture)
tests_fault_kill9_LDADD = $(AUDIT_LIBS) $(CLIENT_LIBS) $(TEST_LIBS)

script_tests = \
	tests/integration/test_atlas \
	tests/integration/test_card \
	tests/integration/test_case_erase \
	tests/integration/test_completion \
	tests/integration/test_disagreement \
	tests/integration/test_letter_pdf \
	tests/integration/test_libpermit \
	tests/integration/test_metrics \
	tests/integration/test_permit \
	tests/integration/test_quickstart \
	tests/integration/test_units \
	tests/interop/test_log \
	tests/support/test-audit-links \
	tests/support/test-checks \
	tests/support/test-proof-check \
	tests/support/test-total


# PROGRAM=PAGE: the program's --help and its manual page must name the same
# options.
help_pages = \
	clients/audit/permit-audit=clients/audit/permit-audit.1 \
	clients/permit/permit=clients/permit/permit.1 \
	clients/proofcheck/permit-proof-check=clients/proofcheck/permit-proof-check.1 \
	daemon/permitd=daemon/permitd.8

TEST_LIBS = $(DAEMON_LIBS) $(SMARTCOLS_LIBS) $(CMOCKA_LIBS)
LDADD = $(TEST_LIBS)

# libFuzzer brings its own main(); without it a small one replays the corpora.
if FUZZERS
FUZZ_LIBS = $(FUZZ_ENGINE) $(TEST_LIBS)
else
FUZZ_LIBS = tests/support/libreplay.a $(TEST_LIBS)
check_LIBRARIES = tests/support/libreplay.a
tests_support_libreplay_a_SOURCES = tests/support/replay_main.c
endif

EXTRA_DIST += $(test_data) tests/run tests/fuzz/replay \
	tests/support/install-packages tests/support/total \
	tests/attacks.txt tests/layers.txt tests/symbols.txt tests/support/check-help \
	tests/support/check-attacks tests/support/check-layers tests/support/check-sizes \
	tests/support/check-symbols tests/support/check-words \
	tests/support/packages-build.txt tests/support/packages-test.txt
CLEANFILES += $(fuzz_targets:=.out)
dist_check_SCRIPTS += $(script_tests)

if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif
check_PROGRAMS += $(fuzz_targets) $(fault_tests)
TESTS += $(fault_tests) tests/fuzz/replay $(script_tests)

# A test that hangs is ended, and so fails.
LOG_COMPILER = timeout
AM_LOG_FLAGS = --kill-after=10 900

.PHONY: list-tests
list-tests:
	@echo $(TESTS)

# Benchmarks are built on demand, by tests/bench/run.
EXTRA_PROGRAMS = tests/bench/decide tests/bench/load tests/bench/peers/model \
	tests/bench/seal
tests_bench_peers_model_SOURCES = tests/bench/peers/model.c \
	tests/bench/peers/model.h tests/bench/peers/model_c.c \
	tests/bench/peers/model_clips.c tests/bench/peers/model_zen.c \
	tests/support/chance.h
EXTRA_DIST += tests/README.md tests/bench/README.md tests/bench/run \
	tests/bench/peers/cedar.mjs tests/bench/peers/clips.c \
	tests/bench/peers/clips.h tests/bench/peers/package.json \
	tests/bench/peers/run tests/bench/peers/time.c tests/bench/peers/zen.mjs \
	tests/big-endian tests/valgrind tests/support/valgrind.supp

AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; \
	top_builddir='$(abs_top_builddir)'; \
	fuzz_targets='$(fuzz_targets)'; help_pages='$(help_pages)'; CC='$(CC)'; \
	CMOCKA_MESSAGE_OUTPUT=TAP; \
	ASAN_OPTIONS=allocator_may_return_null=1; \
	UBSAN_OPTIONS=print_stacktrace=1; \
	export top_srcdir top_builddir fuzz_targets help_pages CC; \
	export CMOCKA_MESSAGE_OUTPUT ASAN_OPTIONS UBSAN_OPTIONS;
