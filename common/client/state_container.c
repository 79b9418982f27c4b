#include "state.h"

#include <errno.h>

#include "call.h"
#include "cleanup.h"
#include "record.h"

int
state_container_create(struct client *c, const char *id,
    const struct rec *def, bool ephemeral, bool want_slot,
    struct state_made *made)
{
	scoped_fd int	 fd = call_memfd(c, def, H_STATE);
	union msg	 m = { .ctr_create = { .ephemeral = ephemeral,
			    .want_slot = want_slot } };
	struct packet	 p;

	SET(m.ctr_create.id, id);
	SET(m.ctr_create.name, rec_str(def, KEY(name), ""));
	if (fd == -1 ||
	    call(c, H_STATE, MSG_ctr_create, &m, &fd, 1, &p) == -1)
		return (-1);
	SET(made->name, p.body.reply.text);
	made->slot = (uint32_t)p.body.reply.value;
	packet_clear(&p);
	return (0);
}

int
state_container_find(struct client *c, const char *ref, char *id)
{
	union msg	 m = { .ctr_find = { .ref = "" } };
	struct packet	 p;

	if (!FITS(m.ctr_find.ref, ref))
		return (error_set_code(&c->error, ERR_NO_SUCH_CTR, ENOENT,
		    "no container with name or ID \"%.64s...\" found: no such "
		    "container", ref));
	if (call(c, H_STATE, MSG_ctr_find, &m, NULL, 0, &p) == -1)
		return (-1);
	(void)strlcpy(id, p.body.reply.text, 65);
	packet_clear(&p);
	return (0);
}

struct rec *
state_container_get(struct client *c, const char *id)
{
	union msg	 m = { .ctr_get = { .id = "" } };

	SET(m.ctr_get.id, id);
	return (call_rec(c, H_STATE, MSG_ctr_get, &m, NULL, 0, RECORD(row)));
}

struct rec *
state_containers(struct client *c, uint64_t *active)
{
	struct packet	 p;

	if (call(c, H_STATE, MSG_ctr_list, NULL, NULL, 0, &p) == -1)
		return (NULL);
	if (active != NULL)
		*active = p.body.reply_fd.value;
	return (call_take_rec(c, H_STATE, &p, RECORD(rows)));
}

struct rec *
state_containers_at(struct client *c, uint64_t when_ns)
{
	union msg	 m = { .ctr_list_at = { .when = when_ns } };

	return (call_rec(c, H_STATE, MSG_ctr_list_at, &m, NULL, 0,
	    RECORD(rows)));
}

int
state_container_set(struct client *c, const char *id, unsigned int from,
    unsigned int to, const struct rec *keys, uint32_t *slot)
{
	scoped_fd int	 fd = call_memfd(c, keys, H_STATE);
	union msg	 m = { .ctr_set = { .from = from, .to = to,
			    .want_slot = slot != NULL } };
	uint64_t	 value;

	SET(m.ctr_set.id, id);
	if (fd == -1 ||
	    call_begin(c, H_STATE, MSG_ctr_set, &m, &fd, 1) == -1 ||
	    call_end_value(c, H_STATE, &value) == -1)
		return (-1);
	if (slot != NULL)
		*slot = (uint32_t)value;
	return (0);
}

int
state_container_remove_begin(struct client *c, const char *id, int exit_code)
{
	union msg	 m = { .ctr_remove = { .exit_code =
			    (uint32_t)exit_code & 255 } };

	SET(m.ctr_remove.id, id);
	return (call_begin(c, H_STATE, MSG_ctr_remove, &m, NULL, 0));
}

int
state_container_remove_end(struct client *c)
{
	return (call_end_void(c, H_STATE));
}

int
state_containers_rewrite(struct client *c, const struct rec *keys)
{
	return (call_put(c, H_STATE, MSG_ctr_rewrite, NULL, keys));
}

int
state_containers_restore(struct client *c, const struct rec *all)
{
	return (call_put(c, H_STATE, MSG_ctr_restore, NULL, all));
}
