/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DAEMON_H
#define PERMIT_DAEMON_H

/*
 * Runs permitd with the arguments of main(), until it is told to stop. Returns
 * the exit status: 0 after a stop that was asked for, 2 for a wrong command line or
 * configuration, 1 for everything else that ends it.
 */
int daemon_run(int argc, char **argv);

#endif
