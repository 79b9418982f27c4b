#include "env.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "given.h"
#include "nitems.h"
#include "record.h"
#include "spec.h"

#define BLANKS	" \t\v\f\r"
#define LABELS	"unable to process labels: "

/* Takes one text: 0, or -1 with an error. */
typedef int env_fn(struct env *, const char *, struct parse_err *);

void
env_clear(struct env *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->list[i]);
	free(e->list);
	free(e->engine);
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

/* Set KEY=VALUE. */
static int
set(struct env *e, const char *kv, struct parse_err *err)
{
	size_t	 i = place(e, kv, strcspn(kv, "="));
	char	*copy = strdup(kv), **list = e->list;

	if (copy != NULL && i == e->n) {
		list = reallocarray(e->list, e->n + 1, sizeof(*list));
		if (list != NULL) {
			e->list = list;
			e->list[e->n++] = NULL;
		}
	}
	if (copy == NULL || list == NULL) {
		free(copy);
		return (parse_no_memory(err));
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

int
env_unset(struct env *e, const char *key, struct parse_err *err)
{
	size_t	 i = place(e, key, strlen(key));

	(void)err;
	if (i < e->n) {
		free(e->list[i]);
		e->n--;
		memmove(e->list + i, e->list + i + 1,
		    (e->n - i) * sizeof(*e->list));
	}
	return (0);
}

/* Is this variable KEY, or one of PREFIX* (then len is n - 1)? */
static bool
is_asked(const char *v, const char *key, size_t n, size_t len)
{
	return (strncmp(v, key, len) == 0 && strchr(v, '=') != NULL &&
	    (len < n || v[n] == '='));
}

/*
 * The variable of this process with this name, or this PREFIX*; "*" is all.
 * What the configuration gives the engine counts as this process's where that
 * has it not.
 */
static int
import(struct env *e, const char *key, struct parse_err *err)
{
	size_t		 n = strlen(key);
	size_t		 len = key[n - 1] == '*' ? n - 1 : n;
	const char	*own;

	for (size_t i = 0; i < e->nengine; i++)
		if (is_asked(e->engine[i], key, n, len) &&
		    set(e, e->engine[i], err) == -1)
			return (-1);
	for (char **v = environ; (own = *v) != NULL; v++)
		if (is_asked(own, key, n, len) && set(e, own, err) == -1)
			return (-1);
	return (0);
}

int
env_from_cli(struct env *e, const char *line, struct parse_err *err)
{
	const char	*s = line + strspn(line, BLANKS);

	/* An empty one is what a script's "$UNSET" makes; podman's rule. */
	if (*line == '\0')
		return (0);
	if (*line == '=' || *s == '\0' || *s == '=')
		return (parse_fail(err, "invalid environment variable: \"%s\"",
		    line));
	return (strchr(s, '=') != NULL ? set(e, s, err) : import(e, s, err));
}

int
env_from_image(struct env *e, const char *kv, struct parse_err *err)
{
	if (*kv == '=' || strchr(kv, '=') == NULL)
		return (parse_fail(err, "invalid image: its environment entry "
		    "\"%s\" is not KEY=VALUE", kv));
	return (set(e, kv, err));
}

/* --label: KEY=VALUE or KEY. */
static int
label_from_cli(struct env *e, const char *line, struct parse_err *err)
{
	scoped_free char	*kv = NULL;

	if (*line == '\0' || *line == '=')
		return (parse_fail(err, LABELS "invalid label format: \"%s\"",
		    line));
	if (asprintf(&kv, "%s%s", line, strchr(line, '=') ? "" : "=") == -1) {
		kv = NULL;
		return (parse_no_memory(err));
	}
	return (set(e, kv, err));
}

/* One line of a file, its NUL in place of the newline. */
static int
take_line(struct env *e, char *line, size_t n, env_fn *line_fn,
    struct parse_err *err)
{
	const char	*s;

	if (strlen(line) != n)
		return (parse_fail(err, "a line has a NUL byte"));
	if (n > 0 && line[n - 1] == '\r')
		line[n - 1] = '\0';
	s = line + strspn(line, BLANKS);
	return (*s == '\0' || *s == '#' ? 0 : line_fn(e, s, err));
}

static int
from_file(struct env *e, const char *path, env_fn *line_fn,
    struct parse_err *err)
{
	scoped_free char	*text = NULL;
	char			*line, *end;
	size_t			 len, n;

	if ((text = given_read(path, &len, err)) == NULL)
		return (-1);
	for (line = text; line < text + len; line += n + 1) {
		end = memchr(line, '\n', (size_t)(text + len - line));
		n = (size_t)((end == NULL ? text + len : end) - line);
		line[n] = '\0';
		if (take_line(e, line, n, line_fn, err) == -1)
			return (-1);
	}
	return (0);
}

int
env_from_file(struct env *e, const char *path, struct parse_err *err)
{
	struct parse_err	 why;

	return (from_file(e, path, env_from_cli, &why) == 0 ? 0 :
	    parse_fail_code(err, why.code, "parsing env file \"%s\": %s", path,
	    why.text));
}

int
label_from_file(struct env *e, const char *path, struct parse_err *err)
{
	struct parse_err	 why;

	if (from_file(e, path, label_from_cli, &why) == 0)
		return (0);
	/* Its own words are said once. */
	return (parse_fail_code(err, why.code, "%s%s", strncmp(why.text, LABELS,
	    sizeof(LABELS) - 1) == 0 ? "" : LABELS, why.text));
}

/* Each value of a key. */
static int
take(struct env *e, const struct rec *from, struct key_str key, env_fn *fn,
    struct parse_err *err)
{
	const char	*v;

	rec_each_text(v, from, key)
		if (fn(e, v, err) == -1)
			return (-1);
	return (0);
}

/* env of containers.conf as root has it: KEY alone, or PREFIX*, is nothing. */
static int
env_from_setting(struct env *e, const char *line, struct parse_err *err)
{
	return (strchr(line, '=') == NULL ? 0 : env_from_cli(e, line, err));
}

static int
put(const struct env *e, struct rec *r, struct key_str key)
{
	for (size_t i = 0; i < e->n; i++)
		if (rec_add(r, key, e->list[i]) == -1)
			return (-1);
	return (0);
}

static int
take_defaults(struct env *e, const struct rec *request,
    const struct rec *config, bool system, const struct rec *image,
    struct parse_err *err)
{
	if (rec_flag(request, KEY_AS(ask_unsetenv_all), false))
		return (0);
	if (take(e, config, KEY_AS(default_env), system ? env_from_setting :
	    env_from_cli, err) == -1 ||
	    (env_get(e, "TERM") == NULL && set(e, "TERM=xterm", err) == -1) ||
	    take(e, image, KEY(env), env_from_image, err) == -1)
		return (-1);
	return (take(e, request, KEY(unsetenv), env_unset, err));
}

/* Remember what the configuration gives the engine; borrowed. */
static int
take_engine(struct env *e, const struct rec *config, struct parse_err *err)
{
	const char	*v;

	e->engine = reallocarray(NULL, rec_count(config,
	    KEY_AS(engine_env)) + 1, sizeof(*e->engine));
	if (e->engine == NULL)
		return (parse_no_memory(err));
	rec_each_text(v, config, KEY_AS(engine_env))
		if (*v != '=' && strchr(v, '=') != NULL)
			e->engine[e->nengine++] = v;
	return (0);
}

/* The variables that say how the network is reached from here. */
static int
take_proxies(struct env *e, struct parse_err *err)
{
	static const char *const	 names[] = { "http_proxy",
	    "https_proxy", "ftp_proxy", "no_proxy", "HTTP_PROXY",
	    "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY" };

	for (size_t i = 0; i < NITEMS(names); i++)
		if (import(e, names[i], err) == -1)
			return (-1);
	return (0);
}

int
env_take(const struct rec *request, const struct rec *config, bool system,
    const struct rec *image, struct rec *def, struct parse_err *err)
{
	scoped_env struct env	 e = { 0 };
	char			 host[300];

	if (take_engine(&e, config, err) == -1 ||
	    take_defaults(&e, request, config, system, image, err) == -1 ||
	    (rec_flag(request, KEY_AS(ask_http_proxy), false) &&
	    take_proxies(&e, err) == -1) ||
	    (rec_flag(request, KEY_AS(ask_env_host), false) &&
	    import(&e, "*", err) == -1))
		return (-1);
	if (take(&e, request, KEY_AS(ask_env_file), env_from_file,
	    err) == -1 || take(&e, request, KEY(env), env_from_cli, err) == -1)
		return (-1);
	(void)snprintf(host, sizeof(host), "HOSTNAME=%s",
	    rec_str(def, KEY(hostname), ""));
	/* Without one launch adds the name that the container has then. */
	if (env_get(&e, "HOSTNAME") == NULL &&
	    rec_get(def, KEY(hostname)) != NULL)
		(void)set(&e, host, err);
	return (put(&e, def, KEY(env)));
}

int
labels_take(const struct rec *image, const struct rec *request,
    struct rec *out, struct parse_err *err)
{
	scoped_env struct env	 e = { 0 };

	if (take(&e, image, KEY(label), set, err) == -1 ||
	    take(&e, request, KEY_AS(ask_label_file), label_from_file,
	    err) == -1 ||
	    take(&e, request, KEY(label), label_from_cli, err) == -1)
		return (-1);
	return (put(&e, out, KEY(label)));
}
