#include "spec.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "nitems.h"
#include "record.h"

enum kind {
	TEXT,				/* anything */
	WORD,				/* letters, digits, . _ - only */
	PLAIN,				/* no control bytes */
	LINES,				/* no control bytes but newlines and
					 * tabs */
	ROOTED,				/* a path from / */
	ABSOLUTE,			/* the same, without ".." */
	RELATIVE,			/* a path beneath, without ".." */
	EITHER,				/* RELATIVE or ABSOLUTE */
	VARIABLE,			/* NAME=VALUE */
	NUMBER,
	OCTAL,				/* digits of a mode */
	SIGNED,				/* of either sign, kept as text */
	CAPABILITY,
};

/*
 * Every key that is used. `bound` is the greatest length or number, `most` the
 * greatest count of values; 1 means a field that is not a list.
 */
struct row {
	struct key_str	 key;
	enum kind	 kind;
	uint64_t	 bound;
	size_t		 most;
	size_t		 at;
};

#define ROW(key, kind, bound, most)					\
	{ { KEY_TEXT(key) }, kind, bound, most,				\
	    offsetof(struct spec, key) }
static const struct row rows[] = {
	ROW(arg,		TEXT,		131071,		65536),
	ROW(env,		VARIABLE,	131071,		65536),
	ROW(cwd,		ROOTED,		4095,		1),
	ROW(user,		PLAIN,		255,		1),
	ROW(hostname,		WORD,		64,		1),
	ROW(net,		WORD,		64,		1),
	ROW(seccomp,		PLAIN,		4095,		1),
	ROW(driver,		WORD,		16,		1),
	ROW(rootfs,		EITHER,		4095,		1),
	ROW(graph,		ABSOLUTE,	4095,		1),
	ROW(upper,		RELATIVE,	4095,		1),
	ROW(work,		RELATIVE,	4095,		1),
	/* overlay has at most 500 layers */
	ROW(lower,		RELATIVE,	4095,		500),
	ROW(passwd_entry,	PLAIN,		1023,		1),
	ROW(mask,		ABSOLUTE,	4095,		4096),
	ROW(ropath,		ABSOLUTE,	4095,		4096),
	ROW(sysctl,		VARIABLE,	255,		256),
	ROW(cap,		CAPABILITY,	63,		64),
	ROW(ambient,		CAPABILITY,	63,		64),
	ROW(tty,		NUMBER,		1,		1),
	ROW(init,		NUMBER,		1,		1),
	ROW(readonly,		NUMBER,		1,		1),
	ROW(readonly_tmpfs,	NUMBER,		1,		1),
	ROW(nnp,		NUMBER,		1,		1),
	ROW(rm,			NUMBER,		1,		1),
	ROW(workdir_make,	NUMBER,		1,		1),
	ROW(shm_size,		NUMBER,		INT64_MAX,	1),
	ROW(umask,		OCTAL,		0777,		1),
	ROW(oom_score_adj,	SIGNED,		1000,		1),
};
#undef ROW

#define ROW(key, kind, bound, most)					\
	{ { KEY_TEXT(key) }, kind, bound, most,				\
	    offsetof(struct spec_mount, key) }
static const struct row mount_rows[] = {
	ROW(type,		WORD,		16,		1),
	ROW(src,		TEXT,		4095,		1),
	ROW(dst,		ABSOLUTE,	4095,		1),
	ROW(sub,		RELATIVE,	4095,		1),
	ROW(copyup,		NUMBER,		3,		1),
	ROW(opt,		PLAIN,		255,		64),
};
#undef ROW

#define ROW(key, kind, bound, most)					\
	{ { KEY_TEXT(key) }, kind, bound, most,				\
	    offsetof(struct spec_file, key) }
static const struct row file_rows[] = {
	ROW(dst,		ABSOLUTE,	4095,		1),
	ROW(content,		LINES,		1048576,	1),
	ROW(mode,		NUMBER,		0777,		1),
};
#undef ROW

struct raw_limit {
	const char	*name;
	const char	*soft;
	const char	*hard;
	uint64_t	 soften;
};
#define ROW(key, kind, bound, most)					\
	{ { KEY_TEXT(key) }, kind, bound, most,				\
	    offsetof(struct raw_limit, key) }
static const struct row limit_rows[] = {
	ROW(name,		WORD,		32,		1),
	ROW(soft,		PLAIN,		32,		1),
	ROW(hard,		PLAIN,		32,		1),
	{ { KEY_TEXT(default) }, NUMBER, 1, 1,
	    offsetof(struct raw_limit, soften) },
};
#undef ROW

