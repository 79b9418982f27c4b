#include "show.h"

#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "human.h"
#include "record.h"
#include "tmpl.h"

#define TEXT_MAX	256		/* of what is not borrowed */
#define SECOND		1000000000

const char *
show_str(const struct rec *r, struct key_str key)
{
	return (rec_str(r, key, ""));
}

bool
show_has(const struct rec *r, struct key_str key, const char *value)
{
	const char	*v;

	rec_each_text(v, r, key)
		if (strcmp(v, value) == 0)
			return (true);
	return (false);
}

char *
show_joined(const struct rec *r, struct key_str key, const char *between,
    int width)
{
	char		*out = NULL;
	const char	*v;
	size_t		 size, n = 0;
	FILE		*f = open_memstream(&out, &size);

	if (f == NULL)
		return (NULL);
	rec_each_text(v, r, key)
		fprintf(f, "%s%.*s", n++ > 0 ? between : "", width, v);
	if (fclose(f) != EOF)
		return (out);
	free(out);
	return (NULL);
}

json_t *
show_member(const json_t *o, const char *key, json_t *fallback)
{
	json_t	*j = json_object_get(o, key);

	if (j == NULL || json_is_null(j))
		return (fallback);
	json_decref(fallback);
	return (json_incref(j));
}

const char *
show_text(const struct shown *s, const struct member *m, char *buf,
    size_t size)
{
	struct key_str	 key = KEY_FROM(m->key);
	int64_t		 n = rec_num(s->rec, KEY_NUM(m->key), 0);

	switch (m->how) {
	case SHOW_TEXT:
		return (rec_str(s->rec, key, m->fallback == NULL ? "" :
		    m->fallback));
	case SHOW_WORD:
		return (m->key);
	case SHOW_ID:
		(void)snprintf(buf, size, "%.*s", s->no_trunc ? 64 : SHORT_ID,
		    show_str(s->rec, key));
		break;
	case SHOW_TIME:
		human_go_time(n, buf, size);
		break;
	case SHOW_DATE:
		human_rfc3339(n, buf, size);
		break;
	case SHOW_WHEN:
		if (s->as_date) {
			human_rfc3339(n - n % SECOND, buf, size);
			break;
		}
		/* FALLTHROUGH */
	case SHOW_AGO:
		human_ago(n, s->now, buf, size);
		break;
	case SHOW_PERIOD:
		*buf = '\0';
		if (rec_get(s->rec, key) != NULL)
			human_duration(n, buf, size);
		break;
	case SHOW_SIZE:
		human_size(n, buf, size);
		break;
	case SHOW_COUNT:
		n = (int64_t)rec_count(s->rec, key);
		/* FALLTHROUGH */
	default:
		(void)snprintf(buf, size, "%lld", (long long)n);
	}
	return (buf);
}

json_t *
show_list(const struct rec *r, struct key_str key)
{
	json_t		*a = json_array();
	const char	*v;

	rec_each_text(v, r, key)
		json_array_append_new(a, tmpl_text(v));
	return (a);
}

static json_t *
pairs(const struct shown *s, const struct member *m)
{
	json_t				*all = json_object();
	json_t				*o = json_object();
	scoped_free const char	**keys = NULL;
	const char			*v;
	size_t				 n;

	rec_each_text(v, s->rec, KEY_FROM(m->key)) {
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

static json_t *
objects(const struct shown *s, const struct member *m)
{
	struct shown	 sub = *s;
	json_t		*a = json_array();
	struct rec	*r;

	rec_each(r, s->rec, KEY_REC(m->key)) {
		sub.rec = r;
		json_array_append_new(a, show_object(&sub, m->members));
	}
	return (a);
}

static json_t *
value(const struct shown *s, const struct member *m)
{
	struct key_str	 key = KEY_FROM(m->key);
	int64_t		 n = rec_num(s->rec, KEY_NUM(m->key), 0);
	char		 buf[TEXT_MAX];

	switch (m->how) {
	case SHOW_NUMBER:
	case SHOW_SECONDS:
	case SHOW_MOMENT:
		if (m->fallback != NULL && rec_get(s->rec, key) == NULL)
			return (json_loads(m->fallback, JSON_DECODE_ANY,
			    NULL));
		if (m->how == SHOW_MOMENT && n == 0)
			return (json_integer(HUMAN_ZERO_TIME));
		return (json_integer(m->how == SHOW_NUMBER ? n : n / SECOND));
	case SHOW_FLAG:
		return (json_boolean(n != 0));
	case SHOW_COUNT:
		return (json_integer((json_int_t)rec_count(s->rec, key)));
	case SHOW_LIST_OR_NULL:
		if (rec_count(s->rec, key) == 0)
			return (json_null());
		/* FALLTHROUGH */
	case SHOW_LIST:
		return (show_list(s->rec, key));
	case SHOW_LIST_OF_ONE:
		return (json_pack("[o]", tmpl_text(show_str(s->rec, key))));
	case SHOW_PAIRS:
		return (pairs(s, m));
	case SHOW_CONST:
		return (json_loads(m->key, JSON_DECODE_ANY, NULL));
	case SHOW_OBJECT:
		return (show_object(s, m->members));
	case SHOW_OBJECTS:
		return (objects(s, m));
	default:
		return (tmpl_text(show_text(s, m, buf, sizeof(buf))));
	}
}

json_t *
show_object(const struct shown *s, const struct member *m)
{
	json_t		*o = json_object();
	struct member	 as;

	for (; m->name != NULL; m++) {
		as = *m;
		as.how = s->as_json ? m->json : m->how;
		if (as.how == SHOW_NOT || (m->optional && s->as_json &&
		    rec_count(s->rec, KEY_FROM(m->key)) == 0))
			continue;
		if (json_object_set_new(o, m->name, value(s, &as)) == -1) {
			json_decref(o);
			return (NULL);
		}
	}
	return (o);
}
