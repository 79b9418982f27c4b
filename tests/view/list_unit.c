/*
 * What lists are made of: filters, members of records as text and JSON, and
 * the order of rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lists.h"
#include "nitems.h"
#include "record.h"
#include "show.h"
#include "tmpl.h"
#include "harness.h"

static struct rec *
pod(const char *name, const char *label, int64_t created)
{
	struct rec	*r = rec_new();

	(void)rec_add(r, KEY(id), name);
	(void)rec_add(r, KEY(name), name);
	(void)rec_add(r, KEY(label), label);
	(void)rec_add(r, KEY(label), "all");
	(void)rec_add_num(r, KEY(created), created);
	return (r);
}

/* Do filters let a pod through? -1: they are refused, with this message. */
static int
passes(const char *a, const char *b, char *why)
{
	scoped_rec struct rec	*r = pod("web", "tier=front", 1000000000);
	scoped_rec struct rec	*request = rec_new();
	struct parse_err	 e = { .text = "" };
	struct filter		 f;
	int			 rc;

	(void)rec_add(request, KEY(filter), a);
	if (b != NULL)
		(void)rec_add(request, KEY(filter), b);
	rc = filter_open(&f, &pod_filters, request, NULL, &e) == -1 ? -1 :
	    filter_passes(&f, r);
	filter_close(&f);
	snprintf(why, sizeof(e.text), "%s", e.text);
	return (rc);
}

static void
filters(void)
{
	char	 why[sizeof(((struct parse_err *)0)->text)];

	CHECK(passes("name=^w", NULL, why) == 1);
	CHECK(passes("name=^b", NULL, why) == 0);
	/* Values of one key are alternatives, different keys must all hold. */
	CHECK(passes("name=^b", "name=eb$", why) == 1);
	CHECK(passes("name=^w", "id=x", why) == 0);
	/* Labels must all be there. */
	CHECK(passes("label=tier", NULL, why) == 1);
	CHECK(passes("label=tier=front", "label=all", why) == 1);
	CHECK(passes("label=tier=front", "label=none", why) == 0);
	CHECK(passes("label=tie", NULL, why) == 0);
	CHECK(passes("label!=tier", NULL, why) == 0);
	CHECK(passes("label!=none", NULL, why) == 1);
	CHECK(passes("until=2000-01-01", NULL, why) == 1);
	CHECK(passes("until=1969-01-01", NULL, why) == 0);
	CHECK(passes("nope=1", NULL, why) == -1 &&
	    strcmp(why, "nope is an invalid filter") == 0);
	CHECK(passes("name", NULL, why) == -1 &&
	    strcmp(why, "invalid filter \"name\": a filter is KEY=VALUE") == 0);
	CHECK(passes("until=x", NULL, why) == -1);
}

static bool
shows(const struct member *m, bool json, const char *want)
{
	scoped_rec struct rec	*r = pod("web", "b=2", 1000000000);
	struct shown		 s = { .rec = r, .as_json = json,
				    .now = 61000000000 };
	json_t			*j = show_object(&s, m);
	char			*text = tmpl_json(j);
	bool			 same = strcmp(text, want) == 0;

	if (!same)
		printf("#  gave %s\n#  want %s\n", text, want);
	free(text);
	json_decref(j);
	return (same);
}

static void
members(void)
{
	static const struct member	 inner[] = {
		FIXED("W", SHOW_WORD, "w"), { 0 }
	};
	static const struct member	 all[] = {
		SHOWN("T", SHOW_TEXT, name),
		SHOWN_OR("F", SHOW_TEXT, image, "none"),
		SHOWN("A", SHOW_AGO, created),
		SHOWN("S", SHOW_SECONDS, created),
		SHOWN("M", SHOW_MOMENT, started),
		SHOWN_OR("N", SHOW_NUMBER, pid, "null"),
		SHOWN("L", SHOW_LIST, label),
		SHOWN("P", SHOW_PAIRS, label),
		SHOWN("C", SHOW_COUNT, label),
		FIXED("J", SHOW_CONST, "[0]"), SHOWN_OBJECT("O", inner), { 0 }
	};
	static const struct member	 optional[] = {
		SHOWN_OPTIONAL("I", SHOW_TEXT, image), { 0 }
	};

	CHECK(shows(all, true, "{\"T\":\"web\",\"F\":\"none\","
	    "\"A\":\"About a minute ago\",\"S\":1,\"M\":-62135596800,"
	    "\"N\":null,\"L\":[\"b=2\",\"all\"],\"P\":{\"all\":\"\","
	    "\"b\":\"2\"},\"C\":2,\"J\":[0],\"O\":{\"W\":\"w\"}}"));
	CHECK(shows(optional, true, "{}"));
	CHECK(shows(optional, false, "{\"I\":\"\"}"));
}

static void
orders(void)
{
	CHECK(order_find(ctr_orders, "names") != NULL);
	CHECK(order_find(ctr_orders, "name") == NULL);
	CHECK(order_find(ctr_orders, "") == NULL);
	/* The first decides between rows that are equal: it is by age. */
	CHECK(strcmp(ctr_orders[0].name, "created") == 0);
	CHECK(strcmp(pod_orders[0].name, "created") == 0);
	CHECK(strcmp(image_orders[0].name, "created") == 0);
}

/* A column of a plain table that is misspelt would be a crash. */
static void
columns(void)
{
	static const struct list_about *const	 lists[] = { &list_of_ctrs,
	    &list_of_images, &list_of_volumes, &list_of_pods, &list_of_steps,
	    &list_of_entries, &list_of_locks };
	scoped_rec struct rec			*request = rec_new();
	struct list				 l;

	for (size_t i = 0; i < NITEMS(lists); i++) {
		CHECK(list_open(&l, lists[i], request) == 0 && l.nplain > 1);
		for (size_t k = 0; k < l.nplain; k++)
			CHECK(l.plain[k] != NULL &&
			    l.plain[k]->heading != NULL);
		(void)list_close(&l, 1);
	}
}

int
main(void)
{
	filters();
	members();
	orders();
	columns();
	return (finish());
}
