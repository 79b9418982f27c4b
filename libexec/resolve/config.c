#include "config.h"

#include <stdio.h>
#include <string.h>

#include "layout.h"
#include "look.h"
#include "nitems.h"
#include "settings.h"

static int
too_long(struct problem *pr, const char *what)
{
	return (problem_set(pr, "%s: path is too long", what));
}

/* Set a default that depends on the machine, where no file or option has. */
static int
put_default(struct settings *s, const char *name, const char *value,
    struct problem *pr)
{
	const struct setting	*it = settings_find(s, name);

	if (it != NULL && it->n > 0 && it->values[0][0] != '\0')
		return (0);
	if (settings_put_str(s, name, value, ORIGIN_BUILTIN) == -1)
		return (problem_no_memory(pr));
	return (0);
}

/* --- storage --- */

/* The value of $NAME at p, and the length of the name. NULL: not allowed. */
static const char *
variable(const struct request *rq, const char *p, size_t *len, char *uid,
    size_t size)
{
	*len = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	if (*len == 3 && strncmp(p, "UID", 3) == 0) {
		(void)snprintf(uid, size, "%u", rq->uid);
		return (uid);
	}
	if (*len == 4 && strncmp(p, "HOME", 4) == 0)
		return (request_env(rq, "HOME"));
	if (*len == 4 && strncmp(p, "USER", 4) == 0)
		return (request_env(rq, "USER"));
	return (NULL);
}

/*
 * A rootless path may have $HOME, $UID and $USER in it, as podman's does, and
 * no other variable.
 */
static int
expand(const struct request *rq, const struct setting *it, char *out,
    struct problem *pr)
{
	const char	*p = it->values[0], *v;
	char		 uid[16];
	size_t		 n = 0, len;

	while (*p != '\0' && n < PATH_LEN - 1) {
		if (*p != '$') {
			out[n++] = *p++;
			continue;
		}
		v = variable(rq, p + 1, &len, uid, sizeof(uid));
		if (v == NULL)
			return (problem_set(pr, "%s: %s may use $HOME, $UID "
			    "and $USER only, where they are set: \"%s\"",
			    it->origin, it->name, it->values[0]));
		if (strlen(v) > PATH_LEN - 1 - n)
			return (too_long(pr, it->name));
		memcpy(out + n, v, strlen(v));
		n += strlen(v);
		p += 1 + len;
	}
	out[n] = '\0';
	if (*p != '\0')
		return (too_long(pr, it->name));
	if (*out != '/')
		return (problem_set(pr, "%s: %s must be an absolute path, not "
		    "\"%s\"", it->origin, it->name, it->values[0]));
	while (n > 1 && out[n - 1] == '/')
		out[--n] = '\0';
	return (0);
}

/* Expand a configured path. 1: there is one, 0: there is none. */
static int
chosen_path(const struct settings *s, const struct request *rq,
    const char *name, char *out, struct problem *pr)
{
	struct setting	*it = settings_find(s, name);

	if (it == NULL || it->n == 0 || it->values[0][0] == '\0')
		return (0);
	if (expand(rq, it, out, pr) == -1)
		return (-1);
	if (settings_refine(it, out) == -1)
		return (problem_no_memory(pr));
	return (1);
}

static int
builtin_graph(const struct request *rq, char *out)
{
	return (rq->rootless ? path_format(out, PATH_LEN,
	    "%s/containers/storage", rq->data_home) :
	    path_format(out, PATH_LEN, "/var/lib/containers/storage"));
}

static int
builtin_run_root(const struct request *rq, char *out)
{
	return (rq->rootless ? path_format(out, PATH_LEN, "%s/containers",
	    rq->runtime_dir) : path_format(out, PATH_LEN,
	    "/run/containers/storage"));
}

static int
config_graph(struct settings *s, const struct request *rq, struct places *pl,
    struct problem *pr)
{
	int	 rc;

	if ((rc = chosen_path(s, rq, "storage.graphroot", pl->graph,
	    pr)) != 0)
		return (rc == -1 ? -1 : 0);
	rc = !rq->rootless ? 0 : chosen_path(s, rq,
	    "storage.rootless_storage_path", pl->graph, pr);
	if (rc == -1)
		return (-1);
	if (rc == 0 && builtin_graph(rq, pl->graph) == -1)
		return (too_long(pr, "storage.graphroot"));
	return (put_default(s, "storage.graphroot", pl->graph, pr));
}

