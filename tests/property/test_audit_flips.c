/* SPDX-License-Identifier: Apache-2.0 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/audit_try.h"
#include "tests/support/chance.h"

/*
 * One bit turned over, anywhere: no copy of a log verifies any more.
 *
 * usage: test_audit_flips [FLIPS [SEED]]
 */
#define FLIPS_DEFAULT 300
#define FILES_MAX 512
#define N_ENTRIES 21 /* an enactment and 20 decisions */

static uint32_t n_flips = FLIPS_DEFAULT;
static uint64_t seed = 1;
static char *files[FILES_MAX];
static uint32_t n_files;
static size_t root_bytes;

static int take_file(const char *path, const struct stat *status, int type,
		     struct FTW *ftw)
{
	(void)status;
	(void)ftw;
	if (type == FTW_F) {
		assert_true(n_files < FILES_MAX);
		files[n_files] = strdup(path + root_bytes);
		assert_non_null(files[n_files++]);
	}
	return 0;
}

/* An export that was extended, so that tiles of an earlier one are there too. */
static void prepare(struct audit_log *log)
{
	audit_log_begin(log);
	audit_log_enact(log, 1, AUDIT_SOUND);
	audit_log_decide(log, 1, 10, AUDIT_SOUND);
	assert_int_equal(audit_export(log), 0);
	audit_log_decide(log, 1, 10, AUDIT_SOUND);
	assert_int_equal(audit_export(log), 0);
	assert_int_equal(audit_verify(log->out, NULL, N_ENTRIES), 0);
	root_bytes = strlen(log->out) + 1;
	assert_int_equal(nftw(log->out, take_file, 8, FTW_PHYS), 0);
}

static void one_bit_turned_over_in_an_export_is_always_found(void **state)
{
	struct audit_log *log = *state;
	struct chance chance = { seed };

	prepare(log);
	for (uint32_t i = 0; i < n_flips; i++) {
		const char *file = files[chance_below(&chance, n_files)];
		struct stat status;
		uint32_t bit;

		assert_int_equal(stat(audit_out_path(log, file), &status), 0);
		bit = chance_below(&chance, (uint32_t)status.st_size * 8);
		audit_flip(log, file, bit);
		if (audit_verify(log->out, NULL, 0) != AUDIT_FINDING)
			fail_msg("seed %llu, flip %u: bit %u of %s is not found",
				 (unsigned long long)seed, i, bit, file);
		assert_true(audit_try.finding.file[0] != '\0');
		audit_flip(log, file, bit);
	}
	assert_int_equal(audit_verify(log->out, NULL, N_ENTRIES), 0);
	while (n_files > 0)
		free(files[--n_files]);
}

/* Bytes of a store's file in use, and as many of the zeros behind them. */
static void one_bit_turned_over_in_a_store_always_shows(void **state)
{
	struct audit_log *log = *state;
	struct chance chance = { seed };
	struct log_head head;
	struct bytes content;
	char segment[128];
	uint8_t *data;
	uint32_t n_used;

	audit_log_begin(log);
	audit_log_enact(log, 1, AUDIT_SOUND);
	audit_log_decide(log, 1, 20, AUDIT_SOUND);
	log_head(log->log, &head);
	n_used = (uint32_t)head.mark.position.offset * 2;
	snprintf(segment, sizeof(segment), "%s/log/00000000.seg", log->store);
	content = audit_file_read(segment);
	data = (uint8_t *)(uintptr_t)content.data;
	for (uint32_t i = 0; i < n_flips / 10; i++) {
		uint32_t bit = chance_below(&chance, n_used * 8);

		data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		audit_file_write(segment, content);
		if (audit_verify(log->store, NULL, 0) != AUDIT_FINDING &&
		    !audit_try.verified.head.unfinished)
			fail_msg("seed %llu, flip %u: bit %u does not show",
				 (unsigned long long)seed, i, bit);
		data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
	free(data);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_bit_turned_over_in_an_export_is_always_found),
		cmocka_unit_test(one_bit_turned_over_in_a_store_always_shows),
	};

	if (argc > 1)
		n_flips = (uint32_t)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, audit_log_setup_small,
				      audit_log_teardown);
}
