/*
 * Columns, podman's words for times and sizes, and what a terminal is spared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "format.h"
#include "human.h"
#include "lists.h"
#include "visible.h"
#include "yaml.h"
#include "harness.h"

#define SECOND	1000000000LL

static bool
eq(const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		printf("#  gave <%s>\n#  want <%s>\n", got, want);
	return (strcmp(got, want) == 0);
}

static const char *
ago(int64_t seconds)
{
	static char	 out[64];

	human_ago(0, seconds * SECOND, out, sizeof(out));
	return (out);
}

static const char *
size(int64_t n)
{
	static char	 out[32];

	human_size(n, out, sizeof(out));
	return (out);
}

static void
words(void)
{
	char	 t[64];

	CHECK(eq(ago(0), "Less than a second ago"));
	CHECK(eq(ago(1), "1 second ago") && eq(ago(59), "59 seconds ago"));
	CHECK(eq(ago(60), "About a minute ago"));
	CHECK(eq(ago(120), "2 minutes ago") && eq(ago(3599), "59 minutes ago"));
	CHECK(eq(ago(3600), "About an hour ago"));
	CHECK(eq(ago(5400), "2 hours ago"));
	CHECK(eq(ago(47 * 3600), "47 hours ago"));
	CHECK(eq(ago(48 * 3600), "2 days ago"));
	CHECK(eq(ago(14 * 86400), "2 weeks ago"));
	CHECK(eq(ago(60 * 86400), "2 months ago"));
	CHECK(eq(ago(730 * 86400), "2 years ago"));
	CHECK(eq(size(0), "0 B") && eq(size(999), "999 B"));
	CHECK(eq(size(1000), "1 kB") && eq(size(1987699), "1.99 MB"));
	CHECK(eq(size(1240000), "1.24 MB") && eq(size(74300000), "74.3 MB"));
	CHECK(eq(size(5000000000), "5 GB"));
	human_rfc3339(1700000000500000000, t, sizeof(t));
	CHECK(eq(t, "2023-11-14T22:13:20.5Z"));
	human_rfc3339(0, t, sizeof(t));
	CHECK(eq(t, "0001-01-01T00:00:00Z"));
	human_go_time(1700000000500000000, t, sizeof(t));
	CHECK(eq(t, "2023-11-14 22:13:20.5 +0000 UTC"));
}

static void
columns(void)
{
	struct table	 t = { 0 };
	char		*out = NULL;
	size_t		 n;
	FILE		*f = open_memstream(&out, &n);

	table_cell(&t, "ID");
	table_cell(&t, "A VERY LONG HEADING");
	table_cell(&t, "LAST");
	table_row(&t);
	table_cell(&t, "");
	table_cell(&t, "\303\251\033[2J\n");
	table_cell(&t, "x");
	table_row(&t);
	table_text(&t, "1\t2\t3\n4");
	table_row(&t);
	CHECK(table_print(&t, f) == 0);
	fclose(f);
	CHECK(eq(out,
	    "ID          A VERY LONG HEADING  LAST\n"
	    "            \303\251\\x1b[2J\\x0a         x\n"
	    "1           2                    3\n"
	    "4\n"));
	free(out);
	free(t.text);
}

static void
visible(void)
{
	char	 out[256];

	visible_word(out, sizeof(out), "a\tb\177\302\205\342\200\216\xff" "c");
	CHECK(eq(out, "a\\x09b\\x7f\\x85\\u200e\\xffc"));
	visible_text(out, sizeof(out), "a\tb\nc\r");
	CHECK(eq(out, "a\tb\nc\\x0d"));
	CHECK(visible_word(out, 4, "abcdef") == 3 && eq(out, "abc"));
	/* An escape is whole or not there. */
	CHECK(visible_word(out, 4, "\033") == 0 && eq(out, ""));
	visible_word(out, sizeof(out), "\360\237\230\200 \344\270\255");
	CHECK(eq(out, "\360\237\230\200 \344\270\255"));
	visible_word(out, sizeof(out), "\300\257\355\240\200");
	CHECK(eq(out, "\\xc0\\xaf\\xed\\xa0\\x80"));
}

static void
names(void)
{
	CHECK(image_repository_len("localhost:5000/a/b:v1") == 18);
	CHECK(image_repository_len("localhost/b") == 11);
	CHECK(image_matches("b", "localhost/a/b:v1"));
	CHECK(image_matches("b:v1", "localhost/a/b:v1"));
	CHECK(image_matches("a/b", "localhost/a/b:v1"));
	CHECK(image_matches("localhost/a/b", "localhost/a/b:v1"));
	CHECK(image_matches("*/a/b", "localhost/a/b:v1"));
	CHECK(!image_matches("c", "localhost/a/b:v1"));
	CHECK(!image_matches("b:v2", "localhost/a/b:v1"));
}

static void
documents(void)
{
	json_t	*j = json_pack("{s:s, s:i, s:b, s:n, s:[s,s], s:{}, s:[],"
		    " s:{s:s}, s:s, s:[{s:i, s:i}]}",
		    "a", "x", "n", 5, "t", 1, "z", "l", "p", "true", "o",
		    "e", "d", "k", "12", "s", "a: b", "m", "q", 1, "r", 2);
	char	*out = NULL;
	size_t	 n;
	FILE	*f = open_memstream(&out, &n);

	yaml_print(f, j);
	fclose(f);
	/* As podman's writer: keys in order, quotes only where they must be. */
	CHECK(eq(out, "a: x\nd:\n  k: \"12\"\ne: []\nl:\n- p\n- \"true\"\n"
	    "m:\n- q: 1\n  r: 2\n\"n\": 5\no: {}\ns: 'a: b'\nt: true\n"
	    "z: null\n"));
	free(out);
	json_decref(j);
	f = open_memstream(&out, &n);
	j = json_pack("{s:s}", "a", "\177\033");
	format_json(f, j, 2, 2);
	fclose(f);
	CHECK(eq(out, "  {\n    \"a\": \"\\u007f\\u001B\"\n  }"));
	free(out);
	json_decref(j);
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	words();
	columns();
	visible();
	names();
	documents();
	return (finish());
}