static const struct {
	const char	*name;
	int		 resource;
} resources[] = {
	{ "as",		RLIMIT_AS },
	{ "core",	RLIMIT_CORE },
	{ "cpu",	RLIMIT_CPU },
	{ "data",	RLIMIT_DATA },
	{ "fsize",	RLIMIT_FSIZE },
	{ "locks",	RLIMIT_LOCKS },
	{ "memlock",	RLIMIT_MEMLOCK },
	{ "msgqueue",	RLIMIT_MSGQUEUE },
	{ "nice",	RLIMIT_NICE },
	{ "nofile",	RLIMIT_NOFILE },
	{ "nproc",	RLIMIT_NPROC },
	{ "rss",	RLIMIT_RSS },
	{ "rtprio",	RLIMIT_RTPRIO },
	{ "rttime",	RLIMIT_RTTIME },
	{ "sigpending",	RLIMIT_SIGPENDING },
	{ "stack",	RLIMIT_STACK },
};

/* Only digits of the base, at most max: true and the number. */
static bool
digits(const char *s, unsigned int radix, uint64_t max, uint64_t *out)
{
	uint64_t	 v = 0;

	if (*s == '\0')
		return (false);
	for (; *s != '\0'; s++) {
		unsigned int	 digit = (unsigned int)(*s - '0');

		if (digit >= radix || v > (UINT64_MAX - digit) / radix)
			return (false);
		v = v * radix + digit;
	}
	*out = v;
	return (v <= max);
}

bool
spec_number(const char *s, uint64_t max, uint64_t *out)
{
	return (digits(s, 10, max, out));
}

static bool
is_word(const char *s)
{
	for (; *s != '\0'; s++)
		if ((*s < 'a' || *s > 'z') && (*s < 'A' || *s > 'Z') &&
		    (*s < '0' || *s > '9') && strchr("._-", *s) == NULL)
			return (false);
	return (true);
}

/* Has the text no other control bytes than these? */
static bool
has_only(const char *s, const char *allowed)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < ' ' || *s == 0x7f) &&
		    strchr(allowed, *s) == NULL)
			return (false);
	return (true);
}

/* Has the path no component ".."? */
static bool
stays(const char *s)
{
	while (*s != '\0') {
		size_t	 n = strcspn(s, "/");

		if (n == 2 && s[0] == '.' && s[1] == '.')
			return (false);
		s += n;
		s += strspn(s, "/");
	}
	return (true);
}

static bool
fits(enum kind kind, const char *s, uint64_t bound)
{
	uint64_t	 n;

	if (kind == NUMBER || kind == OCTAL)
		return (digits(s, kind == OCTAL ? 8 : 10, bound, &n));
	if (strlen(s) > bound)
		return (false);
	switch (kind) {
	case WORD:
		return (is_word(s));
	case PLAIN:
		return (has_only(s, ""));
	case LINES:
		return (has_only(s, "\n\t"));
	case ROOTED:
		return (*s == '/');
	case ABSOLUTE:
		return (*s == '/' && stays(s));
	case RELATIVE:
		return (*s != '/' && stays(s));
	case EITHER:
		return (stays(s));
	case VARIABLE:
		return (*s != '=' && strchr(s, '=') != NULL);
	case SIGNED:
		return (digits(s + (*s == '-'), 10, bound, &n));
	case CAPABILITY:
		return (caps_find(s) != -1);
	default:
		return (true);
	}
}

/* The message goes to a terminal: name the key, not the value. */
static int
refuse(const struct row *r, struct fault *f)
{
	return (fault_set(f, EINVAL, "the container's definition has a bad "
	    "value of \"%s\"", r->key.name));
}

static int
append(struct texts *t, size_t room, const char *s)
{
	if (t->v == NULL &&
	    (t->v = calloc(room + 1, sizeof(*t->v))) == NULL)
		return (-1);
	t->v[t->n++] = s;
	return (0);
}

static int
read_list(const struct rec *rec, const struct row *r, void *out,
    struct fault *f)
{
	size_t		 count = rec_count(rec, r->key), it = 0;
	const char	*text;

	if (count > r->most)
		return (fault_set(f, E2BIG, "the container's definition has "
		    "%zu values of \"%s\", and %zu is the most", count,
		    r->key.name,
		    r->most));
	while (rec_next(rec, r->key, &it, &text)) {
		if (!fits(r->kind, text, r->bound))
			return (refuse(r, f));
		if (r->kind == CAPABILITY)
			*(capset *)out |= (capset)1 << caps_find(text);
		else if (append(out, count, text) == -1)
			return (fault_errno(f, "reading the definition"));
	}
	return (0);
}

