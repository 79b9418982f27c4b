/*
 * Values that make a definition, but mounts (mounts.c).
 */
#include "spec.h"

#include <arpa/inet.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cleanup.h"
#include "config.h"
#include "hostpath.h"
#include "nitems.h"
#include "record.h"

#define ID_MAX		INT32_MAX
#define DOMAIN_MAX	254
#define NAME_CHARS	"abcdefghijklmnopqrstuvwxyz" \
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"

/* All there are, in the order of their numbers, without "CAP_". */
static const char *const	caps[] = {
	"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID",
	"KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE",
	"NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW",
	"IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT",
	"SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
	"SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE",
	"AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE",
	"MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ",
	"PERFMON", "BPF", "CHECKPOINT_RESTORE",
};

static const char	limits[] = "as core cpu data fsize locks memlock "
    "msgqueue nice nofile nproc rss rtprio rttime sigpending stack";

/* Is it one of these words, which have blanks between them? */
static bool
is_one_of(const char *s, const char *words)
{
	size_t	 n;

	for (; *words != '\0'; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		if (strlen(s) == n && memcmp(s, words, n) == 0)
			return (true);
	}
	return (false);
}

static bool
has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if (iscntrl((unsigned char)*s))
			return (true);
	return (false);
}

#define BAD_LIMIT	"ulimit option \"%s\" requires name=SOFT:HARD, " \
			"failed to be parsed: "

/* One limit: a number of at least -1, "unlimited" being -1. */
static int
limit_value(const char *arg, const char *s, int64_t *out, struct parse_err *e)
{
	*out = -1;
	if (strcmp(s, "unlimited") != 0 &&
	    (parse_int(s, out) == -1 || *out < -1))
		return (parse_fail(e, BAD_LIMIT "\"%s\" is not a number", arg,
		    s));
	return (0);
}

int
spec_ulimit(const char *arg, struct rec *out, struct parse_err *e)
{
	scoped_free char	*copy = strdup(arg);
	scoped_rec struct rec	*r = rec_new();
	char			*value, *hard;
	int64_t			 lo, hi;

	if (copy == NULL)
		return (parse_no_memory(e));
	if (strcmp(arg, "host") == 0)
		return (rec_set_num(out, KEY(ulimit_host), 1));
	if ((value = strchr(copy, '=')) == NULL)
		return (parse_fail(e, BAD_LIMIT "invalid ulimit argument: %s",
		    arg, arg));
	*value++ = '\0';
	if (!is_one_of(copy, limits))
		return (parse_fail(e, BAD_LIMIT "invalid ulimit type: %s", arg,
		    copy));
	hard = value;
	value = strsep(&hard, ":");
	if (limit_value(arg, value, &lo, e) == -1)
		return (-1);
	hi = lo;
	if (hard != NULL && limit_value(arg, hard, &hi, e) == -1)
		return (-1);
	if (hi != -1 && (lo == -1 || lo > hi))
		return (parse_fail(e, BAD_LIMIT "ulimit soft limit must be "
		    "less than or equal to hard limit: %s > %s", arg, value,
		    hard));
	(void)rec_add(r, KEY(name), copy);
	(void)rec_add_num(r, KEY(soft), lo);
	(void)rec_add_num(r, KEY(hard), hi);
	return (rec_add_rec(out, KEY(rlimit), r) == -1 ? parse_no_memory(e) :
	    0);
}

/*
 * Which of caps[] a key's values name, as "net_admin" or "CAP_NET_ADMIN"; "all"
 * sets the flag. -1 with why.
 */
static int
cap_set(const struct rec *r, struct key_str key, bool *set, bool *all,
    struct parse_err *e)
{
	const char	*v;
	char		 name[64];
	size_t		 i;

	*all = false;
	rec_each_text(v, r, key) {
		if (strcasecmp(v, "ALL") == 0) {
			*all = true;
			continue;
		}
		(void)snprintf(name, sizeof(name), "CAP_%s",
		    v + (strncasecmp(v, "CAP_", 4) == 0 ? 4 : 0));
		for (char *s = name; *s != '\0'; s++)
			*s = (char)toupper((unsigned char)*s);
		for (i = 0; i < NITEMS(caps); i++)
			if (strcmp(name + 4, caps[i]) == 0)
				break;
		if (i == NITEMS(caps))
			return (parse_fail(e, "\"%s\": unknown capability",
			    name));
		set[i] = true;
	}
	return (0);
}

