/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/sealed.h"

/*
 * CPU time of sealing one entry, whole and in its parts, for each number of
 * slots that an edition can have.
 *
 *	seal [ROUNDS]
 *
 * Prints the median of the rounds in microseconds.
 */
#define ROUNDS_DEFAULT 9
#define ROUNDS_MAX 101
#define N_EACH 20000
#define RESULT_BYTES 300
#define FACTS_BYTES 400

struct work {
	struct case_key key;
	struct entry entry;
	struct content_decision content;
	struct seal_keys keys;
	struct bytes slots[ENTRY_SLOTS_MAX];
	size_t n_slots;
	uint8_t kek[SEAL_KEY_BYTES];
	uint8_t record[CASE_RECORD_BYTES];
	uint8_t bytes[FACTS_BYTES];
	uint8_t to[2048];
	uint64_t sum;	/* so that nothing is left out */
};

static void must(int sound)
{
	if (!sound)
		abort();
}

static void whole(struct work *w)
{
	struct sealing sealing = { .key = &w->key, .link = w->key.id,
				   .content = &w->content, .slots = w->slots,
				   .n_slots = w->n_slots };

	w->entry.seq++;
	put_be64(w->entry.kdf_salt.bytes, w->entry.seq);
	must(sealed_write(&sealing, &w->entry, w->to) == BLOB_SOUND);
	w->sum += w->entry.fields_root.bytes[0];
}

static void schedule(struct work *w)
{
	w->entry.seq++;
	seal_schedule(w->key.key, &w->entry.kdf_salt, w->entry.seq,
		      w->entry.entry_id, &w->keys);
}

static void fields(struct work *w)
{
	w->keys.k_salt[0]++;
	w->sum += entry_fields_root(w->keys.k_salt, w->slots, w->n_slots).bytes[0];
}

static void result(struct work *w)
{
	w->keys.salt_r[0]++;
	w->sum += entry_result_commit(w->keys.salt_r, w->content.result).bytes[0];
}

static void cipher(struct work *w)
{
	w->keys.aead[0]++;
	seal_text(&w->keys, (struct bytes){ w->to, 240 }, w->to, 1024, w->to + 1024);
}

static void blob_digest(struct work *w)
{
	w->sum += digest_of((struct bytes){ w->to, 1024 }).bytes[0];
}

static void wrap(struct work *w)
{
	w->key.key[0]++;
	case_key_wrap(&w->key, w->kek, w->record);
}

static void unwrap(struct work *w)
{
	struct case_key key;

	must(case_key_unwrap(w->record, w->kek, &key));
	w->sum += key.key[0];
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void measure(const char *name, void (*part)(struct work *), struct work *w,
		    int n_rounds)
{
	double rounds[ROUNDS_MAX];

	for (int i = 0; i < n_rounds; i++) {
		double from = cpu_us();

		for (int k = 0; k < N_EACH; k++)
			part(w);
		rounds[i] = (cpu_us() - from) / N_EACH;
	}
	qsort(rounds, (size_t)n_rounds, sizeof(rounds[0]), compare);
	printf("  %-28s %6.2f us\n", name, rounds[n_rounds / 2]);
}

static void prepare(struct work *w)
{
	memset(w, 0, sizeof(*w));
	memset(w->bytes, 0x5a, sizeof(w->bytes));
	w->entry = (struct entry){ .type = ENTRY_DECISION };
	w->entry.policy_hash.bytes[0] = w->entry.engine_id.bytes[0] = 1;
	w->content.policy_id = (struct bytes){ w->bytes, 7 };
	w->content.question = (struct bytes){ w->bytes, 12 };
	w->content.case_ref = (struct bytes){ w->bytes, 19 };
	w->content.facts = (struct bytes){ w->bytes, FACTS_BYTES };
	w->content.result = (struct bytes){ w->bytes, RESULT_BYTES };
	for (size_t i = 0; i < 25; i++)
		w->slots[i] = (struct bytes){ w->bytes, 4 };
	case_key_wrap(&w->key, w->kek, w->record);
}

int main(int argc, char **argv)
{
	static struct work w;
	int n_rounds = argc > 1 ? atoi(argv[1]) : ROUNDS_DEFAULT;
	char name[40];

	if (n_rounds < 1 || n_rounds > ROUNDS_MAX)
		n_rounds = ROUNDS_DEFAULT;
	prepare(&w);
	printf("sealing one entry, CPU time, median of %d\n", n_rounds);
	for (w.n_slots = 16; w.n_slots <= ENTRY_SLOTS_MAX; w.n_slots *= 2) {
		snprintf(name, sizeof(name), "all, %zu slots", w.n_slots);
		measure(name, whole, &w, n_rounds);
		snprintf(name, sizeof(name), "  field digests, %zu slots",
			 w.n_slots);
		measure(name, fields, &w, n_rounds);
	}
	measure("  key schedule", schedule, &w, n_rounds);
	measure("  result commitment", result, &w, n_rounds);
	measure("  cipher, 1 KiB", cipher, &w, n_rounds);
	measure("  digest of the blob, 1 KiB", blob_digest, &w, n_rounds);
	measure("wrapping a case key", wrap, &w, n_rounds);
	measure("unwrapping a case key", unwrap, &w, n_rounds);
	return w.sum == 0;
}
