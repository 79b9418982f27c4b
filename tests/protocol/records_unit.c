/*
 * Hostile records, expanded from the declaration: for each key of each type,
 * a value at its bound, one beyond it, one of every other kind, and the same
 * within a record that has the type nested.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anykey.h"
#include "harness.h"

#include "cleanup.h"
#include "record.h"

static size_t	 wrong;			/* verdicts that were not as expected */

/* Is a record taken as this type, or else which key is refused? */
static bool
decodes(const struct rec *r, enum record_type type, const char **key)
{
	scoped_free void	*p = NULL;
	scoped_rec struct rec	*back = NULL;
	size_t			 len;

	*key = NULL;
	if (rec_encode(r, &p, &len) == -1)
		return (false);
	back = rec_decode(p, len, type, key);
	return (back != NULL);
}

static void
expect(const struct rec *r, enum record_type type,
    const struct record_rule *rule, bool good)
{
	const char	*key;
	bool		 taken = decodes(r, type, &key);

	if (taken == good && (good || (key != NULL &&
	    strcmp(key, rule->key) == 0)))
		return;
	printf("# %s.%s: %s, refused key %s\n", record_name(type), rule->key,
	    taken ? "taken" : "refused", key == NULL ? "none" : key);
	wrong++;
}

/* One value, alone and after other keys. Frees it. */
static void
value(struct rec *r, enum record_type type, const struct record_rule *rule,
    bool good)
{
	scoped_rec struct rec	*more = rec_new();

	expect(r, type, rule, good);
	(void)rec_add(more, any_key("not declared"), "kept");
	(void)rec_add_all(more, r);
	expect(more, type, rule, good);
	rec_free(r);
}

static struct rec *
text(const struct record_rule *rule, const char *v)
{
	struct rec	*r = rec_new();

	(void)rec_add(r, any_key(rule->key), v);
	return (r);
}

static struct rec *
number(const struct record_rule *rule, int64_t v)
{
	struct rec	*r = rec_new();

	(void)rec_add_num(r, any_key_num(rule->key), v);
	return (r);
}

static struct rec *
bytes(const struct record_rule *rule, size_t n)
{
	struct rec		*r = rec_new();
	scoped_free char	*v = calloc(1, n + 1);

	(void)rec_add_bytes(r, any_key_bytes(rule->key), v, n);
	return (r);
}

static struct rec *
nested(const struct record_rule *rule, const struct rec *in)
{
	struct rec		*r = rec_new();
	scoped_rec struct rec	*empty = rec_new();

	(void)rec_add_rec(r, any_key_rec(rule->key), in == NULL ? empty : in);
	return (r);
}

#define LONG	(1u << 20)	/* bounds beyond are those of all records */

static void
hostile_text(enum record_type type, const struct record_rule *rule)
{
	scoped_free char	*v = calloc(1, LONG + 2);

	value(text(rule, ""), type, rule, true);
	if (rule->max > LONG)
		return;
	memset(v, 'x', (size_t)rule->max);
	value(text(rule, v), type, rule, true);
	v[rule->max] = 'x';
	value(text(rule, v), type, rule, false);
}

/* 64 lower-case hexadecimal digits, or nothing if its bound is 0. */
static void
hostile_id(enum record_type type, const struct record_rule *rule)
{
	static const char *const	 bad[] = {
	    "x", "..", "/", "0123456789ab",
	    "../../../../../../../../../../../../../../../../../../../../../e",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeF",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde/",
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0"
	};

	value(text(rule, "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef"), type, rule, true);
	value(text(rule, ""), type, rule, rule->min == 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		value(text(rule, bad[i]), type, rule, false);
}

static void
hostile_num(enum record_type type, const struct record_rule *rule)
{
	value(number(rule, 0), type, rule, true);
	value(number(rule, rule->max), type, rule, true);
	value(number(rule, rule->min), type, rule, true);
	value(text(rule, ""), type, rule, true);
	if (rule->max < INT64_MAX)
		value(number(rule, rule->max + 1), type, rule, false);
	if (rule->min == 0)
		value(number(rule, -1), type, rule, false);
	value(text(rule, "x"), type, rule, false);
	value(text(rule, "1 "), type, rule, false);
	value(text(rule, " 1"), type, rule, false);
	value(text(rule, "+1"), type, rule, false);
	value(text(rule, "-"), type, rule, false);
	value(text(rule, "99999999999999999999"), type, rule, false);
}

static void
hostile_flag(enum record_type type, const struct record_rule *rule)
{
	value(text(rule, "true"), type, rule, true);
	value(text(rule, "false"), type, rule, true);
	value(text(rule, "1"), type, rule, false);
	value(text(rule, ""), type, rule, false);
}

/* What the nested type refuses, the outer one does. */
static void
hostile_nested(enum record_type type, const struct record_rule *rule)
{
	const struct record_rule	*in;
	size_t				 n;
	const char			*key;

	value(nested(rule, NULL), type, rule, true);
	in = record_rules(rule->nested, &n);
	for (size_t i = 0; i < n; i++) {
		scoped_rec struct rec	*bad = in[i].kind == RECORD_BYTES ?
					    text(&in[i], "x") : bytes(&in[i],
					    1);
		scoped_rec struct rec	*r = nested(rule, bad);

		if (decodes(r, type, &key) || key == NULL ||
		    strcmp(key, in[i].key) != 0)
			wrong++;
	}
}

static void
hostile(enum record_type type, const struct record_rule *rule)
{
	switch (rule->kind) {
	case RECORD_TEXT:
		hostile_text(type, rule);
		break;
	case RECORD_ID:
		hostile_id(type, rule);
		break;
	case RECORD_NUM:
		hostile_num(type, rule);
		break;
	case RECORD_FLAG:
		hostile_flag(type, rule);
		break;
	case RECORD_BYTES:
		if (rule->max <= LONG) {
			value(bytes(rule, (size_t)rule->max), type, rule, true);
			value(bytes(rule, (size_t)rule->max + 1), type, rule,
			    false);
		}
		break;
	default:
		hostile_nested(type, rule);
	}
	if (rule->kind != RECORD_BYTES)
		value(bytes(rule, 1), type, rule, false);
	else
		value(text(rule, "x"), type, rule, false);
	if (rule->kind != RECORD_NESTED)
		value(nested(rule, NULL), type, rule, false);
	else
		value(text(rule, "x"), type, rule, false);
}

/* A key stands once in a type; what is not declared is kept. */
static void
test_type(enum record_type type)
{
	const struct record_rule	*rules;
	scoped_rec struct rec		*r = text(&(struct record_rule){
					    .key = "not declared" }, "kept");
	const char			*key;
	size_t				 n;

	rules = record_rules(type, &n);
	wrong = 0;
	for (size_t i = 0; i < n; i++) {
		hostile(type, &rules[i]);
		for (size_t j = 0; j < i; j++)
			wrong += strcmp(rules[i].key, rules[j].key) == 0;
	}
	printf("# %s: %zu keys\n", record_name(type), n);
	CHECK(wrong == 0 && decodes(r, type, &key));
}

int
main(void)
{
	for (int type = 0; type < RECORD_TYPES; type++)
		test_type((enum record_type)type);
	return (finish());
}
