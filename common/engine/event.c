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
#include "owndir.h"
#include "parse.h"
#include "record.h"
#include "session.h"

#define LOG_MAX		(1 << 20)

enum events_backend
event_backend(const struct session *s)
{
	const char	*v = session_config(s, KEY_AS(events_logger), "file");

	if (strcasecmp(v, "none") == 0)
		return (EVENTS_NONE);
	return (strcasecmp(v, "journald") == 0 ? EVENTS_JOURNALD :
	    EVENTS_FILE);
}

/* The configured path, or NULL: in the per-boot directory. */
static const char *
elsewhere(const struct session *s)
{
	const char	*v = session_config(s, KEY_AS(events_path),
			    "");

	return (*v == '\0' ? NULL : v);
}

int
event_path(const struct session *s, char *out, size_t size)
{
	const char	*v = elsewhere(s);

	if (v != NULL ? strlcpy(out, v, size) < size : (size_t)snprintf(out,
	    size, "%s/" LAYOUT_EVENTS_LOG, session_config(s, KEY_AS(path_run),
	    "")) <
	    size)
		return (0);
	errno = ENAMETOOLONG;
	return (-1);
}

/*
 * The command, for the history: only its name if its arguments are a program's,
 * which may have passwords in them.
 */
static void
command_of(const struct session_options *o, char *out, size_t size)
{
	const char	*word;
	size_t		 it = 0, n;

	(void)strlcpy(out, o->command, size);
	if (o->private_args)
		return;
	*out = '\0';
	(void)rec_next(o->line, KEY(arg), &it, &word);
	while (rec_next(o->line, KEY(arg), &it, &word)) {
		n = strlen(out);
		(void)snprintf(out + n, size - n, "%s%s", n == 0 ? "" : " ",
		    word);
	}
	/* Cut, it may end in the middle of a letter. */
	for (n = strlen(out); n == size - 1 && n > 0 &&
	    ((unsigned char)out[n - 1] & 0x80) != 0;)
		out[--n] = '\0';
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
		return (events_to(&s->client, EVENTS_JOURNALD, fd));
	session_warn(s, "events are not recorded, since systemd's journal does "
	    "not answer at " LAYOUT_JOURNAL_SOCKET " (%s); set events_logger "
	    "to \"file\" or \"none\" in containers.conf", strerror(errno));
	m->events = EVENTS_NONE;
	return (0);
}

static int
give_dir(struct session *s, struct msg_state_open *m, const char *path)
{
	char		 dir[4096];
	const char	*name = strrchr(path, '/');
	scoped_fd int	 fd = -1;

	if (name == NULL || name[1] == '\0' || strlcpy(m->events_file,
	    name + 1, sizeof(m->events_file)) >= sizeof(m->events_file) ||
	    (size_t)(name - path) >= sizeof(dir))
		return (error_set(&s->client.error, EINVAL,
		    "events_logfile_path \"%.400s\" is not the absolute path "
		    "of a file", path));
	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(name - path), path);
	if ((fd = owndir_open(s, dir)) == -1)
		return (-1);
	return (events_to(&s->client, EVENTS_FILE, fd));
}

int
event_prepare(struct session *s, struct msg_state_open *m)
{
	const char		*max = session_config(s,
				    KEY_AS(events_max_size), NULL);
	struct parse_err	 e;
	char			 path[4096];
	int64_t			 bytes = LOG_MAX;

	m->uid = getuid();
	command_of(&s->options, m->command, sizeof(m->command));
	m->events = event_backend(s);
	if (max != NULL && parse_size(max, &bytes, &e) == -1)
		return (error_set(&s->client.error, EINVAL,
		    "events_logfile_max_size: %.400s", e.text));
	m->events_max = bytes > 0 ? (uint64_t)bytes : 0;
	if (m->events == EVENTS_JOURNALD)
		return (give_journal(s, m));
	/* A state in memory has no directory for it. */
	if (m->events == EVENTS_FILE && (elsewhere(s) != NULL || m->memory)) {
		if (event_path(s, path, sizeof(path)) == -1)
			return (-1);
		return (give_dir(s, m, path));
	}
	return (0);
}

static void
add_if(struct rec *r, struct key_str key, const char *value)
{
	if (value != NULL && *value != '\0')
		(void)rec_add(r, key, value);
}

void
event_add(struct rec *list, const char *type, const char *status,
    const char *id, const char *name)
{
	struct rec	*e = rec_new();

	if (e == NULL)
		return;
	add_if(e, KEY(type), type);
	add_if(e, KEY(status), status);
	add_if(e, KEY(id), id);
	add_if(e, KEY(name), name);
	(void)rec_add_rec(list, KEY(event), e);
	rec_free(e);
}

void
event_send(struct session *s, const struct rec *list)
{
	if (rec_count(list, KEY(event)) == 0 || !client_has(&s->client,
	    H_STATE) ||
	    event_backend(s) == EVENTS_NONE)
		return;
	if (events_add(&s->client, list) == -1)
		session_warn(s, "an event could not be told: %s",
		    s->client.error.text);
}

void
event_tell(struct session *s, const char *type, const char *status,
    const char *id, const char *name)
{
	struct rec	*list = rec_new();

	if (list == NULL)
		return;
	event_add(list, type, status, id, name);
	event_send(s, list);
	rec_free(list);
}
