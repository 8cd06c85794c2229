/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/audit_log.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/decide.h"
#include "policy/language/policy.h"
#include "proto/blob.h"
#include "proto/result.h"
#include "tests/support/files.h"

#define GROUP 7
#define AUDIT_FIRST_MS 1750000000000

struct documents {
	const char *vocabulary;
	const char *policies[AUDIT_EDITIONS];
};

static const struct documents canada = {
	"policy/tables/vocabulary.md",
	{ "policy/tables/canada/ca-vtip-2020-12-01.md",
	  "policy/tables/canada/ca-vtip-2025-02-04.md" },
};

#define SAMPLE "tests/golden/cli/xx-sample-2025-01-01.md"

static const struct documents sample = {
	"tests/golden/cli/vocabulary.md", { SAMPLE, SAMPLE }
};

static void must(bool done)
{
	if (!done)
		abort();
}

struct bytes audit_file_read(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	long n;

	must(file != NULL && fseek(file, 0, SEEK_END) == 0);
	n = ftell(file);
	must(n >= 0 && fseek(file, 0, SEEK_SET) == 0);
	data = malloc((size_t)n + 1);
	must(data != NULL && fread(data, 1, (size_t)n, file) == (size_t)n);
	fclose(file);
	return (struct bytes){ data, (size_t)n };
}

void audit_file_write(const char *path, struct bytes content)
{
	FILE *file = fopen(path, "wb");

	must(file != NULL);
	must(content.n == 0 || fwrite(content.data, 1, content.n, file) == content.n);
	must(fclose(file) == 0);
}

static void load(struct audit_edition *edition, const char *words, const char *name)
{
	struct bytes vocabulary = file_read(words);
	struct bytes policy = file_read(name);
	struct bytes again[2];
	struct diagnostics *diagnostics = calloc(1, sizeof(*diagnostics));

	must(diagnostics != NULL);
	arena_init(&edition->arena, POLICY_ARENA_BYTES);
	must(policy_bundle(vocabulary, policy, &edition->arena, &edition->bundle,
			   diagnostics) == 0);
	edition->hash = digest_of(edition->bundle);
	must(policy_unbundle(edition->bundle, &again[0], &again[1]));
	must(policy_load(again[0], again[1], &edition->arena, &edition->edition,
			 diagnostics) == 0);
	free(diagnostics);
	file_done(&vocabulary);
	file_done(&policy);
}

static int set_up(void **state, const struct documents *documents)
{
	struct audit_log *log = calloc(1, sizeof(*log));
	const char *below = getenv("TMPDIR");

	must(log != NULL);
	must(snprintf(log->root, sizeof(log->root), "%s/permit-audit-XXXXXX",
		      below == NULL ? "/tmp" : below) < (int)sizeof(log->root));
	must(mkdtemp(log->root) != NULL);
	snprintf(log->store, sizeof(log->store), "%s/store", log->root);
	snprintf(log->out, sizeof(log->out), "%s/export", log->root);
	for (size_t i = 0; i < AUDIT_EDITIONS; i++)
		load(&log->editions[i], documents->vocabulary,
		     documents->policies[i]);
	*state = log;
	return 0;
}

int audit_log_setup(void **state)
{
	return set_up(state, &canada);
}

