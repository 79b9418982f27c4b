#include "toml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nitems.h"
#include "parser.h"

/*
 * How a table or array was made determines what may be added to it, and so most
 * errors in documents.
 */
enum {
	BY_VALUE,	/* key = value: closed */
	BY_HEADER,	/* [name] */
	BY_PATH,	/* [name.x] mentioned it: [name] may still come */
	BY_DOTTED,	/* name.x = 1: more dotted keys may come */
	BY_AOT,		/* [[name]]: more elements may come */
};

static struct toml *
node_new(struct parser *ps, enum toml_kind kind, struct mark at)
{
	struct toml	*t;

	if (++ps->nodes > TOML_NODES) {
		(void)parser_fail(ps, at, "more than %u values", TOML_NODES);
		return (NULL);
	}
	if ((t = parser_alloc(ps, sizeof(*t))) == NULL)
		return (NULL);
	*t = (struct toml){ .kind = kind, .line = at.line, .col = at.col };
	return (t);
}

static void
node_append(struct toml *parent, struct toml *t)
{
	if (parent->last == NULL)
		parent->first = t;
	else
		parent->last->next = t;
	parent->last = t;
}

/* FNV-1a, so that looking for duplicates rarely compares text. */
static uint32_t
hash_key(const char *p, size_t n)
{
	uint32_t	 h = 2166136261u;

	while (n-- > 0)
		h = (h ^ (unsigned char)*p++) * 16777619u;
	return (h);
}

struct key {
	const char	*text;
	size_t		 len;
	uint32_t	 hash;
	struct mark	 at;
};

static struct toml *
member(const struct toml *t, const struct key *k)
{
	for (struct toml *m = t->first; m != NULL; m = m->next)
		if (m->hash == k->hash && m->key_len == k->len &&
		    memcmp(m->key, k->text, k->len) == 0)
			return (m);
	return (NULL);
}

static void
name_node(struct toml *t, const struct key *k)
{
	t->key = k->text;
	t->key_len = k->len;
	t->hash = k->hash;
}

/* --- keys --- */

static bool
is_bare(int c)
{
	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '-');
}

static int
take_bare_key(struct parser *ps, struct key *k)
{
	const char	*from = ps->p;
	char		*copy;

	while (is_bare(peek(ps)))
		ps->p++;
	k->len = (size_t)(ps->p - from);
	if (k->len == 0)
		return (fail(ps, "expected a key"));
	if ((copy = parser_alloc(ps, k->len + 1)) == NULL)
		return (-1);
	memcpy(copy, from, k->len);
	copy[k->len] = '\0';
	k->text = copy;
	return (0);
}

static int
take_simple_key(struct parser *ps, struct key *k)
{
	int	 rc;

	k->at = here(ps);
	if (peek(ps) == '"' || peek(ps) == '\'')
		rc = parser_string(ps, false, &k->text, &k->len);
	else
		rc = take_bare_key(ps, k);
	if (rc == 0)
		k->hash = hash_key(k->text, k->len);
	return (rc);
}

/* a.b.c with blanks around the dots: the parts, and how many. -1: error. */
static int
take_key(struct parser *ps, struct key *parts)
{
	unsigned int	 n = 0;

	for (;;) {
		if (n == TOML_DEPTH)
			return (fail(ps, "more than %u dots in a key",
			    TOML_DEPTH - 1));
		if (take_simple_key(ps, &parts[n]) == -1)
			return (-1);
		n++;
		skip_blank(ps);
		if (peek(ps) != '.')
			return ((int)n);
		ps->p++;
		skip_blank(ps);
	}
}

/* --- values --- */

static int	take_value(struct parser *, struct toml *, unsigned int);
static int	take_pair(struct parser *, struct toml *, unsigned int);

static int
array_value(struct parser *ps, struct toml *t, unsigned int depth)
{
	struct mark	 at = here(ps);
	struct toml	*item;

	t->kind = TOML_ARRAY;
	ps->p++;
	for (;;) {
		if (parser_space(ps) == -1)
			return (-1);
		if (at_end(ps))
			return (parser_fail(ps, at, "array is never closed"));
		if (peek(ps) == ']')
			break;
		if ((item = node_new(ps, TOML_STRING, here(ps))) == NULL ||
		    take_value(ps, item, depth + 1) == -1)
			return (-1);
		node_append(t, item);
		if (parser_space(ps) == -1)
			return (-1);
		if (peek(ps) == ',')
			ps->p++;
		else if (at_end(ps))
			return (parser_fail(ps, at, "array is never closed"));
		else if (peek(ps) != ']')
			return (fail(ps, "expected \",\" or \"]\""));
	}
	ps->p++;
	return (0);
}

