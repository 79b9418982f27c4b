#include "request.h"

#include <sys/stat.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "look.h"
#include "record.h"
#include "settings.h"

int
path_format(char *out, size_t size, const char *fmt, ...)
{
	va_list	 ap;
	int	 n;

	va_start(ap, fmt);
	n = vsnprintf(out, size, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < size)
		return (0);
	*out = '\0';
	return (-1);
}

bool
path_exists(const char *path)
{
	struct stat	 st;

	return (look_at(path, &st));
}

bool
path_is_dir(const char *path)
{
	struct stat	 st;

	return (look_at(path, &st) && S_ISDIR(st.st_mode));
}

bool
system_has(const struct request *rq, const char *path)
{
	char	 full[PATH_LEN];

	return (path_format(full, sizeof(full), "%s%s", rq->root, path) == 0 &&
	    path_exists(full));
}

bool
system_has_dir(const struct request *rq, const char *path)
{
	char	 full[PATH_LEN];

	return (path_format(full, sizeof(full), "%s%s", rq->root, path) == 0 &&
	    path_is_dir(full));
}

const char *
request_env(const struct request *rq, const char *name)
{
	char		 key[64];
	const char	*v;

	(void)snprintf(key, sizeof(key), "env:%s", name);
	v = rec_get(rq->rec, KEY_FROM(key));
	return (v == NULL || *v == '\0' ? NULL : v);
}

int
request_path(const struct request *rq, const char *path, char *out,
    size_t size, struct problem *pr)
{
	const char	*cwd = rec_str(rq->rec, KEY(cwd), "");
	int		 rc;

	if (*path != '/')
		look_from(cwd);
	if (*path == '/')
		rc = path_format(out, size, "%s", path);
	else if (*cwd == '/')
		rc = path_format(out, size, "%s/%s", cwd, path);
	else
		return (problem_set(pr, "\"%s\" must be an absolute path",
		    path));
	if (rc == -1)
		return (problem_set(pr, "path \"%.80s...\" is too long", path));
	return (0);
}

int
request_find(const struct request *rq, const char *name, char *out)
{
	const char	*bases[] = { rq->user, rq->etc, rq->usr };

	for (int i = 0; i < 3; i++)
		if (*bases[i] != '\0' && path_format(out, PATH_LEN, "%s/%s",
		    bases[i], name) == 0 && path_exists(out))
			return (i);
	*out = '\0';
	return (-1);
}

bool
request_owns(const struct request *rq, const char *path)
{
	const char	*bases[] = { rq->user, rq->etc, rq->usr };
	size_t		 n;

	for (size_t i = 0; i < 3; i++) {
		n = strlen(bases[i]);
		if (n > 0 && strncmp(path, bases[i], n) == 0 &&
		    path[n] == '/')
			return (true);
	}
	return (false);
}

/* The XDG specification says that relative values are to be ignored. */
static const char *
absolute_env(const struct request *rq, const char *name)
{
	const char	*v = request_env(rq, name);

	return (v != NULL && *v == '/' ? v : NULL);
}

/* $NAME, or $HOME/tail. */
static int
home_dir(struct request *rq, const char *name, const char *tail, char *out,
    struct problem *pr)
{
	const char	*v, *home;
	int		 rc;

	if ((v = absolute_env(rq, name)) != NULL)
		rc = path_format(out, PATH_LEN, "%s", v);
	else if ((home = absolute_env(rq, "HOME")) != NULL)
		rc = path_format(out, PATH_LEN, "%s/%s", home, tail);
	else
		return (problem_set(pr, "neither HOME nor %s is %s; "
		    "set HOME to your home directory", name,
		    request_env(rq, "HOME") != NULL ||
		    request_env(rq, name) != NULL ? "an absolute path" :
		    "set"));
	if (rc == -1)
		return (problem_set(pr, "%s is too long", name));
	return (0);
}

/*
 * Another user may have made /run/user/UID or /tmp/...: it must be the
 * caller's, and closed to others.
 */
static bool
is_private(const char *path, uid_t uid)
{
	struct stat	 st;

	return (look_at_itself(path, &st) && S_ISDIR(st.st_mode) &&
	    st.st_uid == uid && (st.st_mode & 0777) == 0700);
}

/* Is it such a directory, or can it be made in this one? */
static bool
can_be_private(const char *dir, const char *path, uid_t uid)
{
	struct stat	 st;

	return (look_at_itself(path, &st) ? is_private(path, uid) :
	    path_is_dir(dir));
}

/*
 * $HOME/rundir, if HOME names a directory of the caller's, who can make
 * something in it.
 */
