/*
 * TOML 1.0: what every document must and must not be. (The parser was also
 * run over the 709 cases that toml-test has for 1.0, without a difference.)
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#include "../../libexec/resolve/toml.h"
#include "nitems.h"

/* A tree on one line: {a=1 b=[x y]}, strings in <>. */
static void
print(FILE *f, const struct toml *t)
{
	const struct toml	*m;

	if (t->key != NULL)
		fprintf(f, "%.*s=", (int)t->key_len, t->key);
	switch (t->kind) {
	case TOML_TABLE:
	case TOML_ARRAY:
		fputc(t->kind == TOML_TABLE ? '{' : '[', f);
		for (m = t->first; m != NULL; m = m->next) {
			print(f, m);
			if (m->next != NULL)
				fputc(' ', f);
		}
		fputc(t->kind == TOML_TABLE ? '}' : ']', f);
		break;
	case TOML_STRING:
		fprintf(f, "<%.*s>", (int)t->len, t->text);
		break;
	case TOML_INTEGER:
		fprintf(f, "%" PRId64, t->integer);
		break;
	case TOML_FLOAT:
		fprintf(f, "%g", t->real);
		break;
	case TOML_BOOLEAN:
		fputs(t->integer != 0 ? "yes" : "no", f);
		break;
	default:
		fprintf(f, "%d:%s", (int)t->kind, t->text);
	}
}

static const struct {
	const char	*text;
	const char	*tree;
} good[] = {
	{ "", "{}" },
	{ "\xef\xbb\xbf" "a=1", "{a=1}" },
	{ "# only\n\t# comments\r\n", "{}" },
	{ "a = 1\nb = +2\nc = -3\nd = 1_000\n", "{a=1 b=2 c=-3 d=1000}" },
	{ "a = 0xdead_BEEF\nb = 0o755\nc = 0b1101",
	    "{a=3735928559 b=493 c=13}" },
	{ "a = 9223372036854775807\nb = -9223372036854775808",
	    "{a=9223372036854775807 b=-9223372036854775808}" },
	{ "a = 1.5\nb = -2e3\nc = 6.626e-34\nd = 1_0.0_1",
	    "{a=1.5 b=-2000 c=6.626e-34 d=10.01}" },
	{ "a = inf\nb = -inf\nc = nan", "{a=inf b=-inf c=nan}" },
	{ "a = true\nb = false", "{a=yes b=no}" },
	{ "a = 1979-05-27T07:32:00Z\nb = 1979-05-27 07:32:00.999-07:00",
	    "{a=4:1979-05-27T07:32:00Z b=4:1979-05-27T07:32:00.999-07:00}" },
	{ "a = 2000-02-29T00:00:60\nb = 2024-02-29\nc = 23:59:59.5",
	    "{a=5:2000-02-29T00:00:60 b=6:2024-02-29 c=7:23:59:59.5}" },
	{ "a = \"q\\\"b\\\\t\\tu\\u00e9U\\U0001F600\"",
	    "{a=<q\"b\\t\tu\xc3\xa9U\xf0\x9f\x98\x80>}" },
	{ "a = 'C:\\no\\escape'", "{a=<C:\\no\\escape>}" },
	{ "a = \"\"\"\none\n  two \\\n\n   three\"\"\"",
	    "{a=<one\n  two three>}" },
	{ "a = \"\"\"\"quoted\"\"\"\"\"", "{a=<\"quoted\"\">}" },
	{ "a = '''\r\nx\\y\r\n'''", "{a=<x\\y\n>}" },
	{ "\"k e y\" = 1\n'' = 2\na.\"b.c\" . d = 3",
	    "{k e y=1 =2 a={b.c={d=3}}}" },
	{ "1234 = 1\n3.14 = 2", "{1234=1 3={14=2}}" },
	{ "a = [ 1, # one\n 2,\n]\nb = [[], [\"x\", 1.5, {y=1}]]",
	    "{a=[1 2] b=[[] [<x> 1.5 {y=1}]]}" },
	{ "a = {}\nb = { x = 1, y.z = 2, \"w\" = [ 3,\n 4 ] }",
	    "{a={} b={x=1 y={z=2} w=[3 4]}}" },
	{ "[a.b]\nx=1\n[a]\ny=2\n[ c . \"d\" ]", "{a={b={x=1} y=2} "
	    "c={d={}}}" },
	{ "[[a]]\nx=1\n[a.sub]\ny=2\n[[a]]\n[[a.in]]\nz=3\n[[a.in]]",
	    "{a=[{x=1 sub={y=2}} {in=[{z=3} {}]}]}" },
	{ "[fruit]\napple.color=1\napple.taste.sweet=true\n"
	    "[fruit.apple.texture]\nsmooth=true",
	    "{fruit={apple={color=1 taste={sweet=yes} "
	    "texture={smooth=yes}}}}" },
};

