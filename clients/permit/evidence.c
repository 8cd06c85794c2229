/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/evidence.h"

#include <errno.h>
#include <inttypes.h>

/*
 * Everything is named, or counted from what stands above it, so that a reader
 * needs nothing but the page that describes the form. Nothing depends on the
 * machine: one edition has one package.
 */

/* ---- Facts and their classes ---- */

static void write_facts(const struct edition *edition, FILE *to)
{
	static const char *const classes[] = {
		[FACT_ORDINARY] = "ordinary",
		[FACT_EVIDENCE] = "evidence",
		[FACT_HIDDEN] = "hidden",
		[FACT_TESTIMONY] = "testimony",
	};
	static const char directions[] = {
		[DIRECTION_FAVOURABLE] = '+',
		[DIRECTION_NEUTRAL] = 'N',
		[DIRECTION_ADVERSE] = 'A',
	};

	for (uint16_t f = 0; f < edition->n_facts; f++)
		fprintf(to, "fact %s %s %c\n", edition->facts[f].key,
			classes[edition->facts[f].class],
			directions[edition->facts[f].direction]);
}

static void write_number(enum fact_type type, const struct fact *fact,
			 int64_t number, FILE *to)
{
	char day[DATE_TEXT_BYTES];

	switch (type) {
	case FACT_BOOLEAN:
		fputs(number != 0 ? " yes" : " no", to);
		return;
	case FACT_ENUMERATION:
		fprintf(to, " %s", fact->values[number]);
		return;
	case FACT_DATE:
		date_print((day_t)number, day);
		fprintf(to, " %s", day);
		return;
	case FACT_DURATION:
		fprintf(to, " P%" PRId64 "%c", number, "DMY"[fact->duration_unit]);
		return;
	case FACT_INTEGER:
	case FACT_SET:
	case FACT_PERIODS:
		break;
	}
	fprintf(to, " %" PRId64, number);
}

/* Each class by the least of its numbers, and the unknown one by its name. */
static void write_classes(const struct edition *edition,
			  const struct variable *variable, FILE *to)
{
	uint8_t n_known = (uint8_t)(variable->n_classes - variable->has_unknown);
	bool is_fact = variable->kind == VARIABLE_FACT;
	const struct fact *fact = edition->facts + (is_fact ? variable->index : 0);
	const struct derived *derived = edition->derived +
					(is_fact ? 0 : variable->index);

	fprintf(to, "variable %s", is_fact ? fact->key : derived->name);
	for (uint8_t i = 0; i < n_known; i++) {
		int64_t least = is_fact ? fact->minimum : derived->minimum;

		if (i > 0)
			least = variable->cuts[i - 1];
		write_number(is_fact ? fact->type : derived->type, fact, least, to);
	}
	fputs(variable->has_unknown ? " unknown\n" : "\n", to);
}

/* In the order of the diagram, top first. */
static void write_variables(const struct edition *edition, FILE *to)
{
	fprintf(to, "variables %u\n", edition->n_variables);
	for (uint16_t i = 0; i < edition->n_variables; i++) {
		const struct variable *variable =
			&edition->variables[edition->diagram->order[i]];
		const struct fact *fact = &edition->facts[variable->index];

		if (variable->kind == VARIABLE_ELEMENT)
			fprintf(to, "element %s %s\n", fact->key,
				fact->values[variable->element]);
		else
			write_classes(edition, variable, to);
	}
}

/* ---- The diagram ---- */

struct numbering {
	const struct edition *edition;
	uint32_t *numbers; /* of each node of the diagram, + 1 */
	uint32_t n;
	FILE *to;
};

static void write_reference(const struct numbering *numbering, node_ref node)
{
	if (node == TERMINAL_IMPOSSIBLE)
		fputs(" =never", numbering->to);
	else if (node == TERMINAL_NONE)
		fputs(" =none", numbering->to);
	else if (node_is_terminal(node))
		fprintf(numbering->to, " =%" PRIu32, node & ~TERMINAL);
	else
		fprintf(numbering->to, " %" PRIu32, numbering->numbers[node] - 1);
}

