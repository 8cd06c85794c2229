/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/trust.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- Reading ---- */

#define WORDS_MAX (3 + TRUST_NODES_MAX)

/* One line of a policy, taken apart. */
struct line {
	unsigned number;
	size_t n;
	struct bytes words[WORDS_MAX];
	char *why;
};

PRINTF_LIKE(2, 3)
static int mistake(const struct line *line, const char *format, ...)
{
	va_list arguments;
	int n = snprintf(line->why, TRUST_WHY_BYTES, "line %u: ", line->number);

	va_start(arguments, format);
	vsnprintf(line->why + n, TRUST_WHY_BYTES - (size_t)n, format, arguments);
	va_end(arguments);
	return TRUST_E_MISTAKE;
}

static bool is_word(struct bytes word, const char *text)
{
	return word.n == strlen(text) && memcmp(word.data, text, word.n) == 0;
}

/* False when there are more words than a line can need. */
static bool split(struct bytes text, struct line *line)
{
	size_t at = 0, begin;

	line->n = 0;
	for (;;) {
		while (at < text.n && (text.data[at] == ' ' || text.data[at] == '\t'))
			at++;
		if (at == text.n || text.data[at] == '#')
			return true;
		for (begin = at; at < text.n && text.data[at] != ' ' &&
				 text.data[at] != '\t';)
			at++;
		if (line->n == WORDS_MAX)
			return false;
		line->words[line->n++] = (struct bytes){ text.data + begin,
							 at - begin };
	}
}

static int read_key(const struct line *line, size_t word, enum note_key_type type,
		    struct vkey *ret_key)
{
	struct vkey key;

	if (line->n < word + 1 || line->n > word + 2)
		return mistake(line, "one key is needed here");
	if (!vkey_parse((const char *)line->words[word].data, line->words[word].n,
			&key) || key.type != type)
		return mistake(line, "this is no key of a %s, name+ID+key",
			       type == NOTE_KEY_ED25519 ? "log" : "witness");
	*ret_key = key;
	return 0;
}

static int read_log(const struct line *line, struct trust *trust)
{
	int r;

	if (trust->n_logs == TRUST_LOGS_MAX)
		return mistake(line, "more than %d logs", TRUST_LOGS_MAX);
	r = read_key(line, 1, NOTE_KEY_ED25519, &trust->logs[trust->n_logs]);
	if (r == 0)
		trust->n_logs++;
	return r;
}

/* TRUST_NODES_MAX when there is none. */
static size_t find_node(const struct trust *trust, struct bytes name)
{
	for (size_t i = 0; i < trust->n_nodes; i++)
		if (is_word(name, trust->nodes[i].name))
			return i;
	return TRUST_NODES_MAX;
}

/* A new node with the name of the line's second word, not counted yet. */
static int begin_node(const struct line *line, struct trust *trust,
		      struct trust_node **ret_node)
{
	struct bytes name = line->n > 1 ? line->words[1] : (struct bytes){ NULL, 0 };

	if (name.n == 0 || name.n >= TRUST_NAME_BYTES || is_word(name, "none"))
		return mistake(line, "a name of 1 to %d bytes is needed here, other "
			       "than none", TRUST_NAME_BYTES - 1);
	if (find_node(trust, name) != TRUST_NODES_MAX)
		return mistake(line, "the name %s has a meaning already",
			       trust->nodes[find_node(trust, name)].name);
	if (trust->n_nodes == TRUST_NODES_MAX)
		return mistake(line, "more than %d witnesses and groups",
			       TRUST_NODES_MAX);
	*ret_node = &trust->nodes[trust->n_nodes];
	memset(*ret_node, 0, sizeof(**ret_node));
	memcpy((*ret_node)->name, name.data, name.n);
	return 0;
}

static int read_witness(const struct line *line, struct trust *trust)
{
	struct trust_node *node;
	int r = begin_node(line, trust, &node);

	if (r == 0)
		r = read_key(line, 2, NOTE_KEY_COSIGNATURE, &node->key);
	if (r != 0)
		return r;
	/* One key under two names would count twice. */
	for (size_t i = 0; i < trust->n_nodes; i++)
		if (!trust->nodes[i].is_group &&
		    memcmp(trust->nodes[i].key.public_key, node->key.public_key,
			   ED25519_PUBLIC_BYTES) == 0)
			return mistake(line, "the key of %s again",
				       trust->nodes[i].name);
	trust->n_nodes++;
	return 0;
}

/* any, all, or a number from 1 to n. 0 for anything else. */
static unsigned read_needed(struct bytes word, size_t n)
{
	unsigned needed = 0;

	if (is_word(word, "any"))
		return 1;
	if (is_word(word, "all"))
		return (unsigned)n;
	if (word.n > 2 || word.data[0] == '0')
		return 0;
	for (size_t i = 0; i < word.n; i++) {
		if (word.data[i] < '0' || word.data[i] > '9')
			return 0;
		needed = 10 * needed + (unsigned)(word.data[i] - '0');
	}
	return needed <= n ? needed : 0;
}

