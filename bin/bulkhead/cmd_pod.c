/*
 * bulkhead pod create, ps, inspect, exists, rm: pods as records, whose
 * containers share nothing yet but that they belong together.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cgroup.h"
#include "cleanup.h"
#include "cmd.h"
#include "env.h"
#include "error.h"
#include "given.h"
#include "human.h"
#include "objlock.h"
#include "path.h"
#include "place.h"
#include "pods.h"
#include "record.h"
#include "remove.h"
#include "say.h"
#include "session.h"
#include "spec.h"
#include "state.h"
#include "unit.h"
#include "volumes.h"

#define NEED_MAKE	(NEED_STATE | NEED_LOCK | NEED_MORE)
#define NEED_REMOVE	(NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS | \
			    NEED_WRITE | NEED_MORE)

struct podmaking {
	struct rec	*rec;
	char		 id[65];
	int		 id_fd;		/* --pod-id-file */
};

/* The name is an option or the operand. */
static const char *
wanted_name(const struct rec *opts, int argc, char **argv)
{
	return (argc > 0 ? argv[0] : opt_str(opts, "name", ""));
}

static int
check_create(const struct rec *opts, int argc, char **argv)
{
	struct parse_err	 e;
	const char		*name = wanted_name(opts, argc, argv);

	if (opt_flag(opts, "infra", true))
		return (say_error("pods with an infra container are not "
		    "supported by bulkhead yet: give --infra=false"));
	if (strcmp(opt_str(opts, "share", "none"), "none") != 0)
		return (say_error("cannot set share(%s) namespaces without an "
		    "infra container", opt_str(opts, "share", "")));
	if (argc > 0 && opt_given(opts, "name"))
		return (say_error("cannot specify --name and NAME at the same "
		    "time"));
	if (*name != '\0' && spec_name(name, &e) == -1)
		return (say_error("running pod create option: names must "
		    "match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument"));
	return (0);
}

static int
open_id_file(struct podmaking *m, const struct rec *opts)
{
	const char	*path = opt_str(opts, "pod-id-file", NULL);

	if (path == NULL)
		return (0);
	m->id_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (m->id_fd != -1)
		return (0);
	return (errno == EEXIST ? say_error("pod id file exists. Ensure "
	    "another pod is not using it or delete %s", path) :
	    say_error("opening pod-id-file %s: %s", path, strerror(errno)));
}

static int
replace(struct session *s, const struct rec *opts, const char *name)
{
	struct rec	*have;
	int		 rc;

	if (!opt_flag(opts, "replace", false))
		return (0);
	if (*name == '\0')
		return (error_set(&s->client.error, errno, "cannot replace pod "
		    "without --name being set"));
	have = state_object_get(&s->client, OBJ_POD, name);
	if (have == NULL)
		return (errno == ENOENT ? 0 : -1);
	rc = strcmp(rec_str(have, "name", ""), name) == 0 ?
	    pods_remove(s, have, true, -1) : 0;
	rec_free(have);
	return (rc);
}

static void
describe(struct session *s, struct podmaking *m, const char *name)
{
	char		 group[1024];
	const char	*v;
	size_t		 it = 0;

	(void)rec_add(m->rec, "id", m->id);
	(void)rec_add(m->rec, "name", name);
	(void)rec_add_num(m->rec, "created", human_now());
	while (rec_next(s->options.line, "arg", &it, &v))
		(void)rec_add(m->rec, "create_command", v);
	/* podman logs that, and makes the pod all the same. */
	if (cgroup_pod_make(s, m->id, group, sizeof(group)) == -1)
		say_warning("%s", s->client.error.text);
	(void)rec_add(m->rec, "cgroup", group);
}

static int
put(struct session *s, struct podmaking *m)
{
	return (objlock_alloc(s, "pod", m->id, m->rec) == -1 ? -1 :
	    state_object_put(&s->client, OBJ_POD, 0, m->rec, NULL));
}

static int
create(struct cli *g, struct podmaking *m, const char *name)
{
	struct session	 s = { 0 };
	int		 code = 0;

	if (command_open(&s, g, opt_flag(g->opts, "replace", false) ?
	    NEED_REMOVE : NEED_MAKE, NULL) == -1)
		return (EXIT_ENGINE);
	describe(&s, m, name);
	session_confine(&s);
	if (replace(&s, g->opts, name) == -1 || put(&s, m) == -1) {
		code = EXIT_ENGINE;
		(void)say_error("adding pod to state: %s", s.client.error.text);
		say_code(error_code(&s.client.error));
		(void)cgroup_pod_remove(&s, rec_str(m->rec, "cgroup", ""));
		objlock_free(&s, "pod", m->id);
	}
	session_close(&s);
	return (code);
}

