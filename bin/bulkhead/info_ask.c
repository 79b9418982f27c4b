/*
 * The questions of `info`. Each runs in a process of its own (part.h), which
 * opens what it needs, as any command does, and may fail alone.
 */
#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "calls.h"
#include "cleanup.h"
#include "command.h"
#include "command_session.h"
#include "config.h"
#include "info_ask.h"
#include "probe.h"
#include "reconcile.h"
#include "record.h"
#include "root.h"
#include "runtimes.h"
#include "say.h"
#include "session.h"
#include "states.h"
#include "version.h"

static int
open_with(struct session *s, struct cli *g, const struct rec *config,
    unsigned int need)
{
	if ((s->config = rec_new()) == NULL ||
	    rec_add_all(s->config, config) == -1)
		return (say_error("%s", strerror(errno)), -1);
	return (command_open(s, g, need, NULL));
}

int
info_config(struct cli *g, const struct rec *none, struct rec *out)
{
	struct session	 s = { 0 };

	(void)none;
	if (command_open(&s, g, NEED_CONFIG, NULL) == -1)
		return (EXIT_ENGINE);
	(void)rec_add_all(out, s.config);
	session_close(&s);
	return (0);
}

int
info_state(struct cli *g, const struct rec *config, struct rec *out)
{
	struct session	 s = { 0 };
	struct rec	*rows, *row;
	int64_t		 n = 0, running = 0, paused = 0, state;
	size_t		 it = 0;

	if (open_with(&s, g, config, NEED_STATE) == -1)
		return (EXIT_ENGINE);
	if ((rows = containers_reconciled(&s)) == NULL)
		return (session_error(&s));
	while ((row = rec_sub(rows, KEY(ctr), &it)) != NULL) {
		state = rec_num(row, KEY(state), 0);
		running += state == CTR_RUNNING || state == CTR_STOPPING;
		paused += state == CTR_PAUSED;
		n++;
		rec_free(row);
	}
	rec_free(rows);
	config_copy_merged(out, s.config);
	(void)rec_add_num(out, KEY(number), n);
	(void)rec_add_num(out, KEY(paused), paused);
	(void)rec_add_num(out, KEY(running), running);
	(void)rec_add_num(out, KEY(stopped), n - running - paused);
	session_close(&s);
	return (0);
}

int
info_store(struct cli *g, const struct rec *config, struct rec *out)
{
	struct session	 s = { 0 };
	struct rec	*images;

	if (open_with(&s, g, config, NEED_STORE) == -1)
		return (EXIT_ENGINE);
	if ((images = store_images(&s.client)) == NULL)
		return (session_error(&s));
	(void)rec_add_num(out, KEY(number), (int64_t)rec_count(images,
	    KEY_IN(images, image)));
	rec_free(images);
	session_close(&s);
	return (0);
}

int
info_ids(struct cli *g, const struct rec *config, struct rec *out)
{
	struct session	 s = { 0 };
	int64_t		 count;
	char		 why[1024];

	if (open_with(&s, g, config, NEED_IDS) == -1)
		return (EXIT_ENGINE);
	if ((count = ids_query(&s.client, why)) == -1)
		return (session_error(&s));
	(void)rec_add_num(out, KEY(ids), count);
	(void)rec_add(out, KEY(text), why);
	session_close(&s);
	return (0);
}

int
info_locks(struct cli *g, const struct rec *config, struct rec *out)
{
	struct session	 s = { 0 };
	struct rec	*used;
	int64_t		 total;

	if (open_with(&s, g, config, NEED_LOCK) == -1)
		return (EXIT_ENGINE);
	used = lock_list(&s.client, true);
	if (used == NULL)
		return (session_error(&s));
	(void)rec_add(out, KEY(type), rec_str(s.config, KEY_AS(lock_type),
	    "shm"));
	total = rec_num(s.config, KEY_AS(num_locks), 2048);
	(void)rec_add_num(out, KEY(total), total);
	(void)rec_add_num(out, KEY(free), total -
	    (int64_t)rec_count(used, KEY_IN(locks, lock)));
	rec_free(used);
	session_close(&s);
	return (0);
}

/* Asked apart from the rest: this one must be right, or says what is not. */
int
info_registries(struct cli *g, const struct rec *config, struct rec *out)
{
	struct session	 s = { .config_flags = CONFIG_REGISTRIES };
	struct rec_item	 item;
	size_t		 it = 0;

	(void)config;
	if (command_open(&s, g, NEED_CONFIG, NULL) == -1)
		return (EXIT_ENGINE);
	while (rec_walk(s.config, &it, &item))
		if (strncmp(item.key, "registries.", 11) == 0 &&
		    item.text != NULL)
			(void)rec_add(out, KEY_FROM(item.key), item.text);
	session_close(&s);
	return (0);
}

/* --- the file system of the storage --- */

