/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/html.h"

#include <string.h>

#include "policy/base/text.h"

#define REPLACEMENT "\xef\xbf\xbd"

static const char *reference_of(uint32_t code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static bool may_stand(uint32_t code)
{
	bool control = (code < 0x20 && code != '\n' && code != '\t') ||
		       (code >= 0x7f && code < 0xa0);
	bool none = (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
	bool turns = code == 0x061c || code == 0x200e || code == 0x200f ||
		     (code >= 0x202a && code <= 0x202e) ||
		     (code >= 0x2066 && code <= 0x2069);

	return !control && !none && !turns;
}

void html_text(FILE *to, const char *text)
{
	size_t n = strlen(text);

	while (n > 0) {
		uint32_t code;
		size_t length = utf8_read(text, n, &code);

		if (length == 0 || !may_stand(code))
			fputs(REPLACEMENT, to);
		else if (reference_of(code) != NULL)
			fputs(reference_of(code), to);
		else
			fwrite(text, 1, length, to);
		text += length == 0 ? 1 : length;
		n -= length == 0 ? 1 : length;
	}
}

void html_element(FILE *to, const char *tag, const char *class, const char *text)
{
	fprintf(to, "<%s", tag);
	if (class != NULL) {
		fputs(" class=\"", to);
		html_text(to, class);
		fputc('"', to);
	}
	fputc('>', to);
	html_text(to, text);
	fprintf(to, "</%s>\n", tag);
}

void html_link(FILE *to, const char *address, const char *text)
{
	if (strncmp(address, "https://", 8) != 0 &&
	    strncmp(address, "http://", 7) != 0) {
		html_text(to, text);
		return;
	}
	fputs("<a href=\"", to);
	html_text(to, address);
	fputs("\" rel=\"noreferrer\">", to);
	html_text(to, text);
	fputs("</a>", to);
}
