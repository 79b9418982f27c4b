/* References: what podman takes, it takes; what it refuses, it refuses. */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "nitems.h"
#include "reference.h"

#define SUM	"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
test_good(void)
{
	static const struct {
		const char	*text, *name, *tag, *digest;
	} rows[] = {
		{ "a", "a", "", "" },
		{ "a:b", "a", "b", "" },
		{ "localhost/a", "localhost/a", "", "" },
		{ "localhost:5000/a/b:V_1.0-x", "localhost:5000/a/b",
		    "V_1.0-x", "" },
		{ "Foo.com/x", "Foo.com/x", "", "" },
		{ "quay.io/a__b.c_d-e--f/g", "quay.io/a__b.c_d-e--f/g", "",
		    "" },
		{ "a@" SUM, "a", "", SUM },
		{ "a.b-c.d:80/x:_@" SUM, "a.b-c.d:80/x", "_", SUM },
		{ "10.0.0.1/x", "10.0.0.1/x", "", "" },
		/* No host, for all its dots: podman has localhost before it. */
		{ "a_b__c-d.e/f", "a_b__c-d.e/f", "", "" },
		{ "a.b_c/x:y", "a.b_c/x", "y", "" },
	};
	struct reference	 r;

	for (size_t i = 0; i < NITEMS(rows); i++)
		check(reference_parse(rows[i].text, &r) == NULL &&
		    strcmp(r.name, rows[i].name) == 0 &&
		    strcmp(r.tag, rows[i].tag) == 0 &&
		    strcmp(r.digest, rows[i].digest) == 0, rows[i].text,
		    __LINE__);
}

static void
test_bad(void)
{
	static const char *const	 rows[] = { "", ":", "@", "/", "-rf",
		"x:y:z", "a:", "a@", "a:-x", "a:.x", "localhost/x:y:z", "a..b",
		"a___b", "a-_b", "a b", "a\n", "a/", "/a", "a//b", ".a", "a.",
		"../a", "a/../b", "localhost/", "-a.b/c", "a-.b/c", "a.b:/c",
		"a.b:x/c", "a.b:1:2/c", "x@sha256:aa", "x@" SUM "a",
		"x@sha512:" , "x@" SUM ":t", "a\x1b[31m", "\xc3\xa4",
		"a.b_c:80/x", "a_B.c/x", "a_.b/c", "A_b/c", "a..b/c" };
	struct reference		 r;

	for (size_t i = 0; i < NITEMS(rows); i++)
		check(reference_parse(rows[i], &r) != NULL, rows[i], __LINE__);
	CHECK(strcmp(reference_parse("localhost/UPPER", &r),
	    "repository name must be lowercase") == 0);
	CHECK(strcmp(reference_parse("UPPER:tag", &r),
	    "repository name must be lowercase") == 0);
	CHECK(strcmp(reference_parse("x:y:Z", &r),
	    "invalid reference format") == 0);
}

static void
test_host(void)
{
	CHECK(reference_has_host("a.b/c") && reference_has_host("a:5000/b") &&
	    reference_has_host("localhost/a") && reference_has_host("A.b/c"));
	CHECK(!reference_has_host("a/b") && !reference_has_host("a.b:c") &&
	    !reference_has_host("a_b__c-d.e/f") &&
	    !reference_has_host("a.b_c/x"));
}

static void
test_long(void)
{
	char			 text[600];
	struct reference	 r;

	memset(text, 'a', sizeof(text));
	text[255] = '\0';
	CHECK(reference_parse(text, &r) == NULL && strlen(r.name) == 255);
	text[255] = 'a';
	text[256] = '\0';
	CHECK(reference_parse(text, &r) != NULL);
	text[256] = 'a';
	text[1] = ':';
	text[2 + 128] = '\0';
	CHECK(reference_parse(text, &r) == NULL && strlen(r.tag) == 128);
	text[2 + 128] = 'a';
	text[2 + 129] = '\0';
	CHECK(reference_parse(text, &r) != NULL);
}

int
main(void)
{
	test_good();
	test_bad();
	test_host();
	test_long();
	return (finish());
}
