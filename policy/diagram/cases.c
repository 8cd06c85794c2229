/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "policy/diagram/diagram.h"

#define CASE_TEXT_MAX_BYTES 2048

struct writer {
	char text[CASE_TEXT_MAX_BYTES];
	size_t n;
};

PRINTF_LIKE(2, 3)
static void write_text(struct writer *writer, const char *format, ...)
{
	size_t room = sizeof(writer->text) - writer->n;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(&writer->text[writer->n], room, format, arguments);
	va_end(arguments);
	/* a case too long for one line is cut, which still shows its beginning */
	writer->n += (size_t)n < room ? (size_t)n : room - 1;
}

/* What the numbers of a variable are: a count, days, or the unit of a duration. */
struct numbers {
	enum fact_type type;
	enum duration_unit unit;
};

static void write_number(struct writer *writer, const struct numbers *numbers,
			 int64_t number)
{
	char text[DATE_TEXT_BYTES > DURATION_TEXT_BYTES ? DATE_TEXT_BYTES :
							  DURATION_TEXT_BYTES];

	switch (numbers->type) {
	case FACT_DATE:
		date_print((day_t)number, text);
		write_text(writer, "%s", text);
		break;
	case FACT_DURATION:
		duration_print((struct duration){ (int32_t)number, numbers->unit }, text);
		write_text(writer, "%s", text);
		break;
	case FACT_BOOLEAN:
	case FACT_ENUMERATION:
	case FACT_SET:
	case FACT_INTEGER:
	case FACT_PERIODS:
		write_text(writer, "%lld", (long long)number);
		break;
	}
}

/* "= 3", ">= 3", "< 5" or "in [3..5)". */
static void write_class(struct writer *writer, const struct variable *variable,
			const struct numbers *numbers, uint8_t class)
{
	uint8_t n_cuts = (uint8_t)(variable->n_classes - 1 - variable->has_unknown);
	bool from = class > 0;
	bool to = class < n_cuts;

	if (from && to && variable->cuts[class - 1] + 1 == variable->cuts[class]) {
		write_text(writer, " = ");
		write_number(writer, numbers, variable->cuts[class - 1]);
	} else if (from && to) {
		write_text(writer, " in [");
		write_number(writer, numbers, variable->cuts[class - 1]);
		write_text(writer, "..");
		write_number(writer, numbers, variable->cuts[class]);
		write_text(writer, ")");
	} else if (from || to) {
		write_text(writer, from ? " >= " : " < ");
		write_number(writer, numbers, variable->cuts[from ? class - 1 : class]);
	} else {
		write_text(writer, " is known");
	}
}

static void write_fact(struct writer *writer, const struct fact *fact,
		       const struct variable *variable, uint8_t class)
{
	struct numbers numbers = { fact->type, fact->duration_unit };

	write_text(writer, "%s", fact->key);
	if (variable->kind == VARIABLE_ELEMENT)
		write_text(writer, class == 1 ? " holds %s" : " does not hold %s",
			   fact->values[variable->element]);
	else if (variable->has_unknown && class == variable->n_classes - 1)
		write_text(writer, " = unknown");
	else if (fact->type == FACT_ENUMERATION)
		write_text(writer, " = %s", fact->values[class]);
	else if (fact->type == FACT_BOOLEAN)
		write_text(writer, class == 1 ? " = yes" : " = no");
	else
		write_class(writer, variable, &numbers, class);
}

static void write_derived(struct writer *writer, const struct derived *derived,
			  const struct variable *variable, uint8_t class)
{
	struct numbers numbers = { derived->type, DURATION_DAYS };

	write_text(writer, "%s", derived->name);
	if (derived->type == FACT_BOOLEAN)
		write_text(writer, class == 1 ? " = yes" : " = no");
	else
		write_class(writer, variable, &numbers, class);
}

const char *diagram_case_text(const struct edition *edition,
			      const struct diagram_case *example, struct arena *arena)
{
	struct writer writer = { .n = 0 };

	for (uint16_t i = 0; i < edition->n_variables; i++) {
		const struct variable *variable = &edition->variables[i];

		if (example->classes[i] == CASE_ANY)
			continue;
		if (writer.n > 0)
			write_text(&writer, "; ");
		if (variable->kind == VARIABLE_DERIVED)
			write_derived(&writer, &edition->derived[variable->index],
				      variable, example->classes[i]);
		else
			write_fact(&writer, &edition->facts[variable->index], variable,
				   example->classes[i]);
	}
	if (writer.n == 0)
		write_text(&writer, "every case");
	return arena_text(arena, writer.text, writer.n);
}
