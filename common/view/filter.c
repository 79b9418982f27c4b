#include "filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "human.h"
#include "record.h"

static const struct filter_key *
find(const struct filter_about *about, const char *text)
{
	const struct filter_key	*k = about->keys;
	size_t			 n = strcspn(text, "=");

	for (; k->name != NULL; k++)
		if (strlen(k->name) == n && (about->fold ?
		    strncasecmp(k->name, text, n) :
		    strncmp(k->name, text, n)) == 0)
			return (k);
	return (NULL);
}

static int
read_term(struct filter_term *t, const struct filter_about *about,
    const char *text, const void *all, struct parse_err *e)
{
	const char	*eq = strchr(text, '=');
	int		 n = (int)strcspn(text, "=");

	t->key = find(about, text);
	if (t->key == NULL && (eq != NULL || about->key_first))
		return (parse_fail(e, "%s%.*s%s", about->unknown[0], n, text,
		    about->unknown[1]));
	if (eq == NULL && (t->key == NULL || !t->key->truth))
		return (parse_fail(e, "%s%s%s", about->shape[0], text,
		    about->shape[1]));
	t->value = eq == NULL ? "true" : eq + 1;
	return (t->key->read == NULL ? 0 : t->key->read(t, all, e));
}

int
filter_open(struct filter *f, const struct filter_about *about,
    const struct rec *request, const void *all, struct parse_err *e)
{
	const char	*text;
	size_t		 it = 0;

	f->n = 0;
	f->terms = calloc(rec_count(request, "filter") + 1,
	    sizeof(*f->terms));
	if (f->terms == NULL)
		return (parse_fail(e, "%s", strerror(errno)));
	while (rec_next(request, "filter", &it, &text))
		if (read_term(&f->terms[f->n++], about, text, all, e) == -1)
			return (-1);
	return (0);
}

/* Does any value of this key match? */
static bool
key_passes(const struct filter *f, const struct filter_key *key,
    const void *object)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->terms[i].key == key && key->match(&f->terms[i], object))
			return (true);
	return (false);
}

bool
filter_passes(const struct filter *f, const void *object)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct filter_term	*t = &f->terms[i];

		if (t->key->every ? !t->key->match(t, object) :
		    !key_passes(f, t->key, object))
			return (false);
	}
	return (true);
}

bool
filter_has(const struct filter *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->terms[i].key->name, name) == 0)
			return (true);
	return (false);
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

int
filter_read_pattern(struct filter_term *t, const void *all,
    struct parse_err *e)
{
	(void)all;
	(void)e;
	t->is_regex = regcomp(&t->regex, t->value,
	    REG_EXTENDED | REG_NOSUB) == 0;
	return (0);
}

int
filter_read_regex(struct filter_term *t, const void *all, struct parse_err *e)
{
	(void)filter_read_pattern(t, all, e);
	return (t->is_regex ? 0 : parse_fail(e, "filter \"%s=%s\" is not a "
	    "regular expression", t->key->name, t->value));
}

int
filter_read_time(struct filter_term *t, const void *all, struct parse_err *e)
{
	(void)all;
	return (parse_time(t->value, human_now(), &t->number, e));
}

bool
filter_is_like(const struct filter_term *t, const char *text)
{
	return (t->is_regex && regexec(&t->regex, text, 0, NULL, 0) == 0);
}

bool
filter_is_prefix(const struct filter_term *t, const char *text)
{
	return (strncmp(text, t->value, strlen(t->value)) == 0);
}

bool
filter_is_pair(const struct filter_term *t, const struct rec *r,
    const char *key)
{
	size_t		 it = 0, n = strlen(t->value);
	const char	*pair;

	while (rec_next(r, key, &it, &pair))
		if (strcmp(pair, t->value) == 0 ||
		    (strchr(t->value, '=') == NULL &&
		    strncmp(pair, t->value, n) == 0 && pair[n] == '='))
			return (true);
	return (false);
}

bool
filter_label(const struct filter_term *t, const void *rec)
{
	return (filter_is_pair(t, rec, "label"));
}

bool
filter_no_label(const struct filter_term *t, const void *rec)
{
	return (!filter_is_pair(t, rec, "label"));
}

bool
filter_before(const struct filter_term *t, const void *rec)
{
	return (rec_num(rec, "created", 0) < t->number);
}

bool
filter_after(const struct filter_term *t, const void *rec)
{
	return (rec_num(rec, "created", 0) > t->number);
}
