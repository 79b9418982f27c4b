#include "check.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "layout.h"
#include "nitems.h"
#include "settings.h"

static int
bad(struct problem *pr, const struct setting *it, const char *value,
    const char *want)
{
	return (problem_of(pr, it, "%s must be %s, not \"%s\"", it->name, want,
	    value));
}

static bool
is_one_of(const char *list, const char *value)
{
	size_t	 n = strlen(value), len;

	for (const char *p = list; *p != '\0'; p += len + (p[len] == '|')) {
		len = strcspn(p, "|");
		if (len == n && strncmp(p, value, n) == 0)
			return (true);
	}
	return (false);
}

static bool
is_absolute(const char *v)
{
	return (*v == '/');
}

/* Decimal digits only; *end is what follows them. */
static bool
take_number(const char *v, uint64_t *n, char **end)
{
	if (*v < '0' || *v > '9')
		return (false);
	errno = 0;
	*n = strtoull(v, end, 10);
	return (errno == 0);
}

bool
check_size(const char *v, unsigned int step, uint64_t *bytes)
{
	static const char	 units[] = "bkmgt";
	const char		*unit;
	char			*end;

	if (!take_number(v, bytes, &end))
		return (false);
	if (*end == '\0')
		return (true);
	unit = strchr(units, *end | 0x20);
	if (unit == NULL || *unit == '\0')
		return (false);
	for (ptrdiff_t i = unit - units; i > 0; i--)
		if (__builtin_mul_overflow(*bytes, step, bytes))
			return (false);
	end++;
	/* 64kb and 64kib are written too. */
	if (*unit != 'b' && (*end | 0x20) == 'i')
		end++;
	if (*unit != 'b' && (*end | 0x20) == 'b')
		end++;
	return (*end == '\0');
}

static bool
is_size(const char *v)
{
	uint64_t	 n;

	return (check_size(v, 1024, &n) && n > 0);
}

static bool
is_size_or_zero(const char *v)
{
	uint64_t	 n;

	return (check_size(v, 1000, &n));
}

/* -1 or a number. */
static bool
take_limit(const char *v, int64_t *n, char **end)
{
	uint64_t	 u;

	if (strncmp(v, "-1", 2) == 0) {
		*n = -1;
		*end = (char *)(uintptr_t)(v + 2);
		return (true);
	}
	if (!take_number(v, &u, end) || u > INT64_MAX)
		return (false);
	*n = (int64_t)u;
	return (true);
}

/* name=soft[:hard], or host. */
static bool
is_ulimit(const char *v)
{
	static const char	 names[] = "core|cpu|data|fsize|locks|memlock|"
				    "msgqueue|nice|nofile|nproc|rss|rtprio|"
				    "rttime|sigpending|stack";
	const char		*eq = strchr(v, '=');
	char			 name[16], *end;
	int64_t			 soft, hard;

	if (strcmp(v, "host") == 0)
		return (true);
	if (eq == NULL || (size_t)(eq - v) >= sizeof(name))
		return (false);
	memcpy(name, v, (size_t)(eq - v));
	name[eq - v] = '\0';
	if (!is_one_of(names, strncmp(name, "RLIMIT_", 7) == 0 ? name + 7 :
	    name) || !take_limit(eq + 1, &soft, &end))
		return (false);
	if (*end == '\0')
		return (true);
	return (*end == ':' && take_limit(end + 1, &hard, &end) &&
	    *end == '\0' && (hard == -1 || (soft != -1 && soft <= hard)));
}

/* host[:container][:rwm], both absolute. */
static bool
is_device(const char *v)
{
	const char	*p = strchr(v, ':');

	if (*v != '/')
		return (strchr(v, '=') != NULL);	/* a CDI name */
	if (p == NULL)
		return (true);
	if (p[1] == '/') {
		p = strchr(p + 1, ':');
		if (p == NULL)
			return (true);
	}
	return (p[1] != '\0' && p[1 + strspn(p + 1, "rwm")] == '\0');
}

static bool
is_pair(const char *v)
{
	return (*v != '=' && strchr(v, '=') != NULL);
}

