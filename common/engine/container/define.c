#include "define.h"

#include <sys/utsname.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>
#include <jansson.h>

#include "cleanup.h"
#include "clock.h"
#include "env.h"
#include "given.h"
#include "layout.h"
#include "record.h"
#include "row.h"
#include "session.h"
#include "spec.h"

/* What each step works on. */
struct work {
	struct session		*s;
	const struct rec	*config;
	const struct rec	*opts;
	const struct rec	*image;		/* NULL with --rootfs */
	struct rec		*def;
	const char		*id;
	int			 argc;
	char			**argv;
	struct parse_err	 err;
};

typedef int step(struct work *);

static void
copy_list(struct rec *to, struct key_str to_key, const struct rec *from,
    struct key_str key)
{
	const char	*v;
	size_t		 it = 0;

	while (from != NULL && rec_next(from, key, &it, &v))
		(void)rec_add(to, to_key, v);
}

static int
add_identity(struct work *w)
{
	const struct rec	*image = w->image;
	const char		*name = rec_str(w->opts, KEY(name), NULL);

	(void)rec_add_num(w->def, KEY(v), 1);
	(void)rec_add(w->def, KEY(id), w->id);
	if (name != NULL && spec_name(name, &w->err) == -1)
		return (-1);
	(void)rec_add(w->def, KEY(name), name == NULL ? "" : name);
	(void)rec_add_num(w->def, KEY(created), clock_real_ns());
	if (image != NULL) {
		(void)rec_add(w->def, KEY(image), rec_str(image, KEY(id), ""));
		(void)rec_add(w->def, KEY(image_digest),
		    rec_str(image, KEY(digest), ""));
	}
	copy_list(w->def, KEY(create_command), w->s->options.line, KEY(arg));
	return (0);
}

static int
from_json_array(struct work *w, const char *text)
{
	json_t	*a = json_loads(text, 0, NULL), *v;
	size_t	 i;
	int	 rc = 0;

	if (!json_is_array(a)) {
		json_decref(a);
		return (-1);
	}
	json_array_foreach(a, i, v)
		rc |= rec_add(w->def, KEY(entrypoint), json_is_string(v) ?
		    json_string_value(v) : NULL);
	json_decref(a);
	return (rc);
}

/*
 * podman's rule: --entrypoint replaces the image's, and with it the image's
 * command; a command on the command line replaces the image's.
 */
static int
add_command(struct work *w)
{
	const char	*ep = rec_str(w->opts, KEY(entrypoint), NULL);

	if (ep == NULL)
		copy_list(w->def, KEY(entrypoint), w->image, KEY(entrypoint));
	else if (ep[0] == '[' && from_json_array(w, ep) == 0)
		;
	else if (ep[0] != '\0')
		(void)rec_add(w->def, KEY(entrypoint), ep);
	for (int i = 0; i < w->argc; i++)
		(void)rec_add(w->def, KEY(cmd), w->argv[i]);
	if (w->argc == 0 && ep == NULL)
		copy_list(w->def, KEY(cmd), w->image, KEY(cmd));
	copy_list(w->def, KEY(arg), w->def, KEY(entrypoint));
	copy_list(w->def, KEY(arg), w->def, KEY(cmd));
	if (rec_count(w->def, KEY(arg)) == 0)
		return (parse_fail(&w->err, "no command or entrypoint "
		    "provided, and no CMD or ENTRYPOINT from image"));
	return (0);
}

static int
each(struct work *w, struct key_str option, void *ctx,
    int (*fn)(void *, const char *, struct parse_err *))
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(w->opts, option, &it, &v))
		if (fn(ctx, v, &w->err) == -1)
			return (-1);
	return (0);
}

static int
unset_one(void *ctx, const char *name, struct parse_err *e)
{
	(void)e;
	env_unset(ctx, name);
	return (0);
}

static int	env_cli(void *e, const char *v, struct parse_err *p)
		    { return (env_from_cli(e, v, p)); }
static int	env_file(void *e, const char *v, struct parse_err *p)
		    { return (env_from_file(e, v, p)); }
static int	label_cli(void *e, const char *v, struct parse_err *p)
		    { return (label_from_cli(e, v, p)); }
static int	label_file(void *e, const char *v, struct parse_err *p)
		    { return (label_from_file(e, v, p)); }

