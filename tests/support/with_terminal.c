/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * usage: with_terminal LINE... -- COMMAND...
 *
 * Runs a command on a terminal of its own, 72 columns wide, and types the lines
 * one after the other: each when the command has shown a prompt ("> ") and
 * waits. Prints what the terminal shows; ends as the command does. A command
 * that neither ends nor asks for ten seconds is killed.
 */
#define PATIENCE_MS 10000
#define COLUMNS 72

struct session {
	int terminal;
	char **lines;
	int n_lines;
	int n_typed;
	char last[2]; /* what was shown last */
};

static int type_line(struct session *session)
{
	const char *line = session->lines[session->n_typed++];

	session->last[1] = '\0';
	if (write(session->terminal, line, strlen(line)) < 0 ||
	    write(session->terminal, "\n", 1) < 0)
		return -1;
	return 0;
}

/* Shows what came. Returns how much; 0 at the end, which a pty tells as EIO. */
static ssize_t show(struct session *session)
{
	char shown[4096];
	ssize_t n = read(session->terminal, shown, sizeof(shown));

	if (n <= 0)
		return n < 0 && errno == EINTR ? 1 : 0;
	fwrite(shown, 1, (size_t)n, stdout);
	session->last[0] = n > 1 ? shown[n - 2] : session->last[1];
	session->last[1] = shown[n - 1];
	return n;
}

static int talk(struct session *session)
{
	struct pollfd poll_fd = { .fd = session->terminal, .events = POLLIN };
	int r;

	for (;;) {
		r = poll(&poll_fd, 1, PATIENCE_MS);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return -1;
		if (show(session) == 0)
			return 0;
		if (memcmp(session->last, "> ", 2) == 0 &&
		    session->n_typed < session->n_lines && type_line(session) != 0)
			return -1;
	}
}

static pid_t start(char **command, int *ret_terminal)
{
	struct winsize size = { .ws_row = 24, .ws_col = COLUMNS };
	pid_t child = forkpty(ret_terminal, NULL, NULL, &size);

	if (child != 0)
		return child;
	execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	struct session session = { .lines = argv + 1 };
	int status;
	pid_t child;

	while (session.n_lines + 1 < argc &&
	       strcmp(argv[session.n_lines + 1], "--") != 0)
		session.n_lines++;
	if (session.n_lines + 2 >= argc) {
		fputs("usage: with_terminal LINE... -- COMMAND...\n", stderr);
		return 2;
	}
	child = start(argv + session.n_lines + 2, &session.terminal);
	if (child < 0) {
		perror("forkpty");
		return 2;
	}
	if (talk(&session) != 0)
		kill(child, SIGKILL);
	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		return 3;
	return WEXITSTATUS(status);
}
