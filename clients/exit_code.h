/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_EXIT_CODE_H
#define PERMIT_CLIENTS_EXIT_CODE_H

/*
 * How every program of this folder ends. The numbers are part of the interface:
 * they stand in the manual pages and in --help, and scripts rely on them.
 */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FINDING = 1, /* done, and something is not as it should be */
	EXIT_USAGE = 2,
	EXIT_NOT_ALLOWED = 3,
	EXIT_NOT_FOUND = 4,
	EXIT_NOT_REACHABLE = 5, /* no daemon answers */
	EXIT_NOT_VALID = 6,	/* a file or a value that was given */
	EXIT_FAILED =
		70, /* memory, disk or output of this machine, or a fault of ours */
};

#endif