static int
inline_table(struct parser *ps, struct toml *t, unsigned int depth)
{
	t->kind = TOML_TABLE;
	ps->p++;
	skip_blank(ps);
	if (peek(ps) == '}') {
		ps->p++;
		return (0);
	}
	for (;;) {
		skip_blank(ps);
		if (take_pair(ps, t, depth + 1) == -1)
			return (-1);
		skip_blank(ps);
		if (peek(ps) == '}')
			break;
		if (peek(ps) != ',')
			return (fail(ps, "expected \",\" or \"}\""));
		ps->p++;
	}
	ps->p++;
	return (0);
}

static int
take_value(struct parser *ps, struct toml *t, unsigned int depth)
{
	if (depth > TOML_DEPTH)
		return (fail(ps, "more than %u levels deep", TOML_DEPTH));
	switch (peek(ps)) {
	case '"':
	case '\'':
		t->kind = TOML_STRING;
		return (parser_string(ps, true, &t->text, &t->len));
	case '[':
		return (array_value(ps, t, depth));
	case '{':
		return (inline_table(ps, t, depth));
	default:
		return (parser_scalar(ps, t));
	}
}

/* The table of a.b. in a dotted key, made if absent. */
static struct toml *
dotted_parent(struct parser *ps, struct toml *t, const struct key *parts, int n)
{
	struct toml	*m;

	for (int i = 0; i < n - 1; i++) {
		if ((m = member(t, &parts[i])) == NULL) {
			m = node_new(ps, TOML_TABLE, parts[i].at);
			if (m == NULL)
				return (NULL);
			m->made = BY_DOTTED;
			name_node(m, &parts[i]);
			node_append(t, m);
		} else if (m->kind != TOML_TABLE || m->made != BY_DOTTED) {
			(void)parser_fail(ps, parts[i].at,
			    "already defined on line %u", m->line);
			return (NULL);
		}
		t = m;
	}
	return (t);
}

/* key = value into a table. */
static int
take_pair(struct parser *ps, struct toml *table, unsigned int depth)
{
	struct key	 parts[TOML_DEPTH];
	const struct key *leaf;
	struct toml	*t, *old;
	int		 n;

	if ((n = take_key(ps, parts)) == -1)
		return (-1);
	if (peek(ps) != '=')
		return (fail(ps, "expected \"=\" after the key"));
	ps->p++;
	skip_blank(ps);
	leaf = &parts[n - 1];
	if ((table = dotted_parent(ps, table, parts, n)) == NULL)
		return (-1);
	if ((old = member(table, leaf)) != NULL)
		return (parser_fail(ps, leaf->at, "already defined on line %u",
		    old->line));
	if ((t = node_new(ps, TOML_STRING, leaf->at)) == NULL)
		return (-1);
	name_node(t, leaf);
	node_append(table, t);
	return (take_value(ps, t, depth + (unsigned int)n));
}

/* --- headers --- */

/* Walk to the table that holds the last part of a header. */
static struct toml *
header_parent(struct parser *ps, const struct key *parts, int n)
{
	struct toml	*t = &ps->doc->root, *m;

	for (int i = 0; i < n - 1; i++) {
		if ((m = member(t, &parts[i])) == NULL) {
			m = node_new(ps, TOML_TABLE, parts[i].at);
			if (m == NULL)
				return (NULL);
			m->made = BY_PATH;
			name_node(m, &parts[i]);
			node_append(t, m);
		}
		if (m->kind == TOML_ARRAY && m->made == BY_AOT)
			m = m->last;
		if (m->kind != TOML_TABLE || m->made == BY_VALUE) {
			(void)parser_fail(ps, parts[i].at,
			    "already defined on line %u", m->line);
			return (NULL);
		}
		t = m;
	}
	return (t);
}

