/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/diagram/image_layout.h"
#include "policy/language/policy.h"
#include "tests/support/small_policy.h"

static struct arena arena;
static const struct edition *edition;

/* A copy of the small policy's image, to damage. */
static uint8_t *copy;
static struct bytes image;
static struct image_header *header;
static struct image_parts parts;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, POLICY_ARENA_BYTES);
	edition = small_policy(&arena);
	image.n = edition->diagram->image.n;
	copy = malloc(image.n + 16);
	if (copy == NULL)
		return -1;
	image.data = copy;
	memcpy(copy, edition->diagram->image.data, image.n);
	header = (void *)copy;
	parts = image_parts(header);
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(copy);
	arena_done(&arena);
	return 0;
}

static enum image_fault open_copy(struct diagram **ret_diagram)
{
	return image_open(image, edition, &arena, &arena, ret_diagram);
}

/* What whoever makes an image up would do: the checksum is right. */
static enum image_fault sealed(void)
{
	struct diagram *diagram;

	header->checksum = image_checksum(copy + IMAGE_CHECKED_FROM,
					  image.n - IMAGE_CHECKED_FROM);
	return open_copy(&diagram);
}

static uint16_t *node_variables(void)
{
	return (void *)(copy + parts.variable);
}

static node_ref *node_children(void)
{
	return (void *)(copy + parts.children);
}

static node_ref *roots_of(size_t question)
{
	return (node_ref *)(void *)(copy + parts.roots) + question * OUTPUTS_MAX;
}

static struct image_variable *stored_variables(void)
{
	return (void *)(copy + parts.variables);
}

/* ---- Sound images ---- */

static void an_image_elsewhere_is_the_same_diagram(void **state)
{
	struct diagram *diagram;

	(void)state;
	assert_int_equal(open_copy(&diagram), IMAGE_SOUND);
	assert_int_equal(diagram->n_nodes, edition->diagram->n_nodes);
	assert_int_equal(diagram->possible, edition->diagram->possible);
	assert_memory_equal(diagram->roots, edition->diagram->roots,
			    sizeof(diagram->roots));
	assert_memory_equal(diagram->order, edition->diagram->order,
			    sizeof(diagram->order));
	assert_memory_equal(diagram->position, edition->diagram->position,
			    sizeof(diagram->position));
	assert_memory_equal(diagram->children, edition->diagram->children,
			    diagram->n_children * sizeof(node_ref));
	/* in place: nothing of it was copied */
	assert_ptr_equal(diagram->children, copy + parts.children);
	assert_ptr_equal(diagram->variable, copy + parts.variable);
	assert_ptr_equal(diagram->first_child, copy + parts.first_child);
}

static void a_moved_diagram_reads_the_new_bytes(void **state)
{
	struct diagram *diagram;

	(void)state;
	assert_int_equal(open_copy(&diagram), IMAGE_SOUND);
	image_move(diagram, edition->diagram->image);
	assert_ptr_equal(diagram->children, edition->diagram->children);
	assert_ptr_equal(diagram->variable, edition->diagram->variable);
	assert_ptr_equal(diagram->first_child, edition->diagram->first_child);
}

static void building_twice_gives_the_same_bytes(void **state)
{
	struct arena other;
	const struct edition *again;

	(void)state;
	arena_init(&other, POLICY_ARENA_BYTES);
	again = small_policy(&other);
	assert_int_equal(again->diagram->image.n, image.n);
	assert_memory_equal(again->diagram->image.data, image.data, image.n);
	arena_done(&other);
}