/* Say where the built-in list of capabilities was replaced. Always -1. */
static int
blame_default_caps(const struct rec *config, struct parse_err *e)
{
	struct parse_err	 was = *e;
	char			 key[CONFIG_KEY];
	const char		*from = rec_get(config, config_key(key,
				    "origin:",
				    "containers.default_capabilities"));

	return (from == NULL ? -1 : parse_fail_code(e, was.code, "%s: "
	    "containers.default_capabilities: %s", from, was.text));
}

int
spec_caps(const struct rec *config, const struct rec *opts, struct rec *out,
    struct parse_err *e)
{
	bool	 base[NITEMS(caps)] = { 0 }, add[NITEMS(caps)] = { 0 },
		 drop[NITEMS(caps)] = { 0 };
	bool	 all, add_all, drop_all;

	if (cap_set(config, KEY_AS(default_capabilities), base, &all, e) == -1)
		return (blame_default_caps(config, e));
	if (cap_set(opts, KEY_AS(ask_cap_add), add, &add_all, e) == -1 ||
	    cap_set(opts, KEY_AS(ask_cap_drop), drop, &drop_all, e) == -1)
		return (-1);
	if (add_all && drop_all)
		return (parse_fail(e, "capability \"ALL\" cannot be dropped "
		    "and added"));
	for (size_t i = 0; i < NITEMS(caps); i++) {
		if (add[i] && drop[i])
			return (parse_fail(e, "capability \"CAP_%s\" cannot be "
			    "dropped and added", caps[i]));
		add[i] |= add_all && !drop[i];
		base[i] = add[i] || ((base[i] || all) && !drop_all && !drop[i]);
		if ((base[i] && rec_addf(out, KEY(cap), "CAP_%s",
		    caps[i]) == -1) || (add[i] && rec_addf(out, KEY(ambient),
		    "CAP_%s", caps[i]) == -1))
			return (parse_no_memory(e));
	}
	return (0);
}

/* mask=/a:/b. */
static int
add_paths(struct key_str key, const char *list, struct rec *out,
    struct parse_err *e)
{
	scoped_free char	*copy = strdup(list);
	char			*s = copy, *path;

	if (copy == NULL)
		return (parse_no_memory(e));
	while ((path = strsep(&s, ":")) != NULL) {
		if (*path == '\0')
			continue;
		if (strcmp(path, "ALL") != 0 && *path != '/')
			return (parse_fail(e, "invalid --security-opt \"%s="
			    "%s\": \"%s\" is not an absolute path", key.name,
			    list, path));
		if (rec_add(out, key, path) == -1)
			return (parse_no_memory(e));
	}
	return (0);
}

int
spec_security(const char *arg, struct rec *out, struct parse_err *e)
{
	scoped_free char	*copy = strdup(arg), *path = NULL;
	char			*value;
	int			 b;

	if (copy == NULL)
		return (parse_no_memory(e));
	if ((value = strpbrk(copy, "=:")) != NULL)
		*value++ = '\0';
	if (strcmp(copy, "no-new-privileges") == 0 &&
	    (b = value == NULL ? 1 : parse_bool(value)) != -1)
		return (rec_set_num(out, KEY(nnp), b));
	if (value == NULL || *value == '\0')
		return (parse_fail(e, "invalid --security-opt: \"%s\"", arg));
	if (strcmp(copy, "seccomp") == 0) {
		/* A word, or a file, from the working directory. */
		if (strcmp(value, "unconfined") == 0 ||
		    strcmp(value, "default") == 0)
			return (rec_set(out, KEY(seccomp), value));
		path = hostpath_absolute(value, e);
		return (path == NULL ? -1 : rec_set(out, KEY(seccomp), path));
	}
	if (strcmp(copy, "mask") == 0)
		return (add_paths(KEY(mask), value, out, e));
	if (strcmp(copy, "unmask") == 0)
		return (add_paths(KEY(unmask), value, out, e));
	if ((strcmp(copy, "label") == 0 && strcmp(value, "disable") == 0) ||
	    (strcmp(copy, "apparmor") == 0 && strcmp(value, "unconfined") == 0))
		return (0);
	if (strcmp(copy, "label") == 0 || strcmp(copy, "apparmor") == 0 ||
	    strcmp(copy, "proc-opts") == 0)
		return (parse_fail_code(e, ERR_NOT_IMPLEMENTED,
		    "--security-opt %s is not supported by bulkhead yet", arg));
	return (parse_fail(e, "invalid --security-opt: \"%s\"", arg));
}

