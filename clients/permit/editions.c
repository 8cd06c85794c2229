/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/permit/editions.h"
#include "clients/permit/show.h"

#define LABEL_COLUMNS 14u

static const char *digest_text(ProtobufCBinaryData digest, char to[HASH_TEXT_BYTES])
{
	to[0] = '\0';
	if (digest.len == DIGEST_BYTES)
		hex_print(digest.data, DIGEST_BYTES, to);
	return to;
}

const char *editions_hash(const Permit__V1__Edition *edition,
			  char to[HASH_TEXT_BYTES])
{
	to[0] = '\0';
	return edition == NULL ? to : digest_text(edition->hash, to);
}

void editions_say(const struct output_stream *out,
		  const Permit__V1__EditionInfo *info)
{
	char line[1024];
	char hash[HASH_TEXT_BYTES];
	char recorded[TIME_TEXT_BYTES];
	size_t n = 0;
	size_t i;

	line[0] = '\0';
	for (i = 0; i < info->n_questions && n < sizeof(line); i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s",
				      i > 0 ? ", " : "", info->questions[i]);
	output_field(out, LABEL_COLUMNS, "title", info->title);
	output_field(out, LABEL_COLUMNS, "jurisdiction", info->jurisdiction);
	output_field(out, LABEL_COLUMNS, "questions", line);
	output_field(out, LABEL_COLUMNS, "in force from", info->in_force_from);
	output_field(out, LABEL_COLUMNS, "recorded",
		     time_text(info->recorded_ms, recorded));
	snprintf(line, sizeof(line), "entry %llu",
		 (unsigned long long)info->log_index);
	if (info->recorded_ms > 0)
		output_field(out, LABEL_COLUMNS, "log", line);
	output_field(out, LABEL_COLUMNS, "hash",
		     editions_hash(info->edition, hash));
	if (info->meaning.len > 0)
		output_field(out, LABEL_COLUMNS, "meaning",
			     digest_text(info->meaning, hash));
}

enum exit_code editions_no_question(const struct output_stream *out,
				    const struct edition *edition, const char *name)
{
	const char *names[QUESTIONS_MAX];
	const char *nearest;
	enum exit_code code;

	for (uint16_t q = 0; q < edition->n_questions; q++)
		names[q] = edition->questions[q].name;
	nearest = nearest_name(name, names, edition->n_questions);
	code = output_error(out, EXIT_NOT_FOUND, "%s has no question \"%s\"",
			    edition->policy_id, name);
	if (nearest != NULL)
		output_hint(out, "Did you mean %s?", nearest);
	return code;
}
