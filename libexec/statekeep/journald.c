#include "journald.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "db.h"
#include "eventlog.h"
#include "filelock.h"
#include "history.h"
#include "state.h"
#include "log.h"
#include "path.h"
#include "record.h"

/*
 * systemd's journal cannot be asked for its last event: a small file has the
 * position. It is written after the datagrams are sent, so that no event is
 * lost. If the process is killed in between, the next one sends them again,
 * with the same BULKHEAD_SEQ.
 */
#define SENT		"events.sent"
#define WAIT_MS		5000
#define PRIORITY	"6"		/* info, as podman */

struct journal {
	struct state	*sk;
	int		 sent_fd;
	struct mark	 mark;
};

/* KEY=value, or the form with a length for values of several lines. */
static void
put_field(FILE *f, const char *key, const char *value)
{
	size_t	 len = strlen(value);
	uint8_t	 le[8];

	if (strchr(value, '\n') == NULL) {
		(void)fprintf(f, "%s=%s\n", key, value);
		return;
	}
	for (unsigned int i = 0; i < 8; i++)
		le[i] = (uint8_t)((uint64_t)len >> (8 * i));
	(void)fprintf(f, "%s\n", key);
	(void)fwrite(le, sizeof(le), 1, f);
	(void)fprintf(f, "%s\n", value);
}

static void
put_number(FILE *f, const char *key, uint64_t n)
{
	(void)fprintf(f, "%s=%llu\n", key, (unsigned long long)n);
}

static bool
is_like_container(const struct emitted *e)
{
	return (strcmp(e->type, "container") == 0 ||
	    strcmp(e->type, "pod") == 0);
}

/* The line that `podman events` prints, which podman uses as MESSAGE. */
static void
put_message(FILE *f, const struct emitted *e)
{
	scoped_free char	*text = NULL;
	const char		*kv;
	char			 t[64];
	size_t			 len, it = 0;
	FILE			*m = open_memstream(&text, &len);

	if (m == NULL)
		return;
	event_time(e->t, t, sizeof(t));
	t[strcspn(t, "T")] = ' ';
	t[strcspn(t, "Z")] = '\0';
	(void)fprintf(m, "%s +0000 UTC %s %s", t, e->type, e->status);
	if (is_like_container(e)) {
		(void)fprintf(m, " %s (image=%s, name=%s", e->id, e->image,
		    e->name);
		while (e->labels != NULL &&
		    rec_next(e->labels, KEY(label), &it, &kv))
			(void)fprintf(m, ", %s", kv);
		(void)fputc(')', m);
	} else if (strcmp(e->type, "image") == 0)
		(void)fprintf(m, " %s %s", e->id, e->name);
	else if (*e->name != '\0')
		(void)fprintf(m, " %s", e->name);
	if (fclose(m) == 0)
		put_field(f, "MESSAGE", text);
}

static void
put_labels(FILE *f, const struct emitted *e)
{
	scoped_free char	*text = NULL;
	size_t			 len;
	FILE			*m;

	if (e->labels == NULL || rec_count(e->labels, KEY(label)) == 0 ||
	    (m = open_memstream(&text, &len)) == NULL)
		return;
	event_labels(m, e->labels);
	if (fclose(m) == 0)
		put_field(f, "PODMAN_LABELS", text);
}

static char *
datagram(const struct emitted *e, size_t *len, bool with_labels)
{
	char	*text = NULL, t[64];
	FILE	*f = open_memstream(&text, len);

	if (f == NULL)
		return (NULL);
	event_time(e->t, t, sizeof(t));
	put_field(f, "SYSLOG_IDENTIFIER", "bulkhead");
	put_field(f, "PRIORITY", PRIORITY);
	put_field(f, "PODMAN_EVENT", e->status);
	put_field(f, "PODMAN_TYPE", e->type);
	put_field(f, "PODMAN_TIME", t);
	if (*e->name != '\0')
		put_field(f, "PODMAN_NAME", e->name);
	if (*e->id != '\0')
		put_field(f, "PODMAN_ID", e->id);
	if (is_like_container(e))
		put_field(f, "PODMAN_IMAGE", e->image);
	if (e->exit_code != 0)
		put_number(f, "PODMAN_EXIT_CODE", (uint64_t)e->exit_code);
	if (with_labels && is_like_container(e))
		put_labels(f, e);
	if (*e->ns != '\0')
		put_field(f, "BULKHEAD_NAMESPACE", e->ns);
	put_number(f, "BULKHEAD_SEQ", e->mark.seq);
	put_message(f, e);
	if (fclose(f) == 0)
		return (text);
	free(text);
	return (NULL);
}

/* If journald's queue is full, stop: the next process sends the rest. */
static int
send_event(struct journal *j, const struct emitted *e, bool with_labels)
{
	scoped_free char	*text = NULL;
	size_t			 len;

	if ((text = datagram(e, &len, with_labels)) == NULL)
		return (-1);
	return (send(j->sk->events.sock_fd, text, len, MSG_DONTWAIT |
	    MSG_NOSIGNAL) == -1 ? -1 : 0);
}

static int
emit(void *ctx, const struct emitted *e)
{
	struct journal	*j = ctx;

	if (send_event(j, e, true) == -1 &&
	    (errno != EMSGSIZE || send_event(j, e, false) == -1))
		return (-1);
	j->mark = e->mark;
	return (0);
}

static int
put_mark(const struct journal *j)
{
	char	 mark[MARK_MAX], text[MARK_MAX];
	int	 n = mark_print(mark, sizeof(mark), &j->mark);

	memset(text, ' ', sizeof(text));
	memcpy(text + sizeof(text) - n, mark, (size_t)n);
	return (pwrite(j->sent_fd, text, sizeof(text), 0) ==
	    (ssize_t)sizeof(text) ? 0 : -1);
}

static bool
read_sent(int fd, struct mark *m)
{
	char	 text[MARK_MAX];

	return (pread(fd, text, sizeof(text), 0) == sizeof(text) &&
	    mark_read(text, sizeof(text), m));
}

bool
journald_mark(struct state *sk, struct mark *m)
{
	scoped_fd int	 fd = path_regular(openat(db_dir(sk->boot), SENT,
			    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));

	return (fd != -1 && read_sent(fd, m));
}

static int
send_missing(struct journal *j, const struct hist *h)
{
	struct mark	 last;
	bool		 marked;

	if (filelock_take(j->sent_fd, true, WAIT_MS) == -1)
		return (-1);
	marked = read_sent(j->sent_fd, &last);
	if (events_pending(j->sk, h, marked ? &last : NULL, emit, j) == -1)
		return (-1);
	return (put_mark(j));
}

void
journald_write(struct state *sk, const struct hist *h)
{
	struct journal	 j = { .sk = sk };

	/* A state in memory stores no position. */
	if (db_in_memory(sk->boot)) {
		(void)events_pending(sk, h, NULL, emit, &j);
		return;
	}
	j.sent_fd = path_regular(openat(db_dir(sk->boot), SENT, O_RDWR |
	    O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
	if (j.sent_fd == -1 || send_missing(&j, h) == -1)
		log_warn("cannot send events to systemd's journal; the "
		    "missing ones are sent as soon as it works");
	if (j.sent_fd != -1)
		close(j.sent_fd);
}
