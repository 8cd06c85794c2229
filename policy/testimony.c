/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/testimony.h"

#include <string.h>

#include "policy/base/text.h"
#include "policy/fact.h"

/*
 * Beginnings of words, in lower case without accents; a space stands for any
 * run of spaces and punctuation. A bar at the end wants the word to end there.
 * The lists are longer than the law's own words, because a stand-in is named
 * freely.
 */
static const char *const words_anywhere[] = {
	/* English */
	"testif", "testimon", "witness", "cooperat", "co operat", "prosecut", "police",
	"trial|", "trials|", "court case", "criminal proceeding", "law enforcement",
	/* French */
	"temoign", "temoin", "cooper", "collabor", "poursuite", "proces penal",
	"procedure penale", "plainte", "ministere public", "procureur",
	/* German */
	"aussag", "zeug", "kooper", "mitwirk", "strafverfahren", "strafprozess",
	"strafanzeige", "anzeige", "prozess", "polizei", "staatsanwalt",
	/* Italian */
	"denunc", "procedimento penale", "processo penale", "procura|", "procuratore",
	"polizia",
};

/* In names of facts also these: what only such bodies know, and their letters. */
static const char *const words_in_names[] = {
	"lea|", "law enforcement", "investigation", "investigator", "charges", "charged",
	"proceeding", "convict", "acquit", "complaint", "gave statement",
	"refused reasonable request", "presence needed", "court|", "hearing",
	"enquete", "instruction penale", "condamn", "tribunal", "inculp",
	"ermittl", "anklage", "verurteil", "gericht", "gave evidence", "referred by",
	"indagin", "inchiesta", "condann", "querela", "tribunale",
};

static const char *const sentences[N_LANGUAGES] = {
	[LANGUAGE_EN] = "You do not have to speak to the police or go to court to get "
			"or keep this permit.",
	[LANGUAGE_FR] = "Vous n’avez pas à parler à la police ni à aller au tribunal "
			"pour obtenir ou garder ce permis.",
	[LANGUAGE_DE] = "Sie müssen weder mit der Polizei sprechen noch vor Gericht "
			"gehen, um diese Bewilligung zu erhalten oder zu behalten.",
	[LANGUAGE_IT] = "Non deve parlare con la polizia né andare in tribunale per "
			"ottenere o mantenere questo permesso.",
};

const char *testimony_sentence(unsigned language)
{
	return sentences[language < N_LANGUAGES ? language : LANGUAGE_EN];
}

/*
 * Reads one letter, folded to lower case without accent; a space for anything
 * else but a combining accent, which is 0 and passed over. Returns its length.
 */
static size_t read_letter(const char *text, size_t n, uint32_t *ret_letter)
{
	uint32_t letter;
	size_t length = utf8_read(text, n, &letter);

	if (length == 0) {
		*ret_letter = ' ';
		return 1;
	}
	letter = utf8_fold(letter);
	if (letter < 0x80 && !(letter >= 'a' && letter <= 'z') && letter != 0)
		letter = ' ';
	else if (letter == 0x2019 || letter == 0x2010 || letter == 0x2011 ||
		 letter == 0x2013 || letter == 0x2014 || letter == 0xa0)
		letter = ' ';
	*ret_letter = letter;
	return length;
}

/* Whether the text, at the beginning of a word, begins with the listed one. */
static bool begins_with(const char *text, size_t n, const char *word)
{
	uint32_t letter;

	for (; *word != '\0' && *word != '|'; word++) {
		if (n == 0)
			return false;
		if (*word == ' ') {
			size_t length = read_letter(text, n, &letter);

			if (letter != ' ')
				return false;
			while (n > 0 && (letter == ' ' || letter == 0)) {
				text += length;
				n -= length;
				letter = 1;
				length = n > 0 ? read_letter(text, n, &letter) : 0;
			}
			continue;
		}
		do {
			size_t length = read_letter(text, n, &letter);

			text += length;
			n -= length;
		} while (letter == 0 && n > 0);
		if (letter != (uint32_t)*word)
			return false;
	}
	if (*word != '|' || n == 0)
		return true;
	read_letter(text, n, &letter);
	return letter == ' ';
}

/* Every fact of every request comes by here: the first letter decides most. */
static const char *find_word(const char *text, size_t n, const char *const *words,
			     size_t n_words)
{
	uint32_t first = 0;

	for (size_t i = 0; i < n && first == 0;)
		i += read_letter(&text[i], n - i, &first);
	for (size_t i = 0; i < n_words; i++)
		if ((uint32_t)words[i][0] == first && begins_with(text, n, words[i]))
			return words[i];
	return NULL;
}

/* Length of a fixed sentence that begins here, or 0. */
static size_t fixed_sentence(const char *text, size_t n)
{
	for (size_t i = 0; i < N_LANGUAGES; i++) {
		size_t length = strlen(sentences[i]);

		if (n >= length && memcmp(text, sentences[i], length) == 0)
			return length;
	}
	return 0;
}

static const char *search(const char *text, size_t n, bool in_name, size_t *ret_offset)
{
	bool at_start = true;

	for (size_t i = 0; i < n;) {
		size_t fixed = in_name ? 0 : fixed_sentence(&text[i], n - i);
		const char *found = NULL;
		uint32_t letter;

		if (fixed != 0) {
			i += fixed;
			continue;
		}
		if (at_start)
			found = find_word(&text[i], n - i, words_anywhere,
					  ARRAY_LENGTH(words_anywhere));
		if (at_start && found == NULL && in_name)
			found = find_word(&text[i], n - i, words_in_names,
					  ARRAY_LENGTH(words_in_names));
		if (found != NULL) {
			*ret_offset = i;
			return found;
		}
		i += read_letter(&text[i], n - i, &letter);
		at_start = letter == ' ' || (letter == 0 && at_start);
	}
	return NULL;
}

const char *testimony_name(const char *name)
{
	size_t offset;

	return search(name, strlen(name), true, &offset);
}

const char *testimony_word(const char *text, size_t n, size_t *ret_offset)
{
	return search(text, n, false, ret_offset);
}
