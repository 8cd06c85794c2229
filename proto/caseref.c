/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/caseref.h"

#include <string.h>

/*
 * Characters are elements of the field of 32, and a reference is one where
 *
 *	sum of d[i] * a^i = 0,	i = 0 .. 11, d[11] the check character
 *
 * The powers of a are all different below the 31st, so one changed character,
 * or two exchanged ones, never leave the sum as it was.
 */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Times a, modulo the primitive polynomial x^5 + x^2 + 1. */
static unsigned times_a(unsigned element)
{
	element <<= 1;
	return element & 32 ? element ^ 0x25 : element;
}

static unsigned times_power(unsigned element, unsigned power)
{
	while (power-- > 0)
		element = times_a(element);
	return element;
}

/* The value of a character; 32 when it is none. */
static unsigned digit(char c)
{
	const char *at = c == '\0' ? NULL : strchr(alphabet, c);

	return at == NULL ? 32 : (unsigned)(at - alphabet);
}

void caseref_make(const uint8_t random[CASEREF_RANDOM_BYTES],
		  char to[CASEREF_TEXT_BYTES])
{
	uint64_t bits = 0;
	unsigned sum = 0;

	for (size_t i = 0; i < CASEREF_RANDOM_BYTES; i++)
		bits = bits << 8 | random[i];
	for (unsigned i = 0; i < CASEREF_CHARS - 1; i++) {
		unsigned element = bits >> (51 - 5 * i) & 31;

		to[i] = alphabet[element];
		sum ^= times_power(element, i);
	}
	/* a has the order 31, so this divides by a^11 */
	to[CASEREF_CHARS - 1] = alphabet[times_power(sum, 31 - (CASEREF_CHARS - 1))];
	to[CASEREF_CHARS] = '\0';
}

bool caseref_valid(const char *text, size_t n)
{
	unsigned sum = 0;

	if (n != CASEREF_CHARS)
		return false;
	for (unsigned i = 0; i < CASEREF_CHARS; i++) {
		unsigned element = digit(text[i]);

		if (element == 32)
			return false;
		sum ^= times_power(element, i);
	}
	return sum == 0;
}

static char as_meant(char typed)
{
	if (typed >= 'a' && typed <= 'z')
		typed = (char)(typed - 'a' + 'A');
	if (typed == 'I' || typed == 'L')
		return '1';
	return typed == 'O' ? '0' : typed;
}

bool caseref_read(const char *text, char to[CASEREF_TEXT_BYTES])
{
	char meant[CASEREF_TEXT_BYTES];
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (*text == ' ' || *text == '-')
			continue;
		if (n == CASEREF_CHARS)
			return false;
		meant[n++] = as_meant(*text);
	}
	if (!caseref_valid(meant, n))
		return false;
	meant[n] = '\0';
	memcpy(to, meant, sizeof(meant));
	return true;
}
