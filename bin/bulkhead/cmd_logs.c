/*
 * bulkhead logs: on top of logread.c, which knows the format.
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "cmd.h"
#include "human.h"
#include "log.h"
#include "logread.h"
#include "monitor.h"
#include "parse.h"
#include "record.h"
#include "say.h"
#include "session.h"

struct logs {
	struct cli	*g;
	struct session	 s;
	struct log_opts	 opts;
	int		 count;		/* how many containers */
};

/* --since or --until. 0, or -1 after telling the person why. */
static int
moment(const struct rec *o, const char *name, int64_t *out)
{
	const char		*v = opt_str(o, name, NULL);
	struct parse_err	 err;

	*out = 0;
	if (v == NULL || parse_time(v, human_now(), out, &err) == 0)
		return (0);
	say_error("parsing --%s \"%s\": unable to interpret time value", name,
	    v);
	return (-1);
}

static void
prefix_of(const struct logs *l, const struct rec *row, char *out, size_t size)
{
	if (opt_flag(l->g->opts, "names", false))
		snprintf(out, size, "%s ", rec_str(row, "name", ""));
	else
		snprintf(out, size, "%.12s ", rec_str(row, "id", ""));
}

static int
print_log(struct logs *l, const struct rec *row, const struct rec *def)
{
	const char	*path = rec_str(def, "log_path", "");
	scoped_fd int	 fd = session_open_log(&l->s, def, false, O_RDONLY);
	scoped_fd int	 old = session_open_log(&l->s, def, true, O_RDONLY);
	scoped_fd int	 ended = -1;
	struct log_opts	 o = l->opts;
	char		 prefix[300];

	if (fd == -1 && errno == ENOENT && !o.follow)
		return (0);		/* it has not run yet */
	if (fd == -1)
		return (say_error("unable to read the log file %s: %s", path,
		    strerror(errno)));
	if (l->count > 1) {
		prefix_of(l, row, prefix, sizeof(prefix));
		o.prefix = prefix;
	}
	/* Wait for output only where more can come. */
	if (o.follow && (ended = monitor_end_fd(&l->s.client, l->s.run_dir,
	    rec_str(row, "id", ""))) == -1)
		o.follow = false;
	o.ended_fd = ended;
	if (log_print(&o, fd, old) == -1 && errno != EPIPE)
		return (say_error("reading the log file %s: %s", path,
		    strerror(errno)));
	return (0);
}

static int
print_one(struct logs *l, const struct rec *row)
{
	struct rec	*def;
	size_t		 it = 0;
	int		 r;

	if ((def = rec_sub(row, "def", &it)) == NULL)
		return (say_error("container %s has no readable definition",
		    rec_str(row, "name", "")));
	if (strcmp(rec_str(def, "log_driver", ""), "none") == 0)
		r = say_error("this container is using the 'none' log driver, "
		    "cannot read logs: this container is not logging output");
	else
		r = print_log(l, row, def);
	rec_free(def);
	return (r);
}

static struct rec *
latest(struct logs *l)
{
	struct rec	*rows = session_rows(&l->s), *row, *full = NULL;
	int64_t		 best = INT64_MIN;
	char		 id[65] = "";
	size_t		 it = 0;

	while (rows != NULL && (row = rec_sub(rows, "ctr", &it)) != NULL) {
		if (rec_num(row, "created", 0) > best) {
			best = rec_num(row, "created", 0);
			snprintf(id, sizeof(id), "%s", rec_str(row, "id", ""));
		}
		rec_free(row);
	}
	if (rows == NULL)
		session_error(&l->s);
	else if (*id == '\0')
		say_error("no containers exist");
	else if ((full = session_container(&l->s, id)) == NULL)
		session_error(&l->s);
	rec_free(rows);
	return (full);
}

static int
print_all(struct logs *l, int argc, char **argv)
{
	/* One for --latest, and NULL after the last. */
	struct rec	**rows = calloc((size_t)argc + 2, sizeof(struct rec *));
	int		 r = 0;

	if (rows == NULL)
		return (say_error("%s", strerror(errno)));
	if (argc == 0 && (rows[0] = latest(l)) == NULL)
		r = EXIT_ENGINE;
	for (int i = 0; i < argc && r == 0; i++)
		if ((rows[i] = session_container(&l->s, argv[i])) == NULL)
			r = session_error(&l->s);
	for (int i = 0; rows[i] != NULL; i++) {
		if (r == 0)
			r = print_one(l, rows[i]);
		rec_free(rows[i]);
	}
	free(rows);
	return (r);
}

static int
print_session(struct logs *l, int argc, char **argv)
{
	int	 r;

	if (command_open(&l->s, l->g, NEED_STATE, NULL) == -1)
		return (EXIT_ENGINE);
	r = print_all(l, argc, argv);
	session_close(&l->s);
	return (r);
}

/*
 * Several logs are followed at once, each by a process of its own that ends
 * with its container or with us. They are made before anything is opened: a
 * session confines its process, which may then make none.
 */
static int
follow_all(struct logs *l, int argc, char **argv)
{
	int	 r = 0, status;

	for (int i = 0; i < argc; i++)
		switch (fork()) {
		case -1:
			return (say_error("fork: %s", strerror(errno)));
		case 0:
			(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
			r = print_session(l, 1, argv + i);
			fflush(stdout);
			_exit(r);
		}
	while (wait(&status) > 0)
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			r = EXIT_ENGINE;
	return (r);
}

int
cmd_logs(struct cli *g, int argc, char **argv)
{
	struct logs	 l = { .g = g, .count = argc };

	l.opts = (struct log_opts){
		.tail = opt_num(g->opts, "tail", -1),
		.follow = opt_flag(g->opts, "follow", false),
		.timestamps = opt_flag(g->opts, "timestamps", false),
		.out_fd = STDOUT_FILENO,
		.err_fd = STDERR_FILENO,
		.out_tty = isatty(STDOUT_FILENO) == 1,
		.err_tty = isatty(STDERR_FILENO) == 1,
		.ended_fd = -1,
	};
	if (moment(g->opts, "since", &l.opts.since_ns) == -1 ||
	    moment(g->opts, "until", &l.opts.until_ns) == -1)
		return (EXIT_ENGINE);
	if (l.opts.follow && argc > 1)
		return (follow_all(&l, argc, argv));
	return (print_session(&l, argc, argv));
}
