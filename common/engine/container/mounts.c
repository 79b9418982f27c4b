/*
 * -v, --tmpfs and --mount.
 */
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "hostpath.h"
#include "nitems.h"
#include "record.h"
#include "spec.h"

/* Options that say the same thing two ways: at most one of a group. */
enum group { G_WRITE, G_PROPAGATION, G_BIND, G_EXEC, G_DEV, G_SUID, G_LABEL,
	G_COPY, G_TMPCOPY, G_SIZE, G_MODE, G_INODES, G_REFUSED, G_TIME,
	G_COUNT };

static const struct mount_opt {
	const char	*name;		/* one that ends in = takes a value */
	enum group	 group;
	char		 kinds[3];	/* b: bind, t: tmpfs */
} mount_opts[] = {
	{ "ro", G_WRITE, "bt" }, { "rw", G_WRITE, "bt" },
	{ "private", G_PROPAGATION, "bt" }, { "rprivate", G_PROPAGATION, "bt" },
	{ "slave", G_PROPAGATION, "bt" }, { "rslave", G_PROPAGATION, "bt" },
	{ "shared", G_PROPAGATION, "bt" }, { "rshared", G_PROPAGATION, "bt" },
	{ "unbindable", G_PROPAGATION, "b" },
	{ "runbindable", G_PROPAGATION, "b" },
	{ "bind", G_BIND, "b" }, { "rbind", G_BIND, "b" },
	{ "exec", G_EXEC, "bt" }, { "noexec", G_EXEC, "bt" },
	{ "dev", G_DEV, "bt" }, { "nodev", G_DEV, "bt" },
	{ "suid", G_SUID, "bt" }, { "nosuid", G_SUID, "bt" },
	{ "z", G_LABEL, "b" }, { "Z", G_LABEL, "b" },
	{ "copy", G_COPY, "b" }, { "nocopy", G_COPY, "b" },
	{ "tmpcopyup", G_TMPCOPY, "t" }, { "notmpcopyup", G_TMPCOPY, "t" },
	{ "size=", G_SIZE, "t" }, { "mode=", G_MODE, "t" },
	{ "nr_inodes=", G_INODES, "t" },
	{ "noatime", G_TIME, "t" },
	{ "O", G_REFUSED, "b" }, { "U", G_REFUSED, "bt" },
	{ "idmap", G_REFUSED, "b" }, { "upperdir=", G_REFUSED, "b" },
	{ "workdir=", G_REFUSED, "b" },
};

struct mount {
	char		 kind;			/* b or t */
	bool		 volume;		/* b, of one of ours */
	const char	*given[G_COUNT];	/* the option of each group */
	struct rec	*rec;
};

/* Parses one form: the argument, and a copy that it may cut up. */
typedef int mount_fn(struct mount *, const char *, char *, struct parse_err *);

/* b, t, or v for a volume. */
static void
set_kind(struct mount *m, char kind)
{
	m->volume = kind == 'v';
	m->kind = kind == 't' ? 't' : 'b';
	rec_add(m->rec, KEY(type), kind == 't' ? "tmpfs" : "bind");
}

static const struct mount_opt *
find_opt(char kind, const char *opt)
{
	size_t	 n;

	for (size_t i = 0; i < NITEMS(mount_opts); i++) {
		n = strlen(mount_opts[i].name);
		if (strchr(mount_opts[i].kinds, kind) == NULL)
			continue;
		if (mount_opts[i].name[n - 1] == '=' ?
		    strncmp(opt, mount_opts[i].name, n) == 0 :
		    strcmp(opt, mount_opts[i].name) == 0)
			return (&mount_opts[i]);
	}
	return (NULL);
}

static int
check_value(const char *opt, enum group group, struct parse_err *e)
{
	const char		*value = strchr(opt, '=');
	struct parse_err	 why;
	int64_t			 bytes;
	uint64_t		 n;
	size_t			 len;

	if (value++ == NULL)
		return (0);
	len = strlen(value);
	if (group == G_SIZE && (len == 0 || value[len - 1] != '%' ||
	    len > 4) && parse_size(value, &bytes, &why) == -1)
		return (parse_fail_code(e, why.code, "mount option \"%s\": "
		    "%s", opt, why.text));
	if (group == G_MODE && (len == 0 || len > 5 ||
	    strspn(value, "01234567") != len))
		return (parse_fail(e, "mount option \"%s\" is not an octal "
		    "mode", opt));
	if (group == G_INODES && parse_digits(value, UINT32_MAX, &n) == -1)
		return (parse_fail(e, "mount option \"%s\" is not a number",
		    opt));
	return (0);
}