/* One half of USER:GROUP. */
static int
check_id(const char *arg, const char *s, const char *what, struct parse_err *e)
{
	uint64_t	 id;

	if (*s == '\0' || strlen(s) > 255)
		return (parse_fail(e, "\"%s\": the %s is %s", arg, what,
		    *s == '\0' ? "empty" : "too long"));
	if (has_control(s) || strchr(s, '/') != NULL)
		return (parse_fail(e, "\"%s\": the %s has a character that no "
		    "name has", arg, what));
	if (s[strspn(s, "0123456789")] == '\0' &&
	    parse_digits(s, ID_MAX, &id) == -1)
		return (parse_fail(e, "\"%s\": %s %s is over %d", arg, what, s,
		    ID_MAX));
	if (*s == '-' || *s == '+')
		return (parse_fail(e, "\"%s\": a %s does not start with '%c'",
		    arg, what, *s));
	return (0);
}

int
spec_user(const char *arg, struct parse_err *e)
{
	scoped_free char	*copy = strdup(arg);
	char			*group = copy, *user = strsep(&group, ":");

	if (copy == NULL)
		return (parse_no_memory(e));
	if (*user != '\0' && check_id(arg, user, "user", e) == -1)
		return (-1);
	if (group == NULL)
		return (0);
	if (strchr(group, ':') != NULL)
		return (parse_fail(e, "\"%s\": want USER or USER:GROUP", arg));
	return (check_id(arg, group, "group", e));
}

int
spec_hostname(const char *arg, struct parse_err *e)
{
	size_t	 n = strlen(arg);

	if (n == 0 || n > 64)
		return (parse_fail(e, "hostname \"%s\" must have 1 to 64 "
		    "characters", arg));
	if (strspn(arg, NAME_CHARS) != n)
		return (parse_fail(e, "hostname \"%s\" may have only letters, "
		    "digits, '-', '_' and '.'", arg));
	if (strchr("-.", arg[0]) != NULL)
		return (parse_fail(e, "hostname \"%s\" must start with a "
		    "letter or digit", arg));
	return (0);
}

int
spec_name(const char *arg, struct parse_err *e)
{
	size_t	 n = strspn(arg, NAME_CHARS);

	if (isalnum((unsigned char)*arg) && arg[n] == '\0' && n <= 255)
		return (0);
	return (parse_fail(e, "running container create option: names must "
	    "match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument"));
}

int
spec_network(const char *arg, struct rec *out, struct parse_err *e)
{
	if (is_one_of(arg, "none host private"))
		return (rec_set(out, KEY(net), arg));
	return (parse_fail_code(e, ERR_NOT_IMPLEMENTED, "--network %.*s is not "
	    "supported by bulkhead yet, only none, host and private",
	    (int)strcspn(arg, ":"), arg));
}

int
spec_userns(const char *arg, struct rec *out, struct parse_err *e)
{
	char	 word[32];

	if (strcmp(arg, "private") == 0)
		arg = "";
	if (*arg == '\0' || is_one_of(arg, "host auto"))
		return (rec_set(out, KEY(userns), arg));
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(arg, ":"), arg);
	if (*word == '\0' ||
	    is_one_of(word, "container ns keep-id nomap host auto"))
		return (parse_fail_code(e, ERR_NOT_IMPLEMENTED, "--userns %s "
		    "is not supported by bulkhead yet", arg));
	return (parse_fail(e, "unrecognized namespace mode %s passed", arg));
}

static bool
is_address(const char *s)
{
	unsigned char	 raw[16];

	return (inet_pton(AF_INET, s, raw) == 1 ||
	    inet_pton(AF_INET6, s, raw) == 1);
}

