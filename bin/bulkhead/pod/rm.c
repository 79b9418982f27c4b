/*
 * bulkhead pod rm: remove pods and their containers.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "cgroup_path.h"
#include "cgroup_systemd.h"
#include "cleanup.h"
#include "command.h"
#include "command_session.h"
#include "error.h"
#include "given.h"
#include "pods.h"
#include "record.h"
#include "say.h"
#include "session.h"

static const struct opt options[] = {
	{ "all", 'a', OPT_FLAG, NULL, "Remove all running pods", NULL, NULL },
	{ "force", 'f', OPT_FLAG, NULL,
	  "Force removal of a running pod by first stopping all containers, "
	  "then removing all containers in the pod.  The default is false",
	  NULL, NULL },
	OPT_HELP,
	{ "ignore", 'i', OPT_FLAG, NULL,
	  "Ignore errors when a specified pod is missing", NULL, NULL },
	{ "latest", 'l', OPT_FLAG, NULL,
	  "Act on the latest pod bulkhead is aware of", NULL, NULL },
	{ "pod-id-file", 0, OPT_FILE_ARRAY, NULL,
	  "Read the pod ID from the file", NULL, "file" },
	{ "time", 't', OPT_UINT, NULL,
	  "Seconds to wait for running containers to stop before killing the "
	  "container", "10", NULL },
	{ 0 }
};

/* podman's exit code for a missing pod is 1. */
static int
failed(struct session *s)
{
	int	 code = errno == ENOENT ? 1 : EXIT_ENGINE;

	(void)session_error(s);
	return (code);
}

static int
remove_named(struct session *s, const struct rec *opts, const char *ref)
{
	bool			 force = opt_flag(opts, "force", false);
	scoped_rec struct rec	*pod = state_object_get(&s->client, OBJ_POD, 0,
	    ref);
	int			 code = 0;

	/* A damaged record says nothing of containers. */
	if (pod == NULL && errno == EUCLEAN && force &&
	    (pod = rec_new()) != NULL)
		(void)rec_add(pod, KEY(id), ref);
	if (pod == NULL)
		return (errno == ENOENT && (force || opt_flag(opts, "ignore",
		    false)) ? 0 : failed(s));
	if (pods_remove(s, pod, force, opt_num(opts, "time", -1)) == -1)
		code = failed(s);
	else
		puts(rec_str(pod, KEY(id), ""));
	return (code);
}

/* All pods, or the youngest. One that has gone since is no failure. */
static int
remove_listed(struct session *s, const struct rec *opts, bool latest)
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
	while (code != 1 && (pod = rec_sub(all, KEY(obj), &it)) != NULL) {
		if (latest && strcmp(rec_str(pod, KEY(id), ""), youngest) != 0)
			;
		else if (pods_remove(s, pod, force, opt_num(opts, "time",
		    -1)) == 0)
			puts(rec_str(pod, KEY(id), ""));
		else if (errno != ENOENT)
			code = failed(s);
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

	while (rec_next(opts, KEY_AS(ask_pod_id_file), &it, &path)) {
		struct parse_err	 e;
		size_t			 len;
		scoped_free char	*text = given_read(path, &len, &e);

		if (text == NULL)
			return (say_error("reading pod ID file: %s", e.text));
		text[strcspn(text, "\n")] = '\0';
		(void)rec_add(ids, KEY(id), text);
	}
	return (0);
}

static int
check(const struct rec *opts, int argc)
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

static int
run(struct cli *cli)
{
	struct session	 s = { 0 };
	struct rec	*ids = rec_new();
	const char	*id;
	size_t		 it = 0;
	int		 code = check(cli->opts, cli->argc), one;

	for (int i = 0; i < cli->argc; i++)
		(void)rec_add(ids, KEY(id), cli->argv[i]);
	if (code == 0)
		code = read_id_files(cli->opts, ids);
	if (code != 0 || command_open(&s, cli, NEED_STATE | NEED_STORE |
	    NEED_LOCK | NEED_IDS | NEED_WRITE | NEED_MORE, NULL) == -1) {
		rec_free(ids);
		return (EXIT_ENGINE);
	}
	/* Helpers that removal needs are started before the sandbox. */
	if (cgroup_by_systemd(session_run_env(&s)))
		(void)cgroup_systemd_start(session_run_env(&s));
	session_confine(&s);
	while (rec_next(ids, KEY(id), &it, &id))
		if ((one = remove_named(&s, cli->opts, id)) != 0)
			code = one;
	if (rec_count(ids, KEY(id)) == 0)
		code = remove_listed(&s, cli->opts, opt_flag(cli->opts,
		    "latest", false));
	rec_free(ids);
	session_close(&s);
	return (code);
}

const struct command command_pod_rm = {
	.noun = "pod", .verb = "rm",
	.brief = "Remove one or more pods",
	.operands = "POD [POD...]", .operand = "pod",
	.options = { options }, .max_args = -1,
	.description = "bulkhead rm will remove one or more stopped pods and "
	    "their containers from the host.\n\nThe pod name or ID can be "
	    "used.  A pod with running containers will not be removed without "
	    "--force. If --force is specified, all containers will be "
	    "stopped, then removed.",
	.examples = "pod rm mywebserverpod\npod rm -f 860a4b23\n"
	    "pod rm -f -a",
	.run = run,
};