/* An empty value is treated as absent. */
static int
read_one(const struct rec *rec, const struct row *r, void *out,
    struct fault *f)
{
	const char	*s = rec_get(rec, r->key);

	if (rec_count(rec, r->key) > 1 ||
	    (s == NULL && rec_count(rec, r->key) == 1))
		return (refuse(r, f));
	if (s == NULL || *s == '\0')
		return (0);
	if (!fits(r->kind, s, r->bound))
		return (refuse(r, f));
	if (r->kind == NUMBER || r->kind == OCTAL)
		(void)digits(s, r->kind == OCTAL ? 8 : 10, r->bound, out);
	else
		*(const char **)out = s;
	return (0);
}

static int
read_rows(const struct rec *rec, const struct row *r, size_t n, void *base,
    struct fault *f)
{
	for (; n > 0; n--, r++) {
		void	*out = (char *)base + r->at;

		if ((r->most == 1 ? read_one : read_list)(rec, r, out, f) == -1)
			return (-1);
	}
	return (0);
}

/* Decode each nested record of a key; the array is the caller's. */
static int
read_nested(const struct rec *rec, struct key_rec key, const struct row *r,
    size_t n, void **array, size_t *count, size_t size, struct fault *f)
{
	size_t	 it = 0, many = rec_count(rec, key);

	if (many > 4096)
		return (fault_set(f, E2BIG, "the container's definition has "
		    "%zu values of \"%s\", and 4096 is the most", many,
		    key.name));
	if (many > 0 && (*array = calloc(many, size)) == NULL)
		return (fault_errno(f, "reading the definition"));
	for (*count = 0; *count < many; (*count)++) {
		/* The record is not freed: the strings are in it. */
		struct rec	*sub = rec_sub(rec, key, &it);
		char		*at = *array;

		if (sub == NULL)
			return (fault_set(f, EBADMSG, "the container's "
			    "definition is damaged at \"%s\"", key.name));
		if (read_rows(sub, r, n, at + *count * size, f) == -1)
			return (-1);
	}
	return (0);
}

static int
read_mounts(struct spec *s, const struct rec *rec, struct fault *f)
{
	void	*array = NULL;

	if (read_nested(rec, KEY(mount), mount_rows, NITEMS(mount_rows), &array,
	    &s->nmounts, sizeof(*s->mounts), f) == -1)
		return (-1);
	s->mounts = array;
	for (size_t i = 0; i < s->nmounts; i++) {
		struct spec_mount	*m = &s->mounts[i];

		m->index = (uint32_t)i;
		if (m->type == NULL || (strcmp(m->type, "bind") != 0 &&
		    strcmp(m->type, "tmpfs") != 0))
			return (fault_set(f, EINVAL, "a mount of type \"%s\" "
			    "cannot be made", m->type ? m->type : ""));
		if (strcmp(m->type, "bind") == 0 && m->src != NULL &&
		    *m->src != '/')
			return (fault_set(f, EINVAL, "the source of a mount "
			    "has to be a path from /"));
		if (m->dst == NULL || m->dst[strspn(m->dst, "/.")] == '\0')
			return (fault_set(f, EINVAL, "a mount needs a "
			    "destination below / in the container"));
	}
	return (0);
}

/* /etc/hostname is one line with one name. */
static bool
file_fits(const struct spec_file *file)
{
	size_t	 n = strcspn(file->content, "\n");

	return (strcmp(file->dst, "/etc/hostname") != 0 ||
	    (strpbrk(file->content, " \t") == NULL &&
	    file->content[n] == '\n' && file->content[n + 1] == '\0'));
}

/* Files that are no text, such as a time zone. */
static int
read_data(struct spec *s, const struct rec *rec, struct fault *f)
{
	size_t	 it = 0;

	for (size_t i = 0; i < s->nfiles; i++) {
		/* The record is not freed: the bytes are in it. */
		struct rec	*sub = rec_sub(rec, KEY(file), &it);

		if (sub == NULL)
			return (fault_errno(f, "reading the definition"));
		s->files[i].data = rec_bytes(sub, KEY(data), &s->files[i].len);
	}
	return (0);
}

