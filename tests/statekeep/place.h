/*
 * statekeep with a log of events, for the tests of events and history.
 */
#ifndef TESTS_STATEKEEP_PLACE_H
#define TESTS_STATEKEEP_PLACE_H

#include "records.h"
#include "state.h"

#define SLOTS		12
#define LOG		"events/events.log"

static const char	*program;

/* Where one case works. */
struct place {
	const char	*durable;
	const char	*run;
	uint32_t	 backend;
	uint64_t	 max;
	const char	*dir;		/* of event_to, or NULL */
	int		 sock;		/* of event_to, or -1 */
};

UNUSED static struct place
new_place(void)
{
	return ((struct place){ .durable = new_dir("/tmp"),
	    .run = new_dir("/tmp"), .backend = EVENTS_FILE, .sock = -1 });
}

UNUSED static void
drop_place(const struct place *w)
{
	remove_dir(w->durable);
	remove_dir(w->run);
}

UNUSED static uint32_t
send_event_to(struct peer *p, uint32_t backend, int fd)
{
	union msg	 m = { .event_to = { .backend = backend } };

	return (peer_ask(p, MSG_event_to, &m, &fd, 1));
}

UNUSED static uint32_t
open_place(struct peer *p, const struct place *w)
{
	union msg	 m;
	int		 fds[3], dir;
	uint32_t	 rc;

	memset(&m, 0, sizeof(m));
	peer_start(p, program, R_STATE);
	if (w->dir != NULL) {
		dir = open(w->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rc = send_event_to(p, EVENTS_FILE, dir);
		close(dir);
		if (rc != 0)
			return (rc);
	}
	if (w->sock != -1 && (rc = send_event_to(p, EVENTS_JOURNALD,
	    w->sock)) != 0)
		return (rc);
	fds[0] = open(w->durable, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[1] = open(w->run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[2] = rec_fd(some_settings("/g"));
	SET(m.state_open.boot_id, BOOT);
	m.state_open.uid = 4711;
	(void)snprintf(m.state_open.command, sizeof(m.state_open.command),
	    "test --now");
	m.state_open.events = w->backend;
	m.state_open.events_max = w->max;
	if (w->dir != NULL)
		(void)snprintf(m.state_open.events_file,
		    sizeof(m.state_open.events_file), "mine.log");
	rc = peer_ask(p, MSG_state_open, &m, fds, 3);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	return (rc);
}

/* A whole small file, with a NUL; "" when it is not there. To be freed. */
UNUSED static char *
slurp(const char *dir, const char *name)
{
	char	 path[256], *text = NULL;
	size_t	 size;
	FILE	*out = open_memstream(&text, &size), *f;
	int	 c;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((f = fopen(path, "r")) != NULL) {
		while ((c = getc(f)) != EOF)
			(void)putc(c, out);
		(void)fclose(f);
	}
	(void)fclose(out);
	return (text);
}

/* How often does a piece of text stand in a text? */
UNUSED static unsigned int
times(const char *text, const char *piece)
{
	unsigned int	 n = 0;

	for (; (text = strstr(text, piece)) != NULL; text++)
		n++;
	return (n);
}

/* A piece of a log as "create start ...": the statuses, in order. */
UNUSED static const char *
statuses(const char *text)
{
	static char	 out[4096];
	size_t		 n = 0;

	out[0] = '\0';
	while ((text = strstr(text, "\"Status\":\"")) != NULL) {
		text += 10;
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%.*s",
		    n == 0 ? "" : " ", (int)strcspn(text, "\""), text);
	}
	return (out);
}

UNUSED static int
same(const char *is, const char *should)
{
	if (strcmp(is, should) == 0)
		return (1);
	printf("# is:     %s\n# should: %s\n", is, should);
	return (0);
}

UNUSED static struct rec *
history(struct peer *p, const char *ref)
{
	union msg	 m;

	memset(&m, 0, sizeof(m));
	SET(m.history_get.ref, ref);
	if (peer_ask(p, MSG_history_get, &m, NULL, 0) != 0)
		return (NULL);
	return (rec_from_fd(p->fd, RECORD(any), NULL));
}

/* What each of these tests does first. */
UNUSED static void
begin_tests(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
	(void)signal(SIGPIPE, SIG_IGN);
	program = argv[1];
	srandom((unsigned int)getpid());
}

#endif
