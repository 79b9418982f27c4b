#include "events.h"

#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "clock.h"
#include "event.h"
#include "layout.h"
#include "nitems.h"
#include "say.h"
#include "session.h"

#define CHUNK		65536
#define LINE_MAX_LEN	(16u << 20)
#define RECENT		256

struct events {
	struct session	*s;
	struct eventview view;
	char		 path[4096];
	const char	*name;		/* its last component */
	int		 dir_fd;	/* where it is; -1: nothing was told */
	int		 fd;		/* log, or the pipe of journalctl */
	pid_t		 child;
	int		 notify;
	char		*buf;		/* the line that is not whole yet */
	size_t		 len;
	size_t		 cap;
	json_int_t	 seq;		/* of the last line */
	json_int_t	 recent[RECENT]; /* what a journal may have twice */
	size_t		 nrecent;
};

/* A journal's entry as a line of the log would have it. NULL: it is none. */
static json_t *
from_journal(const json_t *j)
{
	static const struct {
		const char	*key, *name;
		enum { TEXT, NUMBER, JSON } kind;
	} fields[] = {
		{ "PODMAN_EXIT_CODE", "ContainerExitCode", NUMBER },
		{ "PODMAN_ID", "ID", TEXT }, { "PODMAN_IMAGE", "Image", TEXT },
		{ "PODMAN_NAME", "Name", TEXT },
		{ "PODMAN_EVENT", "Status", TEXT },
		{ "PODMAN_TIME", "Time", TEXT },
		{ "PODMAN_TYPE", "Type", TEXT },
		{ "PODMAN_LABELS", "Attributes", JSON },
		{ "BULKHEAD_NAMESPACE", "Namespace", TEXT },
		{ "BULKHEAD_SEQ", "Seq", NUMBER },
	};
	json_t		*e = json_object(), *value;
	const char	*v;

	for (size_t i = 0; i < NITEMS(fields); i++) {
		v = json_string_value(json_object_get(j, fields[i].key));
		value = v == NULL ? NULL : fields[i].kind == NUMBER ?
		    json_integer(strtoll(v, NULL, 10)) :
		    fields[i].kind == JSON ? json_loads(v, 0, NULL) :
		    *v == '\0' ? NULL : json_string(v);
		if (value == NULL && fields[i].kind == JSON)
			value = json_null();
		if (value != NULL)
			(void)json_object_set_new(e, fields[i].name, value);
	}
	if (json_object_get(e, "Status") != NULL)
		return (e);
	json_decref(e);
	return (NULL);
}

/* Sent again after a crash, it has the same number and time. */
static bool
is_again(struct events *r, const json_t *e)
{
	json_int_t	 key = json_integer_value(json_object_get(e, "Seq")) ^
			    (json_int_t)eventview_time(e);

	for (size_t i = 0; i < RECENT && i < r->nrecent; i++)
		if (r->recent[i] == key)
			return (true);
	r->recent[r->nrecent++ % RECENT] = key;
	return (false);
}

static bool
is_new(struct events *r, const json_t *e)
{
	const json_t	*seq = json_object_get(e, "Seq");

	if (r->child != -1)
		return (!is_again(r, e));
	if (seq == NULL)
		return (true);		/* the line of another program */
	if (json_integer_value(seq) <= r->seq)
		return (false);
	r->seq = json_integer_value(seq);
	return (true);
}

/* What is no event is skipped, as podman does. */
static int
take_line(struct events *r, const char *line, size_t len)
{
	json_t	*j = json_loadb(line, len, 0, NULL);
	json_t	*e = r->child != -1 ? from_journal(j) : json_incref(j);
	int	 rc = 0;

	if (json_is_object(e) && is_new(r, e) && !r->view.silent)
		rc = eventview_print(&r->view, e);
	json_decref(e);
	json_decref(j);
	return (rc);
}

static int
room(struct events *r)
{
	size_t	 cap = r->cap == 0 ? CHUNK : r->cap * 2;
	char	*p;

	if (r->cap - r->len >= CHUNK / 2)
		return (0);
	if (cap > LINE_MAX_LEN) {
		(void)say_error(ERR_INTERNAL, "%s has a line that is no "
		    "event", r->path);
		return (-1);
	}
	if ((p = realloc(r->buf, cap)) == NULL) {
		(void)say_error(error_of_errno(errno), "%s", strerror(errno));
		return (-1);
	}
	r->buf = p;
	r->cap = cap;
	return (0);
}

