/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_LOG_FIXTURE_H
#define PERMIT_TESTS_LOG_FIXTURE_H

#include "daemon/store/log.h"

/* A log in a folder of its own under /tmp, with small segments. */
struct log_fixture {
	char root[64];		/* removed at the end */
	char folder[96];
	char key_file[96];
	struct log_options options;
	struct log *log;
	struct log_report report;
};

/* cmocka's setup and teardown; *state is the fixture, its log not yet open. */
int log_fixture_setup(void **state);
int log_fixture_teardown(void **state);

/* Opens, or opens again, and returns what log_open did. */
int log_fixture_open(struct log_fixture *fixture);

/* One decision whose blob has n_blob bytes of this value. */
struct log_item log_fixture_item(uint8_t *blob, size_t n_blob, uint8_t value);

/* Appends n_items decisions with blobs of n_blob bytes; returns log_append. */
int log_fixture_append(struct log *log, size_t n_items, size_t n_blob);

struct log_head log_fixture_head(const struct log *log);

/* Path of a segment file; valid until the next call. */
const char *log_fixture_segment(const struct log_fixture *fixture,
				uint32_t segment);

/* Reads or changes bytes of a segment file. Abort the test when they fail. */
void log_fixture_read(const struct log_fixture *fixture, uint32_t segment,
		      uint64_t offset, uint8_t *to, size_t n);
void log_fixture_write(const struct log_fixture *fixture, uint32_t segment,
		       uint64_t offset, const uint8_t *from, size_t n);

#endif
