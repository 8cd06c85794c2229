/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/content.h"

#include <errno.h>
#include <string.h>

#include "policy/base/text.h"
#include "policy/decide.h"
#include "proto/blob.h"
#include "proto/result.h"

int content_open(const struct source_item *item, const struct case_key *key,
		 struct buffer *space, struct content_decision *ret_content,
		 const char **ret_why)
{
	enum sealed_fault fault;
	struct sealed sealed;

	*ret_why = "was erased";
	if (item->erased)
		return CONTENT_E_ERASED;
	if (!blob_is_sealed(item->blob)) {
		enum blob_fault clear = blob_decision_decode(item->blob, ret_content);

		*ret_why = blob_fault_text(clear);
		return clear == BLOB_SOUND ? 0 : CONTENT_E_BAD;
	}
	*ret_why = sealed_fault_text(SEALED_FAULT_FORM);
	if (!sealed_split(item->blob, &sealed))
		return CONTENT_E_BAD;
	if (key == NULL)
		return CONTENT_E_SEALED;
	if (buffer_reserve(space, item->blob.n) != 0)
		return -ENOMEM;
	fault = sealed_read(item->leaf, &item->entry, item->blob, key, space->data,
			    ret_content);
	*ret_why = sealed_fault_text(fault);
	return fault == SEALED_SOUND ? 0 : CONTENT_E_BAD;
}

int content_read(struct audit_keys *keys, const struct source_item *item,
		 struct content_decision *ret_content, const char **ret_why)
{
	CLEANUP(case_key_done) struct case_key key = { .epoch = 0 };
	bool found = keys != NULL && audit_keys_find(keys, item, &key);

	return content_open(item, found ? &key : NULL,
			    keys == NULL ? NULL : audit_keys_space(keys), ret_content,
			    ret_why);
}

void content_checker_init(struct content_checker *checker, struct audit_keys *keys)
{
	checker->keys = keys;
	checker->n_sealed = 0;
	enacted_init(&checker->enacted);
	arena_init(&checker->arena, DECIDE_ARENA_BYTES);
}

void content_checker_done(struct content_checker *checker)
{
	enacted_done(&checker->enacted);
	arena_done(&checker->arena);
}

static bool says(struct bytes bytes, const char *text)
{
	return text_equal((struct text){ (const char *)bytes.data, bytes.n }, text);
}

static bool same_bytes(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.data, b.data, a.n) == 0);
}

static int wrong(const struct source_item *item, const char *what,
		 struct finding *finding)
{
	return finding_at(finding, item->entry.seq, item->blob_file,
			  finding_do_not_trust, "%s", what);
}

static int load(struct content_checker *checker, struct enacted_edition *enacted,
		const struct source_item *item, const struct edition **ret_edition,
		struct finding *finding)
{
	char why[ENACTED_WHY_BYTES];
	int r = enacted_load(&checker->enacted, enacted, ret_edition, why);

	if (r != ENACTED_E_NOT_VALID)
		return r;
	return finding_at(finding, item->entry.seq, item->blob_file,
			  "Verify with the release of permit-audit that was in use "
			  "when it was enacted.",
			  "this release cannot load the edition: %s", why);
}

/* ---- Enactments ---- */

static int check_edition(struct content_checker *checker,
			 const struct source_item *item,
			 const struct content_enactment *content,
			 struct finding *finding)
{
	const struct edition *edition;
	int r = enacted_add(&checker->enacted, &item->entry.policy_hash,
			    item->entry.seq, content->recorded_ms, content->bundle);

	if (r == 0)
		r = load(checker, enacted_find(&checker->enacted,
					       &item->entry.policy_hash),
			 item, &edition, finding);
	if (r != 0)
		return r;
	if (!says(content->policy_id, edition->policy_id) ||
	    !says(content->edition, edition->name) ||
	    content->in_force_on != edition->in_force_from)
		return wrong(item, "it says of its edition what the edition does not",
			     finding);
	return 0;
}

static int check_enactment(struct content_checker *checker, struct source *source,
			   const struct source_item *item, struct finding *finding)
{
	struct content_enactment content;
	enum blob_fault fault = blob_enactment_decode(item->blob, &content);
	struct digest hash;
	int r;

	if (fault != BLOB_SOUND)
		return finding_at(finding, item->entry.seq, item->blob_file,
				  finding_do_not_trust, "its blob %s",
				  blob_fault_text(fault));
	hash = digest_of(content.bundle);
	if (!digest_equal(&hash, &item->entry.policy_hash))
		return wrong(item, "its edition is not the one whose hash it names",
			     finding);
	r = source_check_policy(source, item, content.bundle, finding);
	return r != 0 ? r : check_edition(checker, item, &content, finding);
}

/* ---- Decisions ---- */

