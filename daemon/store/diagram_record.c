/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "daemon/engine.h"
#include "daemon/store/diagram_record.h"

#define VERSION_AT 32
#define ENGINE_AT 40
#define MEANING_AT 72

const char *diagram_record_fault_text(enum diagram_record_fault fault)
{
	static const char *const texts[N_DIAGRAM_RECORD_FAULTS] = {
		[DIAGRAM_RECORD_SOUND] = "it is sound",
		[DIAGRAM_RECORD_SHORT] = "it is too short",
		[DIAGRAM_RECORD_DAMAGED] = "it is damaged",
		[DIAGRAM_RECORD_OTHER_VERSION] = "it has another version",
		[DIAGRAM_RECORD_OTHER_ENGINE] = "another engine made it",
	};

	return texts[fault];
}

static struct digest sum_of(struct bytes record, const struct digest *edition)
{
	const struct bytes parts[] = {
		{ edition->bytes, DIGEST_BYTES },
		{ record.data + DIGEST_BYTES, record.n - DIGEST_BYTES },
	};

	return digest_of_parts(parts, ARRAY_LENGTH(parts));
}

int diagram_record_encode(const struct diagram_record *record,
			  const struct digest *edition, struct arena *arena,
			  struct bytes *ret_bytes)
{
	size_t n = DIAGRAM_RECORD_BYTES + record->image.n;
	uint8_t *data = arena_alloc(arena, n);
	struct digest engine = engine_id();
	struct digest sum;

	if (data == NULL)
		return -ENOMEM;
	put_be32(data + VERSION_AT, DIAGRAM_RECORD_VERSION);
	memcpy(data + ENGINE_AT, engine.bytes, DIGEST_BYTES);
	memcpy(data + MEANING_AT, record->meaning.bytes, DIGEST_BYTES);
	memcpy(data + DIAGRAM_RECORD_BYTES, record->image.data, record->image.n);
	sum = sum_of((struct bytes){ data, n }, edition);
	memcpy(data, sum.bytes, DIGEST_BYTES);
	*ret_bytes = (struct bytes){ data, n };
	return 0;
}

enum diagram_record_fault diagram_record_decode(struct bytes bytes,
						const struct digest *edition,
						struct diagram_record *ret_record)
{
	struct digest engine = engine_id();
	struct digest sum;

	if (bytes.n < DIAGRAM_RECORD_BYTES)
		return DIAGRAM_RECORD_SHORT;
	sum = sum_of(bytes, edition);
	if (memcmp(bytes.data, sum.bytes, DIGEST_BYTES) != 0)
		return DIAGRAM_RECORD_DAMAGED;
	if (get_be32(bytes.data + VERSION_AT) != DIAGRAM_RECORD_VERSION)
		return DIAGRAM_RECORD_OTHER_VERSION;
	if (memcmp(bytes.data + ENGINE_AT, engine.bytes, DIGEST_BYTES) != 0)
		return DIAGRAM_RECORD_OTHER_ENGINE;
	memcpy(ret_record->meaning.bytes, bytes.data + MEANING_AT, DIGEST_BYTES);
	ret_record->image = (struct bytes){ bytes.data + DIAGRAM_RECORD_BYTES,
					    bytes.n - DIAGRAM_RECORD_BYTES };
	return DIAGRAM_RECORD_SOUND;
}
