/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/files.h"

#define LAW "policy/tables"

static _Noreturn void give_up(const char *path)
{
	perror(path);
	exit(1);
}

static void full_path(char *to, size_t n, const char *path)
{
	const char *top = getenv("top_srcdir");

	if (snprintf(to, n, "%s/%s", top == NULL ? "." : top, path) >= (int)n)
		give_up(path);
}

struct bytes file_read(const char *path)
{
	char name[4096];
	uint8_t *data = NULL;
	size_t n = 0;
	size_t got;
	FILE *file;

	full_path(name, sizeof(name), path);
	file = fopen(name, "rb");
	if (file == NULL)
		give_up(name);
	do {
		data = realloc(data, n + 65537);
		if (data == NULL)
			give_up(name);
		got = fread(data + n, 1, 65536, file);
		n += got;
	} while (got > 0);
	data[n] = '\0';
	fclose(file);
	return (struct bytes){ data, n };
}

void file_done(struct bytes *file)
{
	free((void *)(uintptr_t)file->data);
	*file = (struct bytes){ NULL, 0 };
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void file_names_read(struct file_names *names, const char *folder, const char *end)
{
	struct dirent *entry;
	char path[4096];
	DIR *dir;

	names->n = 0;
	full_path(path, sizeof(path), folder);
	dir = opendir(path);
	if (dir == NULL)
		give_up(path);
	while ((entry = readdir(dir)) != NULL && names->n < FILE_NAMES_MAX) {
		size_t n = strlen(entry->d_name);

		if (n > strlen(end) && strcmp(entry->d_name + n - strlen(end), end) == 0)
			names->at[names->n++] = strdup(entry->d_name);
	}
	closedir(dir);
	qsort(names->at, names->n, sizeof(names->at[0]), by_name);
}

static _Noreturn void too_many(const char *folder)
{
	fprintf(stderr, "%s: more than %d names\n", folder, FILE_NAMES_MAX);
	exit(1);
}

void law_folders_read(struct file_names *names)
{
	struct file_names all;

	names->n = 0;
	file_names_read(&all, LAW, "");
	for (size_t i = 0; i < all.n; i++)
		if (strchr(all.at[i], '.') == NULL && strcmp(all.at[i], "analysis") != 0)
			names->at[names->n++] = strdup(all.at[i]);
	file_names_done(&all);
}

/* "ca-vtip-2025-02-04.md", also with a suffix to the date. */
static bool is_edition(const char *name)
{
	const char *dash = strchr(name, '-');

	while (dash != NULL && (dash[1] < '0' || dash[1] > '9'))
		dash = strchr(dash + 1, '-');
	return dash != NULL;
}

static void add_editions(struct file_names *names, const char *folder)
{
	char path[4096];
	struct file_names all;

	snprintf(path, sizeof(path), LAW "/%s", folder);
	file_names_read(&all, path, ".md");
	for (size_t i = 0; i < all.n; i++) {
		if (!is_edition(all.at[i]))
			continue;
		if (names->n == FILE_NAMES_MAX)
			too_many(path);
		snprintf(path, sizeof(path), LAW "/%s/%s", folder, all.at[i]);
		names->at[names->n++] = strdup(path);
	}
	file_names_done(&all);
}

void law_editions_read(struct file_names *names, const char *folder)
{
	names->n = 0;
	add_editions(names, folder);
}

void law_read(struct file_names *names)
{
	struct file_names folders;

	names->n = 0;
	law_folders_read(&folders);
	for (size_t i = 0; i < folders.n; i++)
		add_editions(names, folders.at[i]);
	file_names_done(&folders);
}

void file_names_done(struct file_names *names)
{
	while (names->n > 0)
		free(names->at[--names->n]);
}
