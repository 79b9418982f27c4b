/*
 * bulkhead logs: print what containers have written (format: logread.c).
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apart.h"
#include "cleanup.h"
#include "clock.h"
#include "command_session.h"
#include "ctrfiles.h"
#include "each.h"
#include "logread.h"
#include "monitor.h"
#include "record.h"
#include "running.h"
#include "say.h"

static const struct opt options[] = {
	OPT_NO_FLAG("color"),
	OPT("follow", 'f', FLAG, "Follow log output.  The default is false"),
	OPT_HELP, EACH_LATEST,
	OPT("names", 'n', FLAG, "Output the container name in the log"),
	OPT("since", 0, STRING, "Show logs since TIMESTAMP"),
	OPT("tail", 0, INT,
	    "Output the specified number of LINES at the end of the logs.  "
	    "Defaults to -1, which prints all lines", .def = "-1"),
	OPT("timestamps", 't', FLAG, "Output the timestamps in the log"),
	OPT("until", 0, STRING, "Show logs until TIMESTAMP"),
	{ 0 }
};

struct logs {
	struct log_opts	 opts;
	bool		 several;	/* containers */
	int		 code;
};

static int
print_log(struct cli *cli, const struct rec *row, const struct rec *def)
{
	const struct logs	*l = cli->session->arg;
	bool			 names = opt_flag(cli->opts, "names", false);
	const char		*path = rec_str(def, KEY(log_path), "");
	scoped_fd int		 fd = ctrlog_open(cli->session, def, false,
				    O_RDONLY);
	scoped_fd int		 old = ctrlog_open(cli->session, def, true,
				    O_RDONLY);
	scoped_fd int		 ended = -1;
	struct log_opts		 o = l->opts;
	char			 prefix[300];

	if (fd == -1 && errno == ENOENT && !o.follow)
		return (0);		/* it has not run yet */
	if (fd == -1)
		return (say_error(error_of_errno(errno), "unable to read the "
		    "log file %s: %s", path, strerror(errno)));
	if (l->several) {
		(void)snprintf(prefix, sizeof(prefix), "%.*s ", names ? 255 :
		    12, names ? rec_str(row, KEY(name), "") : rec_str(row,
		    KEY(id), ""));
		o.prefix = prefix;
	}
	/* Wait for output only where more can come. */
	if (o.follow && (ended = monitor_end_fd(&cli->session->client,
	    cli->session->run_dir, rec_str(row, KEY(id), ""))) == -1 &&
	    (ended = running_end_fd(cli->session, rec_str(row, KEY(id),
	    ""))) == -1)
		o.follow = false;
	o.ended_fd = ended;
	if (log_print(&o, fd, old) == -1 && errno != EPIPE)
		return (say_error(error_of_errno(errno), "reading the log file "
		    "%s: %s", path, strerror(errno)));
	return (0);
}

/* After an error with one container, skip the logs of those after it. */
static int
print_one(struct cli *cli, const struct rec *row)
{
	struct logs		*l = cli->session->arg;
	size_t			 it = 0;
	scoped_rec struct rec	*def = rec_sub(row, KEY(def), &it);

	if (l->code != 0)
		return (0);
	if (def == NULL)
		l->code = say_error(ERR_INTERNAL, "container %s has no "
		    "readable definition", rec_str(row, KEY(name), ""));
	else if (strcmp(rec_str(def, KEY(log_driver), ""), "none") == 0)
		l->code = say_error(ERR_NO_LOGS, "this container is using "
		    "the 'none' log driver, cannot read logs: this container "
		    "is not logging output");
	else
		l->code = print_log(cli, row, def);
	return (0);
}

static int
print_session(struct cli *cli, struct logs *l)
{
	static const struct each	 each = { .fn = print_one };
	int				 code;

	cli->session->arg = l;
	if (command_open(cli->session, cli, NEED_STATE, NULL) == -1)
		return (EXIT_ENGINE);
	code = each_container(cli, &each);
	session_close(cli->session);
	return (code != 0 ? code : l->code);
}

static int
follow_one(struct cli *cli, const void *arg, int report)
{
	struct logs	 l = *(const struct logs *)arg;

	(void)report;
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	return (print_session(cli, &l));
}

/*
 * Several logs are followed at once, each by a process of its own that ends
 * with its container or with us. They are made before anything is opened: a
 * session confines its process, which may then make none.
 */
static int
follow_all(const struct cli *cli, const struct logs *l)
{
	struct cli	 one = *cli;
	int		 code = 0, status;

	one.argc = 1;
	for (; one.argv < cli->argv + cli->argc; one.argv++)
		if (apart_begin(follow_one, &one, l, NULL) == -1)
			return (EXIT_ENGINE);
	while (wait(&status) > 0)
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			code = EXIT_ENGINE;
	return (code);
}

static int
run(struct cli *cli)
{
	const struct rec	*opts = cli->opts;
	struct logs		 l = { .several = cli->argc > 1 };
	int64_t			 now = clock_real_ns();

	l.opts = (struct log_opts){
		.tail = opt_num(opts, "tail", -1),
		.follow = opt_flag(opts, "follow", false),
		.timestamps = opt_flag(opts, "timestamps", false),
		.fd = { -1, STDOUT_FILENO, STDERR_FILENO },
		.tty = { false, isatty(STDOUT_FILENO) == 1,
		    isatty(STDERR_FILENO) == 1 },
		.ended_fd = -1,
	};
	if (opt_time(opts, "since", now, &l.opts.since_ns) == -1 ||
	    opt_time(opts, "until", now, &l.opts.until_ns) == -1)
		return (EXIT_ENGINE);
	return (l.opts.follow && l.several ? follow_all(cli, &l) :
	    print_session(cli, &l));
}

const struct command command_container_logs = {
	.noun = "container", .verb = "logs", .at_top = "logs",
	.brief = "Fetch the logs of one or more containers",
	.operands = EACH_OPERANDS, .operand = "container",
	.options = { options }, .max_args = -1,
	.args_error = "specify at least one container name or ID to log",
	.description = "Retrieves logs for one or more containers.\n\n"
	    "This does not guarantee execution order when combined with "
	    "bulkhead run (i.e. your run may not have generated any logs at "
	    "the time you execute bulkhead logs).",
	.examples = "logs ctrID\nlogs --names ctrID1 ctrID2\n"
	    "logs --tail 2 mywebserver\n"
	    "logs --follow=true --since 10m ctrID\n"
	    "logs mywebserver mydbserver",
	.run = run,
};
