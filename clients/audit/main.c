/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/commands.h"

static const struct option options[N_AUDIT_OPTIONS] = {
	[OPTION_HELP] = { "help", NULL, "shows this, or the help of a command" },
	[OPTION_VERSION] = { "version", NULL, "shows the version" },
	[OPTION_JSON] = { "json", NULL, "one JSON document, for programs" },
	[OPTION_PLAIN] = { "plain", NULL,
			   "one statement a line, no tables, no colour" },
	[OPTION_STORE] = { "store", "DIR", "the folder of the daemon's store" },
	[OPTION_OUT] = { "out", "DIR",
			 "the folder of the export: new, empty, or an earlier "
			 "export of this log, which is extended" },
	[OPTION_VKEY] = { "vkey", "KEY",
			  "the log's key, name+ID+key, as you got it from the "
			  "authority; else the one beside the log" },
	[OPTION_EXPECT_SIZE] = { "expect-size", "N",
				 "entries that the log must have at least" },
	[OPTION_FROM] = { "from", "N", "the first entry to replay; else 0" },
	[OPTION_TO] = { "to", "N", "the last entry to replay; else the last" },
	[OPTION_ENTRY] = { "entry", "FILE",
			   "the bytes of the receipt's entry; else the file beside "
			   "the receipt that ends in .entry" },
	[OPTION_TRUST] = { "trust", "FILE",
			   "the logs and witnesses that you trust, and how many of "
			   "them must have signed (C2SP tlog-policy)" },
	[OPTION_KEYS] = { "keys", "DIR",
			  "the folder keys of the store, to open what is sealed" },
	[OPTION_ROLES] = { "roles", "FILE",
			   "the keys of those who may authorise an erasure: the "
			   "lines \"eraser VKEY\" and \"protection VKEY\"" },
	[OPTION_ROOT_KEY] = { "root-key", "FILE",
			      "the root key of the keyring; else root.key in the "
			      "folder of --keys" },
	[OPTION_KEY] = { "key", "FILE", "the key of the witness" },
	[OPTION_NAME] = { "name", "NAME",
			  "makes the key when there is none, under this name" },
	[OPTION_ADD] = { "add", NULL,
			 "adds the signature to the checkpoint of the export" },
	[OPTION_JOBS] = { "jobs", "N",
			  "threads that decide; else one for each core. The result "
			  "is the same for any number" },
	[OPTION_RESUME] = { "resume", "FILE",
			    "where it is kept how far the replay has come; it goes on "
			    "from there when the file exists" },
	[OPTION_STATE] = { "state", "DIR",
			   "where the last checkpoint of each log is remembered; else "
			   "$XDG_STATE_HOME/permit-audit" },
};

static const struct command *const commands[] = {
	&command_export,
	&command_verify,
	&command_replay,
	&command_prove,
	&command_compare,
	&command_witness,
};

static const struct usage_example examples[] = {
	{ "verify /var/lib/permitd", "Is the log of this machine sound?" },
	{ "export --store /var/lib/permitd --out export",
	  "Copy it into static files, for an auditor:" },
	{ "verify export --vkey 'permitd.local/log+1111dfce+AQOh...'",
	  "Verify such a copy, trusting nobody but the key:" },
	{ "replay export --keys keys", "Decide every case again and compare:" },
	{ "prove decision.tlog-proof --vkey 'permitd.local/log+1111dfce+AQOh...'",
	  "Is the decision of this receipt in the log?" },
	{ "compare export /mnt/other/export",
	  "Do two copies tell one story, and which is newer?" },
	{ "witness export --key me.key --name auditor.example/w1 --add",
	  "Sign that you saw this log, and that it only grew:" },
	{ NULL, NULL },
};

static const struct program program = {
	.name = "permit-audit",
	.summary = "verifies a log of decisions, without the daemon",
	.text = "permit-audit reads files only: it talks to no daemon and changes "
		"nothing but the folders of --out and --state, the file of --resume, and "
		"what --add and --name say. permit-audit COMMAND --help says "
		"more about a command.",
	.examples = examples,
	.options = options,
	.n_options = ARRAY_LENGTH(options),
	.commands = commands,
	.n_commands = ARRAY_LENGTH(commands),
};

int main(int argc, char **argv)
{
	if (digest_start() != 0) {
		fputs("permit-audit: OpenSSL here has no SHA-256\n", stderr);
		return EXIT_FAILED;
	}
	return (int)program_run(&program, argc, argv);
}