static bool
is_umask(const char *v)
{
	size_t	 n = strspn(v, "01234567");

	return (v[n] == '\0' && n >= 1 && n <= 4);
}

static bool
is_detach_key(const char *v, size_t n)
{
	if (n == 1)
		return ((*v >= 'a' && *v <= 'z') || (*v >= 'A' && *v <= 'Z'));
	return (n == 6 && strncmp(v, "ctrl-", 5) == 0 &&
	    ((v[5] >= 'a' && v[5] <= 'z') || strchr("@[\\]^_", v[5]) != NULL));
}

static bool
is_detach_keys(const char *v)
{
	size_t	 n;

	for (;; v += n + 1) {
		n = strcspn(v, ",");
		if (!is_detach_key(v, n))
			return (false);
		if (v[n] == '\0')
			return (true);
	}
}

static bool
is_log_size(const char *v)
{
	return (*v == '-' || strtoll(v, NULL, 10) >= 8192);
}

static bool
is_pids_limit(const char *v)
{
	return (strtoll(v, NULL, 10) >= -1);
}

static bool
is_lock_count(const char *v)
{
	return (strcmp(v, "0") != 0 && strtoull(v, NULL, 10) <= LOCK_MAX);
}

static bool
is_file_path(const char *v)
{
	return (*v == '/' && v[strlen(v) - 1] != '/');
}

/* In upper or lower case. */
static bool
is_events_logger(const char *v)
{
	return (strcasecmp(v, "file") == 0 || strcasecmp(v, "journald") == 0 ||
	    strcasecmp(v, "none") == 0);
}

static bool
is_lock_type(const char *v)
{
	return (strcmp(v, "shm") == 0 || strcmp(v, "file") == 0);
}

static bool
is_hosts_file(const char *v)
{
	return (*v == '/' || strcmp(v, "image") == 0 || strcmp(v, "none") == 0);
}

static bool
is_storage_opt(const char *v)
{
	return (is_pair(v));
}

/* In files; config_complete checks a command's choice, and explains it. */
static bool
is_state_type(const char *v)
{
	return (is_one_of("kyotocabinet|memory|bolt|boltdb", v));
}

static bool
is_driver(const char *v)
{
	return (is_one_of("overlay|overlay2|vfs", v));
}

static const struct check {
	const char	*name;
	bool		(*good)(const char *);
	const char	*want;
} checks[] = {
	{ "containers.annotations", is_pair, "key=value" },
	{ "containers.base_hosts_file", is_hosts_file,
	    "an absolute path, \"image\" or \"none\"" },
	{ "containers.default_sysctls", is_pair, "name=value" },
	{ "containers.default_ulimits", is_ulimit, "name=soft:hard" },
	{ "containers.devices", is_device, "host:container:rwm" },
	{ "containers.log_size_max", is_log_size,
	    "negative (no limit) or at least 8192" },
	{ "containers.masked_paths", is_absolute, "an absolute path" },
	{ "containers.pids_limit", is_pids_limit, "-1, 0 or a number" },
	{ "containers.readonly_paths", is_absolute, "an absolute path" },
	{ "containers.shm_size", is_size, "a size such as 64m" },
	{ "containers.umask", is_umask, "an octal mask such as 0022" },
	{ "engine.detach_keys", is_detach_keys,
	    "letters and ctrl-<letter>, with commas" },
	{ "engine.events_logfile_max_size", is_size_or_zero,
	    "a size such as 1m" },
	{ "engine.events_logfile_path", is_file_path,
	    "the absolute path of a file" },
	{ "engine.events_logger", is_events_logger,
	    "file, journald or none" },
	{ "engine.lock_type", is_lock_type, "shm or file" },
	{ "engine.num_locks", is_lock_count, "between 1 and 1048576" },
	{ "engine.state_type", is_state_type,
	    "kyotocabinet or memory (sqlite is disabled)" },
	{ "engine.static_dir", is_absolute, "an absolute path" },
	{ "engine.tmp_dir", is_absolute, "an absolute path" },
	{ "engine.volume_path", is_absolute, "an absolute path" },
	{ "storage.driver", is_driver, "overlay or vfs" },
	{ "storage.opt", is_storage_opt, "name=value" },
};

