/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config.h"

#define TEXT(field) offsetof(struct config, field)
#define NUMBER(field) offsetof(struct config, field)
#define LIMIT(field) \
	(offsetof(struct config, limits) + offsetof(struct limits, field))

#define KIB 1024ull
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

const struct config_option config_options[] = {
	{ "store", "DIR", 0, 0, "", false, TEXT(store),
	  "folder of the store; made when absent" },
	{ "socket", "PATH", 0, 0, "", false, TEXT(socket),
	  "Unix stream socket to serve on (mode 0660)" },
	{ "metrics-socket", "PATH", 0, 0, "", false, TEXT(metrics_socket),
	  "Unix stream socket that gives Prometheus its numbers; none without it" },
	{ "origin", "NAME", 0, 0, "permitd.local/log", false, TEXT(origin),
	  "name of the log and of its key: a-z 0-9 . / -" },
	{ "root-key", "FILE", 0, 0, "", false, TEXT(root_key),
	  "seals the keyring: 64 hexadecimal digits; without it a key is made "
	  "beside the ring" },
	{ "erasure-keys", "FILE", 0, 0, "", false, TEXT(erasure_keys),
	  "who may authorise an erasure: the lines \"eraser VKEY\" and "
	  "\"protection VKEY\"" },
	{ "high-water", "FILE", 0, 0, "", false, TEXT(high_water),
	  "says how far the log had come, best on another disk; else in the store" },
	{ "accept-rollback", "ENTRIES", 0, 0, "", false, TEXT(accept_rollback),
	  "go on with a log of so many entries though it had others; recorded" },
	{ "segment-bytes", "bytes", 64 * KIB, GIB, "67108864", false,
	  NUMBER(segment_bytes),
	  "size of a new file of the log, a multiple of 512" },
	{ "map-bytes", "bytes", 256 * KIB, 1024 * GIB, "67108864", false,
	  NUMBER(map_bytes),
	  "size of the database's map at first; it grows by itself" },
	{ "index-batch", "entries", 1, 4 * MIB, "65536", true, NUMBER(index_batch),
	  "entries that are indexed in memory before the database is written" },
	{ "index-idle", "ms", 10, 3600000, "2000", true, NUMBER(index_idle_ms),
	  "write the database after so long without a decision" },
	{ "loaded-editions", "editions", 2, 4096, "16", false,
	  NUMBER(loaded_editions), "compiled editions that are kept in memory" },
	{ "max-connections", "connections", 1, 100000, "512", true,
	  LIMIT(connections), "clients at once; more wait until one leaves" },
	{ "max-connection-requests", "requests", 1, 65536, "1024", true,
	  LIMIT(connection_requests),
	  "under way on one connection; more are not read yet" },
	{ "max-requests", "requests", 1, 1048576, "16384", true, LIMIT(requests),
	  "under way on all connections; more are refused as overloaded" },
	{ "max-connection-output", "bytes", 64 * KIB, GIB, "4194304", true,
	  LIMIT(connection_output_bytes),
	  "answers that a client has not taken; above, it is not read from" },
	{ "max-buffered", "bytes", MIB, 64 * GIB, "268435456", true,
	  LIMIT(buffered_bytes),
	  "in all buffers together; above, requests are refused as overloaded" },
	{ "max-streams", "streams", 1, 4096, "16", true, LIMIT(streams),
	  "readings of the log at once; more are refused as overloaded" },
	{ "idle-timeout", "s", 0, 86400, "300", true, LIMIT(idle_timeout_s),
	  "close a connection that asks nothing for so long; 0: never" },
	{ "slow-timeout", "s", 1, 3600, "30", true, LIMIT(slow_timeout_s),
	  "close a connection that does not finish a message, or takes no answer" },
	{ "stop-timeout", "s", 0, 600, "10", true, NUMBER(stop_timeout_s),
	  "after SIGTERM, wait so long for clients to take their answers" },
	{ "log-level", "level", 0, 4, "2", true, NUMBER(log_level),
	  "0 errors, 1 warnings, 2 notices, 3 information, 4 everything" },
};

const size_t config_n_options = ARRAY_LENGTH(config_options);