static int
read_files(struct spec *s, const struct rec *rec, struct fault *f)
{
	void	*array = NULL;

	if (read_nested(rec, KEY(file), file_rows, NITEMS(file_rows), &array,
	    &s->nfiles, sizeof(*s->files), f) == -1)
		return (-1);
	s->files = array;
	for (size_t i = 0; i < s->nfiles; i++) {
		if (s->files[i].dst == NULL)
			return (fault_set(f, EINVAL, "a file of the "
			    "definition has no destination"));
		if (s->files[i].content == NULL)
			s->files[i].content = "";
		if (!file_fits(&s->files[i]))
			return (fault_set(f, EINVAL, "the definition's %s "
			    "has to be one word on one line",
			    s->files[i].dst));
		if (s->files[i].mode == 0)
			s->files[i].mode = 0644;
	}
	return (read_data(s, rec, f));
}

static bool
limit_value(const char *s, rlim_t *out)
{
	uint64_t	 v;

	if (s == NULL)
		return (false);
	if (strcmp(s, "-1") == 0 || strcmp(s, "unlimited") == 0) {
		*out = RLIM_INFINITY;
		return (true);
	}
	if (!spec_number(s, UINT64_MAX, &v))
		return (false);
	*out = v;
	return (true);
}

static int
limit_resource(const char *name)
{
	if (name != NULL && strncasecmp(name, "RLIMIT_", 7) == 0)
		name += 7;
	for (size_t i = 0; name != NULL && i < NITEMS(resources); i++)
		if (strcasecmp(resources[i].name, name) == 0)
			return (resources[i].resource);
	return (-1);
}

static int
read_limits(struct spec *s, const struct rec *rec, struct fault *f)
{
	void			*array = NULL;
	struct raw_limit	*raw;

	if (read_nested(rec, KEY(rlimit), limit_rows, NITEMS(limit_rows),
	    &array,
	    &s->nlimits, sizeof(*raw), f) == -1)
		return (-1);
	raw = array;
	s->limits = calloc(s->nlimits + 1, sizeof(*s->limits));
	for (size_t i = 0; s->limits != NULL && i < s->nlimits; i++) {
		struct spec_limit	*l = &s->limits[i];

		l->name = raw[i].name;
		l->soften = raw[i].soften;
		l->resource = limit_resource(raw[i].name);
		if (l->resource == -1 ||
		    !limit_value(raw[i].soft, &l->value.rlim_cur) ||
		    !limit_value(raw[i].hard, &l->value.rlim_max) ||
		    l->value.rlim_cur > l->value.rlim_max)
			return (fault_set(f, EINVAL, "the limit \"%s\" of the "
			    "definition cannot be set as given",
			    raw[i].name ? raw[i].name : ""));
	}
	free(raw);
	return (s->limits == NULL ? fault_errno(f, "reading the definition") :
	    0);
}

/* Checks that concern several keys. */
static int
check_whole(const struct spec *s, struct fault *f)
{
	bool	 vfs = s->driver != NULL && strcmp(s->driver, "vfs") == 0;

	if (s->arg.n == 0 || *s->arg.v[0] == '\0')
		return (fault_set(f, EINVAL, "no command is given, neither by "
		    "the image nor on the command line"));
	if ((s->cap | s->ambient) != s->cap)
		return (fault_set(f, EINVAL, "the definition gives a "
		    "capability to a user that it keeps from the container"));
	if (s->rootfs != NULL && (*s->rootfs == '/' || vfs))
		return (0);
	if (vfs || (s->lower.n == 0 && s->upper == NULL))
		return (fault_set(f, EINVAL, "the definition names no root "
		    "file system"));
	if ((s->upper == NULL) != (s->work == NULL))
		return (fault_set(f, EINVAL, "the definition needs both "
		    "\"upper\" and \"work\", or neither"));
	return (0);
}

int
spec_read(struct spec *s, const struct rec *rec, struct fault *f)
{
	static const char	*none[] = { NULL };
	const struct texts	 empty = { none, 0 };

	*s = (struct spec){ .shm_size = 64u << 20, .umask = 022,
	    .workdir_make = 1, .readonly_tmpfs = 1 };
	if (read_rows(rec, rows, NITEMS(rows), s, f) == -1 ||
	    read_mounts(s, rec, f) == -1 || read_files(s, rec, f) == -1 ||
	    read_limits(s, rec, f) == -1)
		return (-1);
	if (s->arg.v == NULL)
		s->arg = empty;
	if (s->env.v == NULL)
		s->env = empty;
	return (check_whole(s, f));
}
