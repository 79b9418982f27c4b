#include "creating.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "command_session.h"
#include "error.h"
#include "record.h"
#include "say.h"

/*
 * An empty file without a lock was left by a command of root's that failed: as
 * the engine's account, it could not remove the file.
 */
static int
take_empty(const char *path)
{
	scoped_fd int	 fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK |
			    O_CLOEXEC);
	struct stat	 st;

	if (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
		return (take_fd(&fd));
	errno = EEXIST;
	return (-1);
}

/* The file must be new: it may be of one container only. */
static int
open_cidfile(struct creating *m)
{
	const char	*path = opt_str(m->cli->opts, "cidfile", NULL);

	if (path == NULL)
		return (0);
	m->cid_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (m->cid_fd != -1)
		(void)flock(m->cid_fd, LOCK_EX | LOCK_NB);
	else if (errno == EEXIST)
		m->cid_fd = take_empty(path);
	if (m->cid_fd != -1)
		return (0);
	if (errno == EEXIST)
		(void)say_error(ERR_EXISTS, "container id file exists. "
		    "Ensure another container is not using it or delete %s",
		    path);
	else
		(void)say_error(error_of_errno(errno), "cannot make the "
		    "container id file %s: %s", path, strerror(errno));
	return (-1);
}

static void
write_text(int fd, const char *text)
{
	if (fd != -1 && write(fd, text, strlen(text)) == -1)
		say_warning("cannot write a file of the container: %s",
		    strerror(errno));
}

/* Opened with the rights of the person; written by creating_write_pid. */
static int
open_pidfile(struct creating *m)
{
	const char	*path = opt_str(m->cli->opts, "pidfile", NULL);

	if (path == NULL)
		return (0);
	m->pid_fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC, 0644);
	if (m->pid_fd == -1)
		(void)say_error(error_of_errno(errno), "cannot make the pid "
		    "file %s: %s", path, strerror(errno));
	return (m->pid_fd == -1 ? -1 : 0);
}

void
creating_write_pid(struct creating *m, pid_t pid)
{
	char	 text[32];

	if (m->pid_fd == -1)
		return;
	(void)snprintf(text, sizeof(text), "%ld", (long)pid);
	if (ftruncate(m->pid_fd, 0) == 0)
		write_text(m->pid_fd, text);
}

void
creating_undo(struct creating *m)
{
	if (m->cid_fd != -1)
		(void)unlink(opt_str(m->cli->opts, "cidfile", ""));
}

static int
open_session(struct creating *m)
{
	unsigned int	 need = NEED_CREATE;
	char		*cleanup[COMMAND_CLEANUP];

	if (m->c.start != NULL)
		need |= NEED_LAUNCH | NEED_MORE;
	command_cleanup(cleanup, m->c.id, opt_given(m->cli->opts, "restart"));
	return (command_open(m->c.s, m->cli, need, cleanup));
}

int
creating_make(struct creating *m, struct cli *cli, struct start *start)
{
	struct error	 e;

	*m = (struct creating){ .cli = cli, .cid_fd = -1, .pid_fd = -1 };
	m->c = (struct create){ .s = cli->session, .request = cli->opts,
	    .what = cli->argv[0], .command = cli->argv + 1,
	    .ncommand = cli->argc - 1, .start = start };
	if (create_prepare(&m->c, &e) == -1) {
		(void)say_failure(&e);
		return (-1);
	}
	if (open_cidfile(m) == -1)
		return (-1);
	if (open_pidfile(m) == 0 && open_session(m) == 0) {
		if (create_container(&m->c) == 0) {
			write_text(m->cid_fd, m->c.id);
			return (0);
		}
		(void)session_error(m->c.s);
	}
	creating_undo(m);
	return (-1);
}

void
creating_clear(struct creating *m)
{
	create_clear(&m->c);
	if (m->cid_fd != -1)
		close(m->cid_fd);
	if (m->pid_fd != -1)
		close(m->pid_fd);
}
