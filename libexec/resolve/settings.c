#include "settings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
problem_set(struct problem *pr, const char *fmt, ...)
{
	va_list	 ap;

	if (pr->text[0] != '\0')
		return (-1);
	va_start(ap, fmt);
	(void)vsnprintf(pr->text, sizeof(pr->text), fmt, ap);
	va_end(ap);
	return (-1);
}

int
problem_no_memory(struct problem *pr)
{
	if (pr->text[0] == '\0')
		pr->error = ENOMEM;
	return (problem_set(pr, "out of memory"));
}

int
problem_errno(struct problem *pr, const char *path)
{
	if (pr->text[0] == '\0')
		pr->error = errno;
	return (problem_set(pr, "cannot read %s: %s", path, errno == EINVAL ?
	    "not a regular file" : strerror(errno)));
}

int
problem_at(struct problem *pr, const char *path, unsigned int line,
    unsigned int col, const char *fmt, ...)
{
	va_list	 ap;
	int	 n;

	if (pr->text[0] != '\0')
		return (-1);
	n = snprintf(pr->text, sizeof(pr->text), "%.500s:%u:%u: ", path, line,
	    col);
	pr->line = line;
	pr->col = col;
	pr->what = (size_t)n;
	va_start(ap, fmt);
	(void)vsnprintf(pr->text + n, sizeof(pr->text) - (size_t)n, fmt, ap);
	va_end(ap);
	return (-1);
}

int
problem_of(struct problem *pr, const struct setting *it, const char *fmt, ...)
{
	va_list	 ap;
	int	 n;

	if (pr->text[0] != '\0')
		return (-1);
	n = snprintf(pr->text, sizeof(pr->text), "%.500s: ",
	    it->origin == NULL ? ORIGIN_BUILTIN : it->origin);
	pr->line = it->line;
	pr->col = it->col;
	pr->what = (size_t)n;
	va_start(ap, fmt);
	(void)vsnprintf(pr->text + n, sizeof(pr->text) - (size_t)n, fmt, ap);
	va_end(ap);
	return (-1);
}

void
settings_init(struct settings *s)
{
	*s = (struct settings){ 0 };
}

static void
free_strings(char **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i]);
	free(v);
}

void
settings_clear(struct settings *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->all[i].name);
		free(s->all[i].origin);
		free_strings(s->all[i].values, s->all[i].n);
		free_strings(s->all[i].overrode, s->all[i].noverrode);
	}
	free(s->all);
	free_strings(s->warnings, s->nwarnings);
	free_strings(s->problems, s->nproblems);
	settings_init(s);
}

/* Takes the text, also when it fails. */
static int
push(char ***v, size_t *n, char *text)
{
	char	**bigger;

	if (text == NULL)
		return (-1);
	if ((bigger = reallocarray(*v, *n + 1, sizeof(*bigger))) == NULL) {
		free(text);
		return (-1);
	}
	*v = bigger;
	(*v)[(*n)++] = text;
	return (0);
}

struct setting *
settings_find(const struct settings *s, const char *name)
{
	uint32_t	 h = name_hash(name);

	for (size_t i = 0; i < s->n; i++)
		if (s->all[i].hash == h && strcmp(s->all[i].name, name) == 0)
			return (&s->all[i]);
	return (NULL);
}

static struct setting *
settings_make(struct settings *s, const struct key *key, const char *name)
{
	struct setting	*it = settings_find(s, name), *bigger;
	size_t		 cap;

	if (it != NULL)
		return (it);
	if (s->n == s->cap) {
		cap = s->cap == 0 ? 256 : s->cap * 2;
		if ((bigger = reallocarray(s->all, cap, sizeof(*bigger)))
		    == NULL)
			return (NULL);
		s->all = bigger;
		s->cap = cap;
	}
	it = &s->all[s->n];
	*it = (struct setting){ .key = key, .hash = name_hash(name) };
	if ((it->name = strdup(name)) == NULL)
		return (NULL);
	s->n++;
	return (it);
}