/* Lines that are there now. 1: there may be more, 0: no more, -1: failed. */
static int
read_some(struct events *r)
{
	char	*nl, *at;
	ssize_t	 n;
	int	 rc = 0;

	if (room(r) == -1)
		return (-1);
	n = read(r->fd, r->buf + r->len, r->cap - r->len);
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return (1);
	if (n == -1) {
		(void)say_error(error_of_errno(errno), "reading %s: %s",
		    r->path, strerror(errno));
		return (-1);
	}
	r->len += (size_t)n;
	for (at = r->buf; (nl = memchr(at, '\n', r->len - (size_t)(at -
	    r->buf))) != NULL; at = nl + 1)
		rc |= take_line(r, at, (size_t)(nl - at));
	r->len -= (size_t)(at - r->buf);
	memmove(r->buf, at, r->len);
	return (rc == -1 ? -1 : n > 0);
}

static int
read_all(struct events *r)
{
	int	 rc = r->fd == -1 ? 0 : 1;

	while (rc == 1)
		rc = read_some(r);
	if (fflush(stdout) == EOF)
		return (-1);
	return (rc);
}

/* The file that has the name now. None is no error: nothing happened yet. */
static int
open_log(struct events *r)
{
	if (r->fd != -1)
		close(r->fd);
	r->len = 0;
	r->fd = -1;
	if (r->dir_fd == -1)
		return (0);
	r->fd = openat(r->dir_fd, r->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK);
	if (r->fd != -1 || errno == ENOENT)
		return (0);
	(void)say_error(error_of_errno(errno), "cannot read the log of events "
	    "%s: %s", r->path, strerror(errno));
	return (-1);
}

/* Has another file come in its place? By rotation it goes on where it was. */
static int
look_at_notes(struct events *r)
{
	char	 buf[4096]
		    __attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event	*e;
	ssize_t	 n;
	int	 change = 0;

	while ((n = read(r->notify, buf, sizeof(buf))) > 0)
		for (char *p = buf; p < buf + n; p += sizeof(*e) + e->len) {
			e = (const struct inotify_event *)(const void *)p;
			if (e->len > 0 && strcmp(e->name, r->name) == 0 &&
			    (e->mask & (IN_CREATE | IN_MOVED_TO)) != 0)
				change = e->mask & IN_CREATE ? 2 : 1;
		}
	return (change);
}

/*
 * Wait for a change. 1: there was one, 0: the time is over, or the reader has
 * gone.
 */
static int
wait_change(const struct events *r, int fd)
{
	struct pollfd	 p[2] = { { .fd = fd, .events = POLLIN },
			    { .fd = STDOUT_FILENO } };
	bool		 ends = r->view.stream && r->view.until != INT64_MAX;
	int64_t		 left = -1;

	while (p[0].revents == 0) {
		if (ends && (left = r->view.until - clock_real_ns()) < 0)
			return (0);
		left = left > 3600000000000 ? 3600000 : left / 1000000 + ends;
		if (poll(p, 2, ends ? (int)left : -1) == -1 && errno != EINTR)
			return (0);
		if ((p[1].revents & (POLLERR | POLLNVAL)) != 0)
			return (0);
	}
	return (1);
}

static int
follow(struct events *r)
{
	int	 change;

	while (wait_change(r, r->notify) == 1) {
		change = look_at_notes(r);
		/* The rest of the old one first. */
		if (read_all(r) == -1)
			return (-1);
		if (change == 0)
			continue;
		if (change == 2)
			r->seq = 0;
		if (open_log(r) == -1 || read_all(r) == -1)
			return (-1);
	}
	return (0);
}

/*
 * The directory of the log, while we are still who started us: root's may lie
 * where the engine's account cannot go. One that is watched must be there.
 */
static int
open_dir(struct events *r)
{
	struct session	*s = r->s;
	struct stat	 st;
	char		 dir[sizeof(r->path)];

	if (event_path(s, r->path, sizeof(r->path)) == -1 ||
	    (r->name = strrchr(r->path, '/')) == NULL)
		return (error_set(&s->client.error, errno, "the path of the "
		    "log of events cannot be used: %.400s", r->path));
	(void)strlcpy(dir, r->path, sizeof(dir));
	dir[r->name++ - r->path] = '\0';
	if (!r->view.stream) {
		r->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		/* Root opens for its account what is the account's. */
		if (r->dir_fd != -1 && s->system && (fstat(r->dir_fd,
		    &st) == -1 || st.st_uid != s->client.uid)) {
			close(r->dir_fd);
			r->dir_fd = -1;
		}
		return (0);
	}
	if ((r->dir_fd = session_own_dir(s, dir)) == -1)
		return (-1);
	r->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (r->notify != -1 && inotify_add_watch(r->notify, dir, IN_CREATE |
	    IN_MOVED_TO | IN_MODIFY) != -1)
		return (0);
	return (error_set(&s->client.error, errno, "cannot watch %.400s: %s",
	    dir, strerror(errno)));
}

