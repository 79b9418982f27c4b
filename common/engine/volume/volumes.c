#include "volumes.h"

#include <sys/random.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "grant.h"
#include "lock.h"
#include "locks.h"
#include "objlock.h"
#include "parse.h"
#include "path.h"
#include "record.h"
#include "session.h"
#include "spec.h"
#include "state.h"
#include "store.h"

/*
 * Beside _data lies, for as long as the volume has not been used, one of
 * these. Where neither is, it is used as it is.
 */
#define FRESH		"fresh"		/* fill it with what it covers */
#define FILLING		"filling"	/* somebody is, or was killed at it */

#define DATA		"_data"
/*
 * Ours lie in this directory of the volume path: no volume of podman can have
 * such a name, so neither engine ever has a directory of the other's.
 */
#define OWN		".bulkhead"
#define TRASH		"bulkhead/.trash"
#define LOCK_WAIT_MS	120000		/* for another's copy of an image */

int
volumes_name(char *id)
{
	uint8_t	 raw[32];

	if (getrandom(raw, sizeof(raw), 0) != sizeof(raw))
		return (-1);
	for (size_t i = 0; i < sizeof(raw); i++)
		(void)snprintf(id + 2 * i, 3, "%02x", raw[i]);
	return (0);
}

/* The part of volume_path below the graph root; NULL with a sentence. */
static const char *
base(struct session *s)
{
	const char	*path = session_config(s, "engine.volume_path", "");
	size_t		 n = strlen(s->graph);

	if (*path == '\0')
		return ("volumes");
	if (n > 0 && strncmp(path, s->graph, n) == 0 && path[n] == '/' &&
	    path[n + 1] != '\0' && strstr(path + n, "..") == NULL)
		return (path + n + 1);
	(void)error_set(&s->client.error, ENOTSUP, "volumes outside of the "
	    "storage are not supported by bulkhead yet: the volume path %s is "
	    "not below %s", path, s->graph);
	return (NULL);
}

/* Where a new volume of this name will be, below the graph root. 0 or -1. */
static int
place(struct session *s, const char *name, char *out, size_t size)
{
	const char	*dir = base(s);

	if (dir == NULL)
		return (-1);
	if ((size_t)snprintf(out, size, "%s/" OWN "/%s", dir, name) < size)
		return (0);
	return (error_set(&s->client.error, ENAMETOOLONG, "the path of volume "
	    "%s is too long", name));
}

/* The directory that has this _data in it. False: it is none. */
static bool
above_data(const char *data, char *out, size_t size)
{
	size_t	 n = strlen(data), tail = strlen("/" DATA);

	if (n <= tail || strcmp(data + n - tail, "/" DATA) != 0 ||
	    n - tail >= size)
		return (false);
	memcpy(out, data, n - tail);
	out[n - tail] = '\0';
	return (true);
}

/*
 * Where the volume of this record is, below the graph root: versions before
 * this one put it where podman has its own. The record is not believed
 * anything else.
 */
static int
place_of(struct session *s, const struct rec *have, char *out, size_t size)
{
	const char	*name = rec_str(have, "name", ""), *dir = base(s);
	char		 old[PATH_MAX];

	if (dir == NULL)
		return (-1);
	if ((size_t)snprintf(old, sizeof(old), "%s/%s/%s/" DATA, s->graph,
	    dir, name) < sizeof(old) &&
	    strcmp(rec_str(have, "mountpoint", ""), old) == 0 &&
	    above_data(old + strlen(s->graph) + 1, out, size))
		return (0);
	return (place(s, name, out, size));
}

struct rec *
volumes_record(struct session *s, const char *name, bool own)
{
	struct rec	*r;
	struct timespec	 now;
	char		 where[PATH_MAX];

	if (place(s, name, where, sizeof(where)) == -1)
		return (NULL);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	r = rec_new();
	(void)rec_add(r, "name", name);
	(void)rec_add(r, "driver", "local");
	(void)rec_addf(r, "mountpoint", "%s/%s/" DATA, s->graph, where);
	(void)rec_add_num(r, "created", now.tv_sec * 1000000000L +
	    now.tv_nsec);
	if (own)
		(void)rec_add(r, "anon", "1");
	return (r);
}

struct rec *
volumes_get(struct session *s, const char *name)
{
	struct rec	*r = state_object_get(&s->client, OBJ_VOLUME, name);

	/* The beginning of a name finds one, too. */
	if (r != NULL && strcmp(rec_str(r, "id", ""), name) == 0)
		return (r);
	if (r != NULL || errno == EEXIST)
		(void)error_set_code(&s->client.error, ERR_NO_SUCH_VOLUME,
		    ENOENT, "no volume with name \"%s\" found: no such volume",
		    name);
	rec_free(r);
	return (NULL);
}