static int
config_run_root(struct settings *s, const struct request *rq,
    struct places *pl, struct problem *pr)
{
	int	 rc;

	if ((rc = chosen_path(s, rq, "storage.runroot", pl->run_storage,
	    pr)) != 0)
		return (rc == -1 ? -1 : 0);
	if (builtin_run_root(rq, pl->run_storage) == -1)
		return (too_long(pr, "storage.runroot"));
	return (put_default(s, "storage.runroot", pl->run_storage, pr));
}

static const char *const	 drivers[] = { "overlay", "vfs" };

/*
 * The driver of an existing store, if none is configured, or NULL. Directories
 * alone are left by a command that failed.
 */
static const char *
guess_driver(const struct places *pl)
{
	char	 path[PATH_LEN + 32];

	for (size_t i = 0; i < NITEMS(drivers); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s-layers/layers.lock",
		    pl->graph, drivers[i]);
		if (path_exists(path))
			return (drivers[i]);
	}
	return (NULL);
}

/* The driver of a new store: the first of the user's list that we have. */
static const char *
prefer_driver(const struct settings *s)
{
	const struct setting	*it = settings_find(s,
				    "storage.driver_priority");

	for (size_t i = 0; it != NULL && i < it->n; i++)
		for (size_t j = 0; j < NITEMS(drivers); j++)
			if (strcmp(it->values[i], drivers[j]) == 0)
				return (drivers[j]);
	return (drivers[0]);
}

static int
config_driver(struct settings *s, const struct places *pl, struct problem *pr)
{
	const char	*name = settings_str(s, "storage.driver", NULL);
	struct setting	*it = settings_find(s, "storage.driver");
	const char	*made = guess_driver(pl);

	if (name == NULL)
		return (put_default(s, "storage.driver", made != NULL ? made :
		    prefer_driver(s), pr));
	if (strcmp(name, "overlay2") == 0 &&
	    settings_refine(it, "overlay") == -1)
		return (problem_no_memory(pr));
	name = it->values[0];
	if (strcmp(name, "overlay") != 0 && strcmp(name, "vfs") != 0)
		return (problem_set(pr, "%s: storage driver \"%s\" is not one "
		    "that bulkhead has; use overlay or vfs", it->origin, name));
	return (0);
}

/* --- our own directories --- */

/* Cut the last component off a path of this length; the length of the rest. */
static size_t
cut_last(char *path, size_t len)
{
	while (len > 0 && path[len - 1] != '/')
		len--;
	while (len > 0 && path[len - 1] == '/')
		len--;
	path[len] = '\0';
	return (len);
}

/*
 * Do two paths name one directory? What does not exist yet is compared by
 * name, below the nearest directory that does.
 */
static bool
is_same_place(const char *a, const char *b)
{
	char		 x[PATH_LEN], y[PATH_LEN];
	size_t		 i = strlen(a), j = strlen(b);
	struct stat	 st, other;

	if (strcmp(a, b) == 0)
		return (true);
	if (path_format(x, sizeof(x), "%s", a) == -1 ||
	    path_format(y, sizeof(y), "%s", b) == -1)
		return (false);
	while (i > 0 && !look_at(x, &st))
		i = cut_last(x, i);
	while (j > 0 && !look_at(y, &other))
		j = cut_last(y, j);
	return (i > 0 && j > 0 && strcmp(a + i, b + j) == 0 &&
	    st.st_dev == other.st_dev && st.st_ino == other.st_ino);
}

/* Is there a state in the directory? */
static bool
has_state(const char *dir)
{
	char	 path[PATH_LEN];

	return (path_format(path, sizeof(path), "%s/" LAYOUT_STATE_JOURNAL,
	    dir) == 0 && path_exists(path));
}

/*
 * Without static_dir, the graph root alone decides where the state is, however
 * it was named. Older versions had the state of a graph root that a file named
 * where the built-in one's is: as long as the graph root has none of its own,
 * the command looks there first.
 */
