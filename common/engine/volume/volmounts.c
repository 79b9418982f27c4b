#include "volmounts.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
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

#define LOCK_WAIT_MS	120000		/* another container fills the volume */

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
	char	 own[65];

	if (random_hex(own, 32) == -1)
		return (error_set(&s->client.error, errno, "%s",
		    strerror(errno)));
	(void)rec_set(mount, KEY_IN(mount, volume), own);
	(void)rec_add_num(mount, KEY_IN(mount, anon), 1);
	return (set_path(s, mount, own, false));
}

static int
find_one(struct session *s, struct rec *mount)
{
	const char	*name = rec_get(mount, KEY_IN(mount, volume));

	if (name == NULL)
		return (0);
	return (*name == '\0' ? name_own(s, mount) :
	    find_named(s, mount, name));
}

/* Has one of the mounts this key? */
static bool
has_key(const struct rec *def, const char *key)
{
	struct rec	*m;
	size_t		 it = 0;
	bool		 found = false;

	while (!found && (m = rec_sub(def, KEY(mount), &it)) != NULL) {
		found = rec_get(m, KEY_FROM(key)) != NULL;
		rec_free(m);
	}
	return (found);
}

bool
volmounts_any(const struct rec *def)
{
	return (has_key(def, "volume"));
}

bool
volmounts_inside(const struct rec *def)
{
	return (has_key(def, "sub"));
}

