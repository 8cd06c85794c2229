/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_MUTANTS_H
#define PERMIT_TESTS_MUTANTS_H

/* A sound policy with one thing made wrong. */
struct mutant {
	const char *says;	/* what it would do to people */
	const char *policy;	/* the sound one, a path of the source tree */
	const char *edits[4];	/* text to find, text instead; twice at most */
	/*
	 * The kinds of mistakes, or the theorems, with which it is refused: all of
	 * them, each once, in the order of the alphabet.
	 */
	const char *refused;
};

extern const struct mutant mutants[];
extern const unsigned n_mutants;

#endif