PRINTF_LIKE(2, 3)
static int wrong(char text[CONFIG_ERROR_BYTES], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, CONFIG_ERROR_BYTES, format, arguments);
	va_end(arguments);
	return CONFIG_E_WRONG;
}

static bool is_text(const struct config_option *option)
{
	return option->maximum == 0;
}

static const struct config_option *find(const char *name, size_t n)
{
	for (size_t i = 0; i < config_n_options; i++)
		if (strlen(config_options[i].name) == n &&
		    memcmp(config_options[i].name, name, n) == 0)
			return &config_options[i];
	return NULL;
}

static bool parse_number(const char *text, uint64_t *ret_number)
{
	unsigned long long number;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	*ret_number = number;
	return errno == 0 && *end == '\0';
}

static void *field_of(struct config *config, const struct config_option *option)
{
	return (char *)config + option->offset;
}

static int set(struct config *config, const struct config_option *option,
	       const char *value, char text[CONFIG_ERROR_BYTES])
{
	uint64_t number;

	if (is_text(option)) {
		if (strlen(value) >= CONFIG_TEXT_BYTES)
			return wrong(text, "%s is longer than %d bytes",
				     option->name, CONFIG_TEXT_BYTES - 1);
		strcpy(field_of(config, option), value);
		return 0;
	}
	if (!parse_number(value, &number) || number < option->minimum ||
	    number > option->maximum)
		return wrong(text, "%s must be a number from %llu to %llu (%s)",
			     option->name, (unsigned long long)option->minimum,
			     (unsigned long long)option->maximum, option->value);
	*(uint64_t *)field_of(config, option) = number;
	return 0;
}

/* ---- The file ---- */

struct file {
	struct config *config;
	char *text; /* CONFIG_ERROR_BYTES */
	bool failed;
};

/* inih wants 0 for an error; its own line number says where. */
static int on_line(void *user, const char *section, const char *name,
		   const char *value)
{
	struct file *file = user;
	const struct config_option *option = find(name, strlen(name));

	if (file->failed)
		return 0;
	if (strcmp(section, "") != 0 && strcmp(section, "permitd") != 0)
		wrong(file->text, "there is no section [%.64s], only [permitd]",
		      section);
	else if (option == NULL)
		wrong(file->text, "there is no option %.64s; see permitd --help",
		      name);
	else if (set(file->config, option, value, file->text) == 0)
		return 1;
	file->failed = true;
	return 0;
}

static int read_file(const char *path, struct config *config,
		     char text[CONFIG_ERROR_BYTES])
{
	char what[CONFIG_ERROR_BYTES] = "cannot be read as options";
	struct file file = { .config = config, .text = what };
	FILE *stream = fopen(path, "re");
	int line;

	if (stream == NULL)
		return wrong(text, "%.900s: %s", path, strerror(errno));
	line = ini_parse_file(stream, on_line, &file);
	fclose(stream);
	if (line == 0)
		return 0;
	return wrong(text, "%.900s:%d: %.900s", path, line > 0 ? line : 0, what);
}

/* ---- The command line ---- */

/* One "--name VALUE" or "--name=VALUE" at argv[*at]; moves *at behind it. */
static int take_argument(int argc, char *const *argv, int *at,
			 const char **ret_name, size_t *ret_n,
			 const char **ret_value, char text[CONFIG_ERROR_BYTES])
{
	const char *argument = argv[(*at)++];
	const char *equals = strchr(argument, '=');

	if (strncmp(argument, "--", 2) != 0 || argument[2] == '\0')
		return wrong(text, "%.100s is not an option; see permitd --help",
			     argument);
	*ret_name = argument + 2;
	if (equals != NULL) {
		*ret_n = (size_t)(equals - argument) - 2;
		*ret_value = equals + 1;
		return 0;
	}
	*ret_n = strlen(argument) - 2;
	*ret_value = "";
	if (strcmp(argument, "--check") == 0)
		return 0;
	if (strcmp(argument, "--help") == 0)
		return CONFIG_E_HELP;
	if (strcmp(argument, "--version") == 0)
		return CONFIG_E_VERSION;
	if (*at >= argc)
		return wrong(text, "%.100s needs a value", argument);
	*ret_value = argv[(*at)++];
	return 0;
}