/* The facts, written again, give the bytes and the commitment they came from. */
static int check_facts(struct content_checker *checker,
		       const struct source_item *item,
		       const struct content_decision *content,
		       const struct edition *edition, struct finding *finding)
{
	struct bytes slots[RESULT_SLOTS_MAX] = { { 0 } };
	struct facts facts = { 0 };
	struct bytes again;
	struct digest root;
	enum result_error error = result_facts_read(edition, content->facts,
						    &checker->arena, &facts);

	if (error == RESULT_E_NO_ROOM)
		return -ENOMEM;
	if (error != RESULT_OK)
		return wrong(item, "its facts cannot be read with its edition",
			     finding);
	again = result_facts_write(edition, &facts, &checker->arena, slots);
	if (again.data == NULL)
		return -ENOMEM;
	if (!same_bytes(again, content->facts))
		return wrong(item, "its facts are not written in their one form",
			     finding);
	root = entry_fields_root(content->k_salt, slots, result_slots(edition));
	if (!digest_equal(&root, &item->entry.fields_root))
		return wrong(item, "its facts are not those it commits to "
			     "(fields_root)", finding);
	if (facts.as_of != content->decided_on)
		return wrong(item, "it names another date of decision than its facts",
			     finding);
	return 0;
}

static int check_result(struct content_checker *checker,
			const struct source_item *item,
			const struct content_decision *content,
			const struct edition *edition, struct finding *finding)
{
	struct decision decision;
	enum result_error error = result_read(edition, content->result,
					      &checker->arena, &decision);

	if (error == RESULT_E_NO_ROOM)
		return -ENOMEM;
	if (error != RESULT_OK)
		return wrong(item, "its result cannot be read with its edition",
			     finding);
	if (!says(content->question, decision.question->name) ||
	    decision.as_of != content->decided_on)
		return wrong(item, "its result answers another question or date",
			     finding);
	return 0;
}

static int check_with_edition(struct content_checker *checker,
			      const struct source_item *item,
			      const struct content_decision *content,
			      struct finding *finding)
{
	struct enacted_edition *enacted =
		enacted_find(&checker->enacted, &item->entry.policy_hash);
	const struct edition *edition;
	int r;

	if (enacted == NULL)
		return wrong(item, "no entry before it has enacted its edition",
			     finding);
	r = load(checker, enacted, item, &edition, finding);
	if (r != 0)
		return r;
	if (!says(content->policy_id, edition->policy_id) ||
	    content->in_force_on != edition->in_force_from ||
	    content->recorded_ms != enacted->recorded_ms)
		return wrong(item, "it says of its edition what the edition does not",
			     finding);
	r = check_facts(checker, item, content, edition, finding);
	return r != 0 ? r : check_result(checker, item, content, edition, finding);
}

/* Without its content there is still the edition that it names. */
static int check_closed(struct content_checker *checker,
			const struct source_item *item, struct finding *finding)
{
	if (enacted_find(&checker->enacted, &item->entry.policy_hash) == NULL)
		return wrong(item, "no entry before it has enacted its edition",
			     finding);
	if (!item->erased)
		checker->n_sealed++;
	return 0;
}

static int check_decision(struct content_checker *checker,
			  const struct source_item *item, struct finding *finding)
{
	struct content_decision content;
	struct digest commit;
	const char *why;
	int r = content_read(checker->keys, item, &content, &why);

	if (r == CONTENT_E_SEALED || r == CONTENT_E_ERASED)
		return check_closed(checker, item, finding);
	if (r == CONTENT_E_BAD)
		return finding_at(finding, item->entry.seq, item->blob_file,
				  finding_do_not_trust, "its blob %s", why);
	if (r != 0)
		return r;
	commit = entry_result_commit(content.salt_r, content.result);
	if (!digest_equal(&commit, &item->entry.result_commit))
		return wrong(item, "its result is not the one it commits to "
			     "(result_commit)", finding);
	return check_with_edition(checker, item, &content, finding);
}

int content_check(struct content_checker *checker, struct source *source,
		  const struct source_item *item, struct finding *ret_finding)
{
	int r = checker->keys == NULL ? 0 : audit_keys_note(checker->keys, item);

	if (r != 0)
		return r;
	arena_reset(&checker->arena);
	switch (item->entry.type) {
	case ENTRY_DECISION:
		return check_decision(checker, item, ret_finding);
	case ENTRY_POLICY_PUBLISH:
		return check_enactment(checker, source, item, ret_finding);
	case ENTRY_ENGINE_RELEASE:
	case ENTRY_KEY_ROTATION:
	case ENTRY_ERASURE:
	case ENTRY_REPLAY:
	case ENTRY_CORRECTION:
	case ENTRY_BOOT:
	case ENTRY_CONFIG:
		break;
	}
	return 0;
}
