#include "grant.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache.h"
#include "calls.h"
#include "cleanup.h"
#include "layout.h"
#include "nitems.h"
#include "path.h"
#include "record.h"
#include "session.h"

#define KEY_FILE	LAYOUT_ROOT_KEYS "/key"

/* --- directories --- */

/*
 * Is it that path or, with `inside`, directly in it? Not further below: the
 * account may write there, and a link of its own on the way would lead root
 * anywhere.
 */
static bool
is_at(const char *path, const char *top, bool inside)
{
	size_t	 n = strlen(top);

	while (n > 1 && top[n - 1] == '/')
		n--;
	if (n <= 1 || strncmp(path, top, n) != 0 ||
	    (path[n] != '\0' && path[n] != '/'))
		return (false);
	path += n + strspn(path + n, "/");
	return (*path == '\0' || (inside && path_is_name(path)));
}

static bool
is_option(const struct session *s, const char *path, bool inside)
{
	static const char *const names[] = { "root", "runroot", "tmpdir",
		"volumepath" };
	char			 given[PATH_MAX];
	const char		*value;

	for (size_t i = 0; i < NITEMS(names); i++) {
		value = rec_get(s->options.settings, KEY_FROM(names[i]));
		if (value == NULL)
			continue;
		if (is_at(path, value, inside) || (*value != '/' &&
		    realpath(value, given) != NULL &&
		    is_at(path, given, inside)))
			return (true);
	}
	return (false);
}

static bool
is_chosen(const struct session *s, const char *path, bool inside)
{
	static const char *const builtin[] = { LAYOUT_SYSTEM_STATE,
		LAYOUT_SYSTEM_RUN, "/var/lib/containers/storage",
		"/run/containers" };
	const char		*earlier;

	if (strstr(path, "/../") != NULL)
		return (false);
	for (size_t i = 0; i < NITEMS(builtin); i++)
		if (is_at(path, builtin[i], inside))
			return (true);
	rec_each_text(earlier, s->chosen, KEY(path))
		if (is_at(path, earlier, inside))
			return (true);
	return (is_option(s, path, inside));
}

bool
grant_is_chosen(const struct session *s, const char *path)
{
	return (is_chosen(s, path, true));
}

void
grant_choose(struct session *s, const char *path)
{
	if (s->chosen == NULL)
		s->chosen = rec_new();
	if (s->chosen != NULL)
		(void)rec_add(s->chosen, KEY(path), path);
}

/* Is this directory what is at the path, and not a link there? */
static bool
is_no_link(int dir, const char *path)
{
	struct stat	 st, at;

	return (fstat(dir, &st) == 0 && lstat(path, &at) == 0 &&
	    st.st_dev == at.st_dev && st.st_ino == at.st_ino);
}

/* Empty, but for our state and what Debian's podman makes at each boot? */
static bool
is_bare(int dir)
{
	DIR		*d = path_open_dir(dir, ".");
	struct dirent	*e;

	if (d == NULL)
		return (false);
	while ((e = readdir(d)) != NULL && (!path_is_name(e->d_name) ||
	    strcmp(e->d_name, "tmp") == 0 ||
	    strcmp(e->d_name, LAYOUT_STATE_NAME) == 0))
		;
	closedir(d);
	return (e == NULL);
}

static int
no_storage(struct session *s, const char *path)
{
	return (error_set(&s->client.error, EPERM, "%.400s is no storage of "
	    "containers yet: root makes one where an option says (--root "
	    "%.400s), not where a configuration file does", path, path));
}

