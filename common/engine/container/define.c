#include "define_impl.h"

#include <errno.h>
#include <string.h>

#include <jansson.h>

#include "cleanup.h"
#include "clock.h"
#include "env.h"
#include "given.h"
#include "grant.h"
#include "layout.h"
#include "nitems.h"
#include "record.h"
#include "row.h"
#include "session.h"
#include "spec.h"

static void
copy_list(struct rec *to, struct key_str to_key, const struct rec *from,
    struct key_str key)
{
	const char	*v;

	rec_each_text(v, from, key)
		(void)rec_add(to, to_key, v);
}

static int
add_identity(struct work *w)
{
	const char	*name = rec_str(w->opts, KEY(name), NULL);

	(void)rec_add_num(w->def, KEY(v), 1);
	(void)rec_add(w->def, KEY(id), w->id);
	if (name != NULL && spec_name(name, &w->err) == -1)
		return (-1);
	(void)rec_add(w->def, KEY(name), name == NULL ? "" : name);
	(void)rec_add_num(w->def, KEY(created), clock_real_ns());
	if (w->image != NULL) {
		(void)rec_add(w->def, KEY(image),
		    rec_str(w->image, KEY(id), ""));
		(void)rec_add(w->def, KEY(image_digest),
		    rec_str(w->image, KEY(digest), ""));
	}
	copy_list(w->def, KEY(create_command), w->s->options.line, KEY(arg));
	return (0);
}

/* What an option, or the configuration, says as it is recorded. */
static int
add_settings(struct work *w)
{
	const struct {
		struct key_num	 key;
		struct key_flag	 option;
	} flags[] = {
		{ KEY(tty), KEY_IN(request, tty) },
		{ KEY(stdin_open), KEY(interactive) },
		{ KEY(init), KEY_IN(request, init) },
		{ KEY(no_hosts), KEY_AS(ask_no_hosts) },
		{ KEY(readonly), KEY_AS(ask_read_only) },
		{ KEY(rm), KEY_IN(request, rm) },
	};

	for (size_t i = 0; i < NITEMS(flags); i++)
		(void)rec_add_num(w->def, flags[i].key, rec_flag(w->opts,
		    flags[i].option, false));
	(void)rec_add_num(w->def, KEY(readonly_tmpfs),
	    rec_num(w->def, KEY(readonly), 0) != 0 &&
	    rec_flag(w->opts, KEY_AS(ask_read_only_tmpfs), true));
	(void)rec_add_num(w->def, KEY(shm_size), rec_num(w->opts,
	    KEY_AS(ask_shm_size), 64 << 20));
	(void)rec_add_num(w->def, KEY(stop_timeout), rec_num(w->opts,
	    KEY_AS(ask_stop_timeout), 10));
	if (rec_get(w->opts, KEY_AS(ask_detach_keys)) != NULL)
		(void)rec_add(w->def, KEY(detach_keys),
		    rec_get(w->opts, KEY_AS(ask_detach_keys)));
	if (strcmp(rec_str(w->config, KEY_AS(transient_store), ""),
	    "true") == 0)
		(void)rec_add_num(w->def, KEY(transient), 1);
	/* The inputs of the definition: equal digests mean equal settings. */
	(void)rec_add(w->def, KEY(config_digest),
	    rec_str(w->config, KEY(digest), ""));
	return (0);
}