/* containers/storage's words. */
static const char *
file_system(long magic)
{
	static const struct {
		long		 magic;
		const char	*name;
	} known[] = {
		{ EXT4_SUPER_MAGIC, "extfs" },
		{ BTRFS_SUPER_MAGIC, "btrfs" },
		{ XFS_SUPER_MAGIC, "xfs" },
		{ TMPFS_MAGIC, "tmpfs" },
		{ OVERLAYFS_SUPER_MAGIC, "overlayfs" },
		{ NFS_SUPER_MAGIC, "nfs" },
		{ FUSE_SUPER_MAGIC, "fuse" },
		{ F2FS_SUPER_MAGIC, "f2fs" },
		{ REISERFS_SUPER_MAGIC, "reiserfs" },
		{ SQUASHFS_MAGIC, "squashfs" },
		{ V9FS_MAGIC, "v9fs" },
		{ 0x2fc12fc1, "zfs" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].magic == magic)
			return (known[i].name);
	return ("<unknown>");
}

/* Does a directory say what its entries are? "." and ".." are always there. */
static const char *
has_d_type(int dir)
{
	int		 fd = openat(dir, ".", O_RDONLY | O_DIRECTORY |
			    O_CLOEXEC);
	DIR		*d = fd == -1 ? NULL : fdopendir(fd);
	struct dirent	*e = d == NULL ? NULL : readdir(d);
	const char	*answer = e == NULL ? "unknown" :
			    e->d_type == DT_UNKNOWN ? "false" : "true";

	if (d != NULL)
		(void)closedir(d);
	else if (fd != -1)
		close(fd);
	return (answer);
}

