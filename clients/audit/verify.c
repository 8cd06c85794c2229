/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/verify.h"

#include "clients/audit/content.h"
#include "clients/audit/progress.h"

static void count(struct verify_report *report, const struct entry *entry)
{
	if (report->n_read++ == 0)
		report->first_ms = entry->time_ms;
	report->last_ms = entry->time_ms;
	report->n_of_type[entry->type]++;
}

static int verify_entries(struct source *source,
			  const struct verify_request *request,
			  struct verify_report *report, struct finding *finding)
{
	struct content_checker checker;
	struct progress progress;
	struct source_item item;
	int r;

	content_checker_init(&checker, request->keys);
	progress_init(&progress, request->progress, "verified entries");
	for (;;) {
		r = source_next(source, &item, finding);
		if (r == 0)
			r = content_check(&checker, source, &item, finding);
		if (r != 0)
			break;
		count(report, &item.entry);
		progress_tell(&progress, report->n_read, source_expected(source));
	}
	progress_done(&progress);
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

int verify_log(const struct verify_request *request,
	       struct verify_report *ret_report, struct finding *ret_finding)
{
	CLEANUP(source_close) struct source *source = NULL;
	int r;

	*ret_report = (struct verify_report){ .opened = false };
	r = source_open(request->path, request->vkey, &source, ret_finding);
	if (r != 0)
		return r;
	ret_report->opened = true;
	ret_report->key = *source_key(source);
	r = verify_entries(source, request, ret_report, ret_finding);
	if (r == AUDIT_END)
		r = source_check_rest(source, ret_finding);
	source_head(source, &ret_report->head);
	ret_report->head.note = (struct bytes){ NULL, 0 };
	return r != 0 ? r : check_size(request, &ret_report->head, ret_finding);
}
