#include "store.h"

#include <errno.h>

#include "call.h"
#include "cleanup.h"

int
store_open_begin(struct client *c, int graph, int run,
    const struct store_options *o)
{
	const int	 fds[2] = { graph, run };
	union msg	 m = { .store_open = { .create = o->create,
			    .single = o->single } };

	SET(m.store_open.driver, o->driver);
	SET(m.store_open.volumes, o->volumes);
	SET(m.store_open.boot_id, o->boot_id);
	SET(m.store_open.state_id, o->state_id);
	return (call_begin(c, H_STORE, MSG_store_open, &m, fds, 2));
}

/* The value of an answer that says yes or no. */
static int
end_flag(struct client *c, bool *flag)
{
	uint64_t	 value;

	if (call_end_value(c, H_STORE, &value) == -1)
		return (-1);
	*flag = value != 0;
	return (0);
}

int
store_open_end(struct client *c, bool *untidy)
{
	return (end_flag(c, untidy));
}

int
store_tidy(struct client *c)
{
	return (call_void(c, H_STORE, MSG_store_tidy, NULL, NULL, 0));
}

struct rec *
store_sweep(struct client *c, const struct rec *ids, const char *boot_id,
    bool plan)
{
	scoped_fd int	 fd = call_memfd(c, ids, H_STORE);
	union msg	 m = { .store_sweep = { .plan = plan } };

	SET(m.store_sweep.boot_id, boot_id);
	return (fd == -1 ? NULL : call_rec(c, H_STORE, MSG_store_sweep, &m,
	    &fd, 1, RECORD(items)));
}

int
store_image_get_begin(struct client *c, const char *ref)
{
	union msg	 m = { .image_find = { .ref = "" } };

	if (!FITS(m.image_find.ref, ref))
		return (error_set_code(&c->error, ERR_NO_SUCH_IMAGE, ENOENT,
		    "%.64s...: image not known", ref));
	return (call_begin(c, H_STORE, MSG_image_find, &m, NULL, 0));
}

struct rec *
store_image_get_end(struct client *c)
{
	return (call_end_rec(c, H_STORE, RECORD(image)));
}

struct rec *
store_image_get(struct client *c, const char *ref)
{
	return (store_image_get_begin(c, ref) == -1 ? NULL :
	    store_image_get_end(c));
}

struct rec *
store_images(struct client *c)
{
	return (call_rec(c, H_STORE, MSG_image_list, NULL, NULL, 0,
	    RECORD(images)));
}

struct rec *
store_image_remove(struct client *c, const char *ref, bool force)
{
	union msg	 m = { .image_remove = { .force = force } };

	SET(m.image_remove.ref, ref);
	return (call_rec(c, H_STORE, MSG_image_remove, &m, NULL, 0,
	    RECORD(removed)));
}

/* The answer to the call that has begun is an ID. */
static int
end_id(struct client *c, char *id)
{
	struct packet	 p;

	if (call_end(c, H_STORE, &p) == -1)
		return (-1);
	(void)strlcpy(id, p.body.reply.text, 65);
	packet_clear(&p);
	return (0);
}

int
store_image_commit(struct client *c, const struct rec *image, char *id)
{
	scoped_fd int	 fd = call_memfd(c, image, H_STORE);

	if (fd == -1 ||
	    call_begin(c, H_STORE, MSG_image_commit, NULL, &fd, 1) == -1)
		return (-1);
	return (end_id(c, id));
}

int
store_layer_find(struct client *c, const char *chain_id, char *id)
{
	union msg	 m = { .layer_find = { .chain_id = "" } };

	SET(m.layer_find.chain_id, chain_id);
	if (call_begin(c, H_STORE, MSG_layer_find, &m, NULL, 0) == -1)
		return (-1);
	return (end_id(c, id));
}

int
store_layer_stage(struct client *c, const char *parent, char *token)
{
	union msg	 m = { .layer_stage = { .fleeting = 1 } };
	struct packet	 p;
	int		 fd;

	SET(m.layer_stage.parent, parent);
	if (call(c, H_STORE, MSG_layer_stage, &m, NULL, 0, &p) == -1)
		return (-1);
	(void)strlcpy(token, p.body.reply_fd.text, 65);
	fd = packet_take_fd(&p, 0);
	packet_clear(&p);
	return (fd);
}

