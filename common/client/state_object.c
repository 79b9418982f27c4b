#include "state.h"

#include <errno.h>

#include "call.h"
#include "cleanup.h"

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