int
spec_add_host(const char *arg, struct rec *out, struct parse_err *e)
{
	const char	*address = strchr(arg, ':');
	int		 n;

	if (address == NULL || address == arg || has_control(arg) ||
	    strcspn(arg, " #") < (size_t)(address - arg))
		return (parse_fail(e, "bad format for add-host: \"%s\"", arg));
	n = (int)(address++ - arg);
	if (strcmp(address, "host-gateway") == 0 &&
	    (address = rec_get(out, KEY(host_ip))) == NULL)
		return (parse_fail(e, "--add-host %s: the host has no address "
		    "for containers, unless host_containers_internal_ip of "
		    "containers.conf is one", arg));
	if (!is_address(address))
		return (parse_fail(e, "invalid IP address in add-host: \"%s\"",
		    address));
	return (rec_addf(out, KEY(add_host), "%s\t%.*s", address, n, arg));
}

int
spec_address(const char *arg, struct parse_err *e)
{
	return (is_address(arg) ? 0 : parse_fail(e, "%s is not an ip address",
	    arg));
}

int
spec_dns(const char *arg, struct rec *out, struct parse_err *e)
{
	if (strcmp(arg, "none") == 0 || is_address(arg))
		return (rec_add(out, KEY(dns), arg));
	return (parse_fail(e, "%s is not an ip address", arg));
}

/* One word of a line of resolv.conf: nothing that ends a word or a line. */
static bool
is_word(const char *s)
{
	return (*s != '\0' && !has_control(s) && strpbrk(s, " #;") == NULL);
}

int
spec_dns_search(const char *arg, struct rec *out, struct parse_err *e)
{
	if (is_word(arg) && strlen(arg) <= DOMAIN_MAX)
		return (rec_add(out, KEY(dns_search), arg));
	return (parse_fail(e, "%s is not a valid domain", arg));
}

int
spec_dns_option(const char *arg, struct rec *out, struct parse_err *e)
{
	if (is_word(arg))
		return (rec_add(out, KEY(dns_option), arg));
	return (parse_fail(e, "invalid --dns-option \"%s\": want one word, as "
	    "in resolv.conf(5)", arg));
}

int
spec_hosts_file(const char *arg, struct rec *out, struct parse_err *e)
{
	if (strcmp(arg, "image") == 0)
		return (parse_fail_code(e, ERR_NOT_IMPLEMENTED,
		    "--hosts-file=image is not supported by bulkhead yet, only "
		    "a path and none"));
	if (*arg != '\0' && *arg != '/' && strcmp(arg, "none") != 0)
		return (parse_fail(e, "the hosts file \"%s\" must be an "
		    "absolute path, or none", arg));
	return (*arg == '\0' ? 0 : rec_set(out, KEY(hosts_base), arg));
}

int
spec_tz(const char *arg, struct rec *out, struct parse_err *e)
{
	if (*arg == '\0')
		return (0);
	if (*arg == '/' || strstr(arg, "..") != NULL || has_control(arg) ||
	    strlen(arg) > 255)
		return (parse_fail(e, "finding timezone %s: want a name such "
		    "as Europe/Berlin, or local", arg));
	return (rec_set(out, KEY(tz), arg));
}

int
spec_image_volume(const char *arg, struct parse_err *e)
{
	if (*arg == '\0' || is_one_of(arg, "anonymous bind tmpfs ignore"))
		return (0);
	return (parse_fail(e, "invalid image-volume type \"%s\". Pick one of "
	    "bind, tmpfs, or ignore", arg));
}

int
spec_pull(const char *arg, struct parse_err *e)
{
	if (strcasecmp(arg, "missing") == 0 || strcasecmp(arg, "never") == 0)
		return (0);
	if (strcasecmp(arg, "always") == 0 || strcasecmp(arg, "newer") == 0)
		return (parse_fail_code(e, ERR_NOT_IMPLEMENTED, "--pull=%s is "
		    "not supported by bulkhead yet: it speaks to no registry",
		    arg));
	return (parse_fail(e, "unsupported pull policy \"%s\"", arg));
}