static int
take_opt(struct mount *m, const char *opt, struct parse_err *e)
{
	const struct mount_opt	*o = find_opt(m->kind, opt);

	if (o == NULL)
		return (parse_fail(e, m->kind == 'b' ?
		    "invalid option type \"%s\"" :
		    "unknown mount option \"%s\": invalid mount option", opt));
	if (o->group == G_REFUSED)
		return (parse_fail(e, "mount option \"%s\" is not supported "
		    "by bulkhead yet", opt));
	if (m->given[o->group] != NULL && strcmp(m->given[o->group], opt) != 0)
		return (parse_fail(e, "invalid options \"%s, %s\", can only "
		    "specify 1 of them", m->given[o->group], opt));
	if (m->given[o->group] != NULL)
		return (0);
	if (check_value(opt, o->group, e) == -1)
		return (-1);
	m->given[o->group] = opt;
	/* Without SELinux a label has nothing to act on. */
	if (o->group == G_LABEL || o->group == G_COPY)
		return (0);
	return (rec_add(m->rec, KEY(opt), opt));
}

/* What podman adds to what was said. */
static void
add_defaults(struct mount *m)
{
	static const struct {
		char		 kinds[4];	/* v: volumes */
		enum group	 group;
		char		 opt[12];
	} defaults[] = {
		{ "v", G_SUID, "nosuid" }, { "v", G_DEV, "nodev" },
		{ "bv", G_BIND, "rbind" },
		{ "bvt", G_PROPAGATION, "rprivate" }, { "bvt", G_WRITE, "rw" },
		{ "t", G_EXEC, "noexec" }, { "t", G_SUID, "nosuid" },
		{ "t", G_DEV, "nodev" }, { "t", G_TMPCOPY, "tmpcopyup" },
	};
	char	 kind = m->volume ? 'v' : m->kind;

	if (m->volume && m->given[G_COPY] != NULL &&
	    strcmp(m->given[G_COPY], "nocopy") == 0)
		rec_add_num(m->rec, KEY(nocopy), 1);
	for (size_t i = 0; i < NITEMS(defaults); i++)
		if (strchr(defaults[i].kinds, kind) != NULL &&
		    m->given[defaults[i].group] == NULL)
			rec_add(m->rec, KEY(opt), defaults[i].opt);
}

/* A list of options with commas, cut up in place. */
static int
take_opts(struct mount *m, char *opts, struct parse_err *e)
{
	char	*o;

	while ((o = strsep(&opts, ",")) != NULL)
		if (*o != '\0' && take_opt(m, o, e) == -1)
			return (-1);
	return (0);
}

static bool
is_same(const struct rec *a, const struct rec *b)
{
	scoped_free void	*x = NULL, *y = NULL;
	size_t			 n, m;

	return (rec_encode(a, &x, &n) == 0 && rec_encode(b, &y, &m) == 0 &&
	    n == m && memcmp(x, y, n) == 0);
}

/* Where a mount is to be, in the one form that a path has. NULL: no memory. */
static char *
place(const struct rec *mount)
{
	char	*path = strdup(rec_str(mount, KEY(dst), "/"));

	if (path != NULL)
		hostpath_clean(path);
	return (path);
}

/*
 * Copy the mount that a record has at this place, or put NULL. 0, or -1 where
 * there is no memory.
 */
static int
mount_at(const struct rec *out, const char *path, struct rec **found,
    struct parse_err *e)
{
	struct rec	*have;

	*found = NULL;
	rec_each(have, out, KEY(mount)) {
		scoped_free char	*old = place(have);

		if (old == NULL)
			return (parse_no_memory(e));
		if (strcmp(old, path) != 0)
			continue;
		if ((*found = rec_new()) != NULL &&
		    rec_add_all(*found, have) == 0)
			return (0);
		rec_free(*found);
		*found = NULL;
		return (parse_no_memory(e));
	}
	return (0);
}

/*
 * Append a mount. Two for one place are refused, except with `again` the same
 * mount, which is appended once.
 */
static int
put(struct rec *out, const struct rec *mount, bool again, struct parse_err *e)
{
	scoped_free char	*new = place(mount);
	scoped_rec struct rec	*have = NULL;

	if (new == NULL)
		return (parse_no_memory(e));
	if (mount_at(out, new, &have, e) == -1)
		return (-1);
	if (have != NULL)
		return (again && is_same(have, mount) ? 0 : parse_fail(e,
		    "%s: duplicate mount destination", new));
	return (rec_add_rec(out, KEY(mount), mount) == 0 ? 0 :
	    parse_no_memory(e));
}