static int
check_row(const struct check *c, const struct setting *it, struct problem *pr)
{
	for (size_t i = 0; i < it->n; i++)
		if (it->values[i][0] != '\0' && !c->good(it->values[i]))
			return (bad(pr, it, it->values[i], c->want));
	return (0);
}

/* Most keys have no list of words. */
static int
check_choice(const struct setting *it, struct problem *pr)
{
	if (it->key == NULL || it->key->one_of == NULL || it->n == 0 ||
	    it->values[0][0] == '\0' ||
	    is_one_of(it->key->one_of, it->values[0]))
		return (0);
	return (bad(pr, it, it->values[0], it->key->one_of));
}

int
check_setting(const struct setting *it, struct problem *pr)
{
	if (check_choice(it, pr) == -1)
		return (-1);
	/* In files the parser has checked that. */
	if (it->key != NULL && it->key->type == KEY_BOOL && it->n > 0 &&
	    !is_one_of("true|false", it->values[0]))
		return (bad(pr, it, it->values[0], "true or false"));
	for (size_t i = 0; i < NITEMS(checks); i++)
		if (strcmp(checks[i].name, it->name) == 0)
			return (check_row(&checks[i], it, pr));
	return (0);
}

static int
check_values(const struct settings *s, struct problem *pr)
{
	const struct setting	*it;

	for (size_t i = 0; i < NITEMS(checks); i++)
		if ((it = settings_find(s, checks[i].name)) != NULL &&
		    check_row(&checks[i], it, pr) == -1)
			return (-1);
	return (0);
}

static int
check_choices(const struct settings *s, struct problem *pr)
{
	/* registries_check checks registries.conf. */
	for (size_t i = 0; i < s->n; i++)
		if (s->all[i].key != NULL &&
		    s->all[i].key->conf != CONF_REGISTRIES &&
		    check_choice(&s->all[i], pr) == -1)
			return (-1);
	return (0);
}

/* CHOWN, cap_chown and CAP_CHOWN are the same; store the last form. */
static int
canonical_caps(struct settings *s, struct problem *pr)
{
	struct setting	*it = settings_find(s,
			    "containers.default_capabilities");
	char		 name[64], *copy;

	for (size_t i = 0; it != NULL && i < it->n; i++) {
		const char	*v = it->values[i];
		size_t		 n = strspn(v, "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");

		if (n == 0 || v[n] != '\0' || n > 40)
			return (bad(pr, it, v, "names of capabilities"));
		(void)snprintf(name, sizeof(name), "%s%s",
		    strncasecmp(v, "CAP_", 4) == 0 ? "" : "CAP_", v);
		for (char *p = name; *p != '\0'; p++)
			if (*p >= 'a' && *p <= 'z')
				*p = (char)(*p - 'a' + 'A');
		if ((copy = strdup(name)) == NULL)
			return (problem_no_memory(pr));
		free(it->values[i]);
		it->values[i] = copy;
	}
	return (0);
}

/* podman's memory sizes have units of 1024, its event log of 1000. */
static int
canonical_size(struct settings *s, const char *name, unsigned int step,
    struct problem *pr)
{
	struct setting	*it = settings_find(s, name);
	uint64_t	 n;
	char		 text[32];

	if (it == NULL || it->n == 0 || !check_size(it->values[0], step, &n))
		return (0);
	(void)snprintf(text, sizeof(text), "%" PRIu64, n);
	if (settings_refine(it, text) == -1)
		return (problem_no_memory(pr));
	return (0);
}

int
check_settings(struct settings *s, struct problem *pr)
{
	if (check_choices(s, pr) == -1 || check_values(s, pr) == -1 ||
	    canonical_size(s, "containers.shm_size", 1024, pr) == -1 ||
	    canonical_size(s, "engine.events_logfile_max_size", 1000,
	    pr) == -1)
		return (-1);
	return (canonical_caps(s, pr));
}