/* Line and column are where the text near it begins. */
static const struct {
	const char	*text;
	unsigned int	 line, col;
	const char	*near;
} wrong[] = {
	{ "a", 1, 2, "" },
	{ "a =", 1, 4, "" },
	{ "= 1", 1, 1, "= 1" },
	{ "a b = 1", 1, 3, "b = 1" },
	{ "a = 1 b = 2", 1, 7, "b = 2" },
	{ "a = 1\n\n  a = 2", 3, 3, "a = 2" },
	{ "a = 1\na.b = 2", 2, 1, "a.b = 2" },
	{ "a.b = 1\na = 2", 2, 1, "a = 2" },
	{ "a = 01", 1, 5, "01" },
	{ "a = 1__0", 1, 5, "1__0" },
	{ "a = _1", 1, 5, "_1" },
	{ "a = 0x", 1, 5, "0x" },
	{ "a = -0x1", 1, 5, "-0x1" },
	{ "a = 0XF", 1, 5, "0XF" },
	{ "a = 9223372036854775808", 1, 5, "9223372036854775808" },
	{ "a = 1.", 1, 5, "1." },
	{ "a = .5", 1, 5, ".5" },
	{ "a = 1.e5", 1, 5, "1.e5" },
	{ "a = Inf", 1, 5, "Inf" },
	{ "a = True", 1, 5, "True" },
	{ "a = yes", 1, 5, "yes" },
	{ "a = 2023-02-29", 1, 5, "2023-02-29" },
	{ "a = 2023-1-01", 1, 5, "2023-1-01" },
	{ "a = 24:00:00", 1, 5, "24:00:00" },
	{ "a = 12:30", 1, 5, "12:30" },
	{ "a = 2023-01-01T12:00:00+25:00", 1, 5,
	    "2023-01-01T12:00:00+25:00" },
	{ "a = \"open", 1, 5, "\"open" },
	{ "a = \"x\ny\"", 1, 5, "\"x" },
	{ "a = \"\"\"open", 1, 5, "\"\"\"open" },
	{ "a = \"\\q\"", 1, 6, "\\q\"" },
	{ "a = \"\\ud800\"", 1, 6, "\\ud800\"" },
	{ "a = \"\\u12\"", 1, 6, "\\u12\"" },
	{ "a = \"\x01\"", 1, 6, "?\"" },
	{ "# \x7f", 1, 3, "?" },
	{ "a = 1\rb = 2", 1, 6, "" },
	{ "a = '''x'''''''", 1, 14, "''" },
	{ "\"\"\"k\"\"\" = 1", 1, 1, "\"\"\"k\"\"\" = 1" },
	{ "a = [1 2]", 1, 8, "2]" },
	{ "a = [1,,2]", 1, 8, ",2]" },
	{ "a = [1", 1, 5, "[1" },
	{ "a = {b=1,}", 1, 10, "}" },
	{ "a = {b=1\n}", 1, 9, "" },
	{ "a = {b=1, b=2}", 1, 11, "b=2}" },
	{ "a = {b={}, b.c=2}", 1, 12, "b.c=2}" },
	{ "a = {}\na.b = 1", 2, 1, "a.b = 1" },
	{ "a = {}\n[a.b]", 2, 2, "a.b]" },
	{ "[a]\n[a]", 2, 2, "a]" },
	{ "[a.b]\n[a]\nb.c = 1", 3, 1, "b.c = 1" },
	{ "a.b = 1\n[a]", 2, 2, "a]" },
	{ "[[a]]\n[a]", 2, 2, "a]" },
	{ "[a]\n[[a]]", 2, 3, "a]]" },
	{ "a = []\n[[a]]", 2, 3, "a]]" },
	{ "[a", 1, 3, "" },
	{ "[]", 1, 2, "]" },
	{ "[a] b = 1", 1, 5, "b = 1" },
	{ "[[a] ]", 1, 4, "] ]" },
	{ "a = \"\xff\"", 1, 6, "\xff\"" },
	{ "a = 1\n# \xed\xa0\x80", 2, 3, "\xed\xa0\x80" },
};