/* By name; "" is one of the container's own, which gets a name later. */
static int
add_volume(struct mount *m, const char *name, struct parse_err *e)
{
	if (*name != '\0' && spec_name(name, e) == -1)
		return (parse_fail(e, "running volume create option: names "
		    "must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid "
		    "argument"));
	m->volume = true;
	return (rec_add(m->rec, KEY_IN(mount, volume), name));
}

/* A relative source is below the working directory, as podman has it. */
static int
add_bind(struct mount *m, const char *src, struct parse_err *e)
{
	scoped_free char	*path = hostpath_absolute(src, e);

	return (path == NULL ? -1 : rec_add(m->rec, KEY(src), path));
}

static int
volume(struct mount *m, const char *arg, char *spec, struct parse_err *e)
{
	const char	*src = strsep(&spec, ":"), *dst = strsep(&spec, ":");
	char		*opts = strsep(&spec, ":");

	set_kind(m, 'b');
	if (spec != NULL)
		return (parse_fail(e, "%s: incorrect volume format, should be "
		    "[host-dir:]ctr-dir[:option]", arg));
	if (*src == '\0' && dst != NULL)
		return (parse_fail(e, "host directory cannot be empty"));
	if (*src == '\0' || (dst != NULL && *dst == '\0'))
		return (parse_fail(e, "container directory cannot be empty"));
	if (dst == NULL) {
		dst = src;
		src = "";
	}
	if (spec_ctr_path("container path", dst, e) == -1)
		return (-1);
	/* A path begins with / or ., anything else is a name. */
	if ((*src == '/' || *src == '.' ? add_bind(m, src, e) :
	    add_volume(m, src, e)) == -1)
		return (-1);
	rec_add(m->rec, KEY(dst), dst);
	return (take_opts(m, opts, e));
}

static int
tmpfs(struct mount *m, const char *arg, char *spec, struct parse_err *e)
{
	char	*dst = strsep(&spec, ":");

	(void)arg;
	set_kind(m, 't');
	if (spec_ctr_path("container path", dst, e) == -1)
		return (-1);
	rec_add(m->rec, KEY(dst), dst);
	return (take_opts(m, spec, e));
}

/* What --mount said, its options as the short forms have them. */
struct long_form {
	const char	*src;
	const char	*dst;
	const char	*opts[32];
	size_t		 nopts;
};

static bool
is_key(const char *word, size_t n, const char *key)
{
	return (strlen(key) == n && memcmp(word, key, n) == 0);
}

/* One KEY=VALUE (or KEY). */
static int
long_key(struct long_form *f, const char *word, struct parse_err *e)
{
	static const struct {
		const char	*key;
		const char	*yes;
		const char	*no;
	} flags[] = {
		{ "ro", "ro", "rw" }, { "readonly", "ro", "rw" },
		{ "rw", "rw", "ro" }, { "nosuid", "nosuid", "suid" },
		{ "nodev", "nodev", "dev" }, { "noexec", "noexec", "exec" },
	};
	size_t			 n = strcspn(word, "=");
	const char		*value = word[n] == '=' ? word + n + 1 : NULL;
	const struct mount_opt	*o;
	int			 b;

	if (is_key(word, n, "src") || is_key(word, n, "source")) {
		f->src = value;
		return (0);
	}
	if (is_key(word, n, "dst") || is_key(word, n, "target") ||
	    is_key(word, n, "destination")) {
		f->dst = value;
		return (0);
	}
	if (f->nopts == NITEMS(f->opts))
		return (parse_fail(e, "--mount has too many options"));
	for (size_t i = 0; i < NITEMS(flags); i++)
		if (is_key(word, n, flags[i].key)) {
			if ((b = value == NULL ? 1 : parse_bool(value)) == -1)
				return (parse_fail(e, "%s: invalid mount "
				    "option", word));
			f->opts[f->nopts++] = b ? flags[i].yes : flags[i].no;
			return (0);
		}
	if (is_key(word, n, "bind-propagation")) {
		o = value == NULL ? NULL : find_opt('b', value);
		if (o == NULL || o->group != G_PROPAGATION)
			return (parse_fail(e, "%s: invalid mount option: "
			    "bind-propagation is one of private, rprivate, "
			    "slave, rslave, shared, rshared, unbindable and "
			    "runbindable", word));
		f->opts[f->nopts++] = value;
	} else
		f->opts[f->nopts++] = word +
		    (strncmp(word, "tmpfs-", 6) == 0 ? 6 : 0);
	return (0);
}

