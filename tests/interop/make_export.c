/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "tests/support/permitd.h"

/*
 * usage: make_export FOLDER N MORE
 *
 * Lets a daemon decide N cases, exports its log while it is at work, lets it
 * decide MORE and extends the export. Leaves in FOLDER, which must exist:
 *
 *	export/		the export
 *	earlier		the checkpoint before MORE
 *	vkey		the log's key, as the daemon says it
 *	receipt, entry	of the last decision, from its answer
 */
_Noreturn static void give_up(const char *what)
{
	fprintf(stderr, "make_export: %s\n", what);
	exit(1);
}

static void write_file(const char *folder, const char *name, const void *data,
		       size_t n)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (file == NULL || fwrite(data, 1, n, file) != n || fclose(file) != 0)
		give_up(path);
}

static void write_text(const char *folder, const char *name, const json_t *text)
{
	if (!json_is_string(text))
		give_up(name);
	write_file(folder, name, json_string_value(text), json_string_length(text));
}

static void write_entry(const char *folder, const json_t *text)
{
	uint8_t entry[4096];
	size_t n;

	if (!json_is_string(text) ||
	    !base64_parse(json_string_value(text), json_string_length(text), entry,
			  sizeof(entry), &n))
		give_up("entry");
	write_file(folder, "entry", entry, n);
}

static void decide(struct permitd *d, unsigned n, const char *folder)
{
	for (unsigned i = 0; i < n; i++) {
		json_t *all = json_loads(permitd_ask(d, PERMITD_EVALUATE(""), NULL), 0,
					 NULL);
		const json_t *decision = json_object_get(
			json_object_get(all, "evaluate"), "decision");

		if (i + 1 == n) {
			write_text(folder, "receipt",
				   json_object_get(decision, "receipt"));
			write_entry(folder, json_object_get(decision, "entry"));
		}
		json_decref(all);
	}
}

static void save_key(struct permitd *d, const char *folder)
{
	json_t *all = json_loads(permitd_ask(d, "{\"status\":{}}", NULL), 0, NULL);

	write_text(folder, "vkey",
		   json_object_get(json_object_get(all, "status"), "verifierKey"));
	json_decref(all);
}

static void export_log(const struct permitd *d, const char *folder)
{
	const char *build = getenv("top_builddir");
	char command[3 * PATH_MAX];

	snprintf(command, sizeof(command),
		 "'%s'/clients/audit/permit-audit export --store '%s' "
		 "--out '%s/export' >/dev/null 2>&1",
		 build != NULL ? build : ".", d->store, folder);
	if (system(command) != 0)
		give_up(command);
}

static void keep_checkpoint(const char *folder)
{
	char command[2 * PATH_MAX];

	snprintf(command, sizeof(command), "cp '%s/export/checkpoint' '%s/earlier'",
		 folder, folder);
	if (system(command) != 0)
		give_up(command);
}

int main(int argc, char **argv)
{
	struct permitd d;

	if (argc != 4)
		give_up("usage: make_export FOLDER N MORE");
	permitd_init(&d, NULL);
	if (!permitd_start(&d, NULL))
		give_up("the daemon does not start");
	permitd_enact(&d, "2025-02-04");
	save_key(&d, argv[1]);
	decide(&d, (unsigned)atoi(argv[2]), argv[1]);
	export_log(&d, argv[1]);
	keep_checkpoint(argv[1]);
	decide(&d, (unsigned)atoi(argv[3]), argv[1]);
	export_log(&d, argv[1]);
	permitd_done(&d);
	return 0;
}
