/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LANGUAGE_MISTAKE_H
#define PERMIT_LANGUAGE_MISTAKE_H

/*
 * Every kind of mistake that a document can hold: its stable code and how to
 * mend it. A golden test holds an example of each.
 */
#define MISTAKES(X) \
	/* the document */ \
	X(DOCUMENT_TOO_LONG, "document-too-long", "split the policy; 1 MiB is the limit") \
	X(DOCUMENT_TOO_COMPLEX, "document-too-complex", \
	  "take out deep nesting and long runs of marks") \
	X(NOT_UTF8, "not-utf-8", "save the file as UTF-8") \
	X(CONTROL, "control-character", "delete the character") \
	X(TAB, "tab", "write spaces") \
	X(HIDDEN, "hidden-character", \
	  "delete it: the text would not be what it looks like") \
	X(HTML, "html", "write it in plain Markdown; put a space after a `<` that compares") \
	X(LINK_DEFINITION, "link-definition", "write the address in the text") \
	X(HEADING_UNDERLINED, "heading-underlined", "begin the heading's line with `#`") \
	X(HEADING_NESTED, "heading-nested", "begin the heading at the start of a line") \
	X(CODE_BLOCK, "code-block", "write it as prose that begins at the margin") \
	X(PROSE_TOO_DEEP, "prose-too-deep", "nest lists and quotes at most 6 deep") \
	X(TABLE_NESTED, "table-nested", "begin the table at the start of a line") \
	X(TABLE_BLANK_LINE, "table-blank-line", "put a blank line before the table") \
	X(TABLE_NOT_FORMED, "table-not-formed", \
	  "below the header, write one `---` between pipes for each of its columns") \
	X(TABLE_COLUMNS, "table-too-wide", "split the table; 64 columns are the limit") \
	X(DOCUMENT_ROWS, "too-many-rows", "split the policy; 10,000 table rows are the limit") \
	X(ROW_PIPES, "row-pipes", "begin and end the row with `|`") \
	X(ROW_TOO_LONG, "row-too-long", "remove a cell, or write `\\|` for a bar within one") \
	X(ROW_TOO_SHORT, "row-too-short", "add the missing cells; `-` matches anything") \
	X(CELL_TOO_LONG, "cell-too-long", "shorten the cell; 1,000 bytes are the limit") \
	X(CELL_ESCAPE, "cell-escape", "write `\\|` for a bar and `\\\\` for a backslash") \
	/* sections and their tables */ \
	X(TITLE_MISSING, "title-missing", "begin the document with `# ` and its title") \
	X(HEADER_MISSING, "header-missing", "begin with a table whose first cell is that word") \
	X(HEADER_ROW_UNKNOWN, "header-row-unknown", "remove the row") \
	X(HEADER_ROW_TWICE, "header-row-twice", "remove one of the two") \
	X(HEADER_ROW_MISSING, "header-row-missing", "add the row") \
	X(HEADER_VALUE, "header-value", "write the value in the form expected") \
	X(VOCABULARY_VERSION, "vocabulary-version", \
	  "write the version of the vocabulary that this policy was written for") \
	X(SECTION_TWICE, "section-twice", "join the two sections") \
	X(SECTION_UNKNOWN, "section-unknown", "correct the title") \
	X(TABLE_MISSING, "table-missing", "add the table, or remove the section") \
	X(TABLE_SURPLUS, "table-surplus", "give each table a section with a name of its own") \
	X(TABLE_STRAY, "table-stray", "move the table to the section that it belongs to") \
	X(COLUMN_UNKNOWN, "column-unknown", "correct the name, or remove the column") \
	X(COLUMN_TWICE, "column-twice", "remove one of the two") \
	X(COLUMN_MISSING, "column-missing", "add the column") \
	X(CELL_EMPTY, "cell-empty", "fill the cell") \
	X(WORD_UNKNOWN, "word-unknown", "write one of the words expected") \
	X(TOO_MANY, "too-many", "split the policy") \
	/* facts and names */ \
	X(NAME_FORM, "name-form", "choose another name") \
	X(NAME_RESERVED, "name-reserved", "choose another name") \
	X(NAME_TWICE, "name-twice", "choose another name") \
	X(VALUES_FORM, "values-form", "write the values as expected") \
	X(VALUES_MISSING, "values-missing", "list the values") \
	X(VALUE_TWICE, "value-twice", "remove one of the two") \
	X(TOO_MANY_VALUES, "too-many-values", "32 values are the limit") \
	X(ADVERSE_LIST, "adverse-list", \
	  "list values for direction A alone, and only values of this fact") \
	X(FACT_UNKNOWN, "fact-unknown", "correct the name, or declare the fact") \
	X(VALUE_UNKNOWN, "value-unknown", "correct the value, or declare it") \
	X(LANGUAGE_UNKNOWN, "language-unknown", "use the headings en, fr, de and it") \
	X(TEXT_MISSING, "text-missing", "write the text") \
	X(TEXT_UNKNOWN, "text-unknown", "correct the id, or remove the text") \
	X(TEXT_TWICE, "text-twice", "remove one of the two") \
	X(TESTIMONY_NAME, "testimony-name", \
	  "take it out: what follows may not depend on it, under any name") \
	X(TESTIMONY_WORD, "testimony-word", \
	  "take it out: only the fixed sentence may speak of it") \
	X(TESTIMONY_CLASS, "testimony-class", \
	  "only an analysis document declares testimony, each fact of it by class testimony") \
	/* expressions */ \
	X(EXPRESSION_SYNTAX, "expression-syntax", "see section 4 of policy/tables/README.md") \
	X(EXPRESSION_NAME, "expression-name", "correct the name") \
	X(EXPRESSION_FACT, "expression-fact", \
	  "test it in a table; expressions compute with dates, numbers and periods") \
	X(EXPRESSION_TYPE, "expression-type", "use values of the types expected") \
	X(EXPRESSION_DEPTH, "expression-depth", "move a part to a derived fact of its own") \
	X(DATE_DIFFERENCE, "date-difference", \
	  "write days between(from, to), months between(from, to) or years between(from, to)") \
	X(FUNCTION_UNKNOWN, "function-unknown", "correct the name of the function") \
	X(FUNCTION_ARGUMENTS, "function-arguments", "give the arguments expected") \
	X(UNIT_MISMATCH, "unit-mismatch", \
	  "keep the law's own unit; units are never converted") \
	X(DERIVED_LATER, "derived-later", "move the derived fact above the one that reads it") \
	/* decision tables */ \
	X(HIT_POLICY, "hit-policy", "write U, A, P, C or F in the table's first cell") \
	X(FIRST_HIT_REASON, "first-hit-reason", \
	  "add a paragraph that begins `First hit:` and says why, or use U") \
	X(MARK_UNKNOWN, "mark-unknown", "write in, out or # in the row of marks") \
	X(ANNOTATION_UNKNOWN, "annotation-unknown", "use source, id and note") \
	X(INPUT_NAME, "input-name", "write the name in backticks: `ident.status`") \
	X(INPUT_UNKNOWN, "input-unknown", "correct the name") \
	X(INPUT_CLOSED, "input-closed", \
	  "remove the column: who found something, and how, decides nothing") \
	X(INPUT_TYPE, "input-type", "compute a derived fact from it, and test that") \
	X(INPUT_TWICE, "input-twice", "join the two columns") \
	X(OUTPUT_MISSING, "output-missing", "mark a column as out") \
	X(OUTPUT_NAME, "output-name", "use lower-case letters, digits and hyphens") \
	X(OUTPUT_TWICE, "output-twice", "rename one of the two") \
	X(OUTPUT_VALUE, "output-value", "write a value that the table allows, or allow it") \
	X(COLLECT_OUTPUTS, "collect-outputs", "make a table of its own for each output") \
	X(ALLOWED_VALUES, "allowed-values", \
	  "name all values of the input, or leave the cell empty") \
	X(OUTCOME_VALUE, "outcome-value", "use grant, wait, refer, no-route or adverse") \
	X(WAIT_UNTIL, "wait-until", "give the row a derived date in the output `until`") \
	X(UNTIL_DATE, "until-date", "allow derived dates only") \
	X(ROWS_MISSING, "rows-missing", "add a row") \
	X(ROW_NUMBER, "row-number", "number the rows 1, 2, 3 ...") \
	X(ROW_ID, "row-id", "give the row an id that stays the same in later editions") \
	X(ID_TWICE, "id-twice", "choose another id") \
	X(ROW_SOURCE, "row-source", "cite the law that the row follows") \
	/* cells */ \
	X(CELL_SYNTAX, "cell-syntax", "see section 3 of policy/tables/README.md") \
	X(CELL_TEST, "cell-test", "use a test that the type has") \
	X(CELL_VALUE, "cell-value", "correct the value") \
	X(CELL_REPEATED, "cell-repeated", "remove one of the two") \
	X(NUMBER_FORM, "number-form", "write digits without leading zeros") \
	X(DATE_FORM, "date-form", "write a day that exists, as 2025-02-04") \
	X(DURATION_FORM, "duration-form", "write the duration as P180D, P6M or P3Y") \
	X(OUT_OF_RANGE, "out-of-range", "stay within the range of the fact") \
	X(INTERVAL_EMPTY, "interval-empty", "correct the ends") \
	X(UNKNOWN_TEST, "unknown-test", "test the facts that it is derived from") \
	X(TOO_MANY_CLASSES, "too-many-classes", "use fewer different limits") \
	/* the edition as a whole */ \
	X(SOURCE_KEY, "source-key", "correct the key, or add it to Sources") \
	X(SOURCE_UNVERIFIED, "source-unverified", \
	  "add the word unverified, or check the source and change its mark") \
	X(TABLE_CYCLE, "table-cycle", "split one of the tables") \
	X(TABLE_UNUSED, "table-unused", "read one of its outputs, or remove it") \
	X(QUESTION_MISSING, "question-missing", "add a table with the output `outcome`") \
	X(QUESTION_UNKNOWN, "question-unknown", "correct the name of the question") \
	X(ADVERSE_FAVOURABLE, "adverse-favourable", \
	  "take the condition out of every adverse row: such a fact may only help") \
	X(ADVERSE_VALUE, "adverse-value", \
	  "test only the values that the vocabulary lists as adverse") \
	X(ADVERSE_UNKNOWN, "adverse-unknown", \
	  "take it out: not knowing may never count against anyone") \
	X(EXAMPLE_FORM, "example-form", "write name = value; name = value") \
	X(EXAMPLE_VALUE, "example-value", "write a value as section 6 has it") \
	X(EXAMPLE_EXPECTED, "example-expected", \
	  "begin with an outcome, then outputs and rows that exist") \
	X(REPORT_TWICE, "report-twice", "remove one of the two") \
	X(REPORT_FORM, "report-form", "see section 5 of policy/tables/README.md") \
	X(REPORT_NAME, "report-name", "correct the name") \
	X(REPORT_VALUE, "report-value", "correct the value") \
	X(REPORT_RESIDENCE, "report-residence", \
	  "compute it as the date of decision against a date plus a duration, or as " \
	  "whole days, months or years") \
	X(TABLE_GAP, "table-gap", \
	  "add a row for such cases, or a constraint if they cannot occur") \
	X(TABLE_OVERLAP, "table-overlap", "narrow one of the two rows") \
	X(ROW_DEAD, "row-dead", "remove the row, or widen it") \
	X(TABLE_TOO_LARGE, "table-too-large", "split the table into smaller ones") \
	X(NO_CASE, "no-case", "remove a constraint") \
	X(TOO_MANY_MISTAKES, "too-many-mistakes", "mend these first")

#define MISTAKE_ENUM(name, code, remedy) M_##name,
enum mistake { MISTAKES(MISTAKE_ENUM) N_MISTAKES };
#undef MISTAKE_ENUM

struct mistake_kind {
	const char *code;
	const char *remedy;
};

extern const struct mistake_kind mistake_kinds[N_MISTAKES];

#endif
