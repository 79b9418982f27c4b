#include "state.h"

#include <errno.h>

#include "call.h"
#include "cleanup.h"
#include "record.h"

int
state_open_begin(struct client *c, const struct state_options *o, int dir,
    int run_dir, int settings_fd)
{
	const int	 fds[3] = { dir, run_dir, settings_fd };
	union msg	 m = { .state_open = { .uid = o->uid,
			    .events = o->events, .events_max = o->events_max,
			    .memory = o->memory } };

	SET(m.state_open.command, o->command);
	SET(m.state_open.events_file, o->events_file);
	SET(m.state_open.boot_id, o->boot_id);
	if (!FITS(m.state_open.ns, o->ns))
		return (error_set(&c->error, ENAMETOOLONG, "cannot use the "
		    "state namespace \"%.64s...\": it is too long", o->ns));
	return (call_begin(c, H_STATE, MSG_state_open, &m, fds, 3));
}

int
state_open_end(struct client *c, unsigned int *flags, struct rec **made_with)
{
	struct packet	 p;

	if (call_end(c, H_STATE, &p) == -1)
		return (-1);
	if (p.nfds == 1)
		return ((*made_with = call_take_rec(c, H_STATE, &p,
		    RECORD(settings))) == NULL ?
		    -1 : 1);
	*flags = (unsigned int)p.body.reply.value;
	packet_clear(&p);
	return (0);
}

struct rec *
state_refresh(struct client *c, enum refresh_step step)
{
	union msg	 m = { .state_refresh = { .step = step } };

	return (call_rec(c, H_STATE, MSG_state_refresh, &m, NULL, 0,
	    RECORD(items)));
}

int
state_refresh_done(struct client *c)
{
	union msg	 m = { .state_refresh = { .step = REFRESH_DONE } };

	return (call_void(c, H_STATE, MSG_state_refresh, &m, NULL, 0));
}

struct rec *
state_history(struct client *c, const char *ref)
{
	union msg	 m = { .history_get = { .ref = "" } };

	SET(m.history_get.ref, ref);
	return (call_rec(c, H_STATE, MSG_history_get, &m, NULL, 0,
	    RECORD(entries)));
}

int
state_renumber(struct client *c, const struct rec *locks)
{
	return (call_put(c, H_STATE, MSG_state_renumber, NULL, locks));
}

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

/* No object has a name as long as that. */
static void
too_long(struct client *c, enum obj_kind kind, const char *ref)
{
	if (kind == OBJ_POD)
		(void)error_set_code(&c->error, ERR_NO_SUCH_POD, ENOENT, "no "
		    "pod with name or ID %.64s... found: no such pod", ref);
	else
		(void)error_set_code(&c->error, ERR_NO_SUCH_VOLUME, ENOENT,
		    "no volume with name \"%.64s...\" found: no such volume",
		    ref);
}

/* The type of the answer that lists objects of a kind. */
static enum record_type
objects_type(enum obj_kind kind)
{
	return (kind == OBJ_POD ? RECORD(pods) : kind == OBJ_VOLUME ?
	    RECORD(volumes) : RECORD(any));
}

struct rec *
state_object_get(struct client *c, enum obj_kind kind, const char *ref)
{
	union msg	 m = { .obj_get = { .kind = kind } };

	if (FITS(m.obj_get.ref, ref))
		return (call_rec(c, H_STATE, MSG_obj_get, &m, NULL, 0,
		    record_of_object(kind)));
	too_long(c, kind, ref);
	return (NULL);
}

struct rec *
state_objects(struct client *c, enum obj_kind kind)
{
	union msg	 m = { .obj_list = { .kind = kind } };

	return (call_rec(c, H_STATE, MSG_obj_list, &m, NULL, 0,
	    objects_type(kind)));
}

int
state_object_put(struct client *c, enum obj_kind kind, unsigned int flags,
    const struct rec *r, char *name)
{
	scoped_fd int	 fd = call_memfd(c, r, H_STATE);
	union msg	 m = { .obj_put = { kind, flags } };
	struct packet	 p;

	if (fd == -1 || call(c, H_STATE, MSG_obj_put, &m, &fd, 1, &p) == -1)
		return (-1);
	if (name != NULL)
		(void)strlcpy(name, p.body.reply.text, 256);
	packet_clear(&p);
	return (0);
}

int
state_object_remove(struct client *c, enum obj_kind kind, enum obj_step step,
    const char *id, const char *by)
{
	union msg	 m = { .obj_remove = { .kind = kind, .step = step } };

	SET(m.obj_remove.id, id);
	SET(m.obj_remove.by, by);
	return (call_void(c, H_STATE, MSG_obj_remove, &m, NULL, 0));
}