/* One that is a directory of the host, by its driver's options. */
static int
add_device(struct rec *mount, const struct rec *volume)
{
	const char	*v;
	size_t		 it = 0;

	(void)rec_set(mount, "src", rec_str(volume, "device", ""));
	while (rec_next(volume, "device_opt", &it, &v))
		(void)rec_add(mount, "opt", v);
	return (1);
}

/* 1: it is elsewhere. 0: it is, or will be, there. -1. */
static int
find_named(struct session *s, struct rec *mount, const char *name,
    char *where, size_t size)
{
	struct rec	*have = volumes_get(s, name);
	int		 rc;

	if (have == NULL && errno != ENOENT)
		return (-1);
	if (have == NULL || rec_num(have, "removing", 0) != 0)
		rc = place(s, name, where, size);
	else if (rec_get(have, "device") != NULL)
		rc = grant_volume_check(s, have) == -1 ? -1 :
		    add_device(mount, have);
	else
		rc = place_of(s, have, where, size);
	rec_free(have);
	return (rc);
}

/* It gets a name and is its container's own. */
static int
name_own(struct session *s, struct rec *mount, char *where, size_t size)
{
	char	 own[65];

	if (volumes_name(own) == -1)
		return (error_set(&s->client.error, errno, "%s",
		    strerror(errno)));
	(void)rec_set(mount, "volume", own);
	(void)rec_add(mount, "anon", "1");
	return (place(s, own, where, size));
}

static int
find_one(struct session *s, struct rec *mount)
{
	const char	*name = rec_get(mount, "volume");
	char		 where[PATH_MAX];
	int		 rc;

	if (name == NULL)
		return (0);
	rc = *name == '\0' ? name_own(s, mount, where, sizeof(where)) :
	    find_named(s, mount, name, where, sizeof(where));
	if (rc != 0)
		return (rc == -1 ? -1 : 0);
	(void)rec_del(mount, "sub");
	(void)rec_del(mount, "src");
	return (rec_addf(mount, "sub", "%s/" DATA, where) == -1 ? -1 :
	    rec_addf(mount, "src", "%s/%s/" DATA, s->graph, where));
}

bool
volumes_any(const struct rec *def)
{
	struct rec	*m;
	size_t		 it = 0;
	bool		 found = false;

	while (!found && (m = rec_sub(def, "mount", &it)) != NULL) {
		found = rec_get(m, "volume") != NULL;
		rec_free(m);
	}
	return (found);
}

bool
volumes_inside(const struct rec *def)
{
	struct rec	*m;
	size_t		 it = 0;
	bool		 found = false;

	while (!found && (m = rec_sub(def, "mount", &it)) != NULL) {
		found = rec_get(m, "sub") != NULL;
		rec_free(m);
	}
	return (found);
}

/* Replace each mount by what a function makes of it. */
static int
each_mount(struct session *s, struct rec *def,
    int (*fn)(struct session *, struct rec *))
{
	struct rec	*out = rec_new(), *m, *copy;
	size_t		 it = 0;
	int		 rc = out == NULL ? -1 : 0;

	while (rc == 0 && (m = rec_sub(def, "mount", &it)) != NULL) {
		copy = rec_new();
		rc = copy == NULL ? -1 : rec_add_all(copy, m);
		if (rc == 0)
			rc = fn(s, copy);
		if (rc == 0)
			rc = rec_add_rec(out, "mount", copy);
		rec_free(copy);
		rec_free(m);
	}
	rec_del(def, "mount");
	if (rc == 0)
		rc = rec_add_all(def, out);
	rec_free(out);
	return (rc);
}

int
volumes_find(struct session *s, struct rec *def)
{
	if (!volumes_any(def))
		return (0);
	return (each_mount(s, def, find_one));
}

static size_t
path_len(const char *path)
{
	size_t	 n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return (n);
}

static unsigned int
count_at(const struct rec *def, const char *dst)
{
	struct rec	*m;
	size_t		 it = 0, n = path_len(dst);
	const char	*other;
	unsigned int	 found = 0;

	while ((m = rec_sub(def, "mount", &it)) != NULL) {
		other = rec_str(m, "dst", "");
		found += path_len(other) == n && memcmp(other, dst, n) == 0;
		rec_free(m);
	}
	return (found);
}

