#include "loading.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "command.h"
#include "command_session.h"
#include "given.h"
#include "say.h"
#include "session.h"
#include "storage.h"
#include "sweep.h"

#define MAX_SIZE	(64LL << 30)
#define MAX_FILES	2000000
#define MAX_RATIO	250

struct limits
load_limits(const struct cli *cli)
{
	int64_t	 size = opt_num(cli->opts, "max-size", MAX_SIZE);
	int64_t	 files = opt_num(cli->opts, "max-files", MAX_FILES);
	int64_t	 ratio = opt_num(cli->opts, "max-ratio", MAX_RATIO);

	return ((struct limits){
		.size = size > 0 ? (uint64_t)size : UINT64_MAX,
		.files = files > 0 ? (uint64_t)files : UINT64_MAX,
		.ratio = ratio > 0 ? (uint64_t)ratio : UINT64_MAX,
	});
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
		(void)say_error("the pipe %s has no writer: nothing opened it "
		    "for %d seconds", name, GIVEN_OPEN_MS / 1000);
	else
		(void)say_error("cannot keep what comes from %s in %s: %s; "
		    "set TMPDIR to a directory with room", name, dir,
		    strerror(errno));
	return (-1);
}

int
load_open(const char *path)
{
	scoped_fd int		 fd = -1;
	struct given_stream	 in;
	struct stat		 st;
	bool			 standard = path == NULL ||
				    strcmp(path, "-") == 0;

	if (standard && isatty(STDIN_FILENO)) {
		(void)say_error("cannot read from terminal, use command-line "
		    "redirection or the --input flag");
		return (-1);
	}
	if (standard)
		path = "/dev/stdin";
	if ((fd = given_open_now(path)) == -1 || fstat(fd, &st) == -1) {
		(void)say_error("open %s: %s", path, strerror(errno));
		return (-1);
	}
	if (S_ISREG(st.st_mode))
		return (take_fd(&fd));
	if (given_stream(&in, fd) == 0)
		return (spool(&in, standard ? "the standard input" : path));
	(void)say_error("%s is not a file that holds an archive", path);
	return (-1);
}

int
load_session(struct session *s, struct cli *cli)
{
	/* Each layer has an unpack process of its own, started as it comes. */
	if (command_open(s, cli, NEED_STATE | NEED_STORE | NEED_FETCH |
	    NEED_IDS | NEED_WRITE | NEED_MORE, NULL) == -1)
		return (-1);
	if (storage_userns(s) == 0) {
		sweep_store(s);
		return (0);
	}
	(void)session_error(s);
	session_close(s);
	return (-1);
}

static void
print_layer(size_t number, size_t total, const char *digest, bool here)
{
	(void)fprintf(stderr, "Layer %zu of %zu %.19s %s\n", number, total,
	    digest, here ? "is here already" : "unpacking");
}

layer_fn *
load_progress(const struct cli *cli)
{
	return (isatty(STDERR_FILENO) && !opt_flag(cli->opts, "quiet",
	    false) ? print_layer : NULL);
}
