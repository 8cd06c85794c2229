/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/pdf.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static char program[] = "weasyprint";

FILE *pdf_page(void)
{
	int fd = memfd_create("page", MFD_CLOEXEC);
	FILE *page = fd < 0 ? NULL : fdopen(fd, "w+");

	if (page == NULL && fd >= 0)
		close(fd);
	return page;
}

/* Starts the program between the two files; an errno, or 0. */
static int start(int from, int to, pid_t *ret_pid)
{
	static char quiet[] = "--quiet", standard[] = "-";
	char *const arguments[] = { program, quiet, standard, standard, NULL };
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r != 0)
		return r;
	r = posix_spawn_file_actions_adddup2(&actions, from, STDIN_FILENO);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
	if (r == 0)
		r = posix_spawnp(ret_pid, program, &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

static bool ended_well(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

enum exit_code pdf_print(const struct output_stream *out, FILE *page)
{
	pid_t pid;
	int r;

	if (out->terminal) {
		output_error(out, EXIT_USAGE, "a PDF is nothing for a terminal");
		output_hint(out, "say where it is to go: >letter.pdf");
		return EXIT_USAGE;
	}
	if (fflush(page) != 0 || lseek(fileno(page), 0, SEEK_SET) != 0 ||
	    fflush(out->to) != 0)
		return output_error(out, EXIT_FAILED, "%s", strerror(errno));
	r = start(fileno(page), fileno(out->to), &pid);
	if (r == ENOENT) {
		output_error(out, EXIT_NOT_FOUND, "there is no %s here to make a PDF",
			     program);
		output_hint(out, "install it (Debian: weasyprint), or take "
				 "--format html and print the page");
		return EXIT_NOT_FOUND;
	}
	if (r != 0)
		return output_error(out, EXIT_FAILED, "%s: %s", program,
				    strerror(r));
	if (!ended_well(pid))
		return output_error(out, EXIT_FAILED, "%s made no whole PDF", program);
	return EXIT_DONE;
}
