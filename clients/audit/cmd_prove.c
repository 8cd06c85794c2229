/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/audit/trusted.h"
#include "clients/files.h"
#include "proto/receipt.h"

/* What is to be proven, and what came of it. */
struct proof {
	const char *receipt_path;
	const char *entry_path;
	struct bytes receipt;
	struct bytes leaf;
	struct trust trust;
	/* set when proven, or when only witnesses are missing */
	struct entry entry;
	struct checkpoint checkpoint;
	struct trust_seen seen;
};

static enum exit_code read_files(const struct invocation *in, struct arena *arena,
				 struct proof *proof)
{
	enum exit_code code = read_trust(in, &proof->trust);

	proof->receipt_path = in->operands[0];
	proof->entry_path = in->values[OPTION_ENTRY] != NULL ?
				    in->values[OPTION_ENTRY] :
				    entry_path(arena, proof->receipt_path);
	if (proof->entry_path == NULL)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	if (code == EXIT_DONE)
		code = files_read(&in->out, proof->receipt_path, RECEIPT_MAX_BYTES,
				 arena, &proof->receipt);
	if (code == EXIT_DONE)
		code = files_read(&in->out, proof->entry_path, ENTRY_MAX_BYTES, arena,
				 &proof->leaf);
	return code;
}

static int prove(struct proof *proof, struct finding *finding)
{
	struct receipt receipt;
	struct digest leaf = merkle_leaf(proof->leaf);
	enum entry_fault fault = entry_decode(proof->leaf, &proof->entry);
	int r;

	if (fault != ENTRY_SOUND)
		return finding_say(finding, proof->entry_path, finding_get_again,
				   "the entry %s", entry_fault_text(fault));
	if (receipt_parse(proof->receipt, &receipt) != 0)
		return finding_say(finding, proof->receipt_path, finding_get_again,
				   "it is no receipt (c2sp.org/tlog-proof@v1)");
	r = trust_open(&proof->trust, receipt.note, &proof->checkpoint, &proof->seen);
	if (r != 0 && r != TRUST_E_QUORUM)
		return find_untrusted(finding, proof->receipt_path, r, &proof->trust);
	if (proof->entry.seq != receipt.index ||
	    !merkle_verify_inclusion(receipt.index, proof->checkpoint.size, &leaf,
				     &receipt.path, &proof->checkpoint.root))
		return finding_at(finding, receipt.index, proof->receipt_path,
				  finding_do_not_trust, "it does not prove the entry in "
				  "%s", proof->entry_path);
	return r == 0 ? 0 : find_untrusted(finding, proof->receipt_path, r,
					   &proof->trust);
}

static void say_entry(const struct output_stream *out, const struct proof *proof)
{
	const struct entry *entry = &proof->entry;
	char number[64], time[TIME_TEXT_BYTES];
	char id[2 * ENTRY_ID_BYTES + 1], hash[2 * DIGEST_BYTES + 1];

	snprintf(number, sizeof(number), "%llu, of %llu",
		 (unsigned long long)entry->seq,
		 (unsigned long long)proof->checkpoint.size);
	hex_print(entry->entry_id, ENTRY_ID_BYTES, id);
	hex_print(entry->policy_hash.bytes, DIGEST_BYTES, hash);
	output_field(out, LABEL_COLUMNS, "log", proof->checkpoint.origin);
	output_field(out, LABEL_COLUMNS, "entry", number);
	output_field(out, LABEL_COLUMNS, "kind", entry_type_name(entry->type));
	output_field(out, LABEL_COLUMNS, "id", id);
	output_field(out, LABEL_COLUMNS, "recorded", time_text(entry->time_ms, time));
	if (!digest_is_zero(&entry->policy_hash))
		output_field(out, LABEL_COLUMNS, "edition", hash);
	say_witnesses(out, &proof->trust, &proof->seen);
}

static void say(const struct output_stream *out, const struct proof *proof,
		const struct finding *finding)
{
	if (finding != NULL) {
		output_styled(out, STYLE_CARE, "Not proven.");
		output_field(out, LABEL_COLUMNS, "file", finding->file);
		output_field(out, LABEL_COLUMNS, "what is wrong", finding->what);
		output_field(out, LABEL_COLUMNS, "what to do", finding->advice);
		return;
	}
	output_styled(out, STYLE_GOOD, "Proven: this entry is in the log.");
	say_entry(out, proof);
}

static json_t *proven_json(const struct proof *proof)
{
	const struct entry *entry = &proof->entry;
	char id[2 * ENTRY_ID_BYTES + 1], hash[2 * DIGEST_BYTES + 1];
	char root[ROOT_TEXT_BYTES];

	hex_print(entry->entry_id, ENTRY_ID_BYTES, id);
	hex_print(entry->policy_hash.bytes, DIGEST_BYTES, hash);
	return json_pack("{s:s,s:I,s:s,s:I,s:s,s:s,s:I,s:s,s:o}", "origin",
			 proof->checkpoint.origin, "size",
			 (json_int_t)proof->checkpoint.size, "root",
			 root_text(&proof->checkpoint.root, root), "entry",
			 (json_int_t)entry->seq, "kind",
			 entry_type_name(entry->type), "id", id, "recorded_ms",
			 (json_int_t)entry->time_ms, "edition", hash, "witnesses",
			 witnesses_json(&proof->trust, &proof->seen));
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(arena_done) struct arena arena;
	struct finding finding = { .has_entry = false };
	struct proof proof = { .receipt_path = NULL };
	enum exit_code code;
	bool proven;

	arena_init(&arena, 4u * RECEIPT_MAX_BYTES);
	code = read_files(in, &arena, &proof);
	if (code != EXIT_DONE)
		return code;
	proven = prove(&proof, &finding) == 0;
	code = proven ? EXIT_DONE : EXIT_FINDING;
	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out,
				   json_pack("{s:b,s:o,s:o}", "proven", proven,
					     "proof",
					     proven ? proven_json(&proof) :
						      json_null(),
					     "finding",
					     finding_json(proven ? NULL : &finding)),
				   code);
	say(&in->out, &proof, proven ? NULL : &finding);
	return code;
}

const struct command command_prove = {
	.name = "prove",
	.operands = "RECEIPT",
	.summary = "is the entry of this receipt in the log?",
	.text = "Needs the receipt and the bytes of its entry alone, as permit "
		"receipt writes them: no log, no daemon, no network. With --trust, "
		"the witnesses that it asks for must have signed the checkpoint too.",
	.examples = {
		{ "prove decision.tlog-proof --vkey 'permitd.local/log+1111dfce+AQ...'",
		  "With decision.entry beside it, and the key of the authority:" },
		{ "prove r --entry e --trust trust.policy --json",
		  "For programs, with witnesses:" },
	},
	.takes = TAKES_ALWAYS | OPTION(OPTION_ENTRY) | OPTION(OPTION_TRUST),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
