/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/log_reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES 262144	/* read at once, unless a record is longer */

/*
 * The bytes [at, at + n) of the current file, synced, are in the buffer. A
 * writer may add records at any time, so a verdict other than "here is a
 * record" is only believed after the bytes were read a second time.
 */
struct log_reader {
	int folder_fd;
	int fd;			/* of the current file, or -1 */
	uint32_t segment;
	uint64_t offset;	/* of the next record */
	bool chained;		/* hash and next_seq are known */
	struct digest hash;	/* of the record before */
	uint64_t next_seq;
	bool unfinished;
	bool scanning;		/* nothing that is read now is handed out */
	uint8_t *buffer;
	size_t cap;
	uint64_t at;
	size_t n;
};

/* What stands at the offset. */
enum found { FOUND_RECORD, FOUND_ZEROS, FOUND_FILE_END, FOUND_DAMAGE };

int log_reader_open(const char *folder, struct log_position from,
		    struct log_reader **ret_reader)
{
	struct log_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		return -ENOMEM;
	reader->fd = -1;
	reader->segment = from.segment;
	reader->offset = from.offset;
	/* Before the very first record there is nothing, and that is known. */
	reader->chained = from.segment == 0 && from.offset == 0;
	reader->folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (reader->folder_fd < 0) {
		int r = -errno;

		free(reader);
		return r;
	}
	*ret_reader = reader;
	return 0;
}

static void leave_file(struct log_reader *reader)
{
	if (reader->fd >= 0)
		close(reader->fd);
	reader->fd = -1;
	reader->n = 0;
}

void log_reader_close(struct log_reader **reader)
{
	if (*reader == NULL)
		return;
	leave_file(*reader);
	close((*reader)->folder_fd);
	free((*reader)->buffer);
	free(*reader);
	*reader = NULL;
}

bool log_reader_unfinished(const struct log_reader *reader)
{
	return reader->unfinished;
}

struct log_position log_reader_position(const struct log_reader *reader)
{
	return (struct log_position){ reader->segment, reader->offset, 0 };
}

void log_problem_say(struct log_problem *problem, struct log_position position,
		     enum segment_fault fault, const char *what)
{
	char name[SEGMENT_NAME_BYTES];

	segment_name(position.segment, name);
	problem->fault = fault;
	problem->position = position;
	snprintf(problem->text, sizeof(problem->text), "%s, byte %llu: %s", name,
		 (unsigned long long)position.offset, what);
}

static int bad(const struct log_reader *reader, enum segment_fault fault,
	       struct log_problem *problem)
{
	char what[128];

	snprintf(what, sizeof(what), "the record %s", segment_fault_text(fault));
	log_problem_say(problem, log_reader_position(reader), fault, what);
	return LOG_READER_BAD;
}