static int
from_json_array(struct work *w, const char *text)
{
	json_t	*a = json_loads(text, 0, NULL), *v;
	size_t	 i;
	int	 rc = json_is_array(a) ? 0 : -1;

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
add_env(struct work *w)
{
	if (env_take(w->opts, w->config, w->s->system, w->image, w->def,
	    &w->err) == -1)
		return (-1);
	return (labels_take(w->image, w->opts, w->def, &w->err));
}

/* A later one takes the place of an earlier one. */
static int
annotation(const char *v, struct rec *def, struct parse_err *e)
{
	scoped_rec struct rec	*rest = rec_new();
	size_t			 n = strcspn(v, "=") + 1;
	const char		*old;

	if (*v == '=' || strchr(v, '=') == NULL)
		return (parse_fail(e, "annotations must be formatted "
		    "KEY=VALUE"));
	rec_each_text(old, def, KEY(annotation))
		if (strncmp(old, v, n) != 0)
			(void)rec_add(rest, KEY(annotation), old);
	rec_del(def, KEY(annotation));
	if (rec_add(rest, KEY(annotation), v) == 0 &&
	    rec_add_all(def, rest) == 0)
		return (0);
	return (parse_no_memory(e));
}

static int
add_user(struct work *w)
{
	const char	*user = rec_str(w->opts, KEY(user),
			    rec_str(w->image, KEY(user), ""));
	const char	*cwd = rec_str(w->opts, KEY(workdir),
			    rec_str(w->image, KEY(workdir), "/"));

	if (spec_user(user, &w->err) == -1)
		return (-1);
	(void)rec_add(w->def, KEY(user), user);
	if (cwd[0] != '/')
		return (parse_fail(&w->err, "the working directory \"%s\" "
		    "must be an absolute path", cwd));
	return (rec_add(w->def, KEY(cwd), cwd));
}

/* Apart, as podman takes the same twice of the two short forms only. */
static int
add_long_mounts(struct work *w)
{
	scoped_rec struct rec	*longs = rec_new();
	const char		*v;

	if (longs == NULL)
		return (-1);
	rec_each_text(v, w->opts, KEY_IN(request, mount))
		if (spec_mount(v, longs, &w->err) == -1)
			return (-1);
	return (spec_mounts(longs, w->def, &w->err));
}

static const struct step	default_mounts[] = {
	{ key_text_ask_default_volume, spec_volume, NULL },
	{ key_text_ask_default_mount, spec_mount, NULL },
};

/*
 * Append the mounts that root's containers can have of a setting. Root opens
 * the sources of mounts, and resolve, which read the setting, is the account's:
 * what is a path of the host is left out.
 */
static int
keep_storage(const struct rec *all, struct rec *out)
{
	struct rec	*m;

	rec_each(m, all, KEY(mount))
		if ((!grant_is_host(m) ||
		    rec_get(m, KEY_IN(mount, volume)) != NULL) &&
		    rec_add_rec(out, KEY(mount), m) == -1)
			return (-1);
	return (0);
}

/* Add the configuration's mounts for places where no option mounts anything. */
static int
add_default_mounts(struct work *w)
{
	scoped_rec struct rec	*all = rec_new(), *kept = rec_new();
	struct work		 of = { .opts = w->opts, .def = all };

	if (all == NULL || kept == NULL)
		return (-1);
	if (define_steps(&of, default_mounts, NITEMS(default_mounts)) == -1) {
		w->err = of.err;
		return (-1);
	}
	if (w->s->system && keep_storage(all, kept) == -1)
		return (-1);
	return (spec_mounts_missing(w->s->system ? kept : all, w->def,
	    &w->err));
}

static const struct step	mounts[] = {
	{ KEY_TEXT(volume), spec_volume, NULL },
	{ KEY_TEXT(tmpfs), spec_tmpfs, NULL },
	{ .add = add_long_mounts },
	{ .add = add_default_mounts },
};

static int
add_mounts(struct work *w)
{
	return (define_steps(w, mounts, NITEMS(mounts)));
}

int
define_mounts(struct session *s, const struct rec *request, struct rec *out,
    struct parse_err *e)
{
	struct work	 w = { .s = s, .opts = request, .def = out };

	if (add_mounts(&w) == 0)
		return (0);
	if (w.err.text[0] == '\0')
		return (parse_fail_code(e, error_of_errno(errno), "%s",
		    strerror(errno)));
	*e = w.err;
	return (-1);
}

static int
add_default_limits(struct work *w)
{
	scoped_rec struct rec	*limits = rec_new();
	struct rec		*one;
	const char		*v;

	rec_each_text(v, w->config, KEY_AS(default_ulimits))
		if (spec_ulimit(v, limits, &w->err) == -1)
			return (-1);
	rec_each(one, limits, KEY(rlimit)) {
		(void)rec_add_num(one, KEY(default), 1);
		(void)rec_add_rec(w->def, KEY(rlimit), one);
	}
	return (0);
}

static int
add_caps(struct work *w)
{
	return (spec_caps(w->config, w->opts, w->def, &w->err));
}

/* The paths of the configuration that --security-opt does not unmask. */
static void
add_paths(struct work *w, struct key_str key)
{
	const char	*v, *un;
	bool		 unmasked;

	rec_each_text(v, w->config, key) {
		unmasked = false;
		rec_each_text(un, w->def, KEY(unmask))
			unmasked |= strcmp(un, "ALL") == 0 ||
			    strcmp(un, v) == 0;
		if (!unmasked)
			(void)rec_add(w->def, key, v);
	}
}

static int
add_confinement(struct work *w)
{
	if (rec_text(w->def, KEY(nnp)) == NULL)
		(void)rec_add_num(w->def, KEY(nnp), strcmp(rec_str(w->config,
		    KEY_AS(no_new_privileges), "false"), "true") == 0);
	if (rec_get(w->def, KEY(seccomp)) == NULL)
		(void)rec_add(w->def, KEY(seccomp), "default");
	add_paths(w, KEY(mask));
	add_paths(w, KEY(ropath));
	return (0);
}

static const struct step	security[] = {
	{ .add = add_caps },
	{ key_text_ask_security_opt, spec_security, NULL },
	{ .add = add_confinement },
};

static int
add_security(struct work *w)
{
	return (define_steps(w, security, NITEMS(security)));
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
	    KEY_AS(seccomp_profile), "")) == 0)
		return (0);
	if ((json = given_read(path, &len, &why)) == NULL)
		return (parse_fail_code(&w->err, why.code, "opening seccomp "
		    "profile failed: %s", why.text));
	return (rec_add_bytes(w->def, KEY(seccomp_json), json, len));
}

