#include "source.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "look.h"
#include "merge.h"
#include "nitems.h"
#include "other.h"
#include "messages.h"
#include "record.h"
#include "request.h"
#include "settings.h"
#include "toml.h"

enum need { OPTIONAL, REQUIRED };

static int
too_many(struct problem *pr)
{
	return (problem_set(pr, "more than %d configuration files",
	    SOURCES_MAX));
}

/*
 * Is this path /dev/null, for an empty file, as in CONTAINERS_CONF=/dev/null?
 */
static bool
is_null(const struct stat *st)
{
	return (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3));
}

/* Open for reading. -1 with errno; EINVAL if it is no regular file. */
static int
open_file(const char *path)
{
	scoped_fd int	 fd = -1;
	struct stat	 st;

	fd = look_inside(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
	    &st);
	if (fd == -1)
		return (-1);
	if (!S_ISREG(st.st_mode) && !is_null(&st)) {
		errno = EINVAL;
		return (-1);
	}
	return (take_fd(&fd));
}

/* A failure is reported when the file is merged, and may not be fatal. */
static bool
is_patient(enum conf_kind kind)
{
	return (kind >= CONF_LIBPOD);
}

/* Add a file if it exists. 0 also if it does not, unless required. */
static int
add_file(struct sources *ss, const char *path, enum conf_kind kind,
    enum need need, struct problem *pr)
{
	scoped_fd int	 fd = open_file(path);
	int		 error = fd == -1 ? errno : 0;
	struct source	*s;

	if ((error == ENOENT || error == ENOTDIR) && need == OPTIONAL)
		return (0);
	errno = error;
	if (error != 0 && !is_patient(kind))
		return (problem_errno(pr, path));
	if (ss->n == SOURCES_MAX)
		return (too_many(pr));
	s = &ss->all[ss->n];
	*s = (struct source){ .kind = kind, .fd = -1, .error = error };
	if ((s->path = strdup(path)) == NULL)
		return (problem_no_memory(pr));
	s->fd = take_fd(&fd);
	ss->n++;
	return (0);
}

static int
by_name(const void *a, const void *b)
{
	const struct source	*x = a, *y = b;

	return (strcmp(x->path, y->path));
}

/*
 * A drop-in of a later directory replaces those with the same name. (Not of
 * registries.conf, says its manual page: all are read.)
 */
static void
shadow(struct sources *ss, size_t first)
{
	for (size_t i = first; i < ss->n; i++)
		for (size_t j = 0; j < first; j++)
			if (ss->all[j].drop_in != NULL &&
			    ss->all[j].kind == CONF_CONTAINERS &&
			    strcmp(ss->all[j].drop_in,
			    ss->all[i].drop_in) == 0)
				ss->all[j].shadowed = true;
}

static bool
ends_in_conf(const char *name)
{
	size_t	 n = strlen(name);

	return (n > 5 && strcmp(name + n - 5, ".conf") == 0);
}

static int
add_entries(struct sources *ss, DIR *dir, const char *path,
    enum conf_kind kind, struct problem *pr)
{
	struct dirent	*e;
	char		 file[PATH_LEN];

	while ((e = readdir(dir)) != NULL) {
		if (!ends_in_conf(e->d_name) || e->d_type == DT_DIR)
			continue;
		if (path_format(file, sizeof(file), "%s/%s", path,
		    e->d_name) == -1)
			return (problem_set(pr, "%s: name is too long", path));
		if (add_file(ss, file, kind, OPTIONAL, pr) == -1)
			return (-1);
	}
	return (0);
}

/* Add all NAME.conf of a directory, sorted. */
static int
add_dir(struct sources *ss, const char *path, enum conf_kind kind,
    struct problem *pr)
{
	size_t		 first = ss->n;
	struct stat	 st;
	int		 rc, fd;
	DIR		*dir;

