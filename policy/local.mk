# SPDX-License-Identifier: Apache-2.0
#
# The law and its language: pure, no socket, store, clock or output.
#
# A new module: add its .c and .h to policy_sources.
# A new policy document: add it to policy_tables; it is installed.
# What a program must link to use this folder is in POLICY_LIBS.

noinst_LIBRARIES += policy/libpolicy.a
policy_libpolicy_a_SOURCES = $(policy_sources)

POLICY_LIBS = policy/libpolicy.a $(CMARK_LIBS)

policy_sources = \
	policy/base/arena.c \
	policy/base/arena.h \
	policy/base/bytes.h \
	policy/base/date.c \
	policy/base/date.h \
	policy/base/text.c \
	policy/base/text.h \
	policy/card.c \
	policy/card.h \
	policy/card_case.c \
	policy/card_path.c \
	policy/card_rules.c \
	policy/card_terms.c \
	policy/carding.h \
	policy/carry.c \
	policy/carry.h \
	policy/decide.c \
	policy/decide.h \
	policy/derive.c \
	policy/derive.h \
	policy/diagram/align.c \
	policy/diagram/align.h \
	policy/diagram/align_import.c \
	policy/diagram/ask.c \
	policy/diagram/ask.h \
	policy/diagram/build.c \
	policy/diagram/canonical.c \
	policy/diagram/canonical.h \
	policy/diagram/cases.c \
	policy/diagram/cover.c \
	policy/diagram/cover.h \
	policy/diagram/cover_case.c \
	policy/diagram/diagram.h \
	policy/diagram/explain.c \
	policy/diagram/explain.h \
	policy/diagram/diff.c \
	policy/diagram/diff.h \
	policy/diagram/diff_case.c \
	policy/diagram/diff_classes.c \
	policy/diagram/diff_results.c \
	policy/diagram/diff_rows.c \
	policy/diagram/diff_text.c \
	policy/diagram/differ.h \
	policy/diagram/identity.c \
	policy/diagram/identity.h \
	policy/diagram/image.c \
	policy/diagram/image.h \
	policy/diagram/image_layout.h \
	policy/diagram/image_write.c \
	policy/diagram/meaning.c \
	policy/diagram/meaning.h \
	policy/diagram/node.c \
	policy/diagram/node.h \
	policy/diagram/order.c \
	policy/diagram/order.h \
	policy/diagram/prove.c \
	policy/diagram/prove.h \
	policy/diagram/prove_case.c \
	policy/diagram/prove_facts.c \
	policy/diagram/prove_pair.c \
	policy/diagram/prove_person.c \
	policy/diagram/prove_quantify.c \
	policy/diagram/prove_row.c \
	policy/diagram/prove_share.c \
	policy/diagram/prove_stake.c \
	policy/diagram/prove_tables.c \
	policy/diagram/prover.h \
	policy/diagram/residual.c \
	policy/diagram/residual.h \
	policy/diagram/share.c \
	policy/diagram/share.h \
	policy/diagram/walk.c \
	policy/diagram/walk.h \
	policy/edition.c \
	policy/edition.h \
	policy/evaluate.c \
	policy/evaluate.h \
	policy/example.c \
	policy/fact.c \
	policy/fact.h \
	policy/language/check.c \
	policy/language/clause.c \
	policy/language/columns.c \
	policy/language/columns.h \
	policy/language/compile.c \
	policy/language/compile_condition.c \
	policy/language/compile_expression.c \
	policy/language/diagnostic.c \
	policy/language/document.c \
	policy/language/document.h \
	policy/language/draft.c \
	policy/language/draft.h \
	policy/language/expression.c \
	policy/language/feel.h \
	policy/language/load.c \
	policy/language/loader.c \
	policy/language/loader.h \
	policy/language/markdown.c \
	policy/language/markdown.h \
	policy/language/mistake.h \
	policy/language/policy.h \
	policy/language/print.c \
	policy/language/prose.c \
	policy/language/prose.h \
	policy/language/read_columns.c \
	policy/language/read_derived.c \
	policy/language/read_examples.c \
	policy/language/read_fact_texts.c \
	policy/language/read_facts.c \
	policy/language/read_header.c \
	policy/language/read_report.c \
	policy/language/read_rows.c \
	policy/language/read_sources.c \
	policy/language/read_tables.c \
	policy/language/read_texts.c \
	policy/language/read_transition.c \
	policy/language/row.c \
	policy/language/token.c \
	policy/outcome.c \
	policy/outcome.h \
	policy/report.c \
	policy/report.h \
	policy/settle.c \
	policy/settle.h \
	policy/testimony.c \
	policy/testimony.h \
	policy/timeline.c \
	policy/timeline.h \
	policy/timeline_read.c

