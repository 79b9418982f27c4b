#include "event.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "calls.h"
#include "cleanup.h"
#include "layout.h"
#include "path.h"
#include "record.h"
#include "session.h"

int
event_path(const struct session *s, char *out, size_t size)
{
	const char	*v = session_text(s, events_path);

	if (*v != '\0' ? strlcpy(out, v, size) < size :
	    (size_t)snprintf(out, size, "%s/" LAYOUT_EVENTS_LOG,
	    session_text(s, path_run)) < size)
		return (0);
	errno = ENAMETOOLONG;
	return (-1);
}

/* Without a journal the command goes on, and what it does is not told. */
static int
give_journal(struct session *s, struct msg_state_open *m)
{
	struct sockaddr_un	 a = { .sun_family = AF_UNIX,
				    .sun_path = LAYOUT_JOURNAL_SOCKET };
	scoped_fd int		 fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC,
				    0);

	if (fd != -1 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return (events_to_send(&s->client, EVENTS_JOURNALD, fd));
	session_warn(s, "events are not recorded, since systemd's journal does "
	    "not answer at " LAYOUT_JOURNAL_SOCKET " (%s); set events_logger "
	    "to \"file\" or \"none\" in containers.conf", strerror(errno));
	m->events = EVENTS_NONE;
	return (0);
}

/* The way to it may be closed for a clean-up, which has the run directory. */
static int
open_dir(struct session *s, const char *path)
{
	int	 fd;

	if (!s->inherit || *session_text(s, events_path) != '\0')
		return (session_own_dir(s, path));
	if ((fd = path_mkdirs(s->run_dir, LAYOUT_EVENTS, 0700)) == -1)
		return (session_errno(s, "cannot make the directory", path));
	return (fd);
}

int
event_give(struct session *s, struct msg_state_open *m)
{
	char		 path[4096], *name;
	scoped_fd int	 fd = -1;

	if (m->events == EVENTS_JOURNALD)
		return (give_journal(s, m));
	if (event_path(s, path, sizeof(path)) == -1)
		return (-1);
	name = strrchr(path, '/');
	if (name == NULL || name[1] == '\0' || strlcpy(m->events_file,
	    name + 1, sizeof(m->events_file)) >= sizeof(m->events_file))
		return (error_set(&s->client.error, EINVAL,
		    "events_logfile_path \"%.400s\" is not the absolute path "
		    "of a file", path));
	*name = '\0';
	if ((fd = open_dir(s, path)) == -1)
		return (*session_text(s, events_path) == '\0' ? -1 :
		    error_prefix(&s->client.error, session_text(s,
		    events_path_origin)));
	return (events_to_send(&s->client, EVENTS_FILE, fd));
}

void
event_add(struct rec *list, const char *type, const char *status,
    const char *id, const char *name)
{
	scoped_rec struct rec	*e = rec_new();

	if (e == NULL)
		return;
	(void)rec_add(e, KEY(type), type);
	(void)rec_add(e, KEY(status), status);
	if (id != NULL && *id != '\0')
		(void)rec_add(e, KEY(id), id);
	if (name != NULL && *name != '\0')
		(void)rec_add(e, KEY(name), name);
	(void)rec_add_rec(list, KEY(event), e);
}

void
event_send(struct session *s, const struct rec *list)
{
	if (rec_count(list, KEY(event)) != 0 &&
	    client_has(&s->client, H_STATE) &&
	    session_events(s) != EVENTS_NONE &&
	    events_add(&s->client, list) == -1)
		session_warn(s, "an event could not be told: %s",
		    s->client.error.text);
}

void
event_send_one(struct session *s, const char *type, const char *status,
    const char *id, const char *name)
{
	scoped_rec struct rec	*list = rec_new();

	if (list == NULL)
		return;
	event_add(list, type, status, id, name);
	event_send(s, list);
}