static int
env_defaults(struct work *w, struct env *env)
{
	const char	*v;
	size_t		 it = 0;

	if (rec_flag(w->opts, KEY_AS(ask_unsetenv_all), false))
		return (0);
	while (rec_next(w->config, KEY_AS(default_env), &it, &v))
		if (env_set(env, v) == -1)
			return (parse_fail(&w->err, "%s", strerror(errno)));
	if (env_get(env, "TERM") == NULL && env_set(env, "TERM=xterm") == -1)
		return (parse_fail(&w->err, "%s", strerror(errno)));
	it = 0;
	while (w->image != NULL && rec_next(w->image, KEY(env), &it, &v))
		if (env_from_image(env, v, &w->err) == -1)
			return (-1);
	return (each(w, KEY(unsetenv), env, unset_one));
}

static int
env_compose(struct work *w, struct env *env)
{
	char	 host[300];

	if (env_defaults(w, env) == -1)
		return (-1);
	if (rec_flag(w->opts, KEY_AS(ask_env_host), false) &&
	    env_from_host(env) == -1)
		return (parse_fail(&w->err, "%s", strerror(errno)));
	if (each(w, KEY_AS(ask_env_file), env, env_file) == -1 ||
	    each(w, KEY(env), env, env_cli) == -1)
		return (-1);
	(void)snprintf(host, sizeof(host), "HOSTNAME=%s",
	    rec_str(w->def, KEY(hostname), ""));
	if (env_get(env, "HOSTNAME") == NULL)
		(void)env_set(env, host);
	return (env_to_rec(env, w->def, KEY(env)));
}

static int
add_env(struct work *w)
{
	struct env	 env = { NULL, 0 };
	int		 rc = env_compose(w, &env);

	env_clear(&env);
	return (rc);
}

static int
annotation_one(void *def, const char *v, struct parse_err *e)
{
	if (*v == '=' || strchr(v, '=') == NULL)
		return (parse_fail(e, "annotations must be formatted "
		    "KEY=VALUE"));
	return (rec_add(def, KEY(annotation), v));
}

static int
add_labels(struct work *w)
{
	struct env	 labels = { NULL, 0 };
	const char	*v;
	size_t		 it = 0;
	int		 rc;

	while (w->image != NULL && rec_next(w->image, KEY(label), &it, &v))
		(void)env_set(&labels, v);
	rc = each(w, KEY_AS(ask_label_file), &labels, label_file);
	if (rc == 0)
		rc = each(w, KEY(label), &labels, label_cli);
	if (rc == 0)
		rc = env_to_rec(&labels, w->def, KEY(label));
	env_clear(&labels);
	return (rc == -1 ? -1 : each(w, KEY(annotation), w->def,
	    annotation_one));
}

static int
add_process(struct work *w)
{
	const struct rec	*img = w->image;
	const char		*user = rec_str(w->opts, KEY(user), NULL);
	const char		*cwd = rec_str(w->opts, KEY(workdir), NULL);

	if (user == NULL)
		user = img == NULL ? "" : rec_str(img, KEY(user), "");
	if (user[0] != '\0' && spec_user(user, &w->err) == -1)
		return (-1);
	(void)rec_add(w->def, KEY(user), user);
	if (cwd == NULL)
		cwd = img == NULL ? "/" : rec_str(img, KEY(workdir), "/");
	if (cwd[0] != '/')
		return (parse_fail(&w->err, "the working directory \"%s\" "
		    "must be an absolute path", cwd));
	(void)rec_add(w->def, KEY(cwd), cwd);
	(void)rec_add_num(w->def, KEY(tty), rec_flag(w->opts, KEY_IN(request,
	    tty), false));
	(void)rec_add_num(w->def, KEY(stdin_open),
	    rec_flag(w->opts, KEY(interactive), false));
	(void)rec_add_num(w->def, KEY(init), rec_flag(w->opts, KEY_IN(request,
	    init), false));
	if (rec_get(w->opts, KEY(umask)) != NULL &&
	    spec_umask(rec_str(w->opts, KEY(umask), ""), w->def, &w->err) == -1)
		return (-1);
	return (0);
}

bool
define_host_net(const struct rec *opts)
{
	return (strcmp(rec_str(opts, KEY(network), ""), "host") == 0);
}

static int	dns_one(void *d, const char *v, struct parse_err *p)
		    { return (spec_dns(v, p) == -1 ? -1 :
			rec_add(d, KEY(dns), v)); }
static int	search_one(void *d, const char *v, struct parse_err *p)
		    { return (spec_dns_search(v, p) == -1 ? -1 :
			rec_add(d, KEY(dns_search), v)); }