policy_tables = \
	policy/tables/README.md \
	policy/tables/analysis/README.md \
	policy/tables/analysis/at-57-as-written.md \
	policy/tables/analysis/be-61-as-written.md \
	policy/tables/analysis/ch-36-as-written.md \
	policy/tables/analysis/coe-197-as-written.md \
	policy/tables/analysis/es-59bis-as-written.md \
	policy/tables/analysis/eu-2004-81-as-written.md \
	policy/tables/analysis/fi-52a-as-written.md \
	policy/tables/analysis/it-18-as-written.md \
	policy/tables/analysis/nl-b8-as-written.md \
	policy/tables/analysis/no-8-3-as-written.md \
	policy/tables/analysis/se-5-15-as-written.md \
	policy/tables/analysis/us-t-as-written.md \
	policy/tables/austria/README.md \
	policy/tables/austria/at-asylg57-2014-01-01.md \
	policy/tables/austria/at-asylg57-2017-10-01.md \
	policy/tables/austria/at-asylg57-2018-09-01.md \
	policy/tables/belgium/README.md \
	policy/tables/belgium/be-61-2007-06-01.md \
	policy/tables/belgium/be-61-2017-05-20.md \
	policy/tables/canada/README.md \
	policy/tables/canada/ca-vtip-2006-05-11.md \
	policy/tables/canada/ca-vtip-2007-06-19.md \
	policy/tables/canada/ca-vtip-2012-06-28.md \
	policy/tables/canada/ca-vtip-2014-11-21.md \
	policy/tables/canada/ca-vtip-2019-06-21.md \
	policy/tables/canada/ca-vtip-2020-12-01.md \
	policy/tables/canada/ca-vtip-2023-06-22.md \
	policy/tables/canada/ca-vtip-2024-03-15.md \
	policy/tables/canada/ca-vtip-2025-02-04.md \
	policy/tables/canada/ca-vtip-2026-03-26.md \
	policy/tables/europe/README.md \
	policy/tables/europe/coe-197-2008-02-01.md \
	policy/tables/europe/eu-minimum-2006-08-06.md \
	policy/tables/europe/eu-minimum-2011-04-15.md \
	policy/tables/europe/eu-minimum-2024-07-14.md \
	policy/tables/finland/README.md \
	policy/tables/finland/fi-52a-2006-07-31.md \
	policy/tables/finland/fi-52a-2025-05-06.md \
	policy/tables/italy/README.md \
	policy/tables/italy/it-tui18-1998-09-02.md \
	policy/tables/italy/it-tui18-2018-10-05.md \
	policy/tables/italy/it-tui18-2024-10-11.md \
	policy/tables/italy/it-tui18-2025-10-04.md \
	policy/tables/model/README.md \
	policy/tables/model/model-protection-2026-12-01.md \
	policy/tables/netherlands/README.md \
	policy/tables/netherlands/nl-b8-2013-06-01.md \
	policy/tables/netherlands/nl-b8-2023-05-18.md \
	policy/tables/norway/README.md \
	policy/tables/norway/no-utlf8-2010-01-01.md \
	policy/tables/spain/README.md \
	policy/tables/spain/es-loex59bis-2015-08-12.md \
	policy/tables/spain/es-loex59bis-2025-05-20.md \
	policy/tables/sweden/README.md \
	policy/tables/sweden/se-utll515-2007-07-01.md \
	policy/tables/switzerland/README.md \
	policy/tables/switzerland/ch-vzae-2008-01-01.md \
	policy/tables/switzerland/ch-vzae-2013-01-01.md \
	policy/tables/switzerland/ch-vzae-2019-01-01.md \
	policy/tables/switzerland/ch-vzae-2021-12-14.md \
	policy/tables/united-kingdom/README.md \
	policy/tables/united-kingdom/uk-vts-2020-12-08.md \
	policy/tables/united-kingdom/uk-vts-2022-12-13.md \
	policy/tables/united-kingdom/uk-vts-2023-01-30.md \
	policy/tables/united-kingdom/uk-vts-2023-03-16.md \
	policy/tables/united-kingdom/uk-vts-2024-02-08.md \
	policy/tables/united-kingdom/uk-vts-2024-07-11.md \
	policy/tables/united-kingdom/uk-vts-2024-10-24.md \
	policy/tables/united-kingdom/uk-vts-2025-02-06.md \
	policy/tables/united-kingdom/uk-vts-2025-02-28.md \
	policy/tables/united-states/README.md \
	policy/tables/united-states/us-t-status-2003-12-19.md \
	policy/tables/united-states/us-t-status-2006-01-05.md \
	policy/tables/united-states/us-t-status-2008-12-23.md \
	policy/tables/vocabulary.md

nobase_dist_pkgdata_DATA += $(policy_tables)

EXTRA_DIST += policy/README.md
