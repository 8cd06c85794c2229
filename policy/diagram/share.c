/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/share.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * A weight is a number of 128 bits in units of 2^-120, so that the sum of the
 * weights of CLASSES_MAX children, and ten times a weight, still fit. It is
 * written out because not every machine has integers of that size.
 */
struct weight {
	uint64_t high;
	uint64_t low;
};

#define SHARE_DIGITS 18

static const struct weight weight_one = { UINT64_C(1) << 56, 0 };
static const struct weight weight_none = { 0, 0 };

static struct weight add(struct weight a, struct weight b)
{
	uint64_t low = a.low + b.low;

	return (struct weight){ a.high + b.high + (low < a.low), low };
}

static struct weight subtract(struct weight a, struct weight b)
{
	return (struct weight){ a.high - b.high - (a.low < b.low), a.low - b.low };
}

static bool is_less(struct weight a, struct weight b)
{
	return a.high != b.high ? a.high < b.high : a.low < b.low;
}

static struct weight ten_times(struct weight a)
{
	struct weight twice = add(a, a);
	struct weight four = add(twice, twice);

	return add(add(four, four), twice);
}

/* Cut; n is below 2^32, so that each remainder and 32 bits more fit. */
static struct weight divided(struct weight a, uint32_t n)
{
	uint64_t high = a.high / n;
	uint64_t middle = (a.high % n) << 32 | a.low >> 32;
	uint64_t low = (middle % n) << 32 | (a.low & UINT32_MAX);

	return (struct weight){ high, (middle / n) << 32 | low / n };
}

/* Of a node. */
struct share_weight {
	struct weight of_node;
	bool known;
};

/* Room for the weight of every node of the pool; those known are kept. */
static int make_room(struct shares *shares)
{
	struct share_weight *weights;
	uint32_t n = shares->pool->n_nodes;

	if (n <= shares->n_weights)
		return 0;
	n += n / 2;
	weights = arena_array(shares->arena, n, sizeof(*weights));
	if (weights == NULL)
		return -ENOMEM;
	if (shares->n_weights > 0)
		memcpy(weights, shares->weights,
		       shares->n_weights * sizeof(*weights));
	shares->weights = weights;
	shares->n_weights = n;
	return 0;
}

/* The depth is that of the diagram, at most VARIABLES_MAX. */
static struct weight weigh(const struct shares *shares, node_ref node)
{
	const struct node_pool *pool = shares->pool;
	struct weight sum = weight_none;
	struct share_weight *weight;
	uint8_t n;

	if (node_is_terminal(node))
		return node == NODE_TRUE ? weight_one : weight_none;
	weight = &shares->weights[node];
	if (weight->known)
		return weight->of_node;
	n = pool->edition->variables[pool->variable[node]].n_classes;
	for (uint8_t i = 0; i < n; i++)
		sum = add(sum,
			  weigh(shares,
				pool->children[pool->first_child[node] + i]));
	*weight = (struct share_weight){ divided(sum, n), true };
	return weight->of_node;
}

/* part / whole in parts of SHARE_ALL, digit by digit; part < whole. */
static uint64_t divide(struct weight part, struct weight whole)
{
	uint64_t parts = 0;

	for (int i = 0; i < SHARE_DIGITS; i++) {
		parts *= 10;
		for (part = ten_times(part); !is_less(part, whole);
		     part = subtract(part, whole))
			parts++;
	}
	return parts;
}

int shares_of(struct shares *shares, node_ref node, node_ref of,
	      struct share *ret_share)
{
	node_ref both = node_and(shares->pool, of, node);
	struct weight part, whole;
	uint64_t parts = 0;

	if (shares->pool->failed != NODE_FINE)
		return -ENOMEM;
	if (both == NODE_FALSE || both == of) {
		ret_share->parts = both == NODE_FALSE ? 0 : SHARE_ALL;
		return 0;
	}
	if (make_room(shares) != 0)
		return -ENOMEM;
	part = weigh(shares, both);
	whole = weigh(shares, of);
	if (is_less(part, whole))
		parts = divide(part, whole);
	else if (is_less(weight_none, whole))
		parts = SHARE_ALL - 1;
	ret_share->parts = parts == 0 ? 1 : parts;
	return 0;
}

int share_of(struct node_pool *pool, node_ref node, node_ref of,
	     struct arena *scratch, struct share *ret_share)
{
	struct shares shares = { .pool = pool, .arena = scratch };

	return shares_of(&shares, node, of, ret_share);
}

/* ---- Printing ---- */

#define PER_CENT (SHARE_ALL / 100)
#define OF_MOST_BYTES 24

/* Half up to a multiple of the unit, in units. */
static uint64_t rounded(uint64_t number, uint64_t unit)
{
	return number / unit + (number % unit >= unit - unit / 2);
}

/* 12.5 %, 1.25 %: hundredths of a per cent below 10, else tenths. */
static void print_per_cent(uint64_t parts, char *to)
{
	bool tenths = parts >= 10 * PER_CENT;
	uint64_t scale = tenths ? 10 : 100;
	uint64_t number = rounded(parts, PER_CENT / scale);
	unsigned digits = tenths ? 1 : 2;

	if (number == 100 * scale) {
		snprintf(to, SHARE_TEXT_BYTES, "less than 100 %%");
		return;
	}
	while (digits > 0 && number % 10 == 0) {
		number /= 10;
		scale /= 10;
		digits--;
	}
	if (digits == 0)
		snprintf(to, SHARE_TEXT_BYTES, "%llu %%",
			 (unsigned long long)number);
	else
		snprintf(to, SHARE_TEXT_BYTES, "%llu.%0*llu %%",
			 (unsigned long long)(number / scale), (int)digits,
			 (unsigned long long)(number % scale));
}

/* 40000 as "40,000". */
static void print_number(uint64_t number, char to[SHARE_TEXT_BYTES])
{
	char digits[OF_MOST_BYTES];
	size_t n = (size_t)snprintf(digits, sizeof(digits), "%llu",
				    (unsigned long long)number);
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			to[at++] = ',';
		to[at++] = digits[i];
	}
	to[at] = '\0';
}

static void print_one_in(uint64_t parts, char *to)
{
	char number[SHARE_TEXT_BYTES];
	uint64_t of = rounded(SHARE_ALL, parts);
	uint64_t unit = 1;

	while (of / unit >= 100)
		unit *= 10;
	print_number(rounded(of, unit) * unit, number);
	snprintf(to, SHARE_TEXT_BYTES, "1 in %.*s", SHARE_TEXT_BYTES - 8, number);
}

void share_print(struct share share, char to[SHARE_TEXT_BYTES])
{
	if (share.parts == 0)
		snprintf(to, SHARE_TEXT_BYTES, "none");
	else if (share.parts >= SHARE_ALL)
		snprintf(to, SHARE_TEXT_BYTES, "all");
	else if (share.parts >= PER_CENT)
		print_per_cent(share.parts, to);
	else if (share.parts == 1)
		snprintf(to, SHARE_TEXT_BYTES, "less than 1 in 10^17");
	else
		print_one_in(share.parts, to);
}
