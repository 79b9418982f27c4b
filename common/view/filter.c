#include "list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "record.h"

static const struct filter_key *
find_key(const struct filter_about *about, const char *text)
{
	const struct filter_key	*k = about->keys;
	size_t			 n = strcspn(text, "=");

	for (; k->name != NULL; k++)
		if (strlen(k->name) == n && (about->any_case ?
		    strncasecmp(k->name, text, n) :
		    strncmp(k->name, text, n)) == 0)
			return (k);
	return (NULL);
}

static int
read_value(struct filter_term *t, const struct filter_about *about,
    const struct rec *all, struct parse_err *e)
{
	enum filter_how	 how = t->key->how;

	if (how == FILTER_PATTERN || how == FILTER_ID) {
		t->is_regex = regcomp(&t->regex, t->value,
		    REG_EXTENDED | REG_NOSUB) == 0;
		if (!t->is_regex && !about->any_pattern)
			return (parse_fail(e, "filter \"%s=%s\" is not a "
			    "regular expression", t->key->name, t->value));
	}
	if (t->key->read != NULL)
		return (t->key->read(t, all, e));
	return (how != FILTER_BEFORE && how != FILTER_AFTER ? 0 :
	    parse_time(t->value, clock_real_ns(), &t->number, e));
}

int
filter_open(struct filter *f, const struct filter_about *about,
    const struct rec *request, const struct rec *all, struct parse_err *e)
{
	const char		*text, *eq;
	struct filter_term	*t;

	*f = (struct filter){ .about = about, .terms = calloc(rec_count(
	    request, KEY(filter)) + 1, sizeof(*f->terms)) };
	if (f->terms == NULL)
		return (parse_no_memory(e));
	rec_each_text(text, request, KEY(filter)) {
		t = &f->terms[f->n];
		t->key = find_key(about, text);
		eq = strchr(text, '=');
		if (t->key == NULL && (eq != NULL || about->bare))
			return (parse_fail(e, "%s%.*s%s", about->unknown[0],
			    (int)strcspn(text, "="), text, about->unknown[1]));
		if (eq == NULL && (!about->bare ||
		    t->key->how != FILTER_TRUTH))
			return (parse_fail(e, "%s%s%s", about->shape[0], text,
			    about->shape[1]));
		t->value = eq == NULL ? "true" : eq + 1;
		f->n++;
		if (read_value(t, about, all, e) == -1)
			return (-1);
	}
	return (0);
}

static bool
text_fits(const struct filter_term *t, const char *text)
{
	enum filter_how	 how = t->key->how;
	size_t		 n = strlen(t->value);
	bool		 begins = strncmp(text, t->value, n) == 0;

	if (how == FILTER_EQUAL)
		return (begins && text[n] == '\0');
	if (how == FILTER_PAIR || how == FILTER_ANY_PAIR ||
	    how == FILTER_NO_PAIR)
		return (begins && (text[n] == '\0' || (text[n] == '=' &&
		    strchr(t->value, '=') == NULL)));
	return ((how != FILTER_PATTERN && begins) || (t->is_regex &&
	    regexec(&t->regex, text, 0, NULL, 0) == 0));
}

static bool
fits(const struct filter_term *t, const struct rec *r)
{
	const char	*key = t->key->key, *v;
	bool		 any = false;

	switch (t->key->how) {
	case FILTER_MATCH:
		return (t->key->match(t, r));
	case FILTER_BEFORE:
		return (rec_num(r, KEY_NUM(key), 0) < t->number);
	case FILTER_AFTER:
		return (rec_num(r, KEY_NUM(key), 0) > t->number);
	case FILTER_TRUTH:
		return ((rec_num(r, KEY_NUM(key), 0) != 0) == t->number);
	default:
		rec_each_text(v, r, KEY_FROM(key))
			if ((any = text_fits(t, v)))
				break;
		return (any != (t->key->how == FILTER_NO_PAIR));
	}
}

bool
filter_passes(const struct filter *f, const struct rec *r)
{
	const struct filter_term	*t = f->terms, *end = t + f->n, *u;

	for (; t < end; t++) {
		if (fits(t, r))
			continue;
		if (f->about->every || t->key->how == FILTER_PAIR ||
		    t->key->how == FILTER_NO_PAIR)
			return (false);
		for (u = f->terms; u < end; u++)
			if (u->key == t->key && fits(u, r))
				break;
		if (u == end)
			return (false);
	}
	return (true);
}

void
filter_close(struct filter *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->terms[i].is_regex)
			regfree(&f->terms[i].regex);
	free(f->terms);
	*f = (struct filter){ 0 };
}