static int
find_home_run(struct request *rq, struct problem *pr)
{
	const char	*home = absolute_env(rq, "HOME");
	struct stat	 st;

	if (home == NULL || !look_at(home, &st) || !S_ISDIR(st.st_mode) ||
	    st.st_uid != rq->uid || (st.st_mode & 0300) != 0300)
		return (0);
	return (path_format(rq->home_run, PATH_LEN, "%s/rundir", home) == 0 ?
	    0 : problem_set(pr, "HOME is too long"));
}

/*
 * In podman's order: the caller's XDG_RUNTIME_DIR, /run/user/UID, a directory
 * in TMPDIR if its name is not taken, then $HOME/rundir. The program that uses
 * it makes the last two.
 */
static int
find_runtime_dir(struct request *rq, struct problem *pr)
{
	const char	*v = absolute_env(rq, "XDG_RUNTIME_DIR");
	const char	*tmp = absolute_env(rq, "TMPDIR");
	char		*out = rq->runtime_dir;

	if ((rq->runtime_chosen = v != NULL))
		return (path_format(out, PATH_LEN, "%s", v) == 0 ? 0 :
		    problem_set(pr, "XDG_RUNTIME_DIR is too long"));
	if (path_format(out, PATH_LEN, "%s/run/user/%u", rq->root,
	    rq->uid) == 0 && is_private(out, rq->uid)) {
		rq->runtime_chosen = true;
		return (0);
	}
	if (find_home_run(rq, pr) == -1)
		return (-1);
	if (tmp == NULL)
		tmp = "/tmp";
	if (path_format(out, PATH_LEN, "%s/podman-run-%u", tmp, rq->uid) == -1)
		return (problem_set(pr, "TMPDIR is too long"));
	if (can_be_private(tmp, out, rq->uid))
		return (0);
	if (*rq->home_run == '\0')
		return (problem_set(pr, "no place for what ends with the boot: "
		    "%.400s is not a directory that only you can enter, and "
		    "HOME names no directory of yours; set XDG_RUNTIME_DIR",
		    out));
	return (path_format(out, PATH_LEN, "%s", rq->home_run));
}

/* The caller's address, or the socket at its usual path. */
static void
find_bus(struct request *rq)
{
	const char	*v = request_env(rq, "DBUS_SESSION_BUS_ADDRESS");
	char		 path[PATH_LEN];

	if (v != NULL) {
		(void)path_format(rq->bus, sizeof(rq->bus), "%s", v);
		return;
	}
	if (path_format(path, sizeof(path), "%s/bus", rq->runtime_dir) == 0 &&
	    path_exists(path))
		(void)path_format(rq->bus, sizeof(rq->bus), "unix:path=%s",
		    path);
}

static int
system_dirs(struct request *rq, struct problem *pr)
{
	rq->root = rec_str(rq->rec, KEY(sysroot), "");
	if (path_format(rq->usr, PATH_LEN, "%s/usr/share/containers",
	    rq->root) == -1 || path_format(rq->etc, PATH_LEN,
	    "%s/etc/containers", rq->root) == -1)
		return (problem_set(pr, "sysroot is too long"));
	return (0);
}

static int
user_dirs(struct request *rq, struct problem *pr)
{
	if (home_dir(rq, "XDG_CONFIG_HOME", ".config", rq->config_home,
	    pr) == -1 ||
	    home_dir(rq, "XDG_DATA_HOME", ".local/share", rq->data_home,
	    pr) == -1 || find_runtime_dir(rq, pr) == -1)
		return (-1);
	if (path_format(rq->user, PATH_LEN, "%s/containers",
	    rq->config_home) == -1)
		return (problem_set(pr, "XDG_CONFIG_HOME is too long"));
	find_bus(rq);
	return (0);
}

int
request_init(struct request *rq, const struct rec *rec, struct problem *pr)
{
	const char	*mode = rec_str(rec, KEY(mode), "");
	int64_t		 uid = rec_num(rec, KEY(uid), -1);

	*rq = (struct request){ .rec = rec };
	if (uid < 0 || uid > UINT32_MAX - 1)
		return (problem_set(pr, "the request names no user"));
	rq->uid = (uid_t)uid;
	rq->rootless = strcmp(mode, "rootless") == 0;
	if (!rq->rootless && strcmp(mode, "system") != 0)
		return (problem_set(pr, "mode \"%s\" is neither rootless nor "
		    "system", mode));
	if (system_dirs(rq, pr) == -1)
		return (-1);
	return (rq->rootless ? user_dirs(rq, pr) : 0);
}
