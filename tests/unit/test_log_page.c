/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/merkle.h"
#include "proto/sealed.h"
#include "tests/support/files.h"

/* proto/log.md is what others write readers from: its example must be true. */

#define EXAMPLE_MAX_BYTES 1024

static struct bytes page;

static int open_page(void **state)
{
	(void)state;
	page = file_read("proto/log.md");
	return 0;
}

static int close_page(void **state)
{
	(void)state;
	file_done(&page);
	return 0;
}

/* The digits of the block "```hex NAME", whatever its lines. */
static size_t example(const char *name, uint8_t to[EXAMPLE_MAX_BYTES])
{
	char head[32], digits[2 * EXAMPLE_MAX_BYTES];
	const char *from;
	size_t n = 0;

	snprintf(head, sizeof(head), "```hex %s\n", name);
	from = strstr((const char *)page.data, head);
	assert_non_null(from);
	for (from += strlen(head); *from != '`' && *from != '\0'; from++)
		if (*from != '\n' && *from != ' ') {
			assert_in_range(n, 0, sizeof(digits) - 1);
			digits[n++] = *from;
		}
	assert_true(hex_parse(digits, n, to, n / 2));
	return n / 2;
}

static void fill(uint8_t *to, size_t n, uint8_t first)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(first + i);
}

static struct case_key example_key(void)
{
	struct case_key key = { .epoch = 1 };

	fill(key.key, sizeof(key.key), 0);
	fill(key.id, sizeof(key.id), 0x50);
	return key;
}

static struct bytes text(const char *string)
{
	return (struct bytes){ (const uint8_t *)string, strlen(string) };
}

/* What the page says that the example is made from. */
static size_t make_example(uint8_t leaf[ENTRY_HEADER_BYTES],
			   uint8_t blob[EXAMPLE_MAX_BYTES])
{
	struct bytes slots[16] = { [3] = text("DE") };
	uint8_t kek[SEAL_KEY_BYTES], link[SEAL_CASE_ID_BYTES];
	uint8_t record[CASE_RECORD_BYTES];
	struct case_key key = example_key();
	struct entry entry = { .type = ENTRY_DECISION,
			       .seq = 5,
			       .time_ms = 1700000000000 };
	struct content_decision content = {
		.case_ref = text("2VPBFJNMQCVZ"), .policy_id = text("ca-vtip"),
		.question = text("first-permit"), .received_on = BLOB_NO_DAY,
		.facts = text("facts"), .result = text("ok"),
	};
	struct sealing sealing = { .key = &key, .link = link, .record = record,
				   .content = &content, .slots = slots,
				   .n_slots = 16 };

	fill(kek, sizeof(kek), 0x80);
	memset(link, 0x77, sizeof(link));
	case_key_wrap(&key, kek, record);
	fill(entry.entry_id, sizeof(entry.entry_id), 0x40);
	fill(entry.kdf_salt.bytes, DIGEST_BYTES, 0x20);
	memset(entry.policy_hash.bytes, 0x22, DIGEST_BYTES);
	memset(entry.engine_id.bytes, 0x33, DIGEST_BYTES);
	memcpy(content.case_id, key.id, sizeof(content.case_id));
	assert_int_equal(sealed_write(&sealing, &entry, blob), BLOB_SOUND);
	entry.blob_hash = digest_of((struct bytes){ blob, entry.blob_bytes });
	entry_encode(&entry, leaf);
	return entry.blob_bytes;
}

/* Prints both, so that whoever changes the format can renew the page. */
static void assert_same(const char *name, const uint8_t *made, size_t n_made)
{
	uint8_t shown[EXAMPLE_MAX_BYTES];
	char hex[2 * EXAMPLE_MAX_BYTES + 1];
	size_t n = example(name, shown);

	hex_print(made, n_made, hex);
	if (n != n_made || memcmp(shown, made, n) != 0)
		fail_msg("the page's %s is not %s", name, hex);
}

static void the_example_is_what_the_code_writes(void **state)
{
	uint8_t leaf[ENTRY_HEADER_BYTES], blob[EXAMPLE_MAX_BYTES];
	size_t n = make_example(leaf, blob);
	struct digest hash = merkle_leaf((struct bytes){ leaf, sizeof(leaf) });

	(void)state;
	assert_same("entry", leaf, sizeof(leaf));
	assert_same("blob", blob, n);
	assert_same("leaf", hash.bytes, DIGEST_BYTES);
}

static void the_example_opens_as_the_page_says(void **state)
{
	uint8_t leaf[EXAMPLE_MAX_BYTES], blob[EXAMPLE_MAX_BYTES];
	uint8_t plain[EXAMPLE_MAX_BYTES], kek[SEAL_KEY_BYTES];
	struct bytes leaf_bytes = { leaf, example("entry", leaf) };
	struct bytes blob_bytes = { blob, example("blob", blob) };
	struct case_key key = example_key(), unwrapped;
	struct content_decision content;
	struct sealed sealed;
	struct entry entry;

	(void)state;
	fill(kek, sizeof(kek), 0x80);
	assert_int_equal(entry_decode(leaf_bytes, &entry), ENTRY_SOUND);
	assert_int_equal(entry.seq, 5);
	assert_true(sealed_split(blob_bytes, &sealed));
	assert_non_null(sealed.record);
	assert_true(case_key_unwrap(sealed.record, kek, &unwrapped));
	assert_memory_equal(unwrapped.key, key.key, sizeof(key.key));
	assert_memory_equal(unwrapped.id, key.id, sizeof(key.id));
	assert_int_equal(sealed_read(leaf_bytes, &entry, blob_bytes, &unwrapped, plain,
				     &content), SEALED_SOUND);
	assert_memory_equal(content.case_ref.data, "2VPBFJNMQCVZ", 12);
	assert_memory_equal(content.question.data, "first-permit", 12);
	assert_memory_equal(content.result.data, "ok", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_is_what_the_code_writes),
		cmocka_unit_test(the_example_opens_as_the_page_says),
	};

	return cmocka_run_group_tests(tests, open_page, close_page);
}