int
spec_log_driver(const char *arg, struct rec *out, struct parse_err *e)
{
	if (strcmp(arg, "k8s-file") == 0 || strcmp(arg, "json-file") == 0)
		return (rec_set(out, KEY(log_driver), "k8s-file"));
	if (strcmp(arg, "none") == 0)
		return (rec_set(out, KEY(log_driver), "none"));
	if (is_one_of(arg, "journald passthrough"))
		return (parse_fail_code(e, ERR_NOT_IMPLEMENTED,
		    "--log-driver=%s is not supported by bulkhead yet, only "
		    "k8s-file, json-file and none", arg));
	return (parse_fail(e, "running container create option: invalid log "
	    "driver: invalid argument"));
}

int
spec_log_opt(const char *arg, struct rec *out, struct parse_err *e)
{
	const char	*value = strchr(arg, '=');
	struct parse_err why;
	int64_t		 bytes;

	if (value++ == NULL)
		return (parse_fail(e, "invalid log option \"%s\"", arg));
	if (strncmp(arg, "path=", 5) == 0) {
		if (*value != '/')
			return (parse_fail(e, "log path \"%s\" must be "
			    "absolute", value));
		return (rec_set(out, KEY(log_path), value));
	}
	if (strncmp(arg, "tag=", 4) == 0)
		return (rec_set(out, KEY(log_tag), value));
	if (strncmp(arg, "max-size=", 9) != 0)
		return (parse_fail(e, "invalid log option \"%s\"", arg));
	if (strcmp(value, "-1") == 0)		/* no limit */
		return (rec_set_num(out, KEY(log_max), -1));
	if (parse_size(value, &bytes, &why) == -1)
		return (parse_fail_code(e, why.code, "invalid log option "
		    "\"%s\": %s", arg, why.text));
	return (rec_set_num(out, KEY(log_max), bytes));
}

int
spec_restart(const char *arg, struct rec *out, struct parse_err *e)
{
	const char	*colon = strchr(arg, ':');
	char		 name[16];
	uint64_t	 max = 0;

	if (*arg == '\0')
		return (0);
	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(arg, ":"),
	    arg);
	if (colon != NULL && strchr(colon + 1, ':') != NULL)
		return (parse_fail(e, "invalid restart policy: may specify "
		    "retries at most once"));
	if (colon != NULL && strcmp(name, "on-failure") != 0)
		return (parse_fail(e, "restart policy retries can only be "
		    "specified with on-failure restart policy"));
	if (!is_one_of(name, "no never always on-failure unless-stopped"))
		return (parse_fail(e, "\"%s\" is not a valid restart policy: "
		    "invalid argument", arg));
	if (colon != NULL && colon[1] == '-')
		return (parse_fail(e, "must specify restart policy retry "
		    "count as a number greater than 0"));
	if (colon != NULL && parse_digits(colon + 1, INT32_MAX, &max) == -1)
		return (parse_fail(e, "parsing restart policy retry count: "
		    "\"%s\" is not a number", colon + 1));
	/* "never" is docker's older word for it. */
	(void)rec_set(out, KEY(restart), strcmp(name, "never") == 0 ? "no" :
	    name);
	if (max > 0)
		(void)rec_set_num(out, KEY(restart_max), (int64_t)max);
	return (0);
}

int
spec_umask(const char *arg, struct rec *out, struct parse_err *e)
{
	size_t	 n = strlen(arg);

	if (n == 0 || n > 4 || strspn(arg, "01234567") != n ||
	    (n == 4 && *arg != '0'))
		return (parse_fail(e, "running container create option: "
		    "invalid umask string %s: invalid argument", arg));
	return (rec_set(out, KEY(umask), arg));
}

int
spec_ctr_path(const char *what, const char *path, struct parse_err *e)
{
	size_t	 n;

	if (*path != '/')
		return (parse_fail(e, "invalid %s \"%s\", must be an absolute "
		    "path", what, path));
	if (strlen(path) >= PATH_MAX)
		return (parse_fail(e, "%s is longer than %d bytes", what,
		    PATH_MAX - 1));
	for (const char *s = path; *s != '\0'; s += n) {
		s += strspn(s, "/");
		n = strcspn(s, "/");
		if (n == 2 && s[0] == '.' && s[1] == '.')
			return (parse_fail(e, "invalid %s \"%s\", \"..\" is "
			    "not allowed in it", what, path));
	}
	return (0);
}