/* A stranger's word: it is checked as one on the command line. */
static int
add_image_volume(struct session *s, struct rec *def, const char *path)
{
	static const char *const	 opts[] = { "nodev", "exec", "nosuid",
					    "rbind", "rprivate", "rw" };
	struct parse_err		 e;
	struct rec			*m;
	int				 rc;

	if (spec_ctr_path("volume of the image", path, &e) == -1)
		return (error_set(&s->client.error, EINVAL, "%s", e.text));
	if (count_at(def, path) > 0)
		return (0);
	m = rec_new();
	(void)rec_add(m, "type", "bind");
	(void)rec_add(m, "volume", "");
	(void)rec_add(m, "dst", path);
	for (size_t i = 0; i < sizeof(opts) / sizeof(opts[0]); i++)
		(void)rec_add(m, "opt", opts[i]);
	rc = find_one(s, m);
	if (rc == 0)
		rc = rec_add_rec(def, "mount", m);
	rec_free(m);
	return (rc);
}

/* If another command was killed while it removed one of that name. */
static int
finish_removal(struct session *s, const char *name)
{
	struct rec	*have = volumes_get(s, name);
	bool		 going;

	if (have == NULL)
		return (errno == ENOENT ? 0 : -1);
	going = rec_num(have, "removing", 0) != 0;
	rec_free(have);
	return (going ? volumes_remove(s, name, "") : 0);
}

/* As what is new; of what goes with its container nobody needs the lock. */
static int
new_record(struct session *s, const char *name, bool own, bool rm,
    struct rec *r)
{
	if (own && rm)
		return (rec_add(r, "rm", "1"));
	return (objlock_alloc(s, "vol", name, r));
}

/* What statekeep makes of it when there is none of this name yet. */
static int
add_record(struct session *s, struct rec *def, const struct rec *mount)
{
	const char	*name = rec_get(mount, "volume");
	bool		 own = rec_num(mount, "anon", 0) != 0;
	struct rec	*r, *have = NULL;
	int		 rc = 0;

	if (name == NULL)
		return (0);
	if (!own && (finish_removal(s, name) == -1 ||
	    ((have = volumes_get(s, name)) == NULL && errno != ENOENT)))
		return (-1);
	if ((r = volumes_record(s, name, own)) == NULL)
		rc = -1;
	else if (have == NULL)
		rc = new_record(s, name, own, rec_num(def, "rm", 0) != 0, r);
	if (rc == 0)
		rc = rec_add_rec(def, "volume", r);
	rec_free(have);
	rec_free(r);
	return (rc);
}

int
volumes_define(struct session *s, struct rec *def, struct rec *asked,
    const struct rec *image)
{
	struct rec	*m;
	const char	*path;
	size_t		 it = 0;
	int		 rc = 0;

	/* What root granted is what was asked, to the letter. */
	if (!volumes_any(asked) && rec_get(asked, "granted") == NULL &&
	    (image == NULL || rec_count(image, "volume") == 0))
		return (0);
	rec_del(def, "mount");
	while (rc == 0 && (m = rec_sub(asked, "mount", &it)) != NULL) {
		rc = rec_add_rec(def, "mount", m);
		rec_free(m);
	}
	for (it = 0; rc == 0 && image != NULL &&
	    rec_next(image, "volume", &it, &path);)
		rc = add_image_volume(s, def, path);
	for (it = 0; rc == 0 && (m = rec_sub(def, "mount", &it)) != NULL;) {
		rc = add_record(s, def, m);
		rec_free(m);
	}
	return (rc);
}

void
volumes_undo(struct session *s, const struct rec *def)
{
	struct rec	*v, *have;
	const char	*name;
	size_t		 it = 0;

	while (def != NULL && (v = rec_sub(def, "volume", &it)) != NULL) {
		name = rec_str(v, "name", "");
		if (rec_get(v, "lock") != NULL) {
			if ((have = volumes_get(s, name)) == NULL &&
			    errno == ENOENT)
				objlock_free(s, "vol", name);
			rec_free(have);
		}
		rec_free(v);
	}
}

static int
drop_lock(struct session *s, const char *name)
{
	char	 lock[LOCKS_NAME];

	(void)snprintf(lock, sizeof(lock), "vol:%.72s", name);
	return (lock_drop(&s->client, lock));
}