static int	option_one(void *d, const char *v, struct parse_err *p)
		    { return (spec_dns_option(v, p) == -1 ? -1 :
			rec_add(d, KEY(dns_option), v)); }

static int
add_dns(struct work *w)
{
	if (each(w, KEY(dns), w->def, dns_one) == -1 ||
	    each(w, KEY_AS(ask_dns_search), w->def, search_one) == -1)
		return (-1);
	return (each(w, KEY_AS(ask_dns_option), w->def, option_one));
}

/* Each mode is whole by itself; several networks are for bridges. */
static int
add_network(struct work *w)
{
	const char	*net = rec_str(w->opts, KEY(network), NULL);

	if (net == NULL)
		return (rec_add(w->def, KEY(net), "private"));
	if (rec_count(w->opts, KEY(network)) > 1)
		return (parse_fail(&w->err, "cannot set multiple networks "
		    "without bridge network mode, selected mode %s: invalid "
		    "argument", net));
	return (spec_network(net, w->def, &w->err));
}

/* A container of root has ids of its own; those of a user share the user's. */
static int
check_userns(struct work *w)
{
	const char	*mode = rec_str(w->def, KEY(userns), "");

	if (w->s->system && strcmp(mode, "host") == 0)
		return (parse_fail(&w->err, "--userns host is refused: a "
		    "container's root is never the host's root; use --userns "
		    "auto, or leave the option out"));
	if (!w->s->system && strcmp(mode, "auto") == 0)
		return (parse_fail(&w->err, "--userns auto is not supported by "
		    "bulkhead for ordinary users yet"));
	return (0);
}

static int
add_names(struct work *w)
{
	const char	*host = rec_str(w->opts, KEY(hostname), NULL);
	struct utsname	 u;
	char		 short_id[13];

	if (add_network(w) == -1 || add_dns(w) == -1)
		return (-1);
	(void)strlcpy(short_id, w->id, sizeof(short_id));
	if (host != NULL && spec_hostname(host, &w->err) == -1)
		return (-1);
	if (host == NULL && strcmp(rec_str(w->def, KEY(net), ""),
	    "host") == 0 &&
	    uname(&u) == 0)
		host = u.nodename;
	(void)rec_add(w->def, KEY(hostname), host == NULL ? short_id : host);
	(void)rec_add_num(w->def, KEY(no_hosts),
	    rec_flag(w->opts, KEY_AS(ask_no_hosts), false));
	if (rec_get(w->opts, KEY(userns)) != NULL &&
	    spec_userns(rec_str(w->opts, KEY(userns), ""), w->def,
	    &w->err) == -1)
		return (-1);
	return (check_userns(w));
}

static int	tmpfs_one(void *d, const char *v, struct parse_err *p)
		    { return (spec_tmpfs(v, d, p)); }
static int	volume_one(void *d, const char *v, struct parse_err *p)
		    { return (spec_volume(v, d, p)); }
static int	ulimit_one(void *d, const char *v, struct parse_err *p)
		    { return (spec_ulimit(v, d, p)); }
static int	add_host_one(void *d, const char *v, struct parse_err *p)
		    { return (spec_add_host(v, d, p)); }
static int	security_one(void *d, const char *v, struct parse_err *p)
		    { return (spec_security(v, d, p)); }

static int
asked_mounts(struct work *w)
{
	scoped_rec struct rec	*longs = NULL;
	const char		*v;
	size_t			 it = 0;
	int			 rc = 0;

	if (each(w, KEY_IN(request, volume), w->def, volume_one) == -1 ||
	    each(w, KEY(tmpfs), w->def, tmpfs_one) == -1)
		return (-1);
	/* Apart, as podman takes the same twice of the two forms only. */
	if ((longs = rec_new()) == NULL)
		return (parse_fail(&w->err, "%s", strerror(errno)));
	while (rc == 0 && rec_next(w->opts, KEY_IN(request, mount), &it, &v))
		rc = spec_mount(v, longs, &w->err);
	if (rc == 0)
		rc = spec_mounts(longs, w->def, &w->err);
	return (rc);
}

