/*
 * bulkhead load: load images from an archive. With what import does, too: open
 * an archive so that it can be read more than once, and limit what it takes.
 */
#include "loading.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "calls.h"
#include "cleanup.h"
#include "command_session.h"
#include "event.h"
#include "given.h"
#include "loading.h"
#include "record.h"
#include "say.h"
#include "storage.h"

static const struct opt options[] = {
	OPT_HELP,
	OPT("input", 'i', STRING,
	    "Read from specified archive file (default: stdin)",
	    .complete = "file"),
	LOAD_LIMITS,
	OPT("quiet", 'q', FLAG, "Suppress the output"),
	{ 0 }
};

/* An option of LOAD_LIMITS: 0 is no limit. */
static uint64_t
limit(const struct cli *cli, const char *name, int64_t usual)
{
	int64_t	 n = opt_num(cli->opts, name, usual);

	return (n > 0 ? (uint64_t)n : UINT64_MAX);
}

static int
copy(struct given_stream *from, int to)
{
	static char	 buf[1 << 16];
	ssize_t		 n, done, w;

	while ((n = given_next(from, buf, sizeof(buf))) != 0) {
		if (n == -1)
			return (-1);
		for (done = 0; done < n; done += w)
			if ((w = write(to, buf + done, (size_t)(n - done)))
			    == -1)
				return (-1);
	}
	return (0);
}

/*
 * An archive is read more than once and in any order. What comes through a
 * pipe is put into a file without a name first.
 */
static int
spool(struct given_stream *in, const char *name)
{
	const char	*dir = getenv("TMPDIR");
	scoped_fd int	 fd = -1;

	if (dir == NULL || *dir == '\0')
		dir = "/var/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd != -1 && copy(in, fd) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return (take_fd(&fd));
	if (errno == ETIMEDOUT)
		(void)say_error(ERR_TIMEOUT, "the pipe %s has no writer: "
		    "nothing opened it for %d seconds", name, GIVEN_OPEN_MS /
		    1000);
	else
		(void)say_error(error_of_errno(errno), "cannot keep what comes "
		    "from %s in %s: %s; set TMPDIR to a directory with room",
		    name, dir, strerror(errno));
	return (-1);
}

/* NULL or "-" is the standard input. -1 after telling the person why. */
static int
open_archive(const char *path)
{
	scoped_fd int		 fd = -1;
	struct given_stream	 in;
	struct stat		 st;
	bool			 standard = path == NULL ||
				    strcmp(path, "-") == 0;

	if (standard && isatty(STDIN_FILENO)) {
		(void)say_error(ERR_INVALID_ARG, "cannot read from terminal, "
		    "use command-line redirection or the --input flag");
		return (-1);
	}
	if (standard)
		path = "/dev/stdin";
	if ((fd = given_open_now(path)) == -1 || fstat(fd, &st) == -1) {
		(void)say_error(error_of_errno(errno), "open %s: %s", path,
		    strerror(errno));
		return (-1);
	}
	if (S_ISREG(st.st_mode))
		return (take_fd(&fd));
	if (given_stream(&in, fd) == 0)
		return (spool(&in, standard ? "the standard input" : path));
	(void)say_error(ERR_FILE, "%s is not a file that holds an "
	    "archive", path);
	return (-1);
}

static void
print_layer(size_t number, size_t total, const char *digest, bool here)
{
	(void)fprintf(stderr, "Layer %zu of %zu %.19s %s\n", number, total,
	    digest, here ? "is here already" : "unpacking");
}

int
load_run(struct cli *cli, const char *path, const char *kind,
    int (*fn)(struct cli *, struct rec *, struct loading *))
{
	struct session		*s = cli->session;
	scoped_fd int		 fd = open_archive(path);
	scoped_rec struct rec	*archive = NULL;
	struct loading		 l = { .path = path, .limits = {
		.size = limit(cli, "max-size", 64LL << 30),
		.files = limit(cli, "max-files", 2000000),
		.ratio = limit(cli, "max-ratio", 250) } };

	if (isatty(STDERR_FILENO) && !opt_flag(cli->opts, "quiet", false))
		l.progress = print_layer;
	/* Each layer has an unpack process of its own, started as it comes. */
	if (fd == -1 || command_open(s, cli, NEED_STATE | NEED_STORE |
	    NEED_FETCH | NEED_IDS | NEED_WRITE | NEED_MORE, NULL) == -1)
		return (EXIT_ENGINE);
	if (storage_userns(s) == -1)
		return (session_error(s));
	sweep_store(s);
	archive = fetch_archive(&s->client, fd, kind);
	return (archive == NULL || fn(cli, archive, &l) == -1 ?
	    session_error(s) : 0);
}

static void
loaded(const char *name)
{
	printf("Loaded image: %s\n", name);
}

static int
load(struct cli *cli, struct rec *archive, struct loading *l)
{
	if (archive_load(cli->session, archive, &l->limits, l->progress,
	    loaded) == -1)
		return (-1);
	event_send_one(cli->session, "image", "loadfromarchive", NULL, l->path);
	return (0);
}

static int
run(struct cli *cli)
{
	return (load_run(cli, opt_str(cli->opts, "input", cli->argc > 0 ?
	    cli->argv[0] : "-"), "auto", load));
}

const struct command command_image_load = {
	.noun = "image", .verb = "load", .at_top = "load",
	.brief = "Load image(s) from a tar archive",
	.options = { options },
	.description = "Loads an image from a locally stored archive (tar "
	    "file) into container storage.",
	.examples = "load -i image.tar\nload < image.tar.gz",
	.run = run,
};