static int read_group(const struct line *line, struct trust *trust)
{
	struct trust_node *node;
	int r = begin_node(line, trust, &node);

	if (r != 0)
		return r;
	node->is_group = true;
	for (size_t i = 3; i < line->n; i++) {
		size_t member = find_node(trust, line->words[i]);

		if (member == TRUST_NODES_MAX || node->members >> member & 1)
			return mistake(line, "%.*s is no name that stands before, or "
				       "stands here twice", (int)line->words[i].n,
				       (const char *)line->words[i].data);
		node->members |= UINT64_C(1) << member;
	}
	node->needed = line->n > 3 ? read_needed(line->words[2], line->n - 3) : 0;
	if (node->needed == 0)
		return mistake(line, "a group needs any, all or a number, and then "
			       "at least as many members");
	trust->n_nodes++;
	return 0;
}

static int read_quorum(const struct line *line, struct trust *trust,
		       bool *has_quorum)
{
	if (line->n != 2 || *has_quorum)
		return mistake(line, "one quorum with one name, or none");
	*has_quorum = true;
	if (is_word(line->words[1], "none"))
		return 0;
	trust->quorum = find_node(trust, line->words[1]);
	if (trust->quorum == TRUST_NODES_MAX)
		return mistake(line, "no witness or group of this name stands before");
	return 0;
}

static int read_line(const struct line *line, struct trust *trust, bool *has_quorum)
{
	struct bytes word = line->words[0];

	if (is_word(word, "log"))
		return read_log(line, trust);
	if (is_word(word, "witness"))
		return read_witness(line, trust);
	if (is_word(word, "group"))
		return read_group(line, trust);
	if (is_word(word, "quorum"))
		return read_quorum(line, trust, has_quorum);
	return mistake(line, "log, witness, group or quorum is needed here");
}

static int read_lines(struct bytes text, struct line *line, struct trust *trust,
		      bool *has_quorum)
{
	size_t begin = 0, end;
	int r = 0;

	for (; r == 0 && begin < text.n; begin = end + 1) {
		for (end = begin; end < text.n && text.data[end] != '\n';)
			end++;
		line->number++;
		if (memchr(text.data + begin, '\0', end - begin) != NULL ||
		    !split((struct bytes){ text.data + begin, end - begin }, line))
			return mistake(line, "too many words, or no text");
		if (line->n > 0)
			r = read_line(line, trust, has_quorum);
	}
	return r;
}

int trust_parse(struct bytes text, struct trust *ret_trust,
		char ret_why[TRUST_WHY_BYTES])
{
	struct line line = { .why = ret_why };
	bool has_quorum = false;
	int r;

	memset(ret_trust, 0, sizeof(*ret_trust));
	ret_trust->quorum = TRUST_NO_QUORUM;
	if (text.n > TRUST_MAX_BYTES)
		return mistake(&line, "more than %d bytes", TRUST_MAX_BYTES);
	r = read_lines(text, &line, ret_trust, &has_quorum);
	if (r == 0 && ret_trust->n_logs == 0)
		r = mistake(&line, "the policy ends without a log");
	if (r == 0 && !has_quorum)
		r = mistake(&line, "the policy ends without a quorum; write quorum "
			    "none when no witness is needed");
	return r;
}

void trust_log_only(const struct vkey *log, struct trust *ret_trust)
{
	memset(ret_trust, 0, sizeof(*ret_trust));
	ret_trust->logs[0] = *log;
	ret_trust->n_logs = 1;
	ret_trust->quorum = TRUST_NO_QUORUM;
}

/* ---- Judging a checkpoint ---- */

static int open_log(const struct trust *trust, struct bytes note,
		    struct checkpoint *ret_checkpoint, struct trust_seen *seen)
{
	int r = NOTE_E_UNSIGNED;

	for (size_t i = 0; i < trust->n_logs; i++) {
		r = checkpoint_open(note, &trust->logs[i], ret_checkpoint);
		if (r == 0)
			seen->log = &trust->logs[i];
		if (r != NOTE_E_UNSIGNED)
			break;
	}
	return r;
}

/* A group stands behind its members, so one pass is enough. */
static void complete_groups(const struct trust *trust, struct trust_seen *seen)
{
	for (size_t i = 0; i < trust->n_nodes; i++) {
		const struct trust_node *node = &trust->nodes[i];
		unsigned n = (unsigned)__builtin_popcountll(node->members &
							    seen->nodes);

		if (node->is_group && n >= node->needed)
			seen->nodes |= UINT64_C(1) << i;
	}
}

int trust_open(const struct trust *trust, struct bytes note,
	       struct checkpoint *ret_checkpoint, struct trust_seen *ret_seen)
{
	struct trust_seen seen = { .nodes = 0 };
	struct checkpoint checkpoint;
	int r = open_log(trust, note, &checkpoint, &seen);

	for (size_t i = 0; r == 0 && i < trust->n_nodes; i++) {
		if (trust->nodes[i].is_group)
			continue;
		r = note_cosigned(note, &trust->nodes[i].key, &seen.time_s[i]);
		if (r == 0)
			seen.nodes |= UINT64_C(1) << i;
		else if (r == NOTE_E_UNSIGNED)
			r = 0;
	}
	if (r != 0)
		return r;
	complete_groups(trust, &seen);
	*ret_checkpoint = checkpoint;
	*ret_seen = seen;
	return trust->quorum == TRUST_NO_QUORUM || trust_has(&seen, trust->quorum) ?
		       0 : TRUST_E_QUORUM;
}