/* A node after those below it. The depth is that of the diagram. */
static void write_node(struct numbering *numbering, node_ref node)
{
	const struct edition *edition = numbering->edition;
	const struct diagram *diagram = edition->diagram;
	const node_ref *children;
	uint16_t variable;

	if (node_is_terminal(node) || numbering->numbers[node] != 0)
		return;
	variable = diagram->variable[node];
	children = &diagram->children[diagram->first_child[node]];
	for (uint8_t i = 0; i < edition->variables[variable].n_classes; i++)
		write_node(numbering, children[i]);
	fprintf(numbering->to, "node %u", diagram->position[variable]);
	for (uint8_t i = 0; i < edition->variables[variable].n_classes; i++)
		write_reference(numbering, children[i]);
	fputc('\n', numbering->to);
	numbering->numbers[node] = ++numbering->n;
}

static void write_roots(const struct numbering *numbering)
{
	const struct edition *edition = numbering->edition;

	fputs("root possible", numbering->to);
	write_reference(numbering, edition->diagram->possible);
	fputc('\n', numbering->to);
	for (uint16_t q = 0; q < edition->n_questions; q++) {
		const struct question *question = &edition->questions[q];
		const struct table *table = &edition->tables[question->table];

		for (uint8_t o = 0; o < table->n_outputs; o++) {
			fprintf(numbering->to, "root %s.%s", question->name,
				table->outputs[o].name);
			write_reference(numbering, edition->diagram->roots[q][o]);
			fputc('\n', numbering->to);
		}
	}
}

static void write_diagram(struct numbering *numbering)
{
	const struct edition *edition = numbering->edition;

	fprintf(numbering->to, "nodes %" PRIu32 "\n", edition->diagram->n_nodes);
	write_node(numbering, edition->diagram->possible);
	for (uint16_t q = 0; q < edition->n_questions; q++)
		for (uint8_t o = 0; o < OUTPUTS_MAX; o++)
			write_node(numbering, edition->diagram->roots[q][o]);
	write_roots(numbering);
}

/* ---- What is claimed ---- */

static void write_claims(const struct evidence *evidence, FILE *to)
{
	const struct edition *edition = evidence->edition;

	for (size_t i = 0; i < evidence->n_theorems; i++) {
		const struct theorem *theorem = &evidence->theorems[i];
		const struct theorem_text *text = &theorem_texts[theorem->kind];

		fprintf(to, "claim %s %s ", text->obligation, text->name);
		if (theorem->question >= 0) {
			const struct question *question =
				&edition->questions[theorem->question];

			fprintf(to, "%s.%s", question->name,
				edition->tables[question->table]
					.outputs[theorem->output]
					.name);
		}
		fprintf(to, "%s %s\n", theorem->question < 0 ? "-" : "",
			theorem->holds ? "holds" : "fails");
	}
}

int evidence_write(const struct evidence *evidence, struct arena *scratch, FILE *to)
{
	const struct edition *edition = evidence->edition;
	struct numbering numbering = { .edition = edition, .to = to };

	numbering.numbers = arena_array(scratch, edition->diagram->n_nodes + 1,
					sizeof(uint32_t));
	if (numbering.numbers == NULL)
		return -ENOMEM;
	fputs("permitd evidence 1\nedition ", to);
	for (size_t i = 0; i < sizeof(evidence->hash.bytes); i++)
		fprintf(to, "%02x", evidence->hash.bytes[i]);
	fprintf(to, "\nbundle %zu\n", evidence->bundle.n);
	fwrite(evidence->bundle.data, 1, evidence->bundle.n, to);
	write_facts(edition, to);
	write_variables(edition, to);
	write_diagram(&numbering);
	write_claims(evidence, to);
	fputs("end\n", to);
	return 0;
}
