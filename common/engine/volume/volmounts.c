#include "volmounts.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "calls.h"
#include "grant.h"
#include "locks.h"
#include "parse.h"
#include "random.h"
#include "record.h"
#include "session.h"
#include "spec.h"
#include "volumes.h"

/* The volume is a directory of the host, by the options of its driver. */
static void
set_device(struct rec *mount, const struct rec *volume)
{
	const char	*v;
	size_t		 it = 0;

	(void)rec_set(mount, KEY(src), rec_str(volume, KEY(device), ""));
	while (rec_next(volume, KEY(device_opt), &it, &v))
		(void)rec_add(mount, KEY(opt), v);
}

/* The volume is, or will be, in the storage. */
static int
set_path(struct session *s, struct rec *mount, const char *name, bool legacy)
{
	char	 path[PATH_MAX];

	if (volumes_path(s, name, legacy, path) == -1)
		return (-1);
	(void)rec_del(mount, KEY(sub));
	(void)rec_del(mount, KEY(src));
	return (rec_add(mount, KEY(sub), path) == -1 ? -1 :
	    rec_addf(mount, KEY(src), "%s/%s", s->graph, path));
}

static int
find_named(struct session *s, struct rec *mount, const char *name)
{
	scoped_rec struct rec	*have = volumes_get(s, name);
	int			 rc = 0;

	if (have == NULL && errno != ENOENT)
		return (-1);
	if (have == NULL || rec_num(have, KEY(removing), 0) != 0)
		rc = set_path(s, mount, name, false);
	else if (rec_get(have, KEY(device)) == NULL)
		rc = set_path(s, mount, name, volumes_is_legacy(s, have));
	else if ((rc = grant_volume_check(s, have)) == 0)
		set_device(mount, have);
	return (rc);
}

/* An anonymous volume gets a name, and goes with its container. */
static int
name_own(struct session *s, struct rec *mount)
{
	char	 own[ID_TEXT];

	if (random_hex(own, 32) == -1)
		return (error_set(&s->client.error, errno, "%s",
		    strerror(errno)));
	(void)rec_set(mount, KEY_IN(mount, volume), own);
	(void)rec_add_num(mount, KEY_IN(mount, anon), 1);
	return (set_path(s, mount, own, false));
}

static int
find_one(struct session *s, struct rec *mount, const struct rec *done)
{
	const char	*name = rec_get(mount, KEY_IN(mount, volume));

	(void)done;
	if (name == NULL)
		return (0);
	return (*name == '\0' ? name_own(s, mount) :
	    find_named(s, mount, name));
}

/* Has one of the mounts this key? */
static bool
has_key(const struct rec *def, struct key_any key)
{
	struct rec	*m;

	rec_each(m, def, KEY(mount))
		if (record_text(m, key) != NULL)
			return (true);
	return (false);
}

bool
volmounts_any(const struct rec *def)
{
	return (has_key(def, KEY_ANY(KEY_IN(mount, volume))));
}

bool
volmounts_inside(const struct rec *def)
{
	return (has_key(def, KEY_ANY(KEY(sub))));
}

/* Replace mounts by what a function, which sees those before, makes of it. */
static int
each_mount(struct session *s, struct rec *def,
    int (*fn)(struct session *, struct rec *, const struct rec *))
{
	scoped_rec struct rec	*out = rec_new();
	struct rec		*m;

	rec_each(m, def, KEY(mount))
		if (fn(s, m, out) == -1 ||
		    rec_add_rec(out, KEY(mount), m) == -1)
			return (-1);
	rec_del(def, KEY(mount));
	return (rec_add_all(def, out));
}