/* Replace each mount by what a function makes of it. */
static int
each_mount(struct session *s, struct rec *def,
    int (*fn)(struct session *, struct rec *))
{
	struct rec	*out = rec_new(), *m, *copy;
	size_t		 it = 0;
	int		 rc = out == NULL ? -1 : 0;

	while (rc == 0 && (m = rec_sub(def, KEY(mount), &it)) != NULL) {
		copy = rec_new();
		rc = copy == NULL ? -1 : rec_add_all(copy, m);
		if (rc == 0)
			rc = fn(s, copy);
		if (rc == 0)
			rc = rec_add_rec(out, KEY(mount), copy);
		rec_free(copy);
		rec_free(m);
	}
	rec_del(def, KEY(mount));
	if (rc == 0)
		rc = rec_add_all(def, out);
	rec_free(out);
	return (rc);
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

static unsigned int
count_at(const struct rec *def, const char *dst)
{
	struct rec	*m;
	size_t		 it = 0, n = path_len(dst);
	const char	*other;
	unsigned int	 found = 0;

	while ((m = rec_sub(def, KEY(mount), &it)) != NULL) {
		other = rec_str(m, KEY(dst), "");
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
	struct parse_err	 e;
	scoped_rec struct rec	*m = NULL;
	int			 rc;

	if (spec_ctr_path("volume of the image", path, &e) == -1)
		return (error_set(&s->client.error, EINVAL, "%s", e.text));
	if (count_at(def, path) > 0)
		return (0);
	m = rec_new();
	(void)rec_add(m, KEY(type), "bind");
	(void)rec_add(m, KEY_IN(mount, volume), "");
	(void)rec_add(m, KEY(dst), path);
	for (size_t i = 0; i < sizeof(opts) / sizeof(opts[0]); i++)
		(void)rec_add(m, KEY(opt), opts[i]);
	rc = find_one(s, m);
	if (rc == 0)
		rc = rec_add_rec(def, KEY(mount), m);
	return (rc);
}

/* If another command was killed while it removed one of that name. */
static int
finish_removal(struct session *s, const char *name)
{
	scoped_rec struct rec	*have = volumes_get(s, name);
	bool			 going;

	if (have == NULL)
		return (errno == ENOENT ? 0 : -1);
	going = rec_num(have, KEY(removing), 0) != 0;
	return (going ? volumes_remove(s, name, "") : 0);
}

/*
 * Lock it like a new one; a volume that is removed with its container needs no
 * lock.
 */
static int
new_record(struct session *s, const char *name, bool own, bool rm,
    struct rec *r)
{
	if (own && rm)
		return (rec_add_num(r, KEY(rm), 1));
	return (locks_alloc(s, "vol", name, r));
}

/*
 * Add the record of which statekeep makes the volume of a mount, if there
 * is none of this name when the container is created.
 */
static int
add_record(struct session *s, struct rec *def, const struct rec *mount)
{
	const char	*name = rec_get(mount, KEY_IN(mount, volume));
	bool		 own = rec_num(mount, KEY_IN(mount, anon), 0) != 0;
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
		rc = new_record(s, name, own, rec_num(def, KEY(rm), 0) != 0, r);
	if (rc == 0)
		rc = rec_add_rec(def, KEY(volume), r);
	rec_free(have);
	rec_free(r);
	return (rc);
}

int
volmounts_define(struct session *s, struct rec *def, struct rec *asked,
    const struct rec *image)
{
	struct rec	*m;
	const char	*path;
	size_t		 it = 0;
	int		 rc = 0;

	/* What root granted is what was asked, to the letter. */
	if (!volmounts_any(asked) && rec_get(asked, KEY(granted)) == NULL &&
	    (image == NULL || rec_count(image, KEY_IN(image, volume)) == 0))
		return (0);
	rec_del(def, KEY(mount));
	while (rc == 0 && (m = rec_sub(asked, KEY(mount), &it)) != NULL) {
		rc = rec_add_rec(def, KEY(mount), m);
		rec_free(m);
	}
	for (it = 0; rc == 0 && image != NULL &&
	    rec_next(image, KEY_IN(image, volume), &it, &path);)
		rc = add_image_volume(s, def, path);
	for (it = 0; rc == 0 && (m = rec_sub(def, KEY(mount), &it)) != NULL;) {
		rc = add_record(s, def, m);
		rec_free(m);
	}
	return (rc);
}

void
volmounts_undo(struct session *s, const struct rec *def)
{
	struct rec	*v, *have;
	const char	*name;
	size_t		 it = 0;

	while (def != NULL && (v = rec_sub(def, KEY(volume), &it)) != NULL) {
		name = rec_str(v, KEY(name), "");
		if (rec_text(v, KEY(lock)) != NULL) {
			if ((have = volumes_get(s, name)) == NULL &&
			    errno == ENOENT)
				locks_free_id(s, "vol", name);
			rec_free(have);
		}
		rec_free(v);
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
	size_t		 it = 0;
	int		 state, rc = 0;

	while (rc != -1 && (m = rec_sub(def, KEY(mount), &it)) != NULL) {
		state = rec_get(m, KEY(sub)) == NULL ? VOLUME_USED :
		    make_one(s, m);
		if (state != VOLUME_USED)
			rc = state == -1 ? -1 : 1;
		rec_free(m);
	}
	return (rc);
}

/*
 * A volume that has not been used yet is filled by one container; others wait
 * for its lock until it is. A copy that was cut short is made anew.
 */
static int
fill_one(struct session *s, struct rec *mount)
{
	const char	*name = rec_get(mount, KEY_IN(mount, volume));
	int		 state;

	if (rec_get(mount, KEY(sub)) == NULL)
		return (0);
	if ((state = make_one(s, mount)) == -1 || state == VOLUME_USED)
		return (state == -1 ? -1 : 0);
	if (locks_take(s, "vol", name, LOCK_WAIT_MS) == -1 ||
	    (state = store_volume_fill(&s->client, name,
	    is_legacy(s, mount) == 1)) == -1)
		return (-1);
	if (state == VOLUME_USED) {
		locks_drop(s, "vol", name);
		return (0);
	}
	/* As launch has them: 1 first, 2 again, 3 mode and owner alone. */
	return (rec_add_num(mount, KEY(copyup), rec_num(mount, KEY(nocopy),
	    0) != 0 ?
	    3 : state == VOLUME_FILLING ? 2 : 1));
}

int
volmounts_fill(struct session *s, struct rec *full)
{
	return (each_mount(s, full, fill_one));
}

static int
filled_one(struct session *s, const struct rec *mount)
{
	const char	*name = rec_str(mount, KEY_IN(mount, volume), "");

	if (rec_text(mount, KEY(copyup)) == NULL)
		return (0);
	if (store_volume_filled(&s->client, name, is_legacy(s, mount) == 1) ==
	    -1)
		return (-1);
	locks_drop(s, "vol", name);
	return (0);
}

int
volmounts_filled(struct session *s, const struct rec *full)
{
	struct rec	*m;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (m = rec_sub(full, KEY(mount), &it)) != NULL) {
		rc = filled_one(s, m);
		rec_free(m);
	}
	return (rc);
}
