/*
 * bulkhead pod rm: remove pods and their containers.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "cgroup_path.h"
#include "cgroup_systemd.h"
#include "command_session.h"
#include "each.h"
#include "error.h"
#include "pods.h"
#include "record.h"
#include "say.h"

static const struct opt options[] = {
	OPT("all", 'a', FLAG, "Remove all running pods"),
	OPT("force", 'f', FLAG,
	    "Force removal of a running pod by first stopping all containers, "
	    "then removing all containers in the pod.  The default is false"),
	OPT_HELP,
	OPT("ignore", 'i', FLAG,
	    "Ignore errors when a specified pod is missing"),
	OPT("latest", 'l', FLAG, "Act on the latest pod bulkhead is aware of"),
	OPT("pod-id-file", 0, FILE_ARRAY, "Read the pod ID from the file",
	    .complete = "file"),
	OPT("time", 't', UINT,
	    "Seconds to wait for running containers to stop before killing "
	    "the container", .def = "10"),
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
remove_pod(struct cli *cli, const struct rec *pod)
{
	if (pods_remove(cli->session, pod, opt_flag(cli->opts, "force", false),
	    opt_num(cli->opts, "time", -1)) == -1)
		return (-1);
	puts(rec_str(pod, KEY(id), ""));
	return (0);
}

static int
remove_named(struct cli *cli, const char *ref)
{
	struct session		*s = cli->session;
	bool			 force = opt_flag(cli->opts, "force", false);
	scoped_rec struct rec	*pod = state_object_get(&s->client, OBJ_POD,
				    force ? OBJ_REMAINS : 0, ref);

	if (pod == NULL && errno == ENOENT && (force || opt_flag(cli->opts,
	    "ignore", false)))
		return (0);
	return (pod == NULL || remove_pod(cli, pod) == -1 ? failed(s) : 0);
}

/* All pods, or the youngest. One that has gone since is no failure. */
static int
remove_listed(struct cli *cli)
{
	struct session		*s = cli->session;
	scoped_rec struct rec	*all = state_objects(&s->client, OBJ_POD);
	bool			 latest = opt_flag(cli->opts, "latest", false);
	struct rec		*pod;
	char			 youngest[ID_TEXT] = "";
	int			 code = 0;

	if (all == NULL)
		return (session_error(s));
	if (latest && pods_latest(all, youngest) == -1)
		return (say_error(ERR_NO_SUCH_POD, "no such pod"), 1);
	rec_each(pod, all, KEY(obj))
		if ((!latest || strcmp(rec_str(pod, KEY(id), ""), youngest) ==
		    0) && remove_pod(cli, pod) == -1 && errno != ENOENT)
			code = failed(s);
	return (code);
}

static int
run(struct cli *cli)
{
	struct session		*s = cli->session;
	scoped_rec struct rec	*refs = each_named(cli);
	const char		*ref;
	int			 code = 0, one;

	/* Helpers that removal needs are started before the sandbox. */
	if (cgroup_by_systemd(session_run_env(s)))
		(void)cgroup_systemd_start(session_run_env(s));
	session_confine(s);
	rec_each_text(ref, refs, KEY(ref))
		if ((one = remove_named(cli, ref)) != 0)
			code = one;
	return (rec_count(refs, KEY(ref)) > 0 ? code : remove_listed(cli));
}

const struct command command_pod_rm = {
	.noun = "pod", .verb = "rm",
	.brief = "Remove one or more pods",
	.operands = "POD [POD...]", .operand = "pod",
	.options = { options }, .max_args = -1, .args_error = EACH_NONE,
	.description = "bulkhead rm will remove one or more stopped pods and "
	    "their containers from the host.\n\nThe pod name or ID can be "
	    "used.  A pod with running containers will not be removed without "
	    "--force. If --force is specified, all containers will be "
	    "stopped, then removed.",
	.examples = "pod rm mywebserverpod\npod rm -f 860a4b23\n"
	    "pod rm -f -a",
	.need = NEED_END | NEED_WRITE | NEED_MORE,
	.before = each_read_files, .run = run,
};