/* _data comes last: where it is, the rest is. */
static int
make_in(int dir)
{
	scoped_fd int	 mark = -1, data = -1;

	mark = openat(dir, FRESH, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (mark == -1 || (mkdirat(dir, DATA, 0700) == -1 && errno != EEXIST))
		return (-1);
	data = path_open(dir, DATA, O_RDONLY | O_DIRECTORY, 0);
	return (data == -1 ? -1 : fchmod(data, 0755));
}

static bool
is_there(int dir, const char *name)
{
	struct stat	 st;

	return (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0);
}

/* Its directory, opened; made if there is none. */
static int
open_dir(struct session *s, const char *name, const char *where)
{
	scoped_fd int	 dir = -1;

	dir = path_open(s->graph_fd, where, O_RDONLY | O_DIRECTORY, 0);
	if (dir == -1 && errno == ENOENT)
		dir = path_mkdirs(s->graph_fd, where, 0700);
	if (dir != -1 && (is_there(dir, DATA) || make_in(dir) == 0))
		return (take_fd(&dir));
	return (error_set(&s->client.error, errno, "cannot make the directory "
	    "of volume %s, %s/%s: %s", name, s->graph, where, strerror(errno)));
}

int
volumes_make_dir(struct session *s, const char *name)
{
	char		 where[PATH_MAX];
	scoped_fd int	 dir = -1;

	if (place(s, name, where, sizeof(where)) == 0)
		dir = open_dir(s, name, where);
	return (dir == -1 ? -1 : 0);
}

/* The directory of a mount that is a volume; its `sub` says where it is. */
static int
open_mount(struct session *s, const struct rec *mount)
{
	const char	*name = rec_str(mount, "volume", "");
	char		 where[PATH_MAX];

	if (above_data(rec_str(mount, "sub", ""), where, sizeof(where)))
		return (open_dir(s, name, where));
	return (error_set(&s->client.error, EINVAL, "the definition of the "
	    "container does not say where volume %s is", name));
}

int
volumes_make_dirs(struct session *s, const struct rec *def)
{
	struct rec	*m;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (m = rec_sub(def, "mount", &it)) != NULL) {
		if (rec_get(m, "sub") != NULL) {
			scoped_fd int	 dir = open_mount(s, m);

			rc = dir == -1 ? -1 : 0;
		}
		rec_free(m);
	}
	return (rc);
}

/*
 * A volume that nobody has used yet is filled by one container; others wait
 * until it is. A copy that was cut short is made anew.
 */
static int
ready_one(struct session *s, struct rec *mount)
{
	const char	*name = rec_get(mount, "volume");
	scoped_fd int	 dir = -1;
	bool		 again;

	if (rec_get(mount, "sub") == NULL)
		return (0);
	if ((dir = open_mount(s, mount)) == -1)
		return (-1);
	if (!is_there(dir, FRESH) && !is_there(dir, FILLING))
		return (0);
	if (locks_take(s, "vol", name, LOCK_WAIT_MS) == -1)
		return (-1);
	again = is_there(dir, FILLING);
	if (!again && renameat(dir, FRESH, dir, FILLING) == -1)
		return (errno == ENOENT ? drop_lock(s, name) :
		    error_set(&s->client.error, errno, "cannot use volume "
		    "%s: %s", name, strerror(errno)));
	/* As launch has them: 1 first, 2 again, 3 mode and owner alone. */
	return (rec_add_num(mount, "copyup", rec_num(mount, "nocopy", 0) != 0 ?
	    3 : again ? 2 : 1));
}

int
volumes_ready(struct session *s, struct rec *full)
{
	return (volumes_any(full) ? each_mount(s, full, ready_one) : 0);
}

static int
ask_filled(struct session *s, int dir, const char *name)
{
	(void)unlinkat(dir, FILLING, 0);
	return (drop_lock(s, name));
}

int
volumes_settle(struct session *s, const struct rec *full)
{
	struct rec	*m;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (m = rec_sub(full, "mount", &it)) != NULL) {
		if (rec_get(m, "copyup") != NULL) {
			scoped_fd int	 dir = open_mount(s, m);

			rc = dir == -1 ? -1 : ask_filled(s, dir,
			    rec_str(m, "volume", ""));
		}
		rec_free(m);
	}
	return (rc);
}

static bool
is_shared(struct session *s, const struct rec *have, const char *where)
{
	struct stat	 sb;

	/* A name that was made up, no other engine has. */
	return (strstr(where, "/" OWN "/") == NULL &&
	    rec_get(have, "anon") == NULL && fstatat(s->graph_fd, "libpod",
	    &sb, AT_SYMLINK_NOFOLLOW) == 0);
}

