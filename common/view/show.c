#include "show.h"

#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "human.h"
#include "record.h"
#include "tmpl.h"

#define TEXT_MAX	8192
#define SECOND		1000000000

const char *
show_str(const struct rec *r, const char *key)
{
	return (rec_str(r, key, ""));
}

json_t *
show_list(const struct rec *r, const char *key)
{
	json_t		*a = json_array();
	const char	*v;
	size_t		 it = 0;

	while (rec_next(r, key, &it, &v))
		json_array_append_new(a, tmpl_text(v));
	return (a);
}

json_t *
show_pairs(const struct rec *r, const char *key)
{
	json_t				*all = json_object();
	json_t				*o = json_object();
	scoped_free const char	**keys = NULL;
	const char			*v;
	size_t				 it = 0, n;

	while (rec_next(r, key, &it, &v)) {
		scoped_free char	*name = strndup(v, strcspn(v, "="));

		v += strcspn(v, "=");
		if (name != NULL)
			json_object_set_new(all, name,
			    tmpl_text(*v == '=' ? v + 1 : ""));
	}
	keys = tmpl_keys(all, &n);
	for (size_t i = 0; keys != NULL && i < n; i++)
		json_object_set(o, keys[i], json_object_get(all, keys[i]));
	json_decref(all);
	return (o);
}

const char *
show_text(const struct shown *s, const struct member *m, char *buf,
    size_t size)
{
	int64_t	 n = rec_num(s->rec, m->key, 0);

	switch (m->how) {
	case SHOW_TEXT:
		return (show_str(s->rec, m->key));
	case SHOW_ID:
		(void)snprintf(buf, size, "%.*s", s->no_trunc ? 64 : SHORT_ID,
		    show_str(s->rec, m->key));
		return (buf);
	case SHOW_AGO:
		human_ago(n, s->now, buf, size);
		return (buf);
	case SHOW_TIME:
		human_go_time(n, buf, size);
		return (buf);
	case SHOW_DATE:
		human_rfc3339(n, buf, size);
		return (buf);
	case SHOW_SIZE:
		human_size(n, buf, size);
		return (buf);
	case SHOW_WORD:
		return (m->key);
	case SHOW_WORDS:
		return (m->words(s, buf, size));
	case SHOW_COUNT:
		(void)snprintf(buf, size, "%zu", rec_count(s->rec, m->key));
		return (buf);
	default:
		(void)snprintf(buf, size, "%lld", (long long)n);
		return (buf);
	}
}

json_t *
show_json(const struct shown *s, const struct member *m)
{
	char	 buf[TEXT_MAX];
	int64_t	 n;

	switch (m->how) {
	case SHOW_NUMBER:
		return (json_integer(rec_num(s->rec, m->key, 0)));
	case SHOW_FLAG:
		return (json_boolean(rec_num(s->rec, m->key, 0) != 0));
	case SHOW_SECONDS:
	case SHOW_MOMENT:
		n = rec_num(s->rec, m->key, 0);
		return (json_integer(n == 0 && m->how == SHOW_MOMENT ?
		    HUMAN_ZERO_TIME : n / SECOND));
	case SHOW_LIST:
		return (show_list(s->rec, m->key));
	case SHOW_PAIRS:
		return (show_pairs(s->rec, m->key));
	case SHOW_COUNT:
		return (json_integer((json_int_t)rec_count(s->rec, m->key)));
	case SHOW_CONST:
		return (json_loads(m->key, JSON_DECODE_ANY, NULL));
	case SHOW_VALUE:
		return (m->value(s));
	case SHOW_OBJECT:
		return (show_object(s, m->members));
	default:
		return (tmpl_text(show_text(s, m, buf, sizeof(buf))));
	}
}

int
show_add(const struct shown *s, const struct member *m, json_t *o)
{
	if (m->how == SHOW_NOT || (m->optional && s->as_json &&
	    rec_count(s->rec, m->key) == 0))
		return (0);
	return (json_object_set_new(o, m->name, show_json(s, m)));
}

json_t *
show_object(const struct shown *s, const struct member *m)
{
	json_t	*o = json_object();

	for (; m->name != NULL; m++)
		if (show_add(s, m, o) == -1) {
			json_decref(o);
			return (NULL);
		}
	return (o);
}
