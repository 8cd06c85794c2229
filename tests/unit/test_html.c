/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/permit/html.h"
#include "policy/base/bytes.h"

#define GONE "\xef\xbf\xbd"

static void free_text(char **text)
{
	free(*text);
}

static char *written(void (*write)(FILE *to, const char *text), const char *text)
{
	char *page = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&page, &n);

	assert_non_null(to);
	write(to, text);
	assert_int_equal(fclose(to), 0);
	return page;
}

static void assert_text(const char *text, const char *expected)
{
	CLEANUP(free_text) char *page = written(html_text, text);

	assert_string_equal(page, expected);
}

static void the_characters_of_markup_become_references(void **state)
{
	(void)state;
	assert_text("<script>alert('1')</script>",
		    "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
	assert_text("\" onload=\"x", "&quot; onload=&quot;x");
	assert_text("&amp; & &#60;", "&amp;amp; &amp; &amp;#60;");
	assert_text("]]> <!-- -->", "]]&gt; &lt;!-- --&gt;");
	assert_text("", "");
}

static void letters_of_every_script_stand_as_they_are(void **state)
{
	(void)state;
	assert_text("Möglich, déjà, 可能, \n\tيمكن",
		    "Möglich, déjà, 可能, \n\tيمكن");
	assert_text("\xf0\x9f\x8c\x8d", "\xf0\x9f\x8c\x8d");
}

static void what_no_document_may_hold_is_replaced(void **state)
{
	(void)state;
	assert_text("a\x01"
		    "b\x1f"
		    "c\x7f"
		    "d",
		    "a" GONE "b" GONE "c" GONE "d");
	assert_text("a\rb", "a" GONE "b");
	assert_text("\xc2\x85", GONE);		   /* a control character of Latin 1 */
	assert_text("\xef\xbf\xbe", GONE);	   /* U+FFFE */
	assert_text("\xef\xb7\x90", GONE);	   /* U+FDD0 */
	assert_text("\xff<", GONE "&lt;");	   /* no UTF-8 */
	assert_text("\xc0\xbc", GONE GONE);	   /* `<`, written too long */
	assert_text("\xe2\x80\xae"
		    "evil",
		    GONE "evil"); /* text that runs backwards */
	assert_text("\xe2\x81\xa6", GONE);
}

static void utf8_put(uint32_t code, char to[5])
{
	unsigned n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (unsigned i = n; i > 1; i--, code >>= 6)
		to[i - 1] = (char)(0x80 | (code & 0x3f));
	to[0] = (char)(first[n] | code);
	to[n] = '\0';
}

/* Bidi_Control of the Unicode character database, PropList.txt. */
static void just_the_twelve_code_points_that_turn_text_are_replaced(void **state)
{
	static const uint32_t turning[] = { 0x061c, 0x200e, 0x200f, 0x202a,
					    0x202b, 0x202c, 0x202d, 0x202e,
					    0x2066, 0x2067, 0x2068, 0x2069 };
	size_t next = 0;

	(void)state;
	for (uint32_t code = 0xa0; code < 0xfdd0; code++) {
		bool turns = next < ARRAY_LENGTH(turning) && turning[next] == code;
		char text[5];

		if (code >= 0xd800 && code < 0xe000)
			continue;
		utf8_put(code, text);
		assert_text(text, turns ? GONE : text);
		next += turns;
	}
	assert_int_equal(next, ARRAY_LENGTH(turning));
}

static void write_element(FILE *to, const char *text)
{
	html_element(to, "p", "a\"b", text);
}

static void a_class_is_escaped_like_the_text(void **state)
{
	CLEANUP(free_text) char *page = written(write_element, "1 < 2");

	(void)state;
	assert_string_equal(page, "<p class=\"a&quot;b\">1 &lt; 2</p>\n");
}

static void write_link(FILE *to, const char *address)
{
	html_link(to, address, "a & b");
}

static void only_an_address_of_the_web_becomes_a_link(void **state)
{
	static const char *const refused[] = {
		"javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x",
		"HTTPS://x",	       " https://x",	      "//x",
		"https:x",	       "",
	};
	CLEANUP(free_text) char *page = written(write_link, "https://x/?a=1&b=\"2\"");

	(void)state;
	assert_string_equal(page, "<a href=\"https://x/?a=1&amp;b=&quot;2&quot;\" "
				  "rel=\"noreferrer\">a &amp; b</a>");
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		CLEANUP(free_text) char *other = written(write_link, refused[i]);

		assert_string_equal(other, "a &amp; b");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_characters_of_markup_become_references),
		cmocka_unit_test(letters_of_every_script_stand_as_they_are),
		cmocka_unit_test(what_no_document_may_hold_is_replaced),
		cmocka_unit_test(just_the_twelve_code_points_that_turn_text_are_replaced),
		cmocka_unit_test(a_class_is_escaped_like_the_text),
		cmocka_unit_test(only_an_address_of_the_web_becomes_a_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