static int
default_state_dir(const struct settings *s, const struct request *rq,
    struct places *pl)
{
	const char	*origin = settings_find(s, "storage.graphroot")->origin;
	char		 graph[PATH_LEN], own[PATH_LEN];

	if ((rq->rootless ? path_format(pl->state, PATH_LEN, "%s/bulkhead",
	    rq->data_home) : path_format(pl->state, PATH_LEN,
	    LAYOUT_SYSTEM_STATE)) == -1 || builtin_graph(rq, graph) == -1)
		return (-1);
	if (is_same_place(pl->graph, graph))
		return (0);
	if (path_format(own, PATH_LEN, "%s/" LAYOUT_STATE_NAME,
	    pl->graph) == -1)
		return (-1);
	return (path_format(strcmp(origin, "--root") == 0 ||
	    path_exists(own) || !has_state(pl->state) ? pl->state :
	    pl->state_next, PATH_LEN, "%s", own));
}

/*
 * A graph root has one state: as long as there is none in static_dir, the
 * command looks first where it would be without that.
 */
static int
config_state_dir(const struct settings *s, const struct request *rq,
    struct places *pl)
{
	const char	*dir = settings_str(s, "engine.static_dir", NULL);
	char		 path[PATH_LEN];

	if (default_state_dir(s, rq, pl) == -1)
		return (-1);
	if (dir == NULL)
		return (0);
	if (path_format(path, PATH_LEN, "%s/bulkhead", dir) == -1)
		return (-1);
	*pl->state_next = '\0';
	return (path_format(!has_state(path) && has_state(pl->state) &&
	    !is_same_place(path, pl->state) ? pl->state_next : pl->state,
	    PATH_LEN, "%s", path));
}

static int
config_run_dir(const struct settings *s, const struct request *rq,
    struct places *pl)
{
	const struct setting	*run = settings_find(s, "storage.runroot");
	const char		*tmp = settings_str(s, "engine.tmp_dir", NULL);

	if (tmp != NULL)
		return (path_format(pl->run, PATH_LEN, "%s/bulkhead", tmp));
	if (strcmp(run->origin, "--runroot") == 0)
		return (path_format(pl->run, PATH_LEN, "%s/bulkhead",
		    pl->run_storage));
	if (!rq->rootless)
		return (path_format(pl->run, PATH_LEN, LAYOUT_SYSTEM_RUN));
	if (rq->runtime_chosen)
		return (path_format(pl->run, PATH_LEN, "%s/bulkhead",
		    rq->runtime_dir));
	if (*rq->home_run != '\0')
		return (path_format(pl->run, PATH_LEN, "%s/bulkhead",
		    rq->home_run));
	return (path_format(pl->run, PATH_LEN, "/tmp/bulkhead-run-%u",
	    rq->uid));
}

/*
 * Bulkhead's own directories: for what lasts in static_dir, or where the graph
 * root's state is; for what ends with the boot in tmp_dir, or with --runroot in
 * that. Each has a name of its own there, so that no other engine's files are
 * in it.
 */
static int
config_own_dirs(const struct settings *s, const struct request *rq,
    struct places *pl, struct problem *pr)
{
	if (config_state_dir(s, rq, pl) == -1)
		return (too_long(pr, "path.state"));
	return (config_run_dir(s, rq, pl) == -1 ? too_long(pr, "path.run") :
	    0);
}

/*
 * Did an option or a file choose this value? The vendor's storage.conf spells
 * the built-in values out, which chooses nothing.
 */
static bool
is_set(const struct settings *s, const struct request *rq, const char *name,
    const char *builtin)
{
	const struct setting	*it = settings_find(s, name);
	size_t			 n = strlen(rq->usr);

	if (!settings_chosen(s, name) || it->n == 0 || it->values[0][0] == '\0')
		return (false);
	return (strncmp(it->origin, rq->usr, n) != 0 || it->origin[n] != '/' ||
	    strcmp(it->values[0], builtin) != 0);
}

/* Which of the settings that a store is made with are set? */
static int
config_set(const struct settings *s, const struct request *rq,
    struct places *pl, struct problem *pr)
{
	char	 graph[PATH_LEN], run[PATH_LEN];
	size_t	 n = 0;

