/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/budget.h"

#include <stdint.h>

/* Every object costs a little more than it asks for: alignment, and a block. */
#define OVERHEAD_BYTES 16

static void *budget_alloc(void *data, size_t n_bytes)
{
	struct budget *budget = data;
	size_t cost;
	void *memory = NULL;

	if (!__builtin_add_overflow(n_bytes, OVERHEAD_BYTES, &cost) &&
	    cost <= budget->left_bytes)
		memory = arena_alloc(budget->arena, n_bytes);
	if (memory == NULL)
		budget->exceeded = true;
	else
		budget->left_bytes -= cost;
	return memory;
}

/* The arena gives everything back at once. */
static void budget_free(void *data, void *memory)
{
	(void)data;
	(void)memory;
}

void budget_init(struct budget *budget, struct arena *arena, size_t max_bytes)
{
	*budget = (struct budget){
		.allocator = {
			.alloc = budget_alloc,
			.free = budget_free,
			.allocator_data = budget,
		},
		.arena = arena,
		.left_bytes = max_bytes,
	};
}