	fd = look_inside(path,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK, &st);
	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		return (0);
	if (fd == -1 || (dir = fdopendir(fd)) == NULL)
		return (problem_errno(pr, path));
	rc = add_entries(ss, dir, path, kind, pr);
	closedir(dir);
	if (rc == -1)
		return (-1);
	qsort(ss->all + first, ss->n - first, sizeof(ss->all[0]), by_name);
	for (size_t i = first; i < ss->n; i++)
		ss->all[i].drop_in = ss->all[i].path + strlen(path) + 1;
	if (kind == CONF_CONTAINERS)
		shadow(ss, first);
	return (0);
}

/* base/tail, or base/tail/UID. */
static int
join(char *out, const char *base, const char *tail, struct problem *pr)
{
	if (path_format(out, PATH_LEN, "%s/%s", base, tail) == -1)
		return (problem_set(pr, "%s: path is too long", base));
	return (0);
}

static int
add_file_in(struct sources *ss, const char *base, const char *name,
    enum conf_kind kind, struct problem *pr)
{
	char	 path[PATH_LEN];

	if (join(path, base, name, pr) == -1)
		return (-1);
	return (add_file(ss, path, kind, OPTIONAL, pr));
}

static int
add_dir_in(struct sources *ss, const char *base, const char *name,
    struct problem *pr)
{
	char	 path[PATH_LEN];

	if (join(path, base, name, pr) == -1)
		return (-1);
	return (add_dir(ss, path, CONF_CONTAINERS, pr));
}

/* Add the main file and the drop-ins of the vendor or the administrator. */
static int
add_level(struct sources *ss, const struct request *rq, const char *base,
    struct problem *pr)
{
	char	 mine[64];

	if (!path_is_dir(base))
		return (0);
	if (add_file_in(ss, base, "containers.conf", CONF_CONTAINERS,
	    pr) == -1 ||
	    add_dir_in(ss, base, "containers.conf.d", pr) == -1)
		return (-1);
	if (!rq->rootless)
		return (add_dir_in(ss, base, "containers.rootful.conf.d", pr));
	(void)snprintf(mine, sizeof(mine), "containers.rootless.conf.d/%u",
	    rq->uid);
	if (add_file_in(ss, base, "containers.rootless.conf", CONF_CONTAINERS,
	    pr) == -1 ||
	    add_dir_in(ss, base, "containers.rootless.conf.d", pr) == -1)
		return (-1);
	return (add_dir_in(ss, base, mine, pr));
}

/*
 * Root uses the vendor's and the administrator's files, users also their own.
 */
static int
add_legacy(struct sources *ss, const struct request *rq, struct problem *pr)
{
	if (rq->rootless)
		return (add_file_in(ss, rq->user, "libpod.conf", CONF_LIBPOD,
		    pr));
	if (add_file_in(ss, rq->usr, "libpod.conf", CONF_LIBPOD, pr) == -1)
		return (-1);
	return (add_file_in(ss, rq->etc, "libpod.conf", CONF_LIBPOD, pr));
}

static int
add_env_file(struct sources *ss, const struct request *rq, const char *path,
    enum conf_kind kind, struct problem *pr)
{
	char	 full[PATH_LEN];

	if (request_path(rq, path, full, sizeof(full), pr) == -1)
		return (-1);
	return (add_file(ss, full, kind, REQUIRED, pr));
}

static int
add_standard(struct sources *ss, const struct request *rq, struct problem *pr)
{
	if (add_legacy(ss, rq, pr) == -1 ||
	    add_level(ss, rq, rq->usr, pr) == -1 ||
	    add_level(ss, rq, rq->etc, pr) == -1)
		return (-1);
	if (!rq->rootless)
		return (0);
	if (add_file_in(ss, rq->user, "containers.conf", CONF_CONTAINERS,
	    pr) == -1)
		return (-1);
	return (add_dir_in(ss, rq->user, "containers.conf.d", pr));
}

/* Find a module of this name: the user's, /etc's or /usr's, in this order. */
static int
add_module(struct sources *ss, const struct request *rq, const char *name,
    struct problem *pr)
{
	const char	*bases[] = { rq->user, rq->etc, rq->usr };
	char		 path[PATH_LEN];
	size_t		 before = ss->n;