	if (builtin_graph(rq, graph) == -1 || builtin_run_root(rq, run) == -1)
		return (too_long(pr, "storage"));
	if (is_set(s, rq, "storage.graphroot", graph) ||
	    is_set(s, rq, "storage.rootless_storage_path", graph))
		pl->set[n++] = "path.graph";
	if (is_set(s, rq, "storage.runroot", run))
		pl->set[n++] = "path.run_storage";
	if (is_set(s, rq, "storage.driver", "overlay"))
		pl->set[n++] = "storage.driver";
	if (is_set(s, rq, "engine.static_dir", ""))
		pl->set[n++] = "path.state";
	if (is_set(s, rq, "engine.tmp_dir", ""))
		pl->set[n++] = "path.run";
	if (is_set(s, rq, "engine.volume_path", ""))
		pl->set[n++] = "engine.volume_path";
	return (0);
}

static int
config_engine_dirs(struct settings *s, const struct request *rq,
    const struct places *pl, struct problem *pr)
{
	char	 path[PATH_LEN + 32];

	(void)snprintf(path, sizeof(path), "%s/libpod", pl->graph);
	if (put_default(s, "engine.static_dir", path, pr) == -1)
		return (-1);
	(void)snprintf(path, sizeof(path), "%s/volumes", pl->graph);
	if (put_default(s, "engine.volume_path", path, pr) == -1)
		return (-1);
	if (rq->rootless)
		(void)snprintf(path, sizeof(path), "%s/libpod/tmp",
		    rq->runtime_dir);
	else
		(void)snprintf(path, sizeof(path), "/run/libpod");
	return (put_default(s, "engine.tmp_dir", path, pr));
}

/* A directory of networks must be one, unless it is the one built in. */
static int
config_networks(struct settings *s, const struct request *rq,
    const struct places *pl, struct problem *pr)
{
	const char		*name = "network.network_config_dir", *dir;
	const struct setting	*it;
	char			 path[PATH_LEN + 32];

	if (rq->rootless)
		(void)snprintf(path, sizeof(path), "%s/networks", pl->graph);
	else
		(void)snprintf(path, sizeof(path), "/etc/containers/networks");
	if (put_default(s, name, path, pr) == -1)
		return (-1);
	it = settings_find(s, name);
	dir = it->values[0];
	/* The last two: older podmans had that built in, and wrote it down. */
	if (path_is_dir(dir) || strcmp(dir, path) == 0 ||
	    strcmp(dir, "/etc/cni/net.d/") == 0 ||
	    strcmp(dir, "/etc/cni/net.d") == 0)
		return (0);
	return (problem_of(pr, it, "%s \"%s\" is not a directory", name,
	    dir));
}

/* One of the chosen directories of plug-ins must be a directory. */
static int
check_plugins(struct settings *s, struct problem *pr)
{
	const char		*name = "network.cni_plugin_dirs";
	const struct setting	*it = settings_find(s, name);

	if (!settings_chosen(s, name) || settings_as_built_in(it) ||
	    it->n == 0)
		return (0);
	for (size_t i = 0; i < it->n; i++)
		if (path_is_dir(it->values[i]))
			return (0);
	return (problem_of(pr, it, "none of %s is a directory", name));
}

/* --- files that others read --- */

/*
 * The configured profile, else the built-in one. A seccomp.json that a package
 * of another engine has installed below /etc or /usr is used only if the
 * configuration names it.
 */
static int
config_seccomp(const struct settings *s, struct places *pl,
    struct problem *pr)
{
	const char		*name = "containers.seccomp_profile";
	const char		*v = settings_str(s, name, NULL);
	const struct setting	*it = settings_find(s, name);

	if (v == NULL) {
		pl->seccomp[0] = '\0';
		return (0);
	}
	if (strcmp(v, "unconfined") != 0 && *v != '/')
		return (problem_set(pr, "%s: %s must be an absolute path or "
		    "\"unconfined\", not \"%s\"", it->origin, name, v));
	if (path_format(pl->seccomp, PATH_LEN, "%s", v) == -1)
		return (too_long(pr, name));
	return (0);
}

/* --- what runs on this machine --- */

