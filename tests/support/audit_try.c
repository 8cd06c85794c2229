/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/audit_try.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct audit_try audit_try;

int audit_verify(const char *path, const char *vkey, uint64_t expect_size)
{
	const struct verify_request request = {
		.path = path, .vkey = vkey, .expect_size = expect_size,
	};

	memset(&audit_try, 0, sizeof(audit_try));
	audit_try.r = verify_log(&request, &audit_try.verified, &audit_try.finding);
	return audit_try.r;
}

static int replay(const struct replay_request *request)
{
	memset(&audit_try, 0, sizeof(audit_try));
	audit_try.r = replay_log(request, &audit_try.replayed, &audit_try.finding);
	return audit_try.r;
}

int audit_replay(const char *path, uint64_t from, uint64_t to)
{
	const struct replay_request request = { .path = path, .from = from, .to = to };

	return replay(&request);
}

int audit_replay_on(const char *path, unsigned n_jobs)
{
	const struct replay_request request = {
		.path = path, .to = UINT64_MAX, .n_jobs = n_jobs,
	};

	return replay(&request);
}

int audit_replay_resumed(const char *path, const char *state)
{
	const struct replay_request request = {
		.path = path, .to = UINT64_MAX, .n_jobs = 2, .state = state,
	};

	return replay(&request);
}

int audit_export(const struct audit_log *log)
{
	const struct export_request request = { .store = log->store,
						.out = log->out };

	memset(&audit_try, 0, sizeof(audit_try));
	audit_try.r = export_log(&request, &audit_try.exported, &audit_try.finding);
	return audit_try.r;
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

int audit_export_fresh(const struct audit_log *log)
{
	if (access(log->out, F_OK) == 0 &&
	    nftw(log->out, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
		abort();
	return audit_export(log);
}

const char *audit_out_path(const struct audit_log *log, const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", log->out, name);
	return path;
}

void audit_flip(const struct audit_log *log, const char *name, size_t bit)
{
	struct bytes content = audit_file_read(audit_out_path(log, name));
	uint8_t *data = (uint8_t *)(uintptr_t)content.data;

	if (bit / 8 >= content.n)
		abort();
	data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	audit_file_write(audit_out_path(log, name), content);
	free(data);
}

bool audit_found(uint64_t entry, const char *file, const char *what)
{
	const struct finding *finding = &audit_try.finding;

	if (audit_try.r == AUDIT_FINDING &&
	    finding->has_entry == (entry != AUDIT_NO_ENTRY) &&
	    (!finding->has_entry || finding->entry == entry) &&
	    strncmp(finding->file, file, strlen(file)) == 0 &&
	    strstr(finding->what, what) != NULL && finding->advice != NULL)
		return true;
	fprintf(stderr, "# returned %d, entry %lld, file \"%s\": %s\n", audit_try.r,
		finding->has_entry ? (long long)finding->entry : -1, finding->file,
		finding->what);
	return false;
}