/* [name]. The table for the following pairs, or NULL. */
static struct toml *
open_table(struct parser *ps, struct toml *parent, const struct key *k)
{
	struct toml	*t = member(parent, k);

	if (t == NULL) {
		if ((t = node_new(ps, TOML_TABLE, k->at)) == NULL)
			return (NULL);
		name_node(t, k);
		node_append(parent, t);
	} else if (t->kind != TOML_TABLE || t->made != BY_PATH) {
		(void)parser_fail(ps, k->at, "already defined on line %u",
		    t->line);
		return (NULL);
	}
	t->made = BY_HEADER;
	return (t);
}

/* [[name]]. The new element, or NULL. */
static struct toml *
open_element(struct parser *ps, struct toml *parent, const struct key *k)
{
	struct toml	*array = member(parent, k), *t;

	if (array == NULL) {
		if ((array = node_new(ps, TOML_ARRAY, k->at)) == NULL)
			return (NULL);
		array->made = BY_AOT;
		name_node(array, k);
		node_append(parent, array);
	} else if (array->kind != TOML_ARRAY || array->made != BY_AOT) {
		(void)parser_fail(ps, k->at, "already defined on line %u",
		    array->line);
		return (NULL);
	}
	if ((t = node_new(ps, TOML_TABLE, k->at)) == NULL)
		return (NULL);
	t->made = BY_HEADER;
	node_append(array, t);
	return (t);
}

static struct toml *
take_header(struct parser *ps)
{
	struct key	 parts[TOML_DEPTH];
	bool		 element = looking_at(ps, "[[");
	const char	*close = element ? "]]" : "]";
	struct toml	*parent;
	int		 n;

	ps->p += strlen(close);
	skip_blank(ps);
	if ((n = take_key(ps, parts)) == -1)
		return (NULL);
	if (!looking_at(ps, close)) {
		(void)fail(ps, "expected \"%s\"", close);
		return (NULL);
	}
	ps->p += strlen(close);
	if ((parent = header_parent(ps, parts, n)) == NULL)
		return (NULL);
	return (element ? open_element(ps, parent, &parts[n - 1]) :
	    open_table(ps, parent, &parts[n - 1]));
}

static int
take_document(struct parser *ps)
{
	struct toml	*table = &ps->doc->root;

	for (;;) {
		if (parser_space(ps) == -1)
			return (-1);
		if (at_end(ps))
			return (0);
		if (peek(ps) == '[') {
			if ((table = take_header(ps)) == NULL)
				return (-1);
		} else if (take_pair(ps, table, 1) == -1) {
			return (-1);
		}
		if (parser_end_line(ps) == -1)
			return (-1);
	}
}

/* --- outside --- */

struct toml_doc *
toml_parse(const char *text, size_t len, struct toml_error *err)
{
	struct toml_doc	*doc;
	struct parser	 ps = { .err = err, .start = text, .p = text,
			    .end = text + len, .line_start = text, .line = 1 };

	*err = (struct toml_error){ .line = 1, .col = 1 };
	if ((doc = calloc(1, sizeof(*doc))) == NULL) {
		(void)snprintf(err->what, sizeof(err->what), "out of memory");
		return (NULL);
	}
	doc->root = (struct toml){ .kind = TOML_TABLE, .made = BY_HEADER,
	    .line = 1, .col = 1 };
	ps.doc = doc;
	if (len > TOML_MAX) {
		(void)fail(&ps, "more than %u bytes", TOML_MAX);
	} else if (parser_utf8(&ps) == 0) {
		if (looking_at(&ps, "\xef\xbb\xbf"))
			ps.p = ps.line_start = text + 3;
		if (take_document(&ps) == 0)
			return (doc);
	}
	toml_free(doc);
	return (NULL);
}

void
toml_free(struct toml_doc *doc)
{
	struct block	*b, *next;

	if (doc == NULL)
		return;
	for (b = doc->blocks; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(doc);
}

const struct toml *
toml_root(const struct toml_doc *doc)
{
	return (&doc->root);
}

const struct toml *
toml_find(const struct toml *t, const char *key)
{
	struct key	 k = { .text = key, .len = strlen(key) };

	if (t == NULL || t->kind != TOML_TABLE)
		return (NULL);
	k.hash = hash_key(key, k.len);
	return (member(t, &k));
}

const char *
toml_kind_name(enum toml_kind kind)
{
	static const char *const	 names[] = {
		"a string", "an integer", "a float", "a boolean",
		"a date and time", "a local date and time", "a date",
		"a time", "an array", "a table",
	};

	return ((size_t)kind < NITEMS(names) ? names[kind] : "a value");
}