static bool
has_session_bus(const struct request *rq)
{
	const char	*path = rq->bus;

	if (*path == '\0')
		return (false);
	if (strncmp(path, "unix:path=", 10) != 0)
		return (true);
	path += 10;
	return (path_exists(path));
}

/*
 * Before the value is used elsewhere: without a session, systemd manages no
 * cgroups for a user, so use cgroupfs.
 */
static int
config_cgroups(struct settings *s, const struct request *rq,
    struct problem *pr)
{
	const char	*name = "engine.cgroup_manager";
	const char	*v;

	if (put_default(s, name, system_has_dir(rq, "/run/systemd/system") ?
	    "systemd" : "cgroupfs", pr) == -1)
		return (-1);
	v = settings_str(s, name, "");
	if (!rq->rootless || strcmp(v, "systemd") != 0 || has_session_bus(rq))
		return (0);
	if (settings_warn(s, "engine.cgroup_manager is systemd, but there is "
	    "no systemd user session for user %u: using cgroupfs "
	    "(loginctl enable-linger %u, as root, gives you one)",
	    rq->uid, rq->uid) == -1 ||
	    settings_put_str(s, name, "cgroupfs", "no systemd session") == -1)
		return (problem_no_memory(pr));
	return (0);
}

static int
config_events(struct settings *s, const struct request *rq,
    struct problem *pr)
{
	return (put_default(s, "engine.events_logger",
	    system_has(rq, "/run/systemd/journal/socket") ? "journald" :
	    "file", pr));
}

/* The type of the state database; the names of older files are accepted. */
static int
config_state(struct settings *s, struct places *pl, struct problem *pr)
{
	const char		*name = "engine.state_type", *v, *origin;
	const struct setting	*it;

	if ((v = settings_str(s, name, NULL)) == NULL) {
		name = "engine.database_backend";
		v = settings_str(s, name, "kyotocabinet");
	}
	it = settings_find(s, name);
	origin = it == NULL || it->origin == NULL ? name : it->origin;
	pl->state_type = strcmp(v, "memory") == 0 ? "memory" : "kyotocabinet";
	if (strcmp(v, pl->state_type) == 0)
		return (0);
	if (strcmp(v, "sqlite") == 0)
		return (problem_set(pr, "%s: the state type \"sqlite\" is "
		    "disabled, bulkhead has kyotocabinet and memory: invalid "
		    "argument", origin));
	/* podman's files have this value; it is not a command's choice. */
	if ((strcmp(v, "bolt") != 0 && strcmp(v, "boltdb") != 0) ||
	    strncmp(origin, "--", 2) == 0)
		return (problem_set(pr, "%s: unrecognized state type \"%s\", "
		    "use kyotocabinet or memory: invalid argument", origin,
		    v));
	return (settings_warn(s, "%s: %s = \"%s\" means kyotocabinet here",
	    origin, strchr(name, '.') + 1, v) == -1 ?
	    problem_no_memory(pr) : 0);
}

int
config_complete(struct settings *s, const struct request *rq, struct places *pl,
    struct problem *pr)
{
	const char	*env;

	*pl = (struct places){ 0 };
	if (config_graph(s, rq, pl, pr) == -1 ||
	    config_run_root(s, rq, pl, pr) == -1 ||
	    config_driver(s, pl, pr) == -1 ||
	    config_own_dirs(s, rq, pl, pr) == -1 ||
	    config_set(s, rq, pl, pr) == -1 ||
	    config_engine_dirs(s, rq, pl, pr) == -1 ||
	    config_networks(s, rq, pl, pr) == -1 ||
	    check_plugins(s, pr) == -1 ||
	    config_seccomp(s, pl, pr) == -1 ||
	    config_cgroups(s, rq, pr) == -1 || config_events(s, rq, pr) == -1 ||
	    config_state(s, pl, pr) == -1)
		return (-1);
	(void)request_find(rq, "policy.json", pl->policy_json);
	(void)request_find(rq, "mounts.conf", pl->mounts);
	if ((env = request_env(rq, "CONTAINERS_REGISTRIES_CONF")) != NULL)
		return (request_path(rq, env, pl->registries, PATH_LEN, pr));
	(void)request_find(rq, "registries.conf", pl->registries);
	return (0);
}
