#include "env.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record.h"
#include "scope.h"

#define BLANKS	" \t\v\f\r"

void
env_clear(struct env *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->list[i]);
	free(e->list);
	*e = (struct env){ 0 };
}

/* The place of a key of n bytes, or e->n. */
static size_t
place(const struct env *e, const char *key, size_t n)
{
	size_t	 i;

	for (i = 0; i < e->n; i++)
		if (strncmp(e->list[i], key, n) == 0 && e->list[i][n] == '=')
			break;
	return (i);
}

int
env_set(struct env *e, const char *kv)
{
	size_t	 i = place(e, kv, strcspn(kv, "="));
	char	*copy = strdup(kv), **list;

	if (copy == NULL)
		return (-1);
	if (i == e->n) {
		list = reallocarray(e->list, e->n + 1, sizeof(*list));
		if (list == NULL) {
			free(copy);
			return (-1);
		}
		e->list = list;
		e->list[e->n++] = NULL;
	}
	free(e->list[i]);
	e->list[i] = copy;
	return (0);
}

const char *
env_get(const struct env *e, const char *key)
{
	size_t	 n = strlen(key), i = place(e, key, n);

	return (i == e->n ? NULL : e->list[i] + n + 1);
}

void
env_unset(struct env *e, const char *key)
{
	size_t	 i = place(e, key, strlen(key));

	if (i == e->n)
		return;
	free(e->list[i]);
	e->n--;
	memmove(e->list + i, e->list + i + 1, (e->n - i) * sizeof(*e->list));
}

int
env_to_rec(const struct env *e, struct rec *r, const char *key)
{
	for (size_t i = 0; i < e->n; i++)
		if (rec_add(r, key, e->list[i]) == -1)
			return (-1);
	return (0);
}

static int
no_memory(struct parse_err *err)
{
	return (parse_fail(err, "%s", strerror(errno)));
}

int
env_from_host(struct env *e)
{
	for (char **v = environ; *v != NULL; v++)
		if (strchr(*v, '=') != NULL && env_set(e, *v) == -1)
			return (-1);
	return (0);
}

static int
import(struct env *e, const char *key)
{
	size_t	 n = strlen(key);
	size_t	 len = key[n - 1] == '*' ? n - 1 : n;

	for (char **v = environ; *v != NULL; v++) {
		if (strncmp(*v, key, len) != 0 || strchr(*v, '=') == NULL)
			continue;
		if (len == n && (*v)[n] != '=')
			continue;
		if (env_set(e, *v) == -1)
			return (-1);
	}
	return (0);
}

int
env_from_cli(struct env *e, const char *line, struct parse_err *err)
{
	const char	*s = line + strspn(line, BLANKS);

	if (*line == '\0' || *line == '=' || *s == '\0' || *s == '=')
		return (parse_fail(err, "invalid environment variable: \"%s\"",
		    line));
	if ((strchr(s, '=') != NULL ? env_set(e, s) : import(e, s)) == -1)
		return (no_memory(err));
	return (0);
}

int
env_from_image(struct env *e, const char *kv, struct parse_err *err)
{
	if (*kv == '=' || strchr(kv, '=') == NULL)
		return (parse_fail(err, "invalid image: its environment entry "
		    "\"%s\" is not KEY=VALUE", kv));
	return (env_set(e, kv) == -1 ? no_memory(err) : 0);
}

int
label_from_cli(struct env *e, const char *line, struct parse_err *err)
{
	scoped_free char	*kv = NULL;

	if (*line == '\0' || *line == '=')
		return (parse_fail(err, "unable to process labels: invalid "
		    "label format: \"%s\"", line));
	if (asprintf(&kv, "%s%s", line, strchr(line, '=') ? "" : "=") == -1) {
		kv = NULL;
		return (no_memory(err));
	}
	return (env_set(e, kv) == -1 ? no_memory(err) : 0);
}

static int
each_line(FILE *f, struct env *e,
    int (*line_fn)(struct env *, const char *, struct parse_err *),
    struct parse_err *err)
{
	scoped_free char	*line = NULL;
	const char		*s;
	size_t			 cap = 0;
	ssize_t			 n;

	while ((n = getline(&line, &cap, f)) != -1) {
		if (strlen(line) != (size_t)n)
			return (parse_fail(err, "a line has a NUL byte"));
		if (n > 0 && line[n - 1] == '\n')
			line[--n] = '\0';
		if (n > 0 && line[n - 1] == '\r')
			line[--n] = '\0';
		s = line + strspn(line, BLANKS);
		if (*s == '\0' || *s == '#')
			continue;
		if (line_fn(e, s, err) == -1)
			return (-1);
	}
	return (ferror(f) ? no_memory(err) : 0);
}

static int
from_file(struct env *e, const char *path, const char *prefix,
    int (*line_fn)(struct env *, const char *, struct parse_err *),
    struct parse_err *err)
{
	struct parse_err	 why;
	FILE			*f = fopen(path, "re");
	int			 r;

	if (f == NULL)
		return (parse_fail(err, "%s: open %s: %s", prefix, path,
		    strerror(errno)));
	r = each_line(f, e, line_fn, &why);
	fclose(f);
	if (r == -1)
		return (parse_fail(err, "%s \"%s\": %s", prefix, path,
		    why.text));
	return (0);
}

int
env_from_file(struct env *e, const char *path, struct parse_err *err)
{
	return (from_file(e, path, "parsing env file", env_from_cli, err));
}

int
label_from_file(struct env *e, const char *path, struct parse_err *err)
{
	return (from_file(e, path, "unable to process labels", label_from_cli,
	    err));
}