static void every_changed_bit_is_refused(void **state)
{
	struct diagram *diagram = NULL;

	(void)state;
	for (size_t bit = 0; bit < image.n * 8; bit++) {
		copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		if (open_copy(&diagram) == IMAGE_SOUND)
			fail_msg("bit %zu", bit);
		copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
	assert_int_equal(open_copy(&diagram), IMAGE_SOUND);
}

static void every_length_but_its_own_is_refused(void **state)
{
	struct diagram *diagram;
	size_t n = image.n;

	(void)state;
	for (image.n = 0; image.n < n; image.n++)
		assert_int_not_equal(open_copy(&diagram), IMAGE_SOUND);
	memset(copy + n, 0, 16);
	for (image.n = n + 1; image.n <= n + 16; image.n++)
		assert_int_equal(open_copy(&diagram), IMAGE_CUT);
	image.n = n;
}

/* ---- Each reason to refuse ---- */

static void what_is_no_image_is_told_apart(void **state)
{
	struct diagram *diagram;

	(void)state;
	image.n = sizeof(*header) - 1;
	assert_int_equal(open_copy(&diagram), IMAGE_SHORT);
	image.n = header->n_bytes;
	copy[0] = 'P';
	assert_int_equal(open_copy(&diagram), IMAGE_MAGIC);
	copy[0] = 'p';
	header->version = IMAGE_VERSION + 1;
	assert_int_equal(open_copy(&diagram), IMAGE_OTHER_VERSION);
	header->version = IMAGE_VERSION;
	header->n_bytes += 8;
	assert_int_equal(open_copy(&diagram), IMAGE_CUT);
	header->n_bytes -= 8;
	header->checksum++;
	assert_int_equal(open_copy(&diagram), IMAGE_CHECKSUM);
	assert_int_equal(sealed(), IMAGE_SOUND);
}

static void an_image_between_two_words_is_refused(void **state)
{
	struct diagram *diagram;

	(void)state;
	memmove(copy + 4, copy, image.n);
	image.data = copy + 4;
	assert_int_equal(open_copy(&diagram), IMAGE_MISALIGNED);
}

static void counts_that_do_not_add_up_are_refused(void **state)
{
	(void)state;
	header->n_nodes += 8;
	assert_int_equal(sealed(), IMAGE_LAYOUT);
	header->n_nodes -= 8;
	/* of two parts, so that the length is right again */
	header->n_cuts += 4;
	header->n_children -= 8;
	assert_int_equal(sealed(), IMAGE_LAYOUT);
	header->n_cuts -= 4;
	header->n_children += 8;
	header->n_nodes = UINT32_MAX;
	assert_int_equal(sealed(), IMAGE_LAYOUT);
	header->n_nodes = edition->diagram->n_nodes;
	header->n_variables = UINT16_MAX;
	assert_int_equal(sealed(), IMAGE_LAYOUT);
	header->n_variables = edition->n_variables;
	header->zero = 1;
	assert_int_equal(sealed(), IMAGE_LAYOUT);
	header->zero = 0;
	assert_int_equal(sealed(), IMAGE_SOUND);
}

static void an_image_of_another_edition_is_refused(void **state)
{
	struct image_variable *variable = stored_variables();
	int64_t *cuts = (void *)(copy + parts.cuts);

	(void)state;
	variable->n_classes++;
	assert_int_equal(sealed(), IMAGE_OTHER_EDITION);
	variable->n_classes--;
	variable->index++;
	assert_int_equal(sealed(), IMAGE_OTHER_EDITION);
	variable->index--;
	variable->has_unknown = !variable->has_unknown;
	assert_int_equal(sealed(), IMAGE_OTHER_EDITION);
	variable->has_unknown = !variable->has_unknown;
	variable->kind = 77;
	assert_int_equal(sealed(), IMAGE_OTHER_EDITION);
	variable->kind = (uint8_t)edition->variables[0].kind;
	assert_true(header->n_cuts > 0);
	cuts[header->n_cuts - 1]++;
	assert_int_equal(sealed(), IMAGE_OTHER_EDITION);
	cuts[header->n_cuts - 1]--;
	assert_int_equal(sealed(), IMAGE_SOUND);
}

static void an_order_with_a_variable_twice_is_refused(void **state)
{
	struct image_variable *variables = stored_variables();

	(void)state;
	variables[0].at_position = variables[1].at_position;
	assert_int_equal(sealed(), IMAGE_ORDER);
	variables[0].at_position = edition->n_variables;
	assert_int_equal(sealed(), IMAGE_ORDER);
}

static void a_node_of_no_variable_is_refused(void **state)
{
	(void)state;
	node_variables()[header->n_nodes - 1] = edition->n_variables;
	assert_int_equal(sealed(), IMAGE_NODE);
	node_variables()[header->n_nodes - 1] = UINT16_MAX;
	assert_int_equal(sealed(), IMAGE_NODE);
}

static void children_out_of_place_are_refused(void **state)
{
	uint32_t *first_child = (void *)(copy + parts.first_child);

	(void)state;
	first_child[1]++;
	assert_int_equal(sealed(), IMAGE_NODE);
	first_child[1] = UINT32_MAX;
	assert_int_equal(sealed(), IMAGE_NODE);
}

static void a_child_must_be_a_node_that_stands_lower(void **state)
{
	node_ref before = node_children()[0];

	(void)state;
	/* itself, which would be a circle; none; the last one that could be none */
	node_children()[0] = 0;
	assert_int_equal(sealed(), IMAGE_CHILD);
	node_children()[0] = header->n_nodes;
	assert_int_equal(sealed(), IMAGE_CHILD);
	node_children()[0] = TERMINAL - 1;
	assert_int_equal(sealed(), IMAGE_CHILD);
	node_children()[0] = before;
	assert_int_equal(sealed(), IMAGE_SOUND);
}

static void a_root_must_be_a_node(void **state)
{
	node_ref before = roots_of(0)[0];

	(void)state;
	roots_of(0)[0] = header->n_nodes;
	assert_int_equal(sealed(), IMAGE_ROOT);
	roots_of(0)[0] = before;
	header->possible = header->n_nodes;
	assert_int_equal(sealed(), IMAGE_ROOT);
	header->possible = edition->diagram->possible;
	/* a table has fewer outputs than places for them */
	roots_of(0)[OUTPUTS_MAX - 1] = 0;
	assert_int_equal(sealed(), IMAGE_ROOT);
}

static void a_value_must_be_one_of_its_output(void **state)
{
	uint16_t table = edition->questions[0].table;
	const struct output *output = &edition->tables[table].outputs[0];

	(void)state;
	roots_of(0)[0] = TERMINAL | (node_ref)(output->n_values - 1);
	assert_int_equal(sealed(), IMAGE_SOUND);
	roots_of(0)[0] = TERMINAL | output->n_values;
	assert_int_equal(sealed(), IMAGE_TERMINAL);
	roots_of(0)[0] = TERMINAL_NO_ROW;
	assert_int_equal(sealed(), IMAGE_TERMINAL);
	roots_of(0)[0] = TERMINAL_NONE;
	assert_int_equal(sealed(), IMAGE_SOUND);
	roots_of(0)[0] = TERMINAL_IMPOSSIBLE;
	assert_int_equal(sealed(), IMAGE_SOUND);
	header->possible = TERMINAL | 2;
	assert_int_equal(sealed(), IMAGE_TERMINAL);
	header->possible = TERMINAL_IMPOSSIBLE;
	assert_int_equal(sealed(), IMAGE_TERMINAL);
}

static void without_memory_nothing_is_said_about_an_image(void **state)
{
	struct diagram *diagram;
	struct arena small;

	(void)state;
	arena_init(&small, ARENA_OVERHEAD_BYTES + sizeof(struct diagram) - 1);
	assert_int_equal(image_open(image, edition, &small, &small, &diagram),
			 IMAGE_NO_ROOM);
	arena_done(&small);
}

static void every_reason_has_its_words(void **state)
{
	(void)state;
	for (enum image_fault i = 0; i < N_IMAGE_FAULTS; i++)
		for (enum image_fault j = 0; j < i; j++)
			assert_string_not_equal(image_fault_text(i),
						image_fault_text(j));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		TEST(an_image_elsewhere_is_the_same_diagram),
		TEST(a_moved_diagram_reads_the_new_bytes),
		TEST(building_twice_gives_the_same_bytes),
		TEST(every_changed_bit_is_refused),
		TEST(every_length_but_its_own_is_refused),
		TEST(what_is_no_image_is_told_apart),
		TEST(an_image_between_two_words_is_refused),
		TEST(counts_that_do_not_add_up_are_refused),
		TEST(an_image_of_another_edition_is_refused),
		TEST(an_order_with_a_variable_twice_is_refused),
		TEST(a_node_of_no_variable_is_refused),
		TEST(children_out_of_place_are_refused),
		TEST(a_child_must_be_a_node_that_stands_lower),
		TEST(a_root_must_be_a_node),
		TEST(a_value_must_be_one_of_its_output),
		TEST(without_memory_nothing_is_said_about_an_image),
		TEST(every_reason_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
