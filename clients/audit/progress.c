/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/progress.h"

#define SILENT_SECONDS 2

void progress_init(struct progress *progress, const struct output_stream *out,
		   const char *label)
{
	*progress = (struct progress){ .out = out, .label = label };
	clock_gettime(CLOCK_MONOTONIC, &progress->begun);
}

void progress_tell(struct progress *progress, uint64_t done, uint64_t total)
{
	struct timespec now;

	if (progress->out == NULL)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - progress->begun.tv_sec <= SILENT_SECONDS)
		return;
	progress->shown = true;
	output_progress(progress->out, progress->label, done, total);
}

void progress_done(struct progress *progress)
{
	if (progress->shown)
		output_progress(progress->out, NULL, 0, 0);
}
