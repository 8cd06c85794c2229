/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/verify.h"

#include <errno.h>
#include <string.h>

#include "clients/audit/content.h"
#include "clients/audit/erasures.h"
#include "clients/audit/memory.h"
#include "clients/audit/folder.h"
#include "clients/audit/progress.h"
#include "clients/audit/trusted.h"

static void count(struct verify_report *report, const struct entry *entry)
{
	if (report->n_read++ == 0)
		report->first_ms = entry->time_ms;
	report->last_ms = entry->time_ms;
	report->n_of_type[entry->type]++;
}

static int verify_entries(struct source *source, const struct memory *memory,
			  const struct verify_request *request,
			  struct verify_report *report, struct finding *finding)
{
	struct merkle_frontier frontier = { .size = 0 };
	CLEANUP(erasures_done) struct erasures erasures;
	struct source_head head;
	struct content_checker checker;
	struct progress progress;
	struct source_item item;
	int r;

	content_checker_init(&checker, request->keys);
	source_head(source, &head);
	erasures_init(&erasures, request->roles, source_key(source)->vkey.name,
		      head.kind == SOURCE_EXPORT);
	progress_init(&progress, request->progress, "verified entries");
	for (;;) {
		r = source_next(source, &item, finding);
		if (r == 0)
			r = content_check(&checker, source, &item, finding);
		if (r == 0)
			r = erasures_take(&erasures, &item, finding);
		if (r != 0)
			break;
		if (memory->known && frontier.size < memory->last.size) {
			struct digest leaf = merkle_leaf(item.leaf);

			merkle_frontier_add(&frontier, &leaf);
			r = memory_check(memory, &frontier, finding);
		}
		if (r != 0)
			break;
		count(report, &item.entry);
		progress_tell(&progress, report->n_read, source_expected(source));
	}
	progress_done(&progress);
	if (r == AUDIT_END && erasures_check(&erasures, finding) != 0)
		r = AUDIT_FINDING;
	report->n_erased = erasures_count(&erasures);
	report->n_tombstones = erasures.n_tombstones;
	report->signers_checked = request->roles != NULL;
	report->n_sealed = checker.n_sealed;
	content_checker_done(&checker);
	return r;
}

static int check_size(const struct verify_request *request,
		      const struct source_head *head, struct finding *finding)
{
	if (head->size >= request->expect_size)
		return 0;
	return finding_say(finding, "",
			   "Get the newest copy. If there is none, entries were cut "
			   "off the log: keep this copy, and tell those who answer "
			   "for it.",
			   "the log has %llu entries, and %llu were expected",
			   (unsigned long long)head->size,
			   (unsigned long long)request->expect_size);
}

/* Opens the memory; what cannot be kept is said before the work, not after it. */
static int open_memory(const struct verify_request *request,
		       const struct source_key *key, struct memory *memory,
		       struct verify_report *report, struct finding *finding)
{
	int r = memory_open(request->memory, &key->vkey, memory, finding);

	report->known = memory->known;
	report->known_size = memory->last.size;
	report->other_key = memory->other_key;
	return r < 0 ? -EROFS : r;
}

static int check_witnesses(const struct verify_request *request,
			   const struct source_head *head,
			   struct verify_report *report, struct finding *finding)
{
	struct checkpoint checkpoint;
	int r;

	if (request->trust == NULL)
		return 0;
	r = trust_open(request->trust, head->note, &checkpoint, &report->seen);
	return r == 0 ? 0 : find_untrusted(finding, head->kind == SOURCE_EXPORT ?
					   FOLDER_CHECKPOINT : "", r, request->trust);
}

static int verify_source(struct source *source, const struct verify_request *request,
			 const struct memory *memory, struct verify_report *report,
			 struct finding *finding)
{
	struct source_head head;
	int r = verify_entries(source, memory, request, report, finding);

	if (r == AUDIT_END)
		r = source_check_rest(source, finding);
	source_head(source, &head);
	report->head = head;
	report->head.note = (struct bytes){ NULL, 0 };
	if (r == 0)
		r = check_size(request, &head, finding);
	if (r == 0)
		r = memory_check_size(memory, head.size, finding);
	if (r == 0)
		r = check_witnesses(request, &head, report, finding);
	if (r == 0 && memory_keep(memory, &report->key.vkey, head.note) != 0)
		r = -EROFS;
	if (r == 0 && head.note.n > 0 && head.note.n <= sizeof(report->note)) {
		memcpy(report->note, head.note.data, head.note.n);
		report->n_note = head.note.n;
	}
	report->remembered = r == 0 && memory->folder_fd >= 0 && head.note.n > 0;
	return r;
}

int verify_log(const struct verify_request *request,
	       struct verify_report *ret_report, struct finding *ret_finding)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(memory_close) struct memory memory = MEMORY_NONE;
	int r;

	*ret_report = (struct verify_report){ .opened = false };
	r = source_open(request->path, request->vkey, &source, ret_finding);
	if (r != 0)
		return r;
	ret_report->key = *source_key(source);
	r = open_memory(request, &ret_report->key, &memory, ret_report, ret_finding);
	ret_report->opened = r == 0;
	return r != 0 ? r : verify_source(source, request, &memory, ret_report,
					  ret_finding);
}