/* With `file` only looks for --config, else sets everything but that. */
static int read_arguments(int argc, char *const *argv, struct config *config,
			  const char **file, char text[CONFIG_ERROR_BYTES])
{
	int at = 1;
	int r = 0;

	while (at < argc && r == 0) {
		const char *name = "";
		const char *value = "";
		size_t n = 0;
		bool is_config;
		bool is_check;

		r = take_argument(argc, argv, &at, &name, &n, &value, text);
		if (r != 0)
			return r;
		is_config = n == 6 && memcmp(name, "config", 6) == 0;
		is_check = n == 5 && memcmp(name, "check", 5) == 0;
		if (is_config && file != NULL)
			*file = value;
		if (is_check && *value != '\0')
			return wrong(text, "--check takes no value");
		if (is_check)
			config->check = true;
		if (is_config || is_check || file != NULL)
			continue;
		if (find(name, n) == NULL)
			return wrong(
				text,
				"there is no option --%.*s; see permitd --help",
				(int)(n > 100 ? 100 : n), name);
		r = set(config, find(name, n), value, text);
	}
	return r;
}

int config_read(int argc, char *const *argv, struct config *ret_config,
		char ret_text[CONFIG_ERROR_BYTES])
{
	struct config config = { 0 };
	const char *file = NULL;
	int r = 0;

	for (size_t i = 0; i < config_n_options && r == 0; i++)
		r = set(&config, &config_options[i], config_options[i].fallback,
			ret_text);
	if (r == 0)
		r = read_arguments(argc, argv, &config, &file, ret_text);
	if (r == 0 && file != NULL)
		r = read_file(file, &config, ret_text);
	if (r == 0)
		r = read_arguments(argc, argv, &config, NULL, ret_text);
	if (r != 0)
		return r;
	if (config.store[0] == '\0')
		return wrong(ret_text, "--store is needed");
	if (config.segment_bytes % 512 != 0)
		return wrong(ret_text, "segment-bytes must be a multiple of 512");
	*ret_config = config;
	return 0;
}

static bool same(struct config *a, struct config *b,
		 const struct config_option *option)
{
	if (is_text(option))
		return strcmp(field_of(a, option), field_of(b, option)) == 0;
	return *(uint64_t *)field_of(a, option) == *(uint64_t *)field_of(b, option);
}

size_t config_reload(struct config *running, const struct config *fresh,
		     const char **ret_names, size_t n_max)
{
	struct config copy = *fresh;
	size_t n = 0;

	for (size_t i = 0; i < config_n_options; i++) {
		const struct config_option *option = &config_options[i];

		if (same(running, &copy, option))
			continue;
		if (option->reload)
			*(uint64_t *)field_of(running, option) = *(
				uint64_t *)field_of(&copy, option);
		else if (n < n_max)
			ret_names[n++] = option->name;
	}
	return n;
}

/* ---- Help ---- */

static void print_option(FILE *to, const struct config_option *option)
{
	char head[80];

	snprintf(head, sizeof(head), "--%s %s", option->name, option->value);
	fprintf(to, "  %-34s %s", head, option->help);
	if (!is_text(option))
		fprintf(to, "\n  %-34s (%llu to %llu, default %s%s)", "",
			(unsigned long long)option->minimum,
			(unsigned long long)option->maximum, option->fallback,
			option->reload ? ", SIGHUP" : "");
	else if (option->fallback[0] != '\0')
		fprintf(to, "\n  %-34s (default %s)", "", option->fallback);
	fputc('\n', to);
}

void config_print_help(FILE *to)
{
	fputs("usage: permitd --store DIR [--socket PATH] [--config FILE] [OPTION ...]\n"
	      "\n"
	      "Decides residence permits by policy editions, and logs every decision\n"
	      "before it answers.\n"
	      "\n"
	      "  --config FILE                      options, one \"name = value\" a line;\n"
	      "                                     the command line goes first\n"
	      "  --check                            say whether all options are right,\n"
	      "                                     and end without a store\n"
	      "  --help                             this text\n"
	      "  --version                          the version\n",
	      to);
	for (size_t i = 0; i < config_n_options; i++)
		print_option(to, &config_options[i]);
	fputs("\nSIGTERM and SIGINT answer what is queued and stop; SIGHUP reads the\n"
	      "configuration again. See permitd(8).\n",
	      to);
}
