/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/log_fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void must(int done)
{
	if (!done)
		abort();
}

int log_fixture_setup(void **state)
{
	struct log_fixture *fixture = calloc(1, sizeof(*fixture));

	must(fixture != NULL);
	strcpy(fixture->root, "/tmp/permit-log-XXXXXX");
	must(mkdtemp(fixture->root) != NULL);
	snprintf(fixture->folder, sizeof(fixture->folder), "%s/log",
		 fixture->root);
	snprintf(fixture->key_file, sizeof(fixture->key_file), "%s/log.key",
		 fixture->root);
	fixture->options = (struct log_options){
		.folder = fixture->folder,
		.key_file = fixture->key_file,
		.origin = "example.org/test/log",
		.segment_bytes = SEGMENT_MIN_BYTES,
	};
	*state = fixture;
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

int log_fixture_teardown(void **state)
{
	struct log_fixture *fixture = *state;

	log_close(&fixture->log);
	must(nftw(fixture->root, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
	free(fixture);
	digest_stop();
	return 0;
}

int log_fixture_open(struct log_fixture *fixture)
{
	log_close(&fixture->log);
	return log_open(&fixture->options, &fixture->log, &fixture->report);
}

struct log_item log_fixture_item(uint8_t *blob, size_t n_blob, uint8_t value)
{
	struct log_item item = {
		.entry = { .type = ENTRY_DECISION, .time_ms = 1700000000000 },
		.blob = { blob, n_blob },
	};

	memset(blob, value, n_blob);
	random_bytes(item.entry.entry_id, ENTRY_ID_BYTES);
	memset(item.entry.policy_hash.bytes, 1, DIGEST_BYTES);
	memset(item.entry.engine_id.bytes, 2, DIGEST_BYTES);
	memset(item.entry.fields_root.bytes, 3, DIGEST_BYTES);
	memset(item.entry.result_commit.bytes, 4, DIGEST_BYTES);
	return item;
}

int log_fixture_append(struct log *log, size_t n_items, size_t n_blob)
{
	struct log_item *items = calloc(n_items, sizeof(*items));
	uint8_t *blobs = malloc(n_items * n_blob);
	int r;

	must(items != NULL && blobs != NULL);
	for (size_t i = 0; i < n_items; i++)
		items[i] = log_fixture_item(blobs + i * n_blob, n_blob,
					    (uint8_t)(i + 1));
	r = log_append(log, items, n_items);
	free(blobs);
	free(items);
	return r;
}

struct log_head log_fixture_head(const struct log *log)
{
	struct log_head head;

	log_head(log, &head);
	return head;
}

const char *log_fixture_segment(const struct log_fixture *fixture,
				uint32_t segment)
{
	static char path[128];
	char name[SEGMENT_NAME_BYTES];

	segment_name(segment, name);
	snprintf(path, sizeof(path), "%s/%s", fixture->folder, name);
	return path;
}

void log_fixture_read(const struct log_fixture *fixture, uint32_t segment,
		      uint64_t offset, uint8_t *to, size_t n)
{
	int fd = open(log_fixture_segment(fixture, segment), O_RDONLY);

	must(fd >= 0 && pread(fd, to, n, (off_t)offset) == (ssize_t)n);
	close(fd);
}

void log_fixture_write(const struct log_fixture *fixture, uint32_t segment,
		       uint64_t offset, const uint8_t *from, size_t n)
{
	int fd = open(log_fixture_segment(fixture, segment), O_WRONLY);

	must(fd >= 0 && pwrite(fd, from, n, (off_t)offset) == (ssize_t)n);
	close(fd);
}
