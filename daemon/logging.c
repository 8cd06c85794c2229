/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/logging.h"

#define LINE_BYTES 1024

static const struct {
	int priority; /* of syslog */
	const char *word;
} levels[] = {
	[LOGGING_ERROR] = { 3, "error" },   [LOGGING_WARNING] = { 4, "warning" },
	[LOGGING_NOTICE] = { 5, "notice" }, [LOGGING_INFO] = { 6, "info" },
	[LOGGING_DEBUG] = { 7, "debug" },
};

static enum logging_level highest = LOGGING_NOTICE;
static bool to_journal;

/*
 * Whether standard error is the stream that systemd names, and not inherited
 * from it.
 */
static bool is_journal(const char *stream)
{
	unsigned long long device;
	unsigned long long inode;
	struct stat st;

	return stream != NULL &&
	       sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device &&
	       st.st_ino == inode;
}

void logging_start(enum logging_level level)
{
	highest = level;
	to_journal = is_journal(getenv("JOURNAL_STREAM"));
}

void logging_set_level(enum logging_level level)
{
	highest = level;
}

static size_t write_head(enum logging_level level, char to[LINE_BYTES])
{
	struct timespec now = { 0 };
	struct tm utc;
	size_t n;

	if (to_journal)
		return (size_t)snprintf(to, LINE_BYTES, "<%d>",
					levels[level].priority);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	n = strftime(to, LINE_BYTES, "%Y-%m-%dT%H:%M:%S", &utc);
	return n +
	       (size_t)snprintf(to + n, LINE_BYTES - n,
				".%03ldZ permitd[%ld] %s: ", now.tv_nsec / 1000000,
				(long)getpid(), levels[level].word);
}

void logging(enum logging_level level, const char *format, ...)
{
	char line[LINE_BYTES];
	size_t head;
	size_t n;
	va_list arguments;

	if (level > highest)
		return;
	head = write_head(level, line);
	va_start(arguments, format);
	vsnprintf(line + head, sizeof(line) - head - 1, format, arguments);
	va_end(arguments);
	for (n = head; line[n] != '\0'; n++)
		if ((unsigned char)line[n] < 0x20 || line[n] == 0x7f)
			line[n] = '?';
	line[n] = '\n';
	/*
	 * In one piece, so that lines do not mix. A journal that is gone stops
	 * nothing.
	 */
	if (write(STDERR_FILENO, line, n + 1) < 0)
		return;
}