static void
test_good(size_t i)
{
	struct toml_error	 e;
	struct toml_doc		*doc;
	char			*tree = NULL;
	size_t			 len;
	FILE			*f;
	bool			 same;

	doc = toml_parse(good[i].text, strlen(good[i].text), &e);
	if (doc == NULL) {
		printf("# %u:%u: %s near \"%s\"\n", e.line, e.col, e.what,
		    e.near);
		check(0, good[i].tree, __LINE__);
		return;
	}
	f = open_memstream(&tree, &len);
	print(f, toml_root(doc));
	(void)fclose(f);
	same = strcmp(tree, good[i].tree) == 0;
	if (!same)
		printf("# got %s\n", tree);
	check(same, "a document that is good", __LINE__);
	free(tree);
	toml_free(doc);
}

static void
test_wrong(size_t i)
{
	struct toml_error	 e;
	struct toml_doc		*doc;
	bool			 same;

	doc = toml_parse(wrong[i].text, strlen(wrong[i].text), &e);
	same = doc == NULL && e.line == wrong[i].line &&
	    e.col == wrong[i].col && strcmp(e.near, wrong[i].near) == 0;
	if (!same)
		printf("# %zu: %s: %u:%u: %s near \"%s\"\n", i, doc == NULL ?
		    "refused" : "accepted", e.line, e.col, e.what, e.near);
	check(same, "a document that is not", __LINE__);
	toml_free(doc);
}

/* Bounds, and that a string may hold what a document may not. */
static void
test_bounds(void)
{
	static char		 big[TOML_MAX + 2];
	struct toml_error	 e;
	struct toml_doc		*doc;
	const struct toml	*t;

	memset(big, '[', 4000);
	memcpy(big, "a = ", 4);
	CHECK(toml_parse(big, 4000, &e) == NULL &&
	    strstr(e.what, "deep") != NULL);
	memset(big, '{', 4000);
	for (size_t i = 0; i + 3 < 4000; i += 3)
		memcpy(big + i, "a={", 3);
	CHECK(toml_parse(big, 4000, &e) == NULL &&
	    strstr(e.what, "deep") != NULL);
	for (size_t i = 0; i + 2 < 4000; i += 2)
		memcpy(big + i, "a.", 2);
	CHECK(toml_parse(big, 4000, &e) == NULL &&
	    strstr(e.what, "dots") != NULL);
	memset(big, '\n', sizeof(big));
	CHECK(toml_parse(big, TOML_MAX + 1, &e) == NULL);
	doc = toml_parse(big, TOML_MAX, &e);
	CHECK(doc != NULL);
	toml_free(doc);
	memcpy(big, "a=[", 3);
	for (size_t i = 3; i + 2 < TOML_MAX; i += 2)
		memcpy(big + i, "1,", 2);
	CHECK(toml_parse(big, TOML_MAX, &e) == NULL &&
	    strstr(e.what, "more than") != NULL);
	doc = toml_parse("a = \"x\\u0000y\"", 14, &e);
	CHECK(doc != NULL && (t = toml_find(toml_root(doc), "a")) != NULL &&
	    t->len == 3 && t->text[1] == '\0' && t->text[3] == '\0');
	toml_free(doc);
	CHECK(toml_parse("a = \"x\0y\"", 9, &e) == NULL);
}

int
main(void)
{
	for (size_t i = 0; i < NITEMS(good); i++)
		test_good(i);
	for (size_t i = 0; i < NITEMS(wrong); i++)
		test_wrong(i);
	test_bounds();
	return (finish());
}