int
grant_check_storage(struct session *s, int dir, const char *path)
{
	static const char *const names[] = { "overlay-layers", "vfs-layers",
		"storage.lock" };
	struct stat		 st;

	/* Root's own: the account makes nothing as root but in a storage. */
	for (size_t i = 0; i < NITEMS(names); i++)
		if (fstatat(dir, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_uid == 0)
			return (0);
	if (!is_chosen(s, path, is_no_link(dir, path)))
		return (no_storage(s, path));
	if (is_bare(dir))
		return (0);
	return (error_set(&s->client.error, EPERM, "%.400s is no storage of "
	    "containers and is not empty; root's containers need a directory "
	    "of their own for it", path));
}

bool
grant_is_reachable(const char *path)
{
	char		 real[PATH_MAX], *slash;
	struct statvfs	 fs;
	struct stat	 st;

	if (realpath(path, real) == NULL || statvfs(real, &fs) == -1 ||
	    (fs.f_flag & ST_NOSUID) != 0)
		return (false);
	while ((slash = strrchr(real, '/')) != NULL && slash != real) {
		*slash = '\0';
		if (stat(real, &st) == -1 || (st.st_mode & S_IXOTH) == 0)
			return (false);
	}
	return (true);
}

static bool
is_state_in_graph(const struct session *s, const char *path)
{
	const char	*graph = session_text(s, path_graph);
	size_t		 n = strlen(graph);

	return (n > 0 && strncmp(path, graph, n) == 0 && path[n] == '/' &&
	    strcmp(path + n + 1, LAYOUT_STATE_NAME) == 0);
}

int
grant_own_dir(struct session *s, const char *path)
{
	bool		 make = grant_is_chosen(s, path);
	scoped_fd int	 fd = make ? path_private_dir(session_makes(s, path),
			    false) :
			    open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat	 st = { 0 };

	if (fd != -1 && fstat(fd, &st) == 0 && st.st_uid != 0)
		return (take_fd(&fd));
	if (!make && is_state_in_graph(s, path))
		return (no_storage(s, s->graph));
	if (!make)
		return (error_set(&s->client.error, EPERM, "%.400s is no "
		    "directory of the account's yet: root makes one where an "
		    "option says, not where a configuration file does; install "
		    "-d -m 700 -o " LAYOUT_ACCOUNT " -g " LAYOUT_ACCOUNT
		    " %.400s", path, path));
	if (fd == -1)
		return (error_set(&s->client.error, errno, "cannot make the "
		    "directory %s: %s", path, strerror(errno)));
	/* What the account may have put there is never handed over. */
	if (!is_no_link(fd, path) || path_is_empty(fd, ".") != 1)
		return (error_set(&s->client.error, EPERM, "%.400s "
		    "belongs to root, and is a link or has files in "
		    "it; if it is bulkhead's, give it to its account: "
		    "chown -R bulkhead: %.400s", path, path));
	if (fchown(fd, s->client.uid, s->client.gid) == -1)
		return (error_set(&s->client.error, errno, "cannot hand over "
		    "%s: %s", path, strerror(errno)));
	return (take_fd(&fd));
}

int
grant_state_in(struct session *s, int graph)
{
	const char	*path = session_text(s, path_state);
	scoped_fd int	 fd = -1;

	if (!is_state_in_graph(s, path))
		return (0);
	(void)session_makes(s, path);
	if (mkdirat(graph, LAYOUT_STATE_NAME, 0700) == -1)
		return (errno == EEXIST ? 0 : session_errno(s,
		    "cannot make the directory", path));
	fd = openat(graph, LAYOUT_STATE_NAME,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || path_is_empty(fd, ".") != 1 ||
	    fchown(fd, s->client.uid, s->client.gid) == -1)
		return (session_errno(s, "cannot hand over", path));
	return (0);
}

/* --- codes --- */

/*
 * The key is not kept below a graph root, where the account can create files of
 * any owner. It outlives a boot, because root's definitions do.
 */
void
grant_open(struct session *s)
{
	struct stat	 st;

	if (s->inherit)
		return;
	(void)mkdir(LAYOUT_ROOT_KEYS, 0700);
	if (lstat(LAYOUT_ROOT_KEYS, &st) == 0 && S_ISDIR(st.st_mode) &&
	    st.st_uid == 0 && (st.st_mode & 022) == 0)
		mac_open(&s->root_key, KEY_FILE, true);
}

/* Not a tmpfs, and not a volume, which the storage has. */
bool
grant_is_host(const struct rec *mount)
{
	return (strcmp(rec_str(mount, KEY(type), ""), "bind") == 0 &&
	    rec_get(mount, KEY(sub)) == NULL);
}

/* Add root's code over a statement, which this takes. 0 or -1. */
static int
sign_statement(struct session *s, struct rec *statement, struct rec *to)
{
	scoped_rec struct rec	*r = statement;
	char			 code[MAC_TEXT];

	if (r == NULL || mac_record(&s->root_key, r, code) == -1)
		return (error_set(&s->client.error, errno, "cannot use root's "
		    "key " KEY_FILE ": %s", strerror(errno)));
	return (rec_set(to, KEY(grant), code));
}

/* Has a record the right code over a statement, which this takes? */
static bool
is_signed(struct session *s, struct rec *statement, const struct rec *by)
{
	scoped_rec struct rec	*r = statement;
	const char		*code = rec_get(by, KEY(grant));
	char			 right[MAC_TEXT];

	return (r != NULL && code != NULL && strlen(code) == MAC_TEXT - 1 &&
	    mac_record(&s->root_key, r, right) == 0 &&
	    mac_same(code, right, MAC_TEXT));
}

/* All that the code is made over. NULL: no memory. */
static struct rec *
container_statement(const char *id, const struct rec *def)
{
	struct rec	*r = rec_new(), *mount;

	if (r == NULL)
		return (NULL);
	(void)rec_add(r, KEY(container), id);
	rec_each(mount, def, KEY(mount))
		if (grant_is_host(mount))
			(void)rec_add_rec(r, KEY(mount), mount);
	if (rec_get(def, KEY(rootfs)) != NULL)
		(void)rec_add(r, KEY(rootfs), rec_get(def, KEY(rootfs)));
	(void)rec_copy(r, def, KEY(granted));
	return (r);
}

static struct rec *
volume_statement(const struct rec *v)
{
	struct rec	*r = rec_new();

	if (r == NULL)
		return (NULL);
	(void)rec_add(r, KEY_IN(image, volume), rec_str(v, KEY(name), ""));
	(void)rec_add(r, KEY(device), rec_str(v, KEY(device), ""));
	(void)rec_copy(r, v, KEY(device_opt));
	return (r);
}

void
grant_setting(struct session *s, const char *key, const char *value,
    char *code)
{
	scoped_rec struct rec	*r = rec_new();

	*code = '\0';
	if (r == NULL)
		return;
	(void)rec_add(r, KEY_IN(grant, state), session_text(s, path_state));
	(void)rec_add(r, KEY(setting), key);
	(void)rec_add(r, KEY(value), value);
	if (mac_record(&s->root_key, r, code) == -1)
		*code = '\0';
}

/* --- containers and volumes --- */

uint32_t
grant_flags(const struct rec *mount)
{
	static const struct {
		const char	*off, *on;
		uint32_t	 flag;
	} words[] = {
		{ "rw", "ro", GRANT_RDONLY },
		{ "suid", "nosuid", GRANT_NOSUID },
		{ "dev", "nodev", GRANT_NODEV },
		{ "bind", "rbind", GRANT_DEEP },
	};
	uint32_t	 flags = GRANT_NOSUID | GRANT_NODEV | GRANT_DEEP;
	const char	*opt;

	rec_each_text(opt, mount, KEY(opt))
		for (size_t i = 0; i < NITEMS(words); i++) {
			if (strcmp(opt, words[i].on) == 0)
				flags |= words[i].flag;
			if (strcmp(opt, words[i].off) == 0)
				flags &= ~words[i].flag;
		}
	return (flags);
}

/* podman's message for a source of a mount, whichever call failed. */
static int
path_error(struct session *s, const char *path)
{
	return (error_set(&s->client.error, errno, "statfs %s: %s", path,
	    strerror(errno)));
}

/*
 * A path that root named may lead through links, which are root's choice now;
 * later another user may have replaced them. So the place that they lead to is
 * granted, and is opened again without following a link.
 */
static int
find_one(struct session *s, struct rec *wants, const char *path)
{
	scoped_fd int	 named = open(path, O_PATH | O_CLOEXEC), again = -1;
	struct stat	 a, b;
	char		 link[64], place[PATH_MAX];
	ssize_t		 n;

	if (named == -1)
		return (path_error(s, path));
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", named);
	if ((n = readlink(link, place, PATH_MAX - 1)) == -1)
		return (path_error(s, path));
	place[n] = '\0';
	if ((again = path_open_place(place, O_PATH)) == -1 ||
	    fstat(named, &a) == -1 || fstat(again, &b) == -1)
		return (path_error(s, path));
	errno = ESTALE;
	return (a.st_dev == b.st_dev && a.st_ino == b.st_ino ?
	    rec_add(wants, KEY(granted), place) : path_error(s, path));
}

static int
find_all(struct session *s, struct rec *wants)
{
	struct rec	*mount;

	rec_each(mount, wants, KEY(mount))
		if (grant_is_host(mount) && find_one(s, wants, rec_str(mount,
		    KEY(src), "")) == -1)
			return (-1);
	return (rec_get(wants, KEY(rootfs)) == NULL ? 0 :
	    find_one(s, wants, rec_get(wants, KEY(rootfs))));
}

int
grant_look(struct session *s, const struct rec *wants)
{
	const char	*rootfs = rec_get(wants, KEY(rootfs));
	struct rec	*mount;
	struct stat	 st;

	rec_each(mount, wants, KEY(mount))
		if (grant_is_host(mount) &&
		    stat(rec_str(mount, KEY(src), ""), &st) == -1)
			return (path_error(s, rec_str(mount, KEY(src), "")));
	return (rootfs == NULL || stat(rootfs, &st) == 0 ? 0 :
	    path_error(s, rootfs));
}

/* The next of the places that were found when the container was made. */
static int
grant_next(struct session *s, const struct rec *def, size_t *at, uint32_t flags)
{
	const char	*place;
	scoped_fd int	 fd = -1;

	if (!rec_next(def, KEY(granted), at, &place))
		return (-1);
	if ((fd = path_open_place(place, O_PATH)) != -1)
		return (ids_grant(&s->client, flags, fd) == 0 ? 0 :
		    error_prefix(&s->client.error, place));
	if (errno != ELOOP)
		return (path_error(s, place));
	return (error_set(&s->client.error, errno, "%s was no symbolic link "
	    "when the container was made: it is not followed now; put it back, "
	    "or make the container anew", place));
}

/* Grants are numbered as they are made: see give_mounts in start.c. */
static int
grant_all(struct session *s, const struct rec *def)
{
	struct rec	*mount;
	size_t		 at = 0;

	rec_each(mount, def, KEY(mount))
		if (grant_is_host(mount) &&
		    grant_next(s, def, &at, grant_flags(mount)) == -1)
			return (-1);
	/*
	 * --rootfs may contain set-user-ID programs; device nodes are
	 * refused.
	 */
	return (rec_get(def, KEY(rootfs)) == NULL ? 0 :
	    grant_next(s, def, &at, GRANT_NODEV));
}

int
grant_make(struct session *s, const char *id, struct rec *wants, bool once)
{
	if (find_all(s, wants) == -1 || grant_all(s, wants) == -1)
		return (-1);
	return (once || rec_get(wants, KEY(granted)) == NULL ? 0 :
	    sign_statement(s, container_statement(id, wants), wants));
}

/* Does it mount anything of the host? */
static bool
has_host(const struct rec *def)
{
	struct rec	*mount;

	rec_each(mount, def, KEY(mount))
		if (grant_is_host(mount))
			return (true);
	return (rec_get(def, KEY(rootfs)) != NULL);
}

int
grant_again(struct session *s, const char *id, const struct rec *def)
{
	if (!s->system || !has_host(def))
		return (0);
	if (is_signed(s, container_statement(id, def), def))
		return (grant_all(s, def));
	return (error_set(&s->client.error, EPERM, "container %.12s cannot be "
	    "started: %s; remove it and make it again", id,
	    rec_get(def, KEY(grant)) == NULL ? "it mounts files of the host, "
	    "and was made by an older bulkhead, which did not record that root "
	    "granted them" : "its record says that it mounts files of the host "
	    "which root did not grant it, or not like this"));
}

int
grant_copy(struct rec *def, const struct rec *wants)
{
	const char	*code = rec_get(wants, KEY(grant));

	if (rec_copy(def, wants, KEY(granted)) == -1)
		return (-1);
	return (code == NULL ? 0 : rec_set(def, KEY(grant), code));
}

int
grant_volume(struct session *s, struct rec *v)
{
	return (!s->system || rec_get(v, KEY(device)) == NULL ? 0 :
	    sign_statement(s, volume_statement(v), v));
}

int
grant_volume_check(struct session *s, const struct rec *v)
{
	if (!s->system || rec_get(v, KEY(device)) == NULL ||
	    is_signed(s, volume_statement(v), v))
		return (0);
	return (error_set(&s->client.error, EPERM, "volume %.64s cannot be "
	    "used: its record says that it is %.400s on the host, which root "
	    "did not grant%s; remove it and create it again",
	    rec_str(v, KEY(name), ""), rec_str(v, KEY(device), ""),
	    rec_get(v, KEY(grant)) == NULL ? " as far as this version of "
	    "bulkhead recorded" : ""));
}