/* The image's signal is a stranger's word: a number or name, or nothing. */
static int
add_end(struct work *w)
{
	const char	*v = rec_str(w->image, KEY(stopsignal), "");
	int		 n = *v == '\0' ? -1 : parse_signal(v);

	if (rec_num(w->def, KEY(rm), 0) != 0 && restart_wanted(w->def))
		return (parse_fail(&w->err, "the --rm option conflicts with "
		    "--restart, when the restartPolicy is not \"\" and "
		    "\"no\""));
	return (rec_add_num(w->def, KEY(stop_signal), rec_num(w->opts,
	    KEY_AS(ask_stop_signal), n == -1 ? 15 : n)));
}

static int
add_log(struct work *w)
{
	if (rec_get(w->def, KEY(log_driver)) == NULL)
		(void)rec_add(w->def, KEY(log_driver), "k8s-file");
	if (rec_num(w->def, KEY(log_max), 0) == 0)
		(void)rec_set_num(w->def, KEY(log_max), rec_num(w->config,
		    KEY_AS(log_size_max), -1));
	if (rec_get(w->def, KEY(log_path)) == NULL)
		(void)rec_addf(w->def, KEY(log_path), "%s/" LAYOUT_LOG,
		    rec_str(w->config, KEY_AS(path_state), ""), w->id);
	return (0);
}

/* In this order, which decides about the error that is seen first. */
static const struct step	all[] = {
	{ .add = add_identity },
	{ .add = add_settings },
	{ .add = add_command },
	{ .add = define_namespaces },
	{ .add = add_env },
	{ KEY_TEXT(annotation), annotation, NULL },
	{ .add = add_user },
	{ KEY_TEXT(umask), spec_umask, NULL },
	{ .add = add_mounts },
	{ .add = define_host },
	{ .add = add_default_limits },
	{ KEY_TEXT(ulimit), spec_ulimit, NULL },
	{ .add = add_security },
	{ .add = add_profile },
	{ KEY_TEXT(restart), spec_restart, NULL },
	{ .add = add_end },
	{ key_text_ask_log_driver, spec_log_driver, NULL },
	{ key_text_ask_log_opt, spec_log_opt, NULL },
	{ .add = add_log },
};

void
define_open_files(const struct rec *opts)
{
	scoped_rec struct rec	*def = rec_new();
	struct parse_err	 ignored;
	const char		*v;

	/* Errors are reported by define_container. */
	rec_each_text(v, opts, KEY_AS(ask_security_opt))
		if (spec_security(v, def, &ignored) == -1)
			return;
	if (*(v = rec_str(def, KEY(seccomp), "")) == '/')
		given_open(v);
}

struct rec *
define_security(const struct rec *opts, const struct rec *config)
{
	scoped_rec struct rec	*def = rec_new();
	struct work		 w = { .opts = opts, .config = config,
				    .def = def };

	return (add_security(&w) == -1 ? NULL : take_ptr(&def));
}

struct rec *
define_container(struct session *s, const struct rec *request, const char *id,
    const struct rec *image, const char *what, int argc, char **argv)
{
	scoped_rec struct rec	*def = rec_new();
	struct work		 w = { .s = s, .config = s->config,
				    .opts = request, .image = image,
				    .def = def, .id = id, .argc = argc,
				    .argv = argv };

	(void)rec_add(def, image == NULL ? KEY(rootfs) : KEY(image_name),
	    what);
	if (def != NULL && define_steps(&w, all, NITEMS(all)) == 0)
		return (take_ptr(&def));
	if (w.err.text[0] != '\0')
		(void)parse_error(&w.err, &s->client.error);
	else
		(void)error_set(&s->client.error, errno, "%s",
		    strerror(errno));
	return (NULL);
}