/*
 * Its directory goes where the store deletes things, as root of their ids.
 * One that an older version put where podman has its volumes may be a volume
 * of podman by now, or have been: the data stays.
 */
static int
to_trash(struct session *s, const struct rec *have)
{
	const char	*name = rec_str(have, "name", "");
	char		 where[PATH_MAX], rnd[65], to[96];
	scoped_fd int	 trash = -1;

	if (rec_get(have, "device") != NULL)
		return (0);		/* it has no directory of ours */
	if (place_of(s, have, where, sizeof(where)) == -1)
		return (-1);
	if (is_shared(s, have, where)) {
		session_warn(s, "the data of volume %s stays in %s/%s, where "
		    "podman has its volumes: delete it if podman volume ls "
		    "does not list it", name, s->graph, where);
		return (0);
	}
	trash = path_mkdirs(s->graph_fd, TRASH, 0700);
	if (trash == -1 || volumes_name(rnd) == -1)
		return (error_set(&s->client.error, errno, "cannot remove "
		    "volume %s: %s", name, strerror(errno)));
	(void)snprintf(to, sizeof(to), TRASH "/%.16s", rnd);
	if (renameat(s->graph_fd, where, s->graph_fd, to) == 0 ||
	    errno == ENOENT)
		return (0);
	return (error_set(&s->client.error, errno, "cannot remove volume %s: "
	    "%s", name, strerror(errno)));
}

/* With its lock, if it has one. Two may have met here: one finds it gone. */
static int
remove_named(struct session *s, const char *name, const char *by, bool lock)
{
	struct rec	*have;
	int		 rc;

	if (state_object_remove(&s->client, OBJ_VOLUME, OBJ_MARK, name, by) ==
	    -1)
		return (-1);
	if ((have = volumes_get(s, name)) == NULL)
		return (errno == ENOENT ? 0 : -1);
	rc = to_trash(s, have);
	rec_free(have);
	if (rc == -1 || (state_object_remove(&s->client, OBJ_VOLUME, OBJ_FINISH,
	    name, by) == -1 && errno != ENOENT))
		return (-1);
	if (lock)
		objlock_free(s, "vol", name);
	return (0);
}

int
volumes_remove(struct session *s, const char *name, const char *by)
{
	return (remove_named(s, name, by, true));
}

static int
drop_one(struct session *s, const char *name, const char *id, bool lock)
{
	if (remove_named(s, name, id, lock) == 0 || errno == ENOENT ||
	    errno == EBUSY)
		return (0);
	return (-1);
}

/* A whole row has a definition; one from a list, the names alone. */
int
volumes_drop_own(struct session *s, const struct rec *row)
{
	const char	*id = rec_str(row, "id", ""), *name;
	bool		 lock = rec_num(row, "rm", 0) == 0;
	struct rec	*def, *v;
	size_t		 it = 0;
	int		 rc = 0;

	if (rec_get(row, "anon") != NULL) {
		while (rc == 0 && rec_next(row, "anon", &it, &name))
			rc = drop_one(s, name, id, lock);
		return (rc);
	}
	if ((def = rec_sub(row, "def", &it)) == NULL)
		return (0);
	for (it = 0; rc == 0 && (v = rec_sub(def, "volume", &it)) != NULL;) {
		if (rec_num(v, "anon", 0) != 0)
			rc = drop_one(s, rec_str(v, "name", ""), id, lock);
		rec_free(v);
	}
	rec_free(def);
	return (rc);
}

int
volumes_refresh(struct session *s)
{
	struct rec	*all, *v;
	const char	*name;
	size_t		 it = 0;
	int		 rc = 0;

	if (s->graph_fd == -1)
		return (0);
	all = state_objects(&s->client, OBJ_VOLUME);
	while (all != NULL && (v = rec_sub(all, "obj", &it)) != NULL) {
		name = rec_str(v, "id", "");
		if (rec_get(v, "user") == NULL &&
		    (rec_num(v, "removing", 0) != 0 ||
		    rec_num(v, "rm", 0) != 0) &&
		    volumes_remove(s, name, "") == -1 && errno != ENOENT) {
			session_warn(s, "volume %s could not be refreshed: %s",
			    name, s->client.error.text);
			rc = -1;
		}
		rec_free(v);
	}
	rec_free(all);
	return (all == NULL ? -1 : rc);
}

void
volumes_tidy(struct session *s)
{
	(void)session_store_userns(s);
	(void)store_tidy(&s->client);
	error_clear(&s->client.error);
}