int
volmounts_find(struct session *s, struct rec *def)
{
	if (!volmounts_any(def))
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

static bool
is_mounted(const struct rec *def, const char *dst)
{
	struct rec	*m;
	size_t		 n = path_len(dst);
	const char	*other;

	rec_each(m, def, KEY(mount)) {
		other = rec_str(m, KEY(dst), "");
		if (path_len(other) == n && memcmp(other, dst, n) == 0)
			return (true);
	}
	return (false);
}

/* A stranger's word: it is checked as one on the command line. */
static int
add_image_volume(struct session *s, struct rec *def, const char *path,
    bool tmpfs)
{
	static const char *const	 volume[] = { "nodev", "exec", "nosuid",
					    "rbind", "rprivate", "rw", NULL };
	static const char *const	 memory[] = { "nodev", "exec", "nosuid",
					    "rprivate", "rw", "tmpcopyup",
					    NULL };
	const char *const		*opt = tmpfs ? memory : volume;
	struct parse_err	 e;
	scoped_rec struct rec	*m = NULL;

	if (spec_ctr_path("volume of the image", path, &e) == -1)
		return (parse_error(&e, &s->client.error));
	if (is_mounted(def, path))
		return (0);
	m = rec_new();
	(void)rec_add(m, KEY(type), tmpfs ? "tmpfs" : "bind");
	if (!tmpfs)
		(void)rec_add(m, KEY_IN(mount, volume), "");
	(void)rec_add(m, KEY(dst), path);
	for (; *opt != NULL; opt++)
		(void)rec_add(m, KEY(opt), *opt);
	return (find_one(s, m, NULL) == -1 ? -1 :
	    rec_add_rec(def, KEY(mount), m));
}

/*
 * Add the record of which statekeep makes the volume of a mount, if there
 * is none of this name when the container is created.
 */
static int
add_record(struct session *s, struct rec *def, const struct rec *mount)
{
	const char		*name = rec_get(mount, KEY_IN(mount, volume));
	bool			 own = rec_num(mount, KEY_IN(mount, anon),
				    0) != 0;
	scoped_rec struct rec	*r = NULL, *have = NULL;

	if (name == NULL)
		return (0);
	if (!own && (have = volumes_get(s, name)) == NULL && errno != ENOENT)
		return (-1);
	if ((r = volumes_record(s, name, own)) == NULL)
		return (-1);
	/* One that is removed with its container needs no lock. */
	if ((own && rec_num(def, KEY(rm), 0) != 0 ?
	    rec_add_num(r, KEY(rm), 1) :
	    volumes_lock_new(s, have, name, r)) == -1)
		return (-1);
	return (rec_add_rec(def, KEY(volume), r));
}

int
volmounts_define(struct session *s, struct rec *def, const struct rec *asked,
    const struct rec *image, const char *mode)
{
	bool		 tmpfs = strcmp(mode, "tmpfs") == 0;
	struct rec	*m;
	const char	*path;

	if (strcmp(mode, "ignore") == 0)
		image = NULL;
	/* What root granted is what was asked, to the letter. */
	if (!volmounts_any(asked) && rec_get(asked, KEY(granted)) == NULL &&
	    (image == NULL || rec_count(image, KEY_IN(image, volume)) == 0))
		return (0);
	rec_del(def, KEY(mount));
	if (rec_copy(def, asked, KEY(mount)) == -1)
		return (-1);
	rec_each_text(path, image, KEY_IN(image, volume))
		if (add_image_volume(s, def, path, tmpfs) == -1)
			return (-1);
	rec_each(m, def, KEY(mount))
		if (add_record(s, def, m) == -1)
			return (-1);
	return (0);
}

void
volmounts_undo(struct session *s, const struct rec *def)
{
	struct rec	*v;
	const char	*name;

	rec_each(v, def, KEY(volume)) {
		scoped_rec struct rec	*have = NULL;

		name = rec_str(v, KEY(name), "");
		if (rec_text(v, KEY(lock)) != NULL &&
		    (have = volumes_get(s, name)) == NULL && errno == ENOENT)
			locks_free_id(s, "vol", name);
	}
}

/* Is the volume of a mount where versions before this one put it? */
static int
is_legacy(struct session *s, const struct rec *mount)
{
	const char	*name = rec_str(mount, KEY_IN(mount, volume), "");
	const char	*sub = rec_str(mount, KEY(sub), "");
	char		 path[PATH_MAX];

	for (int legacy = 0; legacy < 2; legacy++) {
		if (volumes_path(s, name, legacy != 0, path) == -1)
			return (-1);
		if (strcmp(path, sub) == 0)
			return (legacy);
	}
	return (error_set(&s->client.error, EINVAL, "the definition of the "
	    "container does not say where volume %s is", name));
}

/* Make the directory of a mount's volume: enum volume_state, or -1. */
static int
make_one(struct session *s, const struct rec *mount)
{
	int	 legacy = is_legacy(s, mount);

	return (legacy == -1 ? -1 : store_volume_make(&s->client,
	    rec_str(mount, KEY_IN(mount, volume), ""), legacy != 0));
}

int
volmounts_make(struct session *s, const struct rec *def)
{
	struct rec	*m;
	int		 state, rc = 0;

	rec_each(m, def, KEY(mount)) {
		if (rec_get(m, KEY(sub)) == NULL)
			continue;
		if ((state = make_one(s, m)) == -1)
			return (-1);
		if (state != VOLUME_USED)
			rc = 1;
	}
	return (rc);
}

/* Does an earlier mount of this container fill the same volume? */
static bool
is_filling(const struct rec *done, const char *name)
{
	struct rec	*m;

	rec_each(m, done, KEY(mount))
		if (rec_text(m, KEY(copyup)) != NULL &&
		    strcmp(rec_str(m, KEY_IN(mount, volume), ""), name) == 0)
			return (true);
	return (false);
}

/*
 * A volume that has not been used yet is filled by one container; others wait
 * for its lock until it is. A copy that was cut short is made anew.
 */
static int
fill_one(struct session *s, struct rec *mount, const struct rec *done)
{
	const char	*name = rec_get(mount, KEY_IN(mount, volume));
	int		 state;

	if (rec_get(mount, KEY(sub)) == NULL || is_filling(done, name))
		return (0);
	if ((state = make_one(s, mount)) == -1 || state == VOLUME_USED)
		return (state == -1 ? -1 : 0);
	if (locks_take(s, "vol", name, LOCK_WAIT_FILL_MS) == -1 ||
	    (state = store_volume_fill(&s->client, name,
	    is_legacy(s, mount) == 1)) == -1)
		return (-1);
	if (state == VOLUME_USED) {
		locks_drop(s, "vol", name);
		return (0);
	}
	/* As launch has them: 1 first, 2 again, 3 mode and owner alone. */
	return (rec_add_num(mount, KEY(copyup),
	    rec_num(mount, KEY(nocopy), 0) != 0 ? 3 :
	    state == VOLUME_FILLING ? 2 : 1));
}

int
volmounts_fill(struct session *s, struct rec *full)
{
	return (each_mount(s, full, fill_one));
}

int
volmounts_filled(struct session *s, const struct rec *full)
{
	struct rec	*m;
	const char	*name;

	rec_each(m, full, KEY(mount)) {
		if (rec_text(m, KEY(copyup)) == NULL)
			continue;
		name = rec_str(m, KEY_IN(mount, volume), "");
		if (store_volume_filled(&s->client, name,
		    is_legacy(s, m) == 1) == -1)
			return (-1);
		locks_drop(s, "vol", name);
	}
	return (0);
}
