/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/permitd.h"

#define START_MS 60000 /* on a busy machine, under valgrind */
#define ANSWER_MS 60000

static char *last_answer;
static char *last_journal;

_Noreturn static void give_up(const char *what)
{
	fprintf(stderr, "permitd of the test: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void pause_ms(long ms)
{
	struct timespec time = { .tv_sec = ms / 1000,
				 .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

/* ---- Folder ---- */

void permitd_init(struct permitd *d, const char *below)
{
	const char *place = below != NULL ? below : getenv("TMPDIR");

	*d = (struct permitd){ 0 };
	snprintf(d->folder, sizeof(d->folder), "%s/permitd-XXXXXX",
		 place != NULL && strlen(place) < 60 ? place : "/tmp");
	if (mkdtemp(d->folder) == NULL)
		give_up("mkdtemp");
	snprintf(d->store, sizeof(d->store), "%s/store", d->folder);
	snprintf(d->journal, sizeof(d->journal), "%s/journal", d->folder);
	if (snprintf(d->socket, sizeof(d->socket), "%s/socket", d->folder) >=
	    (int)sizeof(d->socket))
		give_up("the folder's name is too long for a socket");
}

static int remove_one(const char *path, const struct stat *st, int kind,
		      struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void permitd_done(struct permitd *d)
{
	if (d->pid != 0)
		permitd_stop(d, SIGKILL);
	permitd_hang_up(d);
	nftw(d->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(last_answer);
	free(last_journal);
	last_answer = NULL;
	last_journal = NULL;
}

/* ---- Process ---- */

_Noreturn static void become(const struct permitd *d, const char *const *options)
{
	const char *build = getenv("top_builddir");
	const char *argv[8 + PERMITD_OPTIONS_MAX] = { "permitd", "--store",
						      d->store, "--socket",
						      d->socket };
	char program[PATH_MAX];
	size_t n = 5;
	int fd = open(d->journal, O_WRONLY | O_CREAT | O_APPEND, 0600);

	snprintf(program, sizeof(program), "%s/daemon/permitd",
		 build != NULL ? build : ".");
	while (options != NULL && *options != NULL && n < ARRAY_LENGTH(argv) - 1)
		argv[n++] = *options++;
	/* It must not outlive a test that fails, nor hold its output open. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execv(program, (char *const *)(uintptr_t)argv);
	_exit(127);
}

static bool has_ended(const struct permitd *d)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)d->pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
		       0 &&
	       info.si_pid == d->pid;
}

static void launch(struct permitd *d, const char *const *options)
{
	permitd_hang_up(d);
	d->pid = fork();
	if (d->pid < 0)
		give_up("fork");
	if (d->pid == 0)
		become(d, options);
}

bool permitd_start(struct permitd *d, const char *const *options)
{
	launch(d, options);
	for (int waited_ms = 0; waited_ms < START_MS; waited_ms += 2) {
		if (permit_connect(d->socket, ANSWER_MS, &d->client) == 0 &&
		    !has_ended(d))
			return true;
		permitd_hang_up(d);
		if (has_ended(d))
			return false;
		pause_ms(2);
	}
	give_up("it does not answer");
}

int permitd_run(struct permitd *d, const char *const *options)
{
	launch(d, options);
	return permitd_wait(d);
}

int permitd_wait(struct permitd *d)
{
	int status;

	if (waitpid(d->pid, &status, 0) != d->pid)
		give_up("waitpid");
	d->pid = 0;
	permitd_hang_up(d);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int permitd_stop(struct permitd *d, int signal_number)
{
	if (d->pid <= 0 || kill(d->pid, signal_number) != 0)
		give_up("kill");
	return permitd_wait(d);
}

/* ---- Requests ---- */

void permitd_hang_up(struct permitd *d)
{
	permit_close(&d->client);
}

const char *permitd_ask(struct permitd *d, const char *request, int *ret_code)
{
	int r;

	free(last_answer);
	last_answer = NULL;
	if (d->client == NULL &&
	    permit_connect(d->socket, ANSWER_MS, &d->client) != 0)
		give_up("cannot connect");
	r = permit_call_json(d->client, request, &last_answer);
	if (ret_code != NULL)
		*ret_code = r;
	if (last_answer == NULL)
		last_answer = strdup(permit_problem(d->client));
	if (r < 0 || r == PERMIT_E_LOST)
		permitd_hang_up(d);
	return last_answer;
}

char *permitd_source_file(const char *name, size_t *ret_n)
{
	const char *source = getenv("top_srcdir");
	char path[PATH_MAX];
	FILE *file;
	char *text = calloc(1, 1 << 21);
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", source != NULL ? source : ".", name);
	file = fopen(path, "rb");
	if (file == NULL || text == NULL)
		give_up(path);
	n = fread(text, 1, (1 << 21) - 1, file);
	fclose(file);
	if (ret_n != NULL)
		*ret_n = n;
	return text;
}

const char *permitd_enact(struct permitd *d, const char *edition)
{
	char name[128];
	char *policy;
	char *vocabulary = permitd_source_file("policy/tables/vocabulary.md", NULL);
	json_t *json;
	char *request;

	snprintf(name, sizeof(name), "policy/tables/canada/ca-vtip-%s.md", edition);
	policy = permitd_source_file(name, NULL);
	json = json_pack("{s:{s:s,s:s}}", "enactPolicy", "document", policy,
			 "vocabulary", vocabulary);
	request = json_dumps(json, 0);
	permitd_ask(d, request, NULL);
	json_decref(json);
	free(request);
	free(policy);
	free(vocabulary);
	return last_answer;
}

const char *permitd_journal(struct permitd *d)
{
	FILE *file = fopen(d->journal, "rb");
	size_t n;

	free(last_journal);
	last_journal = calloc(1, 1 << 16);
	if (file == NULL || last_journal == NULL)
		give_up("its journal");
	n = fread(last_journal, 1, (1 << 16) - 1, file);
	last_journal[n] = '\0';
	fclose(file);
	return last_journal;
}