int
cmd_pod_create(struct cli *g, int argc, char **argv)
{
	struct podmaking	 m = { .rec = rec_new(), .id_fd = -1 };
	struct parse_err	 e;
	int			 code;

	if ((code = check_create(g->opts, argc, argv)) == 0 &&
	    (code = open_id_file(&m, g->opts)) == 0) {
		if (labels_take(g->opts, m.rec, &e) == -1)
			code = say_error("%s", e.text);
		else if (command_new_id(m.id) == -1)
			code = EXIT_ENGINE;
		else
			code = create(g, &m, wanted_name(g->opts, argc, argv));
		if (code == 0)
			puts(m.id);
		if (code == 0 && m.id_fd != -1 &&
		    write(m.id_fd, m.id, 64) != 64)
			say_warning("cannot write the pod id file: %s",
			    strerror(errno));
		if (code != 0 && m.id_fd != -1)
			(void)unlink(opt_str(g->opts, "pod-id-file", ""));
	}
	if (m.id_fd != -1)
		close(m.id_fd);
	rec_free(m.rec);
	return (code);
}

int
cmd_pod_exists(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct rec	*pod;
	int		 code = 0;

	(void)argc;
	if (command_open(&s, g, NEED_STATE, NULL) == -1)
		return (EXIT_ENGINE);
	if ((pod = state_object_get(&s.client, OBJ_POD, argv[0])) == NULL)
		code = errno == ENOENT ? 1 : session_error(&s);
	rec_free(pod);
	session_close(&s);
	return (code);
}

/* podman's codes: 1 there is none, 125 all else. */
static int
rm_failed(struct session *s)
{
	int	 code = errno == ENOENT ? 1 : EXIT_ENGINE;

	(void)session_error(s);
	return (code);
}

static int
rm_one(struct session *s, const struct rec *opts, const char *ref)
{
	bool		 force = opt_flag(opts, "force", false);
	struct rec	*pod = state_object_get(&s->client, OBJ_POD, ref);
	int		 code = 0;

	if (pod == NULL && errno == EUCLEAN && force) {
		code = pods_remove_damaged(s, ref) == -1 ? rm_failed(s) : 0;
		if (code == 0)
			puts(ref);
		return (code);
	}
	if (pod == NULL)
		return (errno == ENOENT && (force || opt_flag(opts, "ignore",
		    false)) ? 0 : rm_failed(s));
	if (pods_remove(s, pod, force, opt_num(opts, "time", -1)) == -1)
		code = rm_failed(s);
	else
		puts(rec_str(pod, "id", ""));
	rec_free(pod);
	return (code);
}

/* All of them, or the youngest. Vanished since: somebody else's work. */
static int
rm_listed(struct session *s, const struct rec *opts, bool latest)
{
	struct rec	*all = state_objects(&s->client, OBJ_POD), *pod;
	bool		 force = opt_flag(opts, "force", false);
	char		 youngest[65] = "";
	size_t		 it = 0;
	int		 code = 0;

	if (all == NULL)
		return (session_error(s));
	if (latest && pods_latest(all, youngest) == -1)
		code = (say_error("no such pod"),
		    say_code(ERR_NO_SUCH_POD), 1);
	while (code != 1 && (pod = rec_sub(all, "obj", &it)) != NULL) {
		if (latest && strcmp(rec_str(pod, "id", ""), youngest) != 0)
			;
		else if (pods_remove(s, pod, force, opt_num(opts, "time",
		    -1)) == 0)
			puts(rec_str(pod, "id", ""));
		else if (errno != ENOENT)
			code = rm_failed(s);
		rec_free(pod);
	}
	rec_free(all);
	return (code);
}

static int
read_id_files(const struct rec *opts, struct rec *ids)
{
	const char	*path;
	size_t		 it = 0;

	while (rec_next(opts, "pod-id-file", &it, &path)) {
		struct parse_err	 e;
		size_t			 len;
		scoped_free char	*text = given_read(path, &len, &e);

		if (text == NULL)
			return (say_error("reading pod ID file: %s", e.text));
		text[strcspn(text, "\n")] = '\0';
		(void)rec_add(ids, "id", text);
	}
	return (0);
}

static int
check_rm(const struct rec *opts, int argc)
{
	bool	 all = opt_flag(opts, "all", false);
	bool	 latest = opt_flag(opts, "latest", false);

	if (all && latest)
		return (say_error("--all and --latest cannot be used "
		    "together"));
	if (all && argc > 0)
		return (say_error("no arguments are needed with --all"));
	if (latest && argc > 0)
		return (say_error("--latest and pods cannot be used "
		    "together"));
	if (!all && !latest && argc == 0 && !opt_given(opts, "pod-id-file"))
		return (say_error("you must provide at least one name or id"));
	return (0);
}

int
cmd_pod_rm(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct rec	*ids = rec_new();
	const char	*id;
	size_t		 it = 0;
	int		 code = check_rm(g->opts, argc), one;

	for (int i = 0; i < argc; i++)
		(void)rec_add(ids, "id", argv[i]);
	if (code == 0)
		code = read_id_files(g->opts, ids);
	if (code != 0 || command_open(&s, g, NEED_REMOVE, NULL) == -1) {
		rec_free(ids);
		return (EXIT_ENGINE);
	}
	/* What has to be started for it is, and then nothing more. */
	if (place_by_systemd(&s))
		(void)unit_ready(&s);
	session_confine(&s);
	while (rec_next(ids, "id", &it, &id))
		if ((one = rm_one(&s, g->opts, id)) != 0)
			code = one;
	if (rec_count(ids, "id") == 0)
		code = rm_listed(&s, g->opts, opt_flag(g->opts, "latest", false));
	rec_free(ids);
	session_close(&s);
	return (code);
}
