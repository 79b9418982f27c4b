/*
 * bulkhead pod create: make a pod, whose containers belong together, and share
 * no namespaces yet.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "command_session.h"
#include "env.h"
#include "error.h"
#include "pods.h"
#include "record.h"
#include "say.h"
#include "spec.h"

static const struct opt options[] = {
	OPT_HELP,
	OPT("infra", 0, FLAG,
	    "Create an infra container associated with the pod to share "
	    "namespaces with", .def = "true"),
	OPT("label", 'l', ARRAY, "Set metadata on container"),
	OPT("label-file", 0, FILE_LIST,
	    "Read in a line delimited file of labels", .complete = "file"),
	OPT("name", 'n', STRING, "Assign a name to the pod"),
	OPT("pod-id-file", 0, STRING, "Write the pod ID to the file",
	    .complete = "file"),
	OPT("replace", 0, FLAG,
	    "If a pod with the same name exists, replace it"),
	OPT("exit-policy", 0, ONLY, NULL, .complete = "continue"),
	OPT("share", 0, STRING,
	    "A comma delimited list of kernel namespaces the pod will share",
	    .def = "none", .complete = "none"),
	OPT_NO("add-host"), OPT_NO("blkio-weight"),
	OPT_NO("blkio-weight-device"), OPT_NO("cgroup-parent"),
	OPT_NO("cpu-shares", .letter = 'c'), OPT_NO("cpus"),
	OPT_NO("cpuset-cpus"), OPT_NO("cpuset-mems"), OPT_NO("device"),
	OPT_NO("device-read-bps"), OPT_NO("device-write-bps"), OPT_NO("dns"),
	OPT_NO("dns-option"), OPT_NO("dns-search"), OPT_NO("gidmap"),
	OPT_NO("gpus"), OPT_NO("hostname", .letter = 'h'),
	OPT_NO("infra-command"), OPT_NO("infra-conmon-pidfile"),
	OPT_NO("infra-image"), OPT_NO("infra-name"), OPT_NO("ip"),
	OPT_NO("ip6"), OPT_NO("mac-address"), OPT_NO("memory", .letter = 'm'),
	OPT_NO("memory-swap"), OPT_NO("network"), OPT_NO("network-alias"),
	OPT_NO_FLAG("no-hosts"), OPT_NO("pid"),
	OPT_NO("publish", .letter = 'p'), OPT_NO("restart"),
	OPT_NO("security-opt"), OPT_NO_FLAG("share-parent"), OPT_NO("shm-size"),
	OPT_NO("subgidname"), OPT_NO("subuidname"), OPT_NO("sysctl"),
	OPT_NO("uidmap"), OPT_NO("userns"), OPT_NO("uts"),
	OPT_NO("volume", .letter = 'v'), OPT_NO("volumes-from"),
	{ 0 }
};

/* The name is an option or the operand. */
static const char *
wanted_name(const struct cli *cli)
{
	return (cli->argc > 0 ? cli->argv[0] : opt_str(cli->opts, "name",
	    ""));
}

static int
check(struct cli *cli)
{
	const struct rec	*o = cli->opts;
	struct parse_err	 e;

	if (opt_flag(o, "infra", true))
		return (say_error(ERR_NOT_IMPLEMENTED, "pods with an infra "
		    "container are not supported by bulkhead yet: give "
		    "--infra=false"));
	if (strcmp(opt_str(o, "share", "none"), "none") != 0)
		return (say_error(ERR_INVALID_ARG, "cannot set share(%s) "
		    "namespaces without an infra container", opt_str(o, "share",
		    "")));
	if (cli->argc > 0 && opt_given(o, "name"))
		return (say_error(ERR_INVALID_ARG, "cannot specify --name and "
		    "NAME at the same time"));
	if (*wanted_name(cli) != '\0' && spec_name(wanted_name(cli), &e) == -1)
		return (say_error(ERR_INVALID_ARG, "running pod create option: "
		    "names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid "
		    "argument"));
	return (0);
}

/* --pod-id-file, which must not exist yet. 0, or the exit code. */
static int
open_id_file(const char *path, int *fd)
{
	if (path == NULL)
		return (0);
	*fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (*fd != -1)
		return (0);
	return (errno == EEXIST ? say_error(ERR_EXISTS, "pod id file "
	    "exists. Ensure another pod is not using it or delete %s", path) :
	    say_error(error_of_errno(errno), "opening pod-id-file %s: %s", path,
	    strerror(errno)));
}

/* The record of the pod: its ID, name and labels. 0, or the exit code. */
static int
describe(const struct cli *cli, struct rec *pod, char *id)
{
	struct parse_err	 e;

	if (labels_take(NULL, cli->opts, pod, &e) == -1)
		return (say_parse(&e));
	if (command_new_id(id) == -1)
		return (EXIT_ENGINE);
	(void)rec_add(pod, KEY(id), id);
	(void)rec_add(pod, KEY(name), wanted_name(cli));
	return (0);
}

static int
create(struct cli *cli, struct rec *pod)
{
	struct session	*s = cli->session;
	bool		 replace = opt_flag(cli->opts, "replace", false);

	if (command_open(s, cli, NEED_STATE | NEED_LOCK | NEED_MORE | (replace ?
	    NEED_END | NEED_WRITE : 0), NULL) == -1)
		return (EXIT_ENGINE);
	if (pods_create(s, pod, replace) == 0)
		return (0);
	return (say_error(error_code(&s->client.error), "adding pod to state: "
	    "%s", error_message(&s->client.error)));
}

static int
run(struct cli *cli)
{
	const char		*path = opt_str(cli->opts, "pod-id-file", NULL);
	scoped_rec struct rec	*pod = rec_new();
	scoped_fd int		 fd = -1;
	char			 id[ID_TEXT];
	int			 code;

	if ((code = open_id_file(path, &fd)) == 0 &&
	    (code = describe(cli, pod, id)) == 0 &&
	    (code = create(cli, pod)) == 0) {
		puts(id);
		if (fd != -1 && write(fd, id, 64) != 64)
			say_warning("cannot write the pod id file: %s",
			    strerror(errno));
	}
	if (code != 0 && fd != -1)
		(void)unlink(path);
	return (code);
}

const struct command command_pod_create = {
	.noun = "pod", .verb = "create",
	.brief = "Create a new empty pod", .operands = "[NAME]",
	.options = { options }, .max_args = 1,
	.description = "After creating the pod, the pod ID is printed to "
	    "stdout.\n\nThe pod will be created with the initial state "
	    "'created'. Its containers belong together, and share no "
	    "namespaces yet.",
	.examples = "pod create --infra=false\n"
	    "pod create --infra=false --label foo=bar mypod",
	.before = check, .run = run,
};
