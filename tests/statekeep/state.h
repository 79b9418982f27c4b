/* statekeep's messages as functions, for its tests. */
#ifndef TESTS_STATEKEEP_STATE_H
#define TESTS_STATEKEEP_STATE_H

#include <time.h>

#include "peer.h"
#include "records.h"

#define BOOT	"11111111-2222-3333-4444-555555555555"

enum { CREATING = 1, CREATED, STARTING, RUNNING, STOPPING, EXITED, REMOVING,
    PAUSED, DAMAGED = 15 };

#define ANY	0u
#define IN(s)	(1u << (s))

/* The time in milliseconds, for durations. */
UNUSED static double
now_ms(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6);
}

/* The nth id: 64 digits that differ early, as real ones do. */
UNUSED static const char *
id_of(unsigned int n)
{
	static char	 ids[4][65];
	static int	 turn;
	char		*id = ids[turn++ % 4];

	(void)snprintf(id, 65, "%08x%056x", n * 2654435761u, n);
	return (id);
}

UNUSED static int
rec_fd(struct rec *r)
{
	int	 fd = rec_memfd(r, "test");

	rec_free(r);
	if (fd == -1)
		err(1, "record");
	return (fd);
}

/* Start it and send the first message: settings (freed), namespace, type. */
UNUSED static int
state_begin(struct peer *p, const char *program, const char *durable,
    const char *boot_dir, const char *boot_id, struct rec *settings,
    const char *ns, bool memory)
{
	union msg	 m = { 0 };
	int		 fds[3], rc;

	peer_start(p, program, R_STATE);
	fds[0] = open(durable, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[1] = open(boot_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds[2] = rec_fd(settings);
	SET(m.state_open.boot_id, boot_id);
	SET(m.state_open.ns, ns);
	m.state_open.memory = memory;
	rc = peer_send(p, MSG_state_open, &m, fds, 3);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	return (rc);
}

/* 0, also when the settings are not its own. */
UNUSED static uint32_t
state_open_as(struct peer *p, const char *program, const char *durable,
    const char *boot_dir, const char *boot_id, struct rec *settings,
    const char *ns, bool memory)
{
	if (state_begin(p, program, durable, boot_dir, boot_id, settings, ns,
	    memory) == -1)
		return (UINT32_MAX);
	return (peer_answer(p));
}

/* The command that opened it has succeeded. */
UNUSED static uint32_t
state_record(struct peer *p)
{
	union msg	 m = { 0 };

	return (peer_ask(p, MSG_state_record, &m, NULL, 0));
}

UNUSED static struct rec *
some_settings(const char *graph)
{
	struct rec	*r = rec_new();

	(void)rec_add(r, KEY_AS(path_graph), graph);
	(void)rec_add(r, KEY_AS(storage_driver), "overlay");
	return (r);
}

UNUSED static uint32_t
state_open(struct peer *p, const char *program, const char *durable,
    const char *boot_dir, const char *boot_id, const char *graph)
{
	return (state_open_as(p, program, durable, boot_dir, boot_id,
	    some_settings(graph), "", false));
}

/* A definition as the front end composes it, about this many bytes long. */
UNUSED static int
definition(size_t size)
{
	struct rec	*r = rec_new();
	char		 pad[4096];

	(void)rec_add_num(r, KEY(v), 1);
	(void)rec_add(r, KEY(image_name), "docker.io/library/busybox:latest");
	(void)rec_add(r, KEY(image),
	    "a416a98b71e224a31ee99cff8e16063554498227d2b"
	    "696152a9c3e0aa65e5824");
	(void)rec_add_num(r, KEY(created), 1700000000000000000);
	(void)rec_add(r, KEY(arg), "sh");
	(void)rec_add(r, KEY(arg), "-c");
	(void)rec_add(r, KEY(arg), "sleep 1000");
	(void)rec_add(r, KEY(label), "a=b");
	(void)rec_add(r, KEY(label), "maintainer=somebody@example.org");
	memset(pad, 'x', sizeof(pad));
	pad[size < sizeof(pad) ? size : sizeof(pad) - 1] = '\0';
	(void)rec_add(r, KEY(env), pad);
	return (rec_fd(r));
}

UNUSED static uint32_t
ctr_create(struct peer *p, const char *id, const char *name, bool ephemeral,
    bool slot)
{
	union msg	 m = { 0 };
	int		 fd = definition(1500);
	uint32_t	 rc;

	SET(m.ctr_create.id, id);
	SET(m.ctr_create.name, name);
	m.ctr_create.ephemeral = ephemeral;
	m.ctr_create.want_slot = slot;
	rc = peer_ask(p, MSG_ctr_create, &m, &fd, 1);
	close(fd);
	return (rc);
}

/* With one row key (or NULL). */
UNUSED static uint32_t
ctr_set(struct peer *p, const char *id, unsigned int from, unsigned int to,
    const char *key, const char *value)
{
	struct rec	*r = rec_new();
	union msg	 m = { 0 };
	uint32_t	 rc;
	int		 fd;

	if (key != NULL)
		(void)rec_add(r, KEY_FROM(key), value);
	SET(m.ctr_set.id, id);
	m.ctr_set.from = from;
	m.ctr_set.to = to;
	fd = rec_fd(r);
	rc = peer_ask(p, MSG_ctr_set, &m, &fd, 1);
	close(fd);
	return (rc);
}

UNUSED static uint32_t
ctr_find(struct peer *p, const char *ref)
{
	union msg	 m = { 0 };

	SET(m.ctr_find.ref, ref);
	return (peer_ask(p, MSG_ctr_find, &m, NULL, 0));
}

UNUSED static uint32_t
ctr_remove(struct peer *p, const char *id)
{
	union msg	 m = { 0 };

	SET(m.ctr_remove.id, id);
	return (peer_ask(p, MSG_ctr_remove, &m, NULL, 0));
}

/* Row and `def`, or NULL. */
UNUSED static struct rec *
ctr_get(struct peer *p, const char *id)
{
	union msg	 m = { 0 };

	(void)snprintf(m.ctr_get.id, sizeof(m.ctr_get.id), "%.64s", id);
	if (peer_ask(p, MSG_ctr_get, &m, NULL, 0) != 0)
		return (NULL);
	return (rec_from_fd(p->fd, RECORD(any), NULL));
}

/* The state of a container; 0 if it cannot be had. */
UNUSED static int
ctr_state(struct peer *p, const char *id)
{
	struct rec	*r = ctr_get(p, id);
	int		 state = r == NULL ? 0 : (int)rec_num(r, KEY(state), 0);

	rec_free(r);
	return (state);
}

UNUSED static struct rec *
ctr_list(struct peer *p)
{
	union msg	 m = { 0 };

	if (peer_ask(p, MSG_ctr_list, &m, NULL, 0) != 0)
		return (NULL);
	return (rec_from_fd(p->fd, RECORD(any), NULL));
}

UNUSED static int
ctr_count(struct peer *p)
{
	struct rec	*r = ctr_list(p);
	int		 n = r == NULL ? -1 : (int)rec_count(r, KEY(ctr));

	rec_free(r);
	return (n);
}

#endif