int audit_log_setup_small(void **state)
{
	return set_up(state, &sample);
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

int audit_log_teardown(void **state)
{
	struct audit_log *log = *state;

	log_close(&log->log);
	must(nftw(log->root, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
	for (size_t i = 0; i < AUDIT_EDITIONS; i++)
		arena_done(&log->editions[i].arena);
	free(log);
	digest_stop();
	return 0;
}

const char *audit_path(const struct audit_log *log, const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", log->root, name);
	return path;
}

void audit_log_reopen(struct audit_log *log)
{
	char folder[160], key[160];
	struct log_report report;
	const struct log_options options = {
		.folder = folder,
		.key_file = key,
		.origin = "example.org/test/log",
		.segment_bytes = 4194304,
	};

	log_close(&log->log);
	snprintf(folder, sizeof(folder), "%s/log", log->store);
	snprintf(key, sizeof(key), "%s/keys/log.key", log->store);
	must(log_open(&options, &log->log, &report) == 0);
}

void audit_log_begin(struct audit_log *log)
{
	char keys[160];

	log_close(&log->log);
	must(nftw(log->root, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
	must(mkdir(log->root, 0700) == 0 && mkdir(log->store, 0700) == 0);
	snprintf(keys, sizeof(keys), "%s/keys", log->store);
	must(mkdir(keys, 0700) == 0);
	audit_log_reopen(log);
	log->now_ms = AUDIT_FIRST_MS;
	log->n_decided = 0;
}

void audit_log_boot(struct audit_log *log, size_t n)
{
	struct log_item *items = calloc(SEGMENT_ENTRIES_MAX, sizeof(*items));

	must(items != NULL);
	while (n > 0) {
		size_t n_now = n < SEGMENT_ENTRIES_MAX ? n : SEGMENT_ENTRIES_MAX;

		for (size_t i = 0; i < n_now; i++) {
			items[i] = (struct log_item){
				.entry = { .type = ENTRY_BOOT,
					   .time_ms = log->now_ms } };
			random_bytes(items[i].entry.entry_id, ENTRY_ID_BYTES);
		}
		must(log_append(log->log, items, n_now) == 0);
		n -= n_now;
	}
	free(items);
}

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

void audit_log_enact(struct audit_log *log, size_t edition, enum audit_fault fault)
{
	struct audit_edition *from = &log->editions[edition];
	struct content_enactment content = {
		.policy_id = bytes_of(from->edition->policy_id),
		.edition = bytes_of(from->edition->name),
		.in_force_on = from->edition->in_force_from,
		.recorded_ms = log->now_ms,
		.bundle = from->bundle,
	};
	size_t n = blob_enactment_bytes(&content);
	uint8_t *blob = malloc(n);
	struct log_item item = {
		.entry = { .type = ENTRY_POLICY_PUBLISH,
			   .policy_hash = from->hash,
			   .time_ms = log->now_ms },
		.blob = { blob, n },
	};

	must(blob != NULL && blob_enactment_encode(&content, blob) == BLOB_SOUND);
	if (fault == AUDIT_BUNDLE)
		blob[n - 2] ^= 1;
	random_bytes(item.entry.entry_id, ENTRY_ID_BYTES);
	must(log_append(log->log, &item, 1) == 0);
	from->recorded_ms = log->now_ms;
	log->now_ms += 1000;
	free(blob);
}

/* What the blob of a decision says, but for the parts behind it. */
static struct content_decision content_of(const struct audit_log *log,
					  uint64_t recorded_ms,
					  const struct edition *edition,
					  const struct decision *decision,
					  enum audit_fault fault)
{
	struct content_decision content = {
		.case_ref = bytes_of("7K2M9QX4TB1C"),
		.policy_id = bytes_of(edition->policy_id),
		.question = bytes_of(fault == AUDIT_QUESTION ?
					     "another-one" :
					     decision->question->name),
		.received_on = BLOB_NO_DAY,
		.decided_on = decision->as_of,
		.in_force_on = edition->in_force_from,
		.recorded_ms = recorded_ms,
		.clock_ms = log->now_ms,
	};

	random_bytes(content.k_salt, sizeof(content.k_salt));
	random_bytes(content.salt_r, sizeof(content.salt_r));
	return content;
}

static struct bytes encode(const struct content_decision *content,
			   struct arena *arena, enum audit_fault fault)
{
	size_t n = blob_decision_bytes(content);
	uint8_t *blob = arena_alloc(arena, n);

	must(blob != NULL && blob_decision_encode(content, blob) == BLOB_SOUND);
	return (struct bytes){ blob, fault == AUDIT_BLOB ? n - 1 : n };
}

/* The bytes of a result that has another outcome: its third byte. */
static struct bytes other_outcome(struct bytes result, struct arena *arena)
{
	uint8_t *other = arena_alloc(arena, result.n);

	must(other != NULL);
	memcpy(other, result.data, result.n);
	other[2] = other[2] == OUTCOME_REFER ? OUTCOME_ADVERSE : OUTCOME_REFER;
	return (struct bytes){ other, result.n };
}

static struct log_item decide_one(struct audit_log *log,
				  const struct audit_edition *from, size_t number,
				  struct arena *arena, enum audit_fault fault)
{
	const struct edition *edition = from->edition;
	const struct example *example = &edition->examples[number];
	struct bytes slots[RESULT_SLOTS_MAX] = { { 0 } };
	struct log_item item = { .entry = { .type = ENTRY_DECISION,
					    .time_ms = log->now_ms,
					    .policy_hash = from->hash } };
	struct content_decision content;
	struct decision decision;
	int row;

	must(decide(edition, &edition->questions[example->question], &example->facts,
		    arena, &decision, &row) == 0);
	content = content_of(log, from->recorded_ms, edition, &decision, fault);
	content.facts = result_facts_write(edition, &example->facts, arena, slots);
	content.result = result_write(&decision, arena);
	if (fault == AUDIT_RESULT)
		content.result = other_outcome(content.result, arena);
	if (fault == AUDIT_FIELDS_ROOT)
		slots[0] = bytes_of("x");
	item.entry.result_commit = entry_result_commit(content.salt_r,
						       content.result);
	item.entry.fields_root = entry_fields_root(content.k_salt, slots,
						   result_slots(edition));
	if (fault == AUDIT_RESULT_COMMIT)
		item.entry.result_commit.bytes[0] ^= 1;
	if (fault == AUDIT_EDITION)
		item.entry.policy_hash.bytes[0] ^= 1;
	memset(item.entry.engine_id.bytes, 7, DIGEST_BYTES);
	random_bytes(item.entry.entry_id, ENTRY_ID_BYTES);
	item.blob = encode(&content, arena, fault);
	log->now_ms += 1000;
	return item;
}

void audit_log_decide(struct audit_log *log, size_t edition, size_t n,
		      enum audit_fault fault)
{
	const struct audit_edition *from = &log->editions[edition];
	struct log_item *items = calloc(n, sizeof(*items));
	struct arena arena;

	must(items != NULL);
	arena_init(&arena, n * DECIDE_ARENA_BYTES);
	for (size_t i = 0; i < n; i++)
		items[i] = decide_one(log, from,
				      log->n_decided++ % from->edition->n_examples,
				      &arena, fault);
	must(log_append(log->log, items, n) == 0);
	arena_done(&arena);
	free(items);
}

void audit_log_fill(struct audit_log *log, size_t n)
{
	for (size_t edition = 0; edition < AUDIT_EDITIONS; edition++)
		audit_log_enact(log, edition, AUDIT_SOUND);
	for (size_t edition = 0; edition < AUDIT_EDITIONS; edition++)
		for (size_t done = 0; done < n; done += GROUP)
			audit_log_decide(log, edition,
					 n - done < GROUP ? n - done : GROUP,
					 AUDIT_SOUND);
}