static int
add_mounts(struct work *w)
{
	bool	 readonly = rec_flag(w->opts, KEY_AS(ask_read_only), false);

	(void)rec_add_num(w->def, KEY(readonly), readonly);
	(void)rec_add_num(w->def, KEY(readonly_tmpfs), readonly &&
	    rec_flag(w->opts, KEY_AS(ask_read_only_tmpfs), true));
	(void)rec_add_num(w->def, KEY(shm_size), rec_num(w->opts,
	    KEY_AS(ask_shm_size),
	    rec_num(w->config, KEY_AS(default_shm_size), 64 << 20)));
	if (asked_mounts(w) == -1)
		return (-1);
	return (each(w, KEY_AS(ask_add_host), w->def, add_host_one));
}

int
define_mounts(const struct rec *request, struct rec *out, struct parse_err *e)
{
	struct work	 w = { .opts = request, .def = out };
	int		 rc = asked_mounts(&w);

	*e = w.err;
	return (rc);
}

static int
default_ulimit(struct work *w, const char *text)
{
	struct rec	*tmp = rec_new(), *one;
	size_t		 it = 0;
	int		 rc = tmp == NULL ? -1 : spec_ulimit(text, tmp,
	    &w->err);

	while (rc == 0 && (one = rec_sub(tmp, KEY(rlimit), &it)) != NULL) {
		(void)rec_add_num(one, KEY(default), 1);
		rc = rec_add_rec(w->def, KEY(rlimit), one);
		rec_free(one);
	}
	rec_free(tmp);
	return (rc);
}

static int
add_limits(struct work *w)
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(w->config, KEY_AS(default_ulimits), &it, &v))
		if (default_ulimit(w, v) == -1)
			return (-1);
	return (each(w, KEY(ulimit), w->def, ulimit_one));
}

/* "ALL", or a list of paths with colons between them. */
static bool
unmasked(const struct rec *def, const char *path)
{
	const char	*v;
	size_t		 it = 0, n, len = strlen(path);

	while (rec_next(def, KEY(unmask), &it, &v)) {
		if (strcasecmp(v, "all") == 0)
			return (true);
		for (; *v != '\0'; v += n + (v[n] == ':')) {
			n = strcspn(v, ":");
			if (n == len && memcmp(v, path, n) == 0)
				return (true);
		}
	}
	return (false);
}

static void
add_paths(struct work *w, struct key_str key)
{
	const char	*v;
	size_t		 it = 0;

	while (rec_next(w->config, key, &it, &v))
		if (!unmasked(w->def, v))
			(void)rec_add(w->def, key, v);
}

static int
add_security(struct work *w)
{
	struct rec	*defaults = rec_new();
	int		 rc;

	copy_list(defaults, KEY(cap), w->config,
	    KEY_AS(default_capabilities));
	rc = defaults == NULL ? -1 :
	    spec_caps(defaults, w->opts, w->def, &w->err);
	rec_free(defaults);
	if (rc == -1 || each(w, KEY_AS(ask_security_opt), w->def,
	    security_one) == -1)
		return (-1);
	if (rec_text(w->def, KEY(nnp)) == NULL)
		(void)rec_add_num(w->def, KEY(nnp), strcmp(rec_str(w->config,
		    KEY_AS(no_new_privileges), "false"), "true") == 0);
	if (rec_get(w->def, KEY(seccomp)) == NULL)
		(void)rec_add(w->def, KEY(seccomp), "default");
	add_paths(w, KEY(mask));
	add_paths(w, KEY(ropath));
	return (0);
}

/*
 * A profile of the person's is part of the container, as with podman: what
 * becomes of the file later changes nothing, and root need not open by a path
 * in the state what only root can read.
 */
static int
add_profile(struct work *w)
{
	scoped_free char	*json = NULL;
	const char		*path = rec_str(w->def, KEY(seccomp), "");
	struct parse_err	 why;
	size_t			 len;

	if (*path != '/' || strcmp(path, rec_str(w->config,
	    KEY_AS(seccomp_profile),
	    "")) == 0)
		return (0);
	if ((json = given_read(path, &len, &why)) == NULL)
		return (parse_fail(&w->err, "opening seccomp profile failed: "
		    "%s", why.text));
	return (rec_add_bytes(w->def, KEY(seccomp_json), json, len));
}

/* The image's signal is a stranger's word: a number or name, or nothing. */
static int
stop_signal(struct work *w)
{
	const char	*v;
	int		 n;

	if (rec_text(w->opts, KEY_AS(ask_stop_signal)) != NULL)
		return ((int)rec_num(w->opts, KEY_AS(ask_stop_signal), 15));
	v = w->image == NULL ? NULL : rec_get(w->image, KEY(stopsignal));
	n = v == NULL || *v == '\0' ? 15 : parse_signal(v);
	return (n == -1 ? 15 : n);
}

