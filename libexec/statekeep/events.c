#include "events.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "db.h"
#include "eventlog.h"
#include "history.h"
#include "journald.h"
#include "state.h"
#include "path.h"
#include "record.h"

#define NOTES_MAX	256

int
events_to(struct state *sk, uint32_t backend, int fd)
{
	struct events	*ev = &sk->events;
	struct stat	 st;
	int		 type = 0;
	socklen_t	 len = sizeof(type);

	if (backend == EVENTS_FILE && ev->dir_fd == -1 &&
	    fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		ev->dir_fd = fd;
		return (0);
	}
	if (backend == EVENTS_JOURNALD && ev->sock_fd == -1 && getsockopt(fd,
	    SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_DGRAM) {
		ev->sock_fd = fd;
		return (0);
	}
	close(fd);
	return (state_fail(sk, EINVAL, "events can go to a directory or to the "
	    "socket of a journal only"));
}

int
events_open(struct state *sk, const struct msg_state_open *m)
{
	struct events	*ev = &sk->events;

	sk->who.uid = m->uid;
	(void)snprintf(sk->who.command, sizeof(sk->who.command), "%s",
	    m->command);
	ev->backend = (enum events_backend)m->events;
	ev->max = m->events_max;
	(void)snprintf(ev->file, sizeof(ev->file), "%s", m->events_file);
	if (ev->backend == EVENTS_JOURNALD && ev->sock_fd == -1)
		return (state_fail(sk, EINVAL, "events are to go to a journal, "
		    "but no socket of one was given"));
	if (ev->dir_fd != -1 && !path_is_name(ev->file))
		return (state_fail(sk, EINVAL, "\"%s\" is not the name of a "
		    "log of events", ev->file));
	return (0);
}

static int
note(struct state *sk, const struct rec *n)
{
	struct events	*ev = &sk->events;

	if (ev->notes == NULL)
		ev->notes = rec_new();
	if (ev->notes == NULL || rec_add_rec(ev->notes, KEY(note), n) == -1)
		return (state_fail(sk, ENOMEM, "out of memory"));
	if (rec_count(ev->notes, KEY(note)) <= NOTES_MAX)
		return (0);
	return (state_fail(sk, E2BIG, "more than %d events at "
		    "once", NOTES_MAX));
}

static void
add_if(struct rec *r, struct key_str key, const char *value)
{
	if (value != NULL && *value != '\0')
		(void)rec_add(r, key, value);
}

int
event_note(struct state *sk, const struct event *e)
{
	scoped_rec struct rec	*n = rec_new();
	const char		*label;
	size_t			 it = 0;

	if (n == NULL)
		return (state_fail(sk, ENOMEM, "out of memory"));
	add_if(n, KEY(type), e->type);
	add_if(n, KEY(status), e->status);
	add_if(n, KEY(id), e->id);
	add_if(n, KEY(name), e->name);
	add_if(n, KEY(image), e->image);
	add_if(n, KEY(namespace), e->ns);
	while (e->labels != NULL && rec_next(e->labels, KEY(label), &it,
	    &label))
		(void)rec_add(n, KEY(label), label);
	return (note(sk, n));
}

int
event_note_status(struct state *sk, const char *status)
{
	return (event_note(sk, &(struct event){ .status = status }));
}

int
event_take(struct state *sk, struct rec *changes)
{
	const char	*status;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && rec_next(changes, KEY_IN(row, event), &it, &status))
		if (*status != '\0')
			rc = event_note_status(sk, status);
	rec_del(changes, KEY_IN(row, event));
	return (rc);
}

void
event_forget(struct state *sk)
{
	rec_free(sk->events.notes);
	sk->events.notes = NULL;
}

void
events_clear(struct events *ev)
{
	rec_free(ev->notes);
	ev->notes = NULL;
	if (ev->dir_fd != -1)
		close(ev->dir_fd);
	if (ev->sock_fd != -1)
		close(ev->sock_fd);
	ev->dir_fd = ev->sock_fd = -1;
}

static bool
has_events(const struct hist *h)
{
	return (h->entry != NULL && (rec_count(h->entry, KEY(ev)) > 0 ||
	    rec_count(h->entry, KEY(note)) > 0));
}

void
events_emit(struct state *sk, const struct hist *h)
{
	if (!has_events(h))
		return;
	if (sk->events.backend == EVENTS_FILE)
		eventlog_write(sk, h);
	else if (sk->events.backend == EVENTS_JOURNALD)
		journald_write(sk, h);
}

/* The front end names the container; its properties come from the row. */
static void
fill_from_row(struct state *sk, struct event *e, struct rec **row)
{
	char	 key[80];

	if (e->id == NULL || strlen(e->id) != 64 || e->type == NULL ||
	    strcmp(e->type, "container") != 0)
		return;
	(void)snprintf(key, sizeof(key), "r:%s", e->id);
	if ((*row = db_get(sk->boot, key)) == NULL &&
	    (*row = db_get(sk->durable, key)) == NULL)
		return;
	e->name = rec_get(*row, KEY(name));
	e->image = rec_get(*row, KEY(image_name));
	e->ns = rec_get(*row, KEY(namespace));
	e->labels = *row;
}

static int
note_given(struct state *sk, const struct rec *given)
{
	struct rec	*r, *row = NULL;
	struct event	 e;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (r = rec_sub(given, KEY(event), &it)) != NULL) {
		e = (struct event){ .type = rec_get(r, KEY(type)),
		    .status = rec_get(r, KEY(status)), .id = rec_get(r,
		    KEY(id)),
		    .name = rec_get(r, KEY(name)), .image = rec_get(r,
		    KEY(image)),
		    .labels = r };
		fill_from_row(sk, &e, &row);
		rc = e.type == NULL || e.status == NULL ? state_fail(sk, EINVAL,
		    "an event has a type and a status") : event_note(sk, &e);
		rec_free(row);
		row = NULL;
		rec_free(r);
	}
	return (rc);
}

static int
add_events(struct state *sk, const struct rec *given)
{
	struct transition	 t = { .type = "event", .id = "",
				    .boot = true };

	if (note_given(sk, given) == -1)
		return (-1);
	return (sk->events.notes == NULL ? 0 : state_commit(sk, &t));
}

/* The durable database is only read: the events do not change it. */
static int
try_events(struct state *sk, const struct rec *given)
{
	if (state_begin_boot(sk) == -1)
		return (-1);
	return (state_end(sk, add_events(sk, given)));
}

int
state_events(struct state *sk, const struct rec *given)
{
	int	 rc;

	if (sk->events.backend == EVENTS_NONE)
		return (0);
	for (int tries = 0;; tries++) {
		rc = try_events(sk, given);
		if (!state_again(sk, rc, tries))
			return (rc);
	}
}