	if (*name == '/')
		return (add_file(ss, name, CONF_CONTAINERS, REQUIRED, pr));
	for (size_t i = 0; i < NITEMS(bases); i++) {
		if (*bases[i] == '\0')
			continue;
		if (path_format(path, sizeof(path),
		    "%s/containers.conf.modules/%s", bases[i], name) == -1)
			return (problem_set(pr, "module \"%.80s\": name is too "
			    "long", name));
		if (add_file(ss, path, CONF_CONTAINERS, OPTIONAL, pr) == -1)
			return (-1);
		if (ss->n > before)
			return (0);
	}
	return (problem_set(pr, "module \"%s\" is not in any "
	    "containers.conf.modules directory", name));
}

static int
add_modules(struct sources *ss, const struct request *rq, struct problem *pr)
{
	const char	*name;
	size_t		 it = 0;

	while (rec_next(rq->rec, KEY_AS(opt_module), &it, &name))
		if (add_module(ss, rq, name, pr) == -1)
			return (-1);
	return (0);
}

/*
 * The keys of the system's storage.conf that a rootless user takes, as
 * containers/storage does: how to store, but not the system's directories.
 */
static int
wanted_by_user(const char *name)
{
	static const char *const	 names[] = {
		"storage.driver", "storage.driver_priority",
		"storage.rootless_storage_path",
		"storage.options.ignore_chown_errors",
		"storage.options.overlay.ignore_chown_errors",
		"storage.options.vfs.ignore_chown_errors",
	};

	for (size_t i = 0; i < NITEMS(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (1);
	return (strncmp(name, "storage.options.pull_options.", 29) == 0);
}

/* /etc's storage.conf replaces /usr's; the variable replaces both. */
static int
add_storage(struct sources *ss, const struct request *rq, struct problem *pr)
{
	const char	*env = request_env(rq, "CONTAINERS_STORAGE_CONF");
	size_t		 before = ss->n;

	if (env != NULL)
		return (add_env_file(ss, rq, env, CONF_STORAGE, pr));
	if (add_file_in(ss, rq->etc, "storage.conf", CONF_STORAGE, pr) == -1)
		return (-1);
	if (ss->n == before && add_file_in(ss, rq->usr, "storage.conf",
	    CONF_STORAGE, pr) == -1)
		return (-1);
	if (!rq->rootless)
		return (0);
	if (ss->n > before)
		ss->all[before].wanted = wanted_by_user;
	return (add_file_in(ss, rq->user, "storage.conf", CONF_STORAGE, pr));
}

static int
add_registries_dir(struct sources *ss, const char *base, struct problem *pr)
{
	char	 path[PATH_LEN];

	if (join(path, base, "registries.conf.d", pr) == -1)
		return (-1);
	return (add_dir(ss, path, CONF_REGISTRIES, pr));
}

/*
 * A user's registries.conf replaces the system's and all drop-ins; without it
 * the administrator's files are read, then the user's drop-ins.
 */
static int
add_registries(struct sources *ss, const struct request *rq,
    struct problem *pr)
{
	const char	*env = request_env(rq, "CONTAINERS_REGISTRIES_CONF");
	char		 path[PATH_LEN];
	bool		 own;

	if (env != NULL) {
		if (add_env_file(ss, rq, env, CONF_REGISTRIES, pr) == -1)
			return (-1);
		own = false;
	} else {
		own = request_find(rq, "registries.conf", path) == 0;
		if (*path != '\0' && add_file(ss, path, CONF_REGISTRIES,
		    OPTIONAL, pr) == -1)
			return (-1);
	}
	if (!own && (add_registries_dir(ss, rq->usr, pr) == -1 ||
	    add_registries_dir(ss, rq->etc, pr) == -1))
		return (-1);
	return (*rq->user == '\0' ? 0 : add_registries_dir(ss, rq->user, pr));
}

/* Check files that resolve only finds for other programs. */
static int
add_others(struct sources *ss, const struct request *rq, struct problem *pr)
{
	static const struct {
		const char	*name;
		enum conf_kind	 kind;
	} rows[] = {
		{ "policy.json", CONF_POLICY }, { "mounts.conf", CONF_MOUNTS },
	};
	char	 path[PATH_LEN];

	for (size_t i = 0; i < NITEMS(rows); i++) {
		(void)request_find(rq, rows[i].name, path);
		if (*path != '\0' && add_file(ss, path, rows[i].kind, OPTIONAL,
		    pr) == -1)
			return (-1);
	}
	return (0);
}

int
sources_open(struct sources *ss, const struct request *rq, unsigned int flags,
    struct problem *pr)
{
	const char	*conf = request_env(rq, "CONTAINERS_CONF");
	const char	*over = request_env(rq, "CONTAINERS_CONF_OVERRIDE");

	if ((conf == NULL ? add_standard(ss, rq, pr) :
	    add_env_file(ss, rq, conf, CONF_CONTAINERS, pr)) == -1 ||
	    add_modules(ss, rq, pr) == -1)
		return (-1);
	if (over != NULL &&
	    add_env_file(ss, rq, over, CONF_CONTAINERS, pr) == -1)
		return (-1);
	if (add_storage(ss, rq, pr) == -1)
		return (-1);
	if ((flags & (CONFIG_REGISTRIES | CONFIG_ALL)) != 0 &&
	    add_registries(ss, rq, pr) == -1)
		return (-1);
	return ((flags & CONFIG_ALL) == 0 ? 0 : add_others(ss, rq, pr));
}

char *
slurp(int fd, size_t max, size_t *len)
{
	scoped_free char	*buf = NULL;
	struct stat		 st;
	size_t			 have = 0, size;
	ssize_t			 n;

	if (fstat(fd, &st) == -1)
		return (NULL);
	if (st.st_size < 0 || (size_t)st.st_size > max) {
		errno = EFBIG;
		return (NULL);
	}
	size = (size_t)st.st_size;
	if ((buf = malloc(size + 1)) == NULL)
		return (NULL);
	while (have < size) {
		if ((n = read(fd, buf + have, size - have)) == -1)
			return (NULL);
		if (n == 0)
			break;
		have += (size_t)n;
	}
	buf[have] = '\0';
	*len = have;
	return (take_ptr(&buf));
}

static int
merge_one(const struct source *s, struct settings *out, struct problem *pr)
{
	scoped_free char	*text = NULL;
	struct document		 doc = { .path = s->path, .kind = s->kind,
				    .wanted = s->wanted };

	errno = s->error;
	if (s->error != 0 ||
	    (text = slurp(s->fd, TOML_MAX, &doc.len)) == NULL)
		return (problem_errno(pr, s->path));
	doc.text = text;
	if (s->kind > CONF_REGISTRIES)
		return (other_check(&doc, pr));
	return (merge_document(out, &doc, pr));
}

/* After a wrong file: 0 to go on. */
static int
tolerate(const struct source *s, struct settings *out, unsigned int flags,
    struct problem *pr)
{
	int	 rc = -1;

	if (s->kind == CONF_LIBPOD)	/* of an old podman */
		rc = settings_warn(out, "%s", pr->text);
	else if (is_patient(s->kind) && (flags & CONFIG_ALL) != 0)
		rc = settings_problem(out, other_name(s->kind), pr->text);
	if (rc == 0)
		*pr = (struct problem){ .line = 0 };
	return (rc);
}

int
sources_merge(const struct sources *ss, struct settings *out,
    unsigned int flags, struct problem *pr)
{
	for (size_t i = 0; i < ss->n; i++) {
		const struct source	*s = &ss->all[i];

		if (!s->shadowed && merge_one(s, out, pr) == -1 &&
		    tolerate(s, out, flags, pr) == -1)
			return (-1);
	}
	return (0);
}

struct sources *
sources_new(void)
{
	return (calloc(1, sizeof(struct sources)));
}

void
sources_free(struct sources *ss)
{
	for (size_t i = 0; ss != NULL && i < ss->n; i++) {
		free(ss->all[i].path);
		if (ss->all[i].fd != -1)
			close(ss->all[i].fd);
	}
	free(ss);
}