/* The storage, or what it would be made in. */
static int
open_nearest(const char *path)
{
	char	 at[PATH_MAX], *slash;
	int	 fd;

	if (strlcpy(at, path, sizeof(at)) >= sizeof(at) || *at != '/')
		return (-1);
	while ((fd = open(at, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1 &&
	    errno == ENOENT && (slash = strrchr(at, '/')) != at)
		*slash = '\0';
	return (fd);
}

int
info_disk(struct cli *g, const struct rec *config, struct rec *out)
{
	const char	*path = rec_str(config, KEY_AS(path_graph), "");
	scoped_fd int	 dir = -1;
	struct statfs	 fs;

	(void)g;
	if ((dir = open_nearest(path)) == -1 || fstatfs(dir, &fs) == -1)
		return (say_error("cannot open the storage %s: %s", path,
		    strerror(errno)));
	(void)rec_add(out, KEY(d_type), has_d_type(dir));
	root_drop();
	confined_enter(false);
	(void)rec_add(out, KEY(fs), file_system((long)fs.f_type));
	(void)rec_add_num(out, KEY(allocated),
	    (int64_t)(fs.f_blocks * (uint64_t)fs.f_bsize));
	(void)rec_add_num(out, KEY(used),
	    (int64_t)((fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize));
	return (0);
}

/* --- programs of the host --- */

/* Path, version and package of one, as `name` in the answer. */
static void
describe(struct rec *r, const char *path, const struct probe *a)
{
	(void)rec_add(r, KEY(path), path);
	(void)rec_add(r, KEY(version), a->version);
	(void)rec_add(r, KEY(package), a->package);
	if (!a->ran)
		(void)rec_addf(r, KEY(error), "%s does not say its version",
		    path);
}

static void
one_runtime(struct probes *p, const struct rec *config, const char *name,
    struct rec *out)
{
	struct rec	*r = rec_new();
	struct runtime	 rt;
	struct probe	 a;
	struct error	 e;

	if (r == NULL)
		return;
	(void)rec_add(r, KEY(name), name);
	if (runtimes_find(config, name, &rt, &e) == -1) {
		/* Most of the table is optional, and was not requested. */
		if (errno == EINVAL)
			goto out;
		(void)rec_add(r, KEY(error), e.text);
	} else {
		(void)rec_add_num(r, KEY_IN(program, json), rt.json);
		(void)rec_add_num(r, KEY(nocgroups), rt.nocgroups);
		(void)rec_add_num(r, KEY(kvm), rt.kvm);
		if (probes_ask(p, rt.path, &a))
			describe(r, rt.path, &a);
	}
	(void)rec_add_rec(out, KEY_IN(part, runtime), r);
 out:
	rec_free(r);
}

static void
runtimes(struct probes *p, const struct rec *config, struct rec *out)
{
	struct runtime	 rt;
	const char	*name = NULL;
	struct error	 e;
	size_t		 it = 0;

	while (runtimes_next(config, &it, &name))
		one_runtime(p, config, name, out);
	if (runtimes_default(config, &rt, &e) == 0)
		(void)rec_add(out, KEY(configured), rt.own ? RUNTIME_SHOWN :
		    rt.name);
	else
		(void)rec_add(out, KEY(configured_error), e.text);
	/* One that is named by its path is not in the table. */
	if (*rec_str(config, KEY_AS(engine_runtime), "") == '/')
		one_runtime(p, config, rec_str(config, KEY_AS(engine_runtime),
		    ""),
		    out);
}

/* "conmon version 2.1.6, commit: unknown", as podman has it. */
static void
one_line(char *version)
{
	char	 rest[sizeof(((struct probe *)0)->version)];
	size_t	 n = strcspn(version, "\n");

	if (version[n] == '\0')
		return;
	(void)strlcpy(rest, version + n + 1, sizeof(rest));
	(void)snprintf(version + n, sizeof(rest) - n, ", %s", rest);
}

/* podman's rules for its monitor, and its sentences. */
static void
conmon(struct probes *p, const struct rec *config, struct rec *out)
{
	struct rec	*r = rec_new();
	struct stat	 st;
	struct probe	 a;
	char		 path[PATH_MAX], old[PATH_MAX] = "";

	for (size_t n = 0; r != NULL && runtimes_candidate(config,
	    "engine.conmon_path", "conmon", n, path, sizeof(path)); n++) {
		if (stat(path, &st) == -1 || S_ISDIR(st.st_mode) ||
		    !probes_ask(p, path, &a))
			continue;
		if (a.ran && runtimes_conmon_fits(a.version)) {
			one_line(a.version);
			describe(r, path, &a);
			break;
		}
		if (*old == '\0')
			(void)strlcpy(old, path, sizeof(old));
	}
	if (rec_get(r, KEY(path)) == NULL && *old != '\0')
		(void)rec_addf(r, KEY(error),
		    "%s is not conmon 2.0.1 or later; "
		    "please update to v2.0.1 or later: outdated conmon "
		    "version", old);
	else if (rec_get(r, KEY(path)) == NULL)
		(void)rec_add(r, KEY(error), "could not find a working conmon "
		    "binary: invalid argument; bulkhead does not need one, "
		    "it has its own monitor");
	(void)rec_add_rec(out, KEY(conmon), r);
	rec_free(r);
}

/* Our own, beside us. They have our version, and need not be asked. */
static void
own(struct probes *p, const struct client *client, struct key_rec key,
    struct rec *out)
{
	const char	*file = key.name;
	struct rec	*r = rec_new();
	struct probe	 a;
	char		 link[64], path[PATH_MAX];
	ssize_t		 n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d",
	    client->libexec_fd);
	if (r == NULL || (n = readlink(link, path, sizeof(path) - 1)) == -1)
		goto out;
	path[n] = '\0';
	if (strlcat(path, "/", sizeof(path)) >= sizeof(path) ||
	    strlcat(path, file, sizeof(path)) >= sizeof(path))
		goto out;
	if (probes_package(p, path, &a)) {
		(void)rec_add(r, KEY(path), path);
		(void)rec_add(r, KEY(package), a.package);
		(void)rec_addf(r, KEY(version), "bulkhead %s version "
		    BULKHEAD_VERSION, file);
	} else
		(void)rec_addf(r, KEY(error), "%s: %s", path, strerror(errno));
	(void)rec_add_rec(out, key, r);
 out:
	rec_free(r);
}

/* A program that is only shown where it is: the key names its paths. */
static void
optional(struct probes *p, const struct rec *config, const char *key,
    struct key_rec name, struct rec *out)
{
	struct rec	*r = rec_new();
	struct probe	 a;
	char		 path[PATH_MAX];

	if (r != NULL && runtimes_path(config, key, name.name, path,
	    sizeof(path)) == 0 && probes_ask(p, path, &a)) {
		describe(r, path, &a);
		(void)rec_add_rec(out, name, r);
	}
	rec_free(r);
}

/* overlay.mount_program: what it is, for the options of the storage. */
static void
mount_programs(struct probes *p, const struct rec *config, struct rec *out)
{
	static const char *const	 keys[] = {
	    key_text_overlay_mount_program,
	    key_text_any_mount_program };
	const char			*path;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if ((path = rec_get(config, KEY_FROM(keys[i]))) != NULL &&
		    *path == '/') {
			struct rec	*r = rec_new();
			struct probe	 a;

			if (r != NULL && probes_ask(p, path, &a))
				describe(r, path, &a);
			(void)rec_add_rec(out, KEY(mount_program), r);
			rec_free(r);
			return;
		}
}

int
info_programs(struct cli *g, const struct rec *config, struct rec *out)
{
	struct client	 client;
	struct stat	 st;
	struct probes	*p;
	scoped_fd int	 dir = -1;
	int		 remember;

	if (client_init(&client, g->trace, g->verbose, say_helpers) == -1)
		return (say_error("%s", client.error.text));
	/* Only root may be able to walk there; then only its owner's counts. */
	dir = open(rec_str(config, KEY_AS(path_run), ""),
	    O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC);
	root_drop();
	if (dir == -1 || fstat(dir, &st) == -1 || st.st_uid != geteuid())
		remember = -1;
	else
		remember = dir;
	if ((p = probes_new(remember)) == NULL)
		return (say_error("%s", strerror(errno)));
	own(p, &client, KEY(launch), out);
	own(p, &client, KEY(monitor), out);
	runtimes(p, config, out);
	conmon(p, config, out);
	optional(p, config, "engine.network_cmd_path", KEY(slirp4netns), out);
	mount_programs(p, config, out);
	probes_end(p);
	return (0);
}