int
store_layer_commit(struct client *c, const char *token, const char *parent,
    const char *chain_id, const struct rec *what, char *id)
{
	scoped_fd int	 fd = call_memfd(c, what, H_STORE);
	union msg	 m = { .layer_commit = { .token = "" } };

	SET(m.layer_commit.token, token);
	SET(m.layer_commit.parent, parent);
	SET(m.layer_commit.chain_id, chain_id);
	if (fd == -1 ||
	    call_begin(c, H_STORE, MSG_layer_commit, &m, &fd, 1) == -1)
		return (-1);
	return (end_id(c, id));
}

void
store_layer_abort(struct client *c, const char *token)
{
	union msg	 m = { .layer_abort = { .token = "" } };

	SET(m.layer_abort.token, token);
	call_quiet(c, H_STORE, MSG_layer_abort, &m);
}

int
store_rw_make_begin(struct client *c, const char *id, const char *image,
    enum layer_mark mark)
{
	union msg	 m = { .rw_make = { .mark = mark } };

	SET(m.rw_make.id, id);
	SET(m.rw_make.image, image);
	return (call_begin(c, H_STORE, MSG_rw_make, &m, NULL, 0));
}

struct rec *
store_rw_make_end(struct client *c)
{
	return (call_end_rec(c, H_STORE, RECORD(layers)));
}

int
store_rw_list_begin(struct client *c, const char *id, const char *image,
    const char *name, bool given)
{
	union msg	 m = { .rw_list = { .given = given } };

	SET(m.rw_list.id, id);
	SET(m.rw_list.image, image);
	SET(m.rw_list.name, name);
	return (call_async(c, H_STORE, MSG_rw_list, &m, NULL, 0));
}

void
store_rw_keep_begin(struct client *c, const char *id)
{
	union msg	 m = { .rw_keep = { .id = "" } };

	SET(m.rw_keep.id, id);
	(void)call_begin(c, H_STORE, MSG_rw_keep, &m, NULL, 0);
}

int
store_rw_remove_begin(struct client *c, const char *id)
{
	union msg	 m = { .rw_remove = { .id = "" } };

	SET(m.rw_remove.id, id);
	return (call_begin(c, H_STORE, MSG_rw_remove, &m, NULL, 0));
}

int
store_rw_remove_end(struct client *c, bool *left)
{
	return (end_flag(c, left));
}

/* The requests about a volume begin with the same fields. */
static union msg
about_volume(const char *name, bool legacy)
{
	union msg	 m = { .volume_remove = { .legacy = legacy } };

	SET(m.volume_remove.name, name);
	return (m);
}

/* The answer is an enum volume_state. */
static int
volume_state(struct client *c, enum msg_type type, const char *name,
    bool legacy)
{
	union msg	 m = about_volume(name, legacy);
	uint64_t	 value;

	return (call_value(c, H_STORE, type, &m, &value) == -1 ? -1 :
	    (int)value);
}

int
store_volume_look(struct client *c, const char *name, bool legacy)
{
	return (volume_state(c, MSG_volume_look, name, legacy));
}

int
store_volume_make(struct client *c, const char *name, bool legacy)
{
	return (volume_state(c, MSG_volume_make, name, legacy));
}

int
store_volume_fill(struct client *c, const char *name, bool legacy)
{
	return (volume_state(c, MSG_volume_fill, name, legacy));
}

int
store_volume_filled(struct client *c, const char *name, bool legacy)
{
	union msg	 m = about_volume(name, legacy);

	return (call_void(c, H_STORE, MSG_volume_filled, &m, NULL, 0));
}

int
store_volume_remove(struct client *c, const char *name, bool legacy,
    bool anonymous, bool *stays)
{
	union msg	 m = about_volume(name, legacy);

	m.volume_remove.anonymous = anonymous;
	if (call_begin(c, H_STORE, MSG_volume_remove, &m, NULL, 0) == -1)
		return (-1);
	return (end_flag(c, stays));
}