static int
add_life(struct work *w)
{
	(void)rec_add_num(w->def, KEY(rm), rec_flag(w->opts, KEY_IN(request,
	    rm), false));
	if (strcmp(rec_str(w->config, KEY_AS(transient_store), ""),
	    "true") == 0)
		(void)rec_add_num(w->def, KEY(transient), 1);
	/* The inputs of the definition: equal digests mean equal settings. */
	(void)rec_add(w->def, KEY(config_digest),
	    rec_str(w->config, KEY(digest), ""));
	if (spec_restart(rec_str(w->opts, KEY(restart), ""), w->def,
	    &w->err) == -1)
		return (-1);
	if (rec_num(w->def, KEY(rm), 0) != 0 && restart_wanted(w->def))
		return (parse_fail(&w->err, "the --rm option conflicts with "
		    "--restart, when the restartPolicy is not \"\" and "
		    "\"no\""));
	(void)rec_add_num(w->def, KEY(stop_signal), stop_signal(w));
	(void)rec_add_num(w->def, KEY(stop_timeout), rec_num(w->opts,
	    KEY_AS(ask_stop_timeout), rec_num(w->config,
	    KEY_AS(default_stop_timeout), 10)));
	if (rec_get(w->opts, KEY_AS(ask_log_driver)) != NULL &&
	    spec_log_driver(rec_str(
	    w->opts, KEY_AS(ask_log_driver), ""), w->def, &w->err) == -1)
		return (-1);
	for (size_t it = 0;;) {
		const char	*v;

		if (!rec_next(w->opts, KEY_AS(ask_log_opt), &it, &v))
			break;
		if (spec_log_opt(v, w->def, &w->err) == -1)
			return (-1);
	}
	if (rec_get(w->def, KEY(log_driver)) == NULL)
		(void)rec_add(w->def, KEY(log_driver), "k8s-file");
	if (rec_num(w->def, KEY(log_max), 0) == 0)
		(void)rec_set_num(w->def, KEY(log_max), rec_num(w->config,
		    KEY_AS(log_size_max), -1));
	if (rec_get(w->def, KEY(log_path)) == NULL)
		(void)rec_addf(w->def, KEY(log_path), "%s/" LAYOUT_LOG,
		    rec_str(w->config, KEY_AS(path_state), ""), w->id);
	if (rec_get(w->opts, KEY_AS(ask_detach_keys)) != NULL)
		(void)rec_add(w->def, KEY(detach_keys),
		    rec_str(w->opts, KEY_AS(ask_detach_keys), ""));
	return (0);
}

void
define_open_files(const struct rec *opts)
{
	struct work	 w = { .opts = opts, .def = rec_new() };
	const char	*path;

	/* What is wrong with the options is said when they count. */
	if (w.def != NULL && each(&w, KEY_AS(ask_security_opt), w.def,
	    security_one) == 0 && *(path = rec_str(w.def, KEY(seccomp), "")) ==
	    '/')
		given_open(path);
	rec_free(w.def);
}

struct rec *
define_security(const struct rec *opts, const struct rec *config)
{
	struct work	 w = { .opts = opts, .config = config,
			    .def = rec_new() };

	if (w.def != NULL && add_security(&w) == 0)
		return (w.def);
	rec_free(w.def);
	return (NULL);
}

struct rec *
define_container(struct session *s, const struct rec *request, const char *id,
    const struct rec *image, const char *what, int argc, char **argv)
{
	static step *const	 steps[] = { add_identity, add_command,
	    add_names, add_env, add_labels, add_process, add_mounts,
	    add_limits, add_security, add_profile, add_life };
	struct work		 w = { .s = s, .config = s->config,
				    .opts = request, .image = image,
				    .def = rec_new(),
				    .id = id, .argc = argc, .argv = argv };

	(void)rec_add(w.def, image == NULL ? KEY(rootfs) : KEY(image_name),
	    what);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		w.err.text[0] = '\0';
		if (w.def != NULL && steps[i](&w) == 0)
			continue;
		(void)error_set(&s->client.error, w.err.text[0] != '\0' ?
		    EINVAL : errno, "%s", w.err.text[0] != '\0' ?
		    w.err.text : strerror(errno));
		rec_free(w.def);
		return (NULL);
	}
	return (w.def);
}