/* "origin value value ...": one line for config explain. */
static int
remember(struct setting *it)
{
	size_t	 size = strlen(it->origin) + 1, len;
	char	*line;

	for (size_t i = 0; i < it->n; i++)
		size += strlen(it->values[i]) + 1;
	if ((line = malloc(size)) == NULL)
		return (-1);
	len = (size_t)snprintf(line, size, "%s", it->origin);
	for (size_t i = 0; i < it->n; i++)
		len += (size_t)snprintf(line + len, size - len, " %s",
		    it->values[i]);
	return (push(&it->overrode, &it->noverrode, line));
}

int
settings_put(struct settings *s, const struct key *key, const char *name,
    char *const *values, size_t n, const char *origin)
{
	struct setting	*it;
	char		*from;

	if ((it = settings_make(s, key, name)) == NULL ||
	    (from = strdup(origin)) == NULL)
		return (-1);
	if (it->origin != NULL && remember(it) == -1) {
		free(from);
		return (-1);
	}
	free(it->origin);
	it->origin = from;
	it->line = it->col = 0;
	if (!it->append) {
		free_strings(it->values, it->n);
		it->values = NULL;
		it->n = 0;
	}
	for (size_t i = 0; i < n; i++)
		if (push(&it->values, &it->n, strdup(values[i])) == -1)
			return (-1);
	return (0);
}

int
settings_put_str(struct settings *s, const char *name, const char *value,
    const char *origin)
{
	const struct key	*key;
	char			*copy;
	int			 rc;

	if ((key = schema_find(CONF_CONTAINERS, name)) == NULL)
		key = schema_find(CONF_STORAGE, name);
	if ((copy = strdup(value)) == NULL)
		return (-1);
	rc = settings_put(s, key, name, &copy, 1, origin);
	free(copy);
	return (rc);
}

int
settings_refine(struct setting *it, const char *value)
{
	char	*copy = strdup(value);

	if (copy == NULL)
		return (-1);
	free_strings(it->values, it->n);
	it->values = NULL;
	it->n = 0;
	return (push(&it->values, &it->n, copy));
}

int
settings_append(struct settings *s, const struct key *key, const char *name,
    bool on)
{
	struct setting	*it = settings_make(s, key, name);

	if (it == NULL)
		return (-1);
	it->append = on;
	return (0);
}

const char *
settings_str(const struct settings *s, const char *name, const char *fallback)
{
	const struct setting	*it = settings_find(s, name);

	if (it == NULL || it->n == 0 || it->values[0][0] == '\0')
		return (fallback);
	return (it->values[0]);
}

bool
settings_chosen(const struct settings *s, const char *name)
{
	const struct setting	*it = settings_find(s, name);

	return (it != NULL && it->origin != NULL &&
	    strcmp(it->origin, ORIGIN_BUILTIN) != 0);
}

bool
settings_as_built_in(const struct setting *it)
{
	const char	*p;
	size_t		 n = strlen(ORIGIN_BUILTIN);

	if (it->noverrode == 0 ||
	    strncmp(it->overrode[0], ORIGIN_BUILTIN, n) != 0)
		return (false);
	p = it->overrode[0] + n;
	for (size_t i = 0; i < it->n; i++, p += n) {
		n = strlen(it->values[i]);
		if (*p++ != ' ' || strncmp(p, it->values[i], n) != 0)
			return (false);
	}
	return (*p == '\0');
}

int
settings_warn(struct settings *s, const char *fmt, ...)
{
	va_list	 ap;
	char	*line;
	int	 n;

	va_start(ap, fmt);
	n = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (n == -1)
		return (-1);
	return (push(&s->warnings, &s->nwarnings, line));
}

int
settings_problem(struct settings *s, const char *file, const char *what)
{
	if (push(&s->problems, &s->nproblems, strdup(file)) == -1)
		return (-1);
	return (push(&s->problems, &s->nproblems, strdup(what)));
}

int
settings_drop(struct setting *it, const char *origin)
{
	char	*from;

	if (it->origin == NULL)
		return (0);
	if ((from = strdup(origin)) == NULL || remember(it) == -1) {
		free(from);
		return (-1);
	}
	free(it->origin);
	it->origin = from;
	it->line = it->col = 0;
	free_strings(it->values, it->n);
	it->values = NULL;
	it->n = 0;
	return (0);
}
