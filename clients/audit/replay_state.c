/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/replay_state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clients/audit/folder.h"

#define HEADER_BYTES 124
#define N_COUNTS 5
#define NAMED_BYTES (16 + REPLAY_PARTS_BYTES)
#define STATE_MAX_BYTES \
	(HEADER_BYTES + REPLAY_NAMED_MAX * NAMED_BYTES + DIGEST_BYTES)

static const uint8_t magic[4] = { 'P', 'R', 'S', '1' };

/* Counts of one replay must never be added to those of another. */
static struct digest replay_is(const struct replay_request *request,
			       const struct vkey *log)
{
	char vkey[VKEY_TEXT_BYTES], text[VKEY_TEXT_BYTES + 128];
	int n;

	vkey_print(log, vkey);
	n = snprintf(text, sizeof(text), "%s\n%llu\n%llu\n%s\n%s\n", vkey,
		     (unsigned long long)request->from,
		     (unsigned long long)request->to, PACKAGE_VERSION,
		     request->keys != NULL ? "keys" : "no keys");
	return digest_of((struct bytes){ (const uint8_t *)text, (size_t)n });
}

static void counts_of(struct replay_report *report, uint64_t *ret_counts[N_COUNTS])
{
	ret_counts[0] = &report->n_same;
	ret_counts[1] = &report->n_different;
	ret_counts[2] = &report->n_undecidable;
	ret_counts[3] = &report->n_sealed;
	ret_counts[4] = &report->n_erased;
}

/* ---- Reading ---- */

static bool decode_named(const uint8_t *from, size_t n,
			 struct replay_report *report)
{
	for (size_t i = 0; i < n; i++, from += NAMED_BYTES) {
		struct replay_difference *named = &report->named[i];
		uint64_t verdict = get_be64(from + 8);

		if (verdict > REPLAY_ERASED || from[NAMED_BYTES - 1] != '\0')
			return false;
		named->entry = get_be64(from);
		named->verdict = (enum replay_verdict)verdict;
		memcpy(named->parts, from + 16, REPLAY_PARTS_BYTES);
	}
	report->n_named = n;
	return true;
}

static bool decode(struct bytes state, const struct digest *is,
		   struct replay_mark *mark, struct replay_report *report,
		   const char **why)
{
	uint64_t *counts[N_COUNTS], n_named;
	struct digest sum;

	*why = "was changed since it was written, or is no state of a replay";
	if (state.n < HEADER_BYTES + DIGEST_BYTES ||
	    memcmp(state.data, magic, sizeof(magic)) != 0)
		return false;
	sum = digest_of((struct bytes){ state.data, state.n - DIGEST_BYTES });
	n_named = get_be64(state.data + 116);
	if (memcmp(sum.bytes, state.data + state.n - DIGEST_BYTES,
		   DIGEST_BYTES) != 0 || n_named > REPLAY_NAMED_MAX ||
	    state.n != HEADER_BYTES + n_named * NAMED_BYTES + DIGEST_BYTES ||
	    !decode_named(state.data + HEADER_BYTES, (size_t)n_named, report))
		return false;
	*why = "is of another log, another range or another release, or was begun "
	       "with other keys";
	if (memcmp(is->bytes, state.data + 4, DIGEST_BYTES) != 0)
		return false;
	mark->n_done = get_be64(state.data + 36);
	memcpy(mark->root.bytes, state.data + 44, DIGEST_BYTES);
	counts_of(report, counts);
	for (size_t i = 0; i < N_COUNTS; i++)
		*counts[i] = get_be64(state.data + 76 + 8 * i);
	return true;
}

int replay_state_read(const struct replay_request *request, const struct vkey *log,
		      struct replay_mark *ret_mark, struct replay_report *report,
		      const char **ret_why)
{
	CLEANUP(buffer_done) struct buffer file = { .data = NULL };
	struct digest is = replay_is(request, log);
	int r = folder_read(AT_FDCWD, request->state, STATE_MAX_BYTES, &file);

	*ret_mark = (struct replay_mark){ .n_done = 0 };
	*ret_why = "is no state of a replay";
	if (r == -ENOENT)
		return 0;
	if (r == -EFBIG || r == -EINVAL)
		return REPLAY_STATE_E_BAD;
	if (r != 0)
		return r;
	return decode(buffer_bytes(&file), &is, ret_mark, report, ret_why) ?
		       0 : REPLAY_STATE_E_BAD;
}

/* ---- Writing ---- */

static size_t encode(const struct digest *is, const struct replay_mark *mark,
		     struct replay_report report, uint8_t to[STATE_MAX_BYTES])
{
	uint8_t *named = to + HEADER_BYTES;
	uint64_t *counts[N_COUNTS];
	struct digest sum;
	size_t n;

	memcpy(to, magic, sizeof(magic));
	memcpy(to + 4, is->bytes, DIGEST_BYTES);
	put_be64(to + 36, mark->n_done);
	memcpy(to + 44, mark->root.bytes, DIGEST_BYTES);
	counts_of(&report, counts);
	for (size_t i = 0; i < N_COUNTS; i++)
		put_be64(to + 76 + 8 * i, *counts[i]);
	put_be64(to + 116, report.n_named);
	for (size_t i = 0; i < report.n_named; i++, named += NAMED_BYTES) {
		put_be64(named, report.named[i].entry);
		put_be64(named + 8, report.named[i].verdict);
		memcpy(named + 16, report.named[i].parts, REPLAY_PARTS_BYTES);
	}
	n = (size_t)(named - to);
	sum = digest_of((struct bytes){ to, n });
	memcpy(named, sum.bytes, DIGEST_BYTES);
	return n + DIGEST_BYTES;
}

static int write_beside(const char *path, const uint8_t *state, size_t n)
{
	CLEANUP(close_folder) int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		     0600);
	ssize_t n_written;

	if (fd < 0)
		return -errno;
	n_written = write(fd, state, n);
	if (n_written < 0 || (size_t)n_written != n)
		return n_written < 0 ? -errno : -ENOSPC;
	return fsync(fd) != 0 ? -errno : 0;
}

int replay_state_write(const struct replay_request *request, const struct vkey *log,
		       const struct replay_mark *mark,
		       const struct replay_report *report)
{
	struct digest is = replay_is(request, log);
	uint8_t state[STATE_MAX_BYTES];
	size_t n = encode(&is, mark, *report, state);
	char beside[PATH_MAX];
	int r;

	if (snprintf(beside, sizeof(beside), "%s.new", request->state) >=
	    (int)sizeof(beside))
		return -ENAMETOOLONG;
	r = write_beside(beside, state, n);
	if (r == 0 && rename(beside, request->state) != 0)
		r = -errno;
	if (r != 0)
		unlink(beside);
	return r;
}
