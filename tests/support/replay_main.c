/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/*
 * main() of a fuzz target where there is no libFuzzer: each argument is a file
 * or a folder of files, and the target is run once on each file. A target has
 * failed when the process does not live to print its count.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t n_replayed;

static void give_up(const char *path, const char *what)
{
	fprintf(stderr, "%s: cannot %s\n", path, what);
	exit(2);
}

/* The copy is exactly as long as the file, so that one byte over is seen. */
static void replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;

	if (file == NULL)
		give_up(path, "open");
	data = malloc(size);
	if (data == NULL && size > 0)
		give_up(path, "hold in memory");
	if (size > 0 && fread(data, 1, size, file) != size)
		give_up(path, "read");
	fclose(file);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	n_replayed++;
}

static void replay(const char *path);

static void replay_folder(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);

	if (n < 0)
		give_up(path, "list");
	for (int i = 0; i < n; i++) {
		char *inner;

		if (names[i]->d_name[0] != '.') {
			if (asprintf(&inner, "%s/%s", path, names[i]->d_name) < 0)
				give_up(path, "hold in memory");
			replay(inner);
			free(inner);
		}
		free(names[i]);
	}
	free(names);
}

static void replay(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		give_up(path, "find");
	if (S_ISDIR(status.st_mode))
		replay_folder(path);
	else
		replay_file(path, (size_t)status.st_size);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%zu inputs replayed\n", n_replayed);
	return n_replayed > 0 ? 0 : 1;
}
