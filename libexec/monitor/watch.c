#include "watch.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "idle.h"
#include "layout.h"
#include "log.h"
#include "monitor.h"
#include "note.h"
#include "path.h"
#include "record.h"

#define NSEC		1000000000LL

void
watch_finished(const struct monitor *m, char *out, size_t len)
{
	(void)snprintf(out, len, "%" PRId64, m->finished_ns);
}

/*
 * Write into a file that was allocated at the start, for a full disk. 0 or -1.
 */
static int
write_into_room(int dir, const char *name, const void *data, size_t len)
{
	scoped_fd int	 fd = -1;
	char		 room[32];

	(void)snprintf(room, sizeof(room), "%s.new", name);
	fd = openat(dir, room, O_WRONLY | O_NOFOLLOW | O_CLOEXEC |
	    O_NONBLOCK);
	if (fd == -1 || write(fd, data, len) != (ssize_t)len ||
	    ftruncate(fd, (off_t)len) == -1)
		return (-1);
	return (renameat(dir, room, dir, name));
}

/* 0, or -1. If the directory was removed, no command needs the record. */
static int
write_record(const struct monitor *m, const char *name, const struct rec *r)
{
	void	*data = NULL;
	size_t	 len;
	int	 rc;

	rc = rec_encode(r, &data, &len);
	if (rc == 0 && write_into_room(m->run_dir, name, data, len) == -1)
		rc = path_replace(m->run_dir, name, data, len, 0600, false);
	free(data);
	return (rc == -1 && errno == ENOENT ? 0 : rc);
}

/* For a command that finds the run directory gone. */
static void
write_note(const struct monitor *m)
{
	char	 text[NOTE_LEN + 1];
	int	 n;

	n = snprintf(text, sizeof(text), NOTE_FORMAT, m->wait_status,
	    (long long)m->finished_ns);
	memset(text + n, ' ', (size_t)(NOTE_LEN - n));
	if (m->note_fd != -1 &&
	    write(m->note_fd, text, NOTE_LEN) != NOTE_LEN)
		log_warn("the exit status cannot be noted");
}

/* The record that the clean-up reads. */
static void
write_exit(const struct monitor *m)
{
	struct rec	*r = rec_new();

	if (r == NULL)
		return;
	(void)rec_add_num(r, KEY_IN(ended, status), m->wait_status);
	(void)rec_add_num(r, KEY(time), m->finished_ns);
	(void)rec_add_num(r, KEY(oom), 0);
	if (write_record(m, LAYOUT_CTR_EXIT, r) == -1)
		log_warn("the exit status cannot be recorded");
	rec_free(r);
}

/*
 * Record how many bytes of output the log has lost: again when the number has
 * doubled, and at the end. If the run directory is full too, the next call
 * tries again.
 */
static void
write_lost(struct monitor *m, bool last)
{
	struct rec	*r;

	if (m->log.lost == m->lost_noted || (m->log.failing && !last &&
	    m->log.lost / 2 < m->lost_noted))
		return;
	m->lost_noted = m->log.lost;
	if ((r = rec_new()) == NULL)
		return;
	(void)rec_add_num(r, KEY(bytes), (int64_t)m->log.lost);
	if (write_record(m, LAYOUT_CTR_LOST, r) == -1)
		log_debug("the number of lost bytes cannot be recorded");
	rec_free(r);
}

/*
 * The container has ended. Deliver its output first, then write the record,
 * then answer, so that a command with the answer finds a complete log. Reap the
 * process last: if this one is killed before, reaper gets the status.
 */
static void
payload_ended(struct monitor *m)
{
	struct timespec	 ts = { 0, 0 };
	siginfo_t	 si = { .si_pid = 0 };
	char		 text[32];

	if (waitid(P_PIDFD, (id_t)m->payload, &si,
	    WEXITED | WNOHANG | WNOWAIT) == -1 || si.si_pid == 0)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &ts);
	m->finished_ns = ts.tv_sec * NSEC + ts.tv_nsec;
	m->wait_status = spawn_status(&si);
	m->drained = io_drain(&m->io, &m->log, &m->viewers);
	write_lost(m, true);
	write_note(m);
	write_exit(m);
	m->state = ENDED;
	(void)waitid(P_PIDFD, (id_t)m->payload, &si, WEXITED | WNOHANG);
	close(m->payload);
	m->payload = -1;
	watch_finished(m, text, sizeof(text));
	ctl_answer(&m->ctl, (uint64_t)m->wait_status, text);
}

static void
launch_ended(struct monitor *m)
{
	siginfo_t	 si = { .si_pid = 0 };

	if (waitid(P_PIDFD, (id_t)m->launch.pidfd, &si, WEXITED | WNOHANG) ==
	    -1 || si.si_pid == 0)
		return;
	if (si.si_code != CLD_EXITED)
		log_warnx("launch ended by signal %d%s", si.si_status,
		    si.si_status == SIGSYS ? ": see its .policy" : "");
	close(m->launch.pidfd);
	m->launch.pidfd = -1;
}

/*
 * Done: the status and all output are delivered, or the front end has left
 * without starting a container.
 */
static bool
done(const struct monitor *m)
{
	if (m->ctl.front.chan.fd == -1 && (m->state & (EMPTY | READY)))
		return (true);
	return (m->state == ENDED && m->drained &&
	    (m->ctl.front.chan.fd == -1 || m->ctl.front.answered));
}

enum { SLOT_LAUNCH, SLOT_PAYLOAD, SLOT_CTL, SLOT_IO = SLOT_CTL + CTL_SLOTS,
	SLOT_VIEWERS = SLOT_IO + IO_SLOTS, SLOTS = SLOT_VIEWERS + VIEWERS };

/* Wait for something to happen, and do what follows from it. */
static void
poll_once(struct monitor *m)
{
	struct pollfd	 pfd[SLOTS];
	struct timespec	 ts = { 0, 0 };
	int		 ms;

	pfd[SLOT_LAUNCH] = (struct pollfd){ m->launch.pidfd, POLLIN, 0 };
	pfd[SLOT_PAYLOAD] = (struct pollfd){ m->payload, POLLIN, 0 };
	ctl_poll(&m->ctl, &pfd[SLOT_CTL]);
	ms = io_poll(&m->io, &pfd[SLOT_IO], m->state == ENDED);
	viewers_poll(&m->viewers, &pfd[SLOT_VIEWERS], io_room(&m->io));
	ts.tv_nsec = ms * (NSEC / 1000);
	if (idle_ppoll(pfd, SLOTS, ms == -1 ? NULL : &ts, NULL) == -1) {
		if (errno == EINTR)
			return;
		fatal("poll");
	}
	if (pfd[SLOT_LAUNCH].revents != 0)
		launch_ended(m);
	/* Viewers first: output may wait for one that has gone. */
	viewers_serve(&m->viewers, &pfd[SLOT_VIEWERS], &m->io);
	if (m->state == ENDED)
		m->drained = io_drain(&m->io, &m->log, &m->viewers);
	else
		io_serve(&m->io, &pfd[SLOT_IO], &m->log, &m->viewers);
	write_lost(m, false);
	if (pfd[SLOT_PAYLOAD].revents != 0)
		payload_ended(m);
	ctl_serve(&m->ctl, &pfd[SLOT_CTL]);
}

void
watch_open(struct monitor *m)
{
	while (m->state == EMPTY && !done(m))
		poll_once(m);
}

void
watch(struct monitor *m)
{
	while (!done(m))
		poll_once(m);
}