static void
run_journalctl(const struct events *r, uid_t uid)
{
	char		 since[64], who[32];
	const char	*argv[16] = { "journalctl", "--quiet", "--no-pager",
			    "--output=json", "--all",
			    "SYSLOG_IDENTIFIER=bulkhead", who };
	int		 n = 7;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)snprintf(who, sizeof(who), "_UID=%lu", (unsigned long)uid);
	if (r->view.since != INT64_MIN) {
		(void)snprintf(since, sizeof(since), "--since=@%lld",
		    (long long)(r->view.since / 1000000000));
		argv[n++] = since;
	}
	if (r->view.stream) {
		argv[n++] = "--follow";
		argv[n++] = r->view.silent ? "--lines=0" : "--no-tail";
	}
	argv[n] = NULL;
	(void)execvp(argv[0], (char *const *)(uintptr_t)argv);
	(void)say_error(error_of_errno(errno), "reading events from systemd's "
	    "journal needs journalctl, which cannot be started: %s",
	    strerror(errno));
	_exit(EXIT_ENGINE);
}

/* While we are still who started us: the journal may be root's to read. */
static int
start_journalctl(struct events *r)
{
	struct session	*s = r->s;
	uid_t		 uid = s->client.uid != 0 ? s->client.uid : getuid();
	int		 fds[2];

	if (access(LAYOUT_JOURNAL_SOCKET, F_OK) == -1)
		return (error_set(&s->client.error, errno, "systemd's journal, "
		    "where events are to be, is not there ("
		    LAYOUT_JOURNAL_SOCKET ": %s)", strerror(errno)));
	if (pipe2(fds, O_CLOEXEC) == -1)
		return (-1);
	if ((r->child = fork()) == 0) {
		(void)dup2(fds[1], STDOUT_FILENO);
		run_journalctl(r, uid);
	}
	close(fds[1]);
	r->fd = fds[0];
	return (r->child == -1 ? -1 : 0);
}

int
events_open(struct session *s)
{
	struct events	*r = s->arg;

	r->s = s;
	r->view.ns = session_text(s, engine_namespace);
	switch (session_events(s)) {
	case EVENTS_JOURNALD:
		return (start_journalctl(r));
	case EVENTS_FILE:
		return (open_dir(r));
	default:
		return (0);
	}
}

static int
read_journal(struct events *r)
{
	int	 status, rc = 1;

	(void)strlcpy(r->path, "systemd's journal", sizeof(r->path));
	r->view.silent = false;
	while (rc == 1 && wait_change(r, r->fd) == 1) {
		rc = read_some(r);
		if (fflush(stdout) == EOF)
			rc = -1;
	}
	/*
	 * It ends when its reader has gone; a process of root cannot be
	 * signalled any more.
	 */
	close(r->fd);
	(void)kill(r->child, SIGTERM);
	if (waitpid(r->child, &status, 0) == r->child && rc == 0 &&
	    WIFEXITED(status) && WEXITSTATUS(status) == EXIT_ENGINE)
		rc = -1;
	return (rc == -1 ? -1 : 0);
}

int
events_run(struct events *r)
{
	switch (session_events(r->s)) {
	case EVENTS_NONE:
		(void)say_error(ERR_INVALID_ARG, "cannot read events with the "
		    "\"none\" backend");
		return (-1);
	case EVENTS_JOURNALD:
		return (read_journal(r));
	default:
		if (open_log(r) == -1 || read_all(r) == -1)
			return (-1);
		r->view.silent = false;
		return (r->view.stream ? follow(r) : 0);
	}
}

struct events *
events_new(const struct rec *opts)
{
	struct events	*r = calloc(1, sizeof(*r));

	if (r == NULL)
		return (say_error(ERR_NO_MEMORY, "out of memory"), NULL);
	r->fd = r->notify = r->child = r->dir_fd = -1;
	if (eventview_open(&r->view, opts) == 0)
		return (r);
	events_free(r);
	return (NULL);
}

void
events_free(struct events *r)
{
	eventview_close(&r->view);
	free(r->buf);
	free(r);
}