/* Whether a file with a higher number is there: 0, 1 or -errno. */
static int has_later(const struct log_reader *reader, uint32_t segment)
{
	int fd = openat(reader->folder_fd, ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *file;
	uint32_t other;
	int found = 0;

	if (folder == NULL) {
		int r = -errno;

		if (fd >= 0)
			close(fd);
		return r;
	}
	while (found == 0 && (file = readdir(folder)) != NULL)
		if (segment_name_parse(file->d_name, &other) && other > segment)
			found = 1;
	closedir(folder);
	return found;
}

/* Returns 0, LOG_READER_END when there is no such file yet, or as next does. */
static int enter_file(struct log_reader *reader, struct log_problem *problem)
{
	char name[SEGMENT_NAME_BYTES];
	int r;

	if (reader->fd >= 0)
		return 0;
	segment_name(reader->segment, name);
	reader->fd = openat(reader->folder_fd, name, O_RDONLY | O_CLOEXEC);
	if (reader->fd >= 0)
		return 0;
	if (errno != ENOENT)
		return -errno;
	r = has_later(reader, reader->segment);
	if (r <= 0)
		return r < 0 ? r : LOG_READER_END;
	log_problem_say(problem, log_reader_position(reader),
			SEGMENT_FAULT_CHAIN,
			"the file is missing, and later ones are there");
	return LOG_READER_BAD;
}

static int make_space(struct log_reader *reader, size_t n)
{
	uint8_t *buffer;

	if (n <= reader->cap)
		return 0;
	buffer = realloc(reader->buffer, n);
	if (buffer == NULL)
		return -ENOMEM;
	reader->buffer = buffer;
	reader->cap = n;
	return 0;
}

/*
 * What was read may be in the page cache only. After the sync it is on disk,
 * and then a checkpoint in it may be believed. Media that cannot be written
 * have nothing to sync.
 */
static int read_synced(struct log_reader *reader, uint64_t offset, size_t n)
{
	reader->at = offset;
	reader->n = 0;
	while (reader->n < n) {
		ssize_t n_read = pread(reader->fd, reader->buffer + reader->n,
				       n - reader->n,
				       (off_t)(offset + reader->n));

		if (n_read < 0 && errno == EINTR)
			continue;
		if (n_read < 0)
			return -errno;
		if (n_read == 0)
			break;
		reader->n += (size_t)n_read;
	}
	if (!reader->scanning && fdatasync(reader->fd) != 0 &&
	    errno != EROFS && errno != EINVAL)
		return -errno;
	return 0;
}

/* A view of [offset, offset + n), shorter only at the end of the file. */
static int fetch(struct log_reader *reader, uint64_t offset, size_t n,
		 struct bytes *ret_bytes)
{
	int r = 0;

	if (offset < reader->at || offset + n > reader->at + reader->n) {
		size_t n_wanted = n > CHUNK_BYTES ? n : CHUNK_BYTES;

		r = make_space(reader, n_wanted);
		if (r == 0)
			r = read_synced(reader, offset, n_wanted);
	}
	if (r != 0)
		return r;
	ret_bytes->data = reader->buffer + (offset - reader->at);
	ret_bytes->n = reader->at + reader->n - offset;
	if (ret_bytes->n > n)
		ret_bytes->n = n;
	return 0;
}

static bool is_zero(struct bytes bytes)
{
	return bytes.n == 0 ||
	       (bytes.data[0] == 0 &&
		memcmp(bytes.data, bytes.data + 1, bytes.n - 1) == 0);
}

/* Whether a record begins at an offset of a file. */
static bool begins_record(int fd, uint64_t offset)
{
	uint8_t head[SEGMENT_HEADER_BYTES];
	uint64_t n_bytes;

	return pread(fd, head, sizeof(head), (off_t)offset) ==
		       (ssize_t)sizeof(head) &&
	       segment_peek(head, &n_bytes);
}

/* Whether another record follows the one that ends at this offset. */
static bool is_followed(const struct log_reader *reader, uint64_t offset)
{
	char name[SEGMENT_NAME_BYTES];
	bool followed;
	int fd;

	if (begins_record(reader->fd, offset))
		return true;
	segment_name(reader->segment + 1, name);
	fd = openat(reader->folder_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	followed = begins_record(fd, 0);
	close(fd);
	return followed;
}

/* Fetches the record at an offset, if what stands there could be one. */
static int look_at(struct log_reader *reader, uint64_t offset,
		   enum found *ret_found, enum segment_fault *ret_fault,
		   struct segment_record *ret_record)
{
	struct bytes bytes;
	struct stat status;
	uint64_t n_bytes;
	int r;

	*ret_found = FOUND_FILE_END;
	if (offset > SEGMENT_MAX_BYTES)
		return 0;
	r = fetch(reader, offset, SEGMENT_ALIGN_BYTES, &bytes);
	if (r != 0 || bytes.n < SEGMENT_ALIGN_BYTES)
		return r;
	*ret_found = FOUND_ZEROS;
	if (is_zero(bytes))
		return 0;
	*ret_found = FOUND_DAMAGE;
	*ret_fault = SEGMENT_FAULT_MAGIC;
	if (!segment_peek(bytes.data, &n_bytes))
		return 0;
	*ret_fault = SEGMENT_FAULT_LENGTH;
	if (fstat(reader->fd, &status) != 0)
		return -errno;
	if (offset + n_bytes > (uint64_t)status.st_size)
		return 0;
	r = fetch(reader, offset, n_bytes, &bytes);
	if (r != 0)
		return r;
	*ret_fault = segment_decode(bytes, reader->segment, offset, ret_record);
	/*
	 * A tombstone follows what it erases. In the last record, zeros for a blob
	 * are bytes that were never written.
	 */
	if (*ret_fault == SEGMENT_SOUND && ret_record->n_erased > 0 &&
	    !is_followed(reader, offset + ret_record->n_bytes))
		*ret_fault = SEGMENT_FAULT_BLOB;
	if (*ret_fault == SEGMENT_SOUND)
		*ret_found = FOUND_RECORD;
	return 0;
}

/*
 * Looks at all that follows an end. Sets *ret_sound when a record is there:
 * then the end is none. Sets *ret_any when there is anything but zeros.
 */
static int look_behind(struct log_reader *reader, bool *ret_any, bool *ret_sound)
{
	uint64_t offset = reader->offset;
	struct segment_record record;
	enum segment_fault fault;
	enum found found = FOUND_ZEROS;
	int r = 0;

	*ret_any = *ret_sound = false;
	reader->scanning = true;
	while (r == 0 && found != FOUND_FILE_END && !*ret_sound) {
		r = look_at(reader, offset, &found, &fault, &record);
		if (found == FOUND_RECORD)
			*ret_sound = true;
		else if (found == FOUND_DAMAGE)
			*ret_any = true;
		offset += SEGMENT_ALIGN_BYTES;
	}
	reader->scanning = false;
	reader->n = 0;
	return r;
}

/* Takes a sound record as the next one, if it is the successor. */
static int take(struct log_reader *reader, const struct segment_record *record,
		struct log_problem *problem)
{
	if (reader->chained &&
	    (!digest_equal(&record->previous, &reader->hash) ||
	     record->first_seq != reader->next_seq))
		return bad(reader, SEGMENT_FAULT_CHAIN, problem);
	reader->chained = true;
	reader->hash = record->hash;
	reader->next_seq = record->first_seq + record->n_items;
	reader->offset += record->n_bytes;
	reader->unfinished = false;
	return 0;
}

/*
 * There was no record here, but there is one behind. Records are written in
 * order: if a writer was just faster than us, this one is complete by now.
 */
static int settle_gap(struct log_reader *reader, enum segment_fault fault,
		      struct log_problem *problem)
{
	struct segment_record record;
	enum segment_fault fault_now;
	enum found found;
	int r = look_at(reader, reader->offset, &found, &fault_now, &record);

	if (r != 0 || found == FOUND_RECORD)
		return r;
	return bad(reader, fault, problem);
}

/*
 * Whether a write that was cut short can look like this: its bytes, or some of
 * them, and zeros where the others would be. A length only shrinks that way,
 * so one that is too long was changed, or the file was cut; and after a good
 * checksum nothing is missing.
 */
static bool can_be_unfinished(enum segment_fault fault)
{
	return fault != SEGMENT_FAULT_LENGTH && fault != SEGMENT_FAULT_PADDING;
}

/*
 * There is no record here: is it the end, and of what? `more` says that the
 * next file was there before we looked. Returns 0 to look again.
 */
static int settle_end(struct log_reader *reader, bool more, enum found found,
		      enum segment_fault fault, struct log_problem *problem)
{
	bool any = false, sound = false;
	int r = 0;

	if (found != FOUND_FILE_END)
		r = look_behind(reader, &any, &sound);
	if (r != 0)
		return r;
	if (found != FOUND_DAMAGE)
		fault = SEGMENT_FAULT_MAGIC;
	if (sound)
		return settle_gap(reader, fault, problem);
	/* A file is only left behind whole. */
	if (any && (more || !can_be_unfinished(fault)))
		return bad(reader, fault, problem);
	if (!more) {
		reader->unfinished = any;
		return LOG_READER_END;
	}
	leave_file(reader);
	reader->segment++;
	reader->offset = 0;
	return 0;
}

int log_reader_next(struct log_reader *reader, struct segment_record *ret_record,
		    struct log_problem *ret_problem)
{
	bool second_look = false;

	for (;;) {
		struct segment_record record;
		enum segment_fault fault = SEGMENT_SOUND;
		enum found found = FOUND_ZEROS;
		int more;
		int r = enter_file(reader, ret_problem);

		if (r != 0)
			return r;
		/*
		 * The writer may have been at work since the bytes in the
		 * buffer were read. It goes on to the next file only after it
		 * has finished this one.
		 */
		more = second_look ? has_later(reader, reader->segment) : 0;
		if (more < 0)
			return more;
		if (second_look)
			reader->n = 0;
		r = look_at(reader, reader->offset, &found, &fault, &record);
		if (r == 0 && found == FOUND_RECORD) {
			r = take(reader, &record, ret_problem);
			if (r == 0)
				*ret_record = record;
			return r;
		}
		if (r == 0 && second_look)
			r = settle_end(reader, more != 0, found, fault,
				       ret_problem);
		if (r != 0)
			return r;
		second_look = !second_look;
	}
}

int log_reader_entry(struct log_reader *reader, struct log_position position,
		     struct segment_record *ret_record,
		     struct segment_item *ret_item,
		     struct log_problem *ret_problem)
{
	struct segment_record record;
	struct segment_item item;
	size_t at = 0;
	int r;

	if (position.segment != reader->segment)
		leave_file(reader);
	reader->segment = position.segment;
	reader->offset = position.offset;
	reader->chained = false;
	r = log_reader_next(reader, &record, ret_problem);
	if (r != 0)
		return r;
	if (record.position.segment != position.segment ||
	    record.position.offset != position.offset ||
	    position.index_in_batch >= record.n_items)
		return LOG_READER_END;
	for (uint32_t i = 0; i <= position.index_in_batch; i++)
		if (!segment_next_item(&record, &at, &item))
			return LOG_READER_END;
	*ret_record = record;
	*ret_item = item;
	return 0;
}