/* Of which kind a long form says it is: b, t, or v for a volume; 0 and why. */
static char
long_kind(const char *const *words, size_t n, struct parse_err *e)
{
	static const char *const	 kinds[] = { "bind", "tmpfs",
					    "volume" };
	size_t				 i = 0;

	while (i < n && strncmp(words[i], "type=", 5) != 0)
		i++;
	if (i == n) {
		(void)parse_fail(e, "incorrect mount format: should be --mount "
		    "type=<bind|tmpfs|volume>,[src=<host-dir|volume-name>,]"
		    "target=<ctr-dir>[,options]");
		return (0);
	}
	for (size_t k = 0; k < NITEMS(kinds); k++)
		if (strcmp(words[i] + 5, kinds[k]) == 0)
			return (*kinds[k]);
	(void)parse_fail(e, "invalid filesystem type \"%s\"", words[i] + 5);
	return (0);
}

static int
long_mount(struct mount *m, const char *arg, char *spec, struct parse_err *e)
{
	struct long_form	 f = { 0 };
	const char		*words[64];
	char			 kind;
	int			 n;

	(void)arg;
	if ((n = parse_csv(spec, words, NITEMS(words), e)) == -1 ||
	    (kind = long_kind(words, (size_t)n, e)) == 0)
		return (-1);
	set_kind(m, kind);
	for (int i = 0; i < n; i++)
		if (strncmp(words[i], "type=", 5) != 0 &&
		    long_key(&f, words[i], e) == -1)
			return (-1);
	if (f.dst == NULL || *f.dst == '\0')
		return (parse_fail(e, "must set volume destination"));
	if (spec_ctr_path("container path", f.dst, e) == -1)
		return (-1);
	if (m->kind == 't' && f.src != NULL)
		return (parse_fail(e, "\"source\" option not supported for "
		    "\"tmpfs\" mount types"));
	if (m->volume && add_volume(m, f.src == NULL ? "" : f.src, e) == -1)
		return (-1);
	if (m->kind == 'b' && !m->volume) {
		if (f.src == NULL || *f.src == '\0')
			return (parse_fail(e, "must set source for a bind "
			    "mount"));
		if (add_bind(m, f.src, e) == -1)
			return (-1);
	}
	rec_add(m->rec, KEY(dst), f.dst);
	for (size_t i = 0; i < f.nopts; i++)
		if (find_opt(m->kind, f.opts[i]) == NULL)
			return (parse_fail(e, "%s: invalid mount option",
			    f.opts[i]));
		else if (take_opt(m, f.opts[i], e) == -1)
			return (-1);
	return (0);
}

/* Parse one by its form, and append it. */
static int
take(const char *arg, mount_fn *parse, bool again, struct rec *out,
    struct parse_err *e)
{
	scoped_free char	*copy = strdup(arg);
	scoped_rec struct rec	*rec = rec_new();
	struct mount		 m = { .rec = rec };

	if (copy == NULL || rec == NULL)
		return (parse_no_memory(e));
	if (parse(&m, arg, copy, e) == -1)
		return (-1);
	add_defaults(&m);
	return (put(out, rec, again, e));
}

int
spec_volume(const char *arg, struct rec *out, struct parse_err *e)
{
	return (take(arg, volume, true, out, e));
}

int
spec_tmpfs(const char *arg, struct rec *out, struct parse_err *e)
{
	return (take(arg, tmpfs, true, out, e));
}

int
spec_mount(const char *arg, struct rec *out, struct parse_err *e)
{
	return (take(arg, long_mount, false, out, e));
}

int
spec_mounts(const struct rec *from, struct rec *out, struct parse_err *e)
{
	struct rec	*m;

	rec_each(m, from, KEY(mount))
		if (put(out, m, true, e) == -1)
			return (-1);
	return (0);
}

int
spec_mounts_missing(const struct rec *from, struct rec *out,
    struct parse_err *e)
{
	struct rec	*m;

	rec_each(m, from, KEY(mount)) {
		scoped_free char	*path = place(m);
		scoped_rec struct rec	*have = NULL;

		if (path == NULL)
			return (parse_no_memory(e));
		if (mount_at(out, path, &have, e) == -1 || (have == NULL &&
		    put(out, m, true, e) == -1))
			return (-1);
	}
	return (0);
}
