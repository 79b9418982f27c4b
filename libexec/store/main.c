/*
 * store: images and layers on disk, in the containers/storage format.
 *
 * Trusts: the front end for which directories these are; nothing that is in
 *	   them: indexes, configs and manifests are parsed under limits.
 * Holds:  the graph root and the run root. No network, no children, and no
 *	   privilege but, when it is asked to delete or copy files of mapped
 *	   ids, that of root in a user namespace of its own.
 * Dies:   when its channel closes; staging directories go with it. When it is
 *	   killed their locks are gone, and the next store discards them.
 *
 * It is confined when its first request, store_open, has arrived, because
 * Landlock needs the two directories that come with it.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>

#include <bsd/string.h>

#include "commit.h"
#include "fresh.h"
#include "helper.h"
#include "image.h"
#include "layer.h"
#include "list.h"
#include "log.h"
#include "mend.h"
#include "names.h"
#include "nitems.h"
#include "random.h"
#include "record.h"
#include "register.h"
#include "remove.h"
#include "rw.h"
#include "stage.h"
#include "store.h"
#include "store.policy.h"
#include "sweep.h"
#include "text.h"
#include "trash.h"
#include "userns.h"
#include "volume.h"

/* For Landlock: the graph root and the run root. */
static void
directories(const void *ctx, const struct packet *p, int dirs[HELPER_DIRS])
{
	(void)ctx;
	dirs[0] = p->fds[0];
	dirs[1] = p->fds[1];
}

/* The process is confined from here on: see .sandbox_at in main. */
static int
on_store_open(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_store_open	*m = &p->body.store_open;
	struct store			*s = ctx;
	int				 dirs[2];

	dirs[0] = packet_take_fd(p, 0);
	dirs[1] = packet_take_fd(p, 1);
	s->state = SHUT;
	if (store_setup(s, dirs[0], dirs[1], m->driver, m->create != 0,
	    a) == -1)
		return (-1);
	s->single = m->single != 0;
	(void)strlcpy(s->volumes, m->volumes, sizeof(s->volumes));
	(void)strlcpy(s->boot_id, m->boot_id, sizeof(s->boot_id));
	(void)strlcpy(s->state_id, m->state_id, sizeof(s->state_id));
	s->state = OPEN;
	mend_indexes(s);
	a->value = sweep_is_due(s);
	return (0);
}

/* Load both indexes. Images first: a layer is recorded before its image. */
static int
load(struct store *s, struct answer *a)
{
	if (index_load(&s->images, s->graph, a) == -1)
		return (-1);
	return (index_load(&s->layers, s->graph, a));
}

static int
load_all(struct store *s, struct answer *a)
{
	if (load(s, a) == -1 || index_parse(&s->images, a) == -1)
		return (-1);
	return (index_parse(&s->layers, a));
}

/* Answer with a record and free it. NULL: a -1 whose message has been set. */
static int
answer_with(struct answer *a, struct rec *r)
{
	int	 rc;

	if (r == NULL)
		return (-1);
	rc = answer_rec(a, r);
	rec_free(r);
	return (rc);
}

static int
on_image_find(void *ctx, struct packet *p, struct answer *a)
{
	struct store	*s = ctx;
	struct rec	*r;
	const char	*by;
	json_t		*img;

	if (load(s, a) == -1 ||
	    (img = names_find(s, p->body.image_find.ref, &by, a)) == NULL ||
	    (r = image_record(s, img, a)) == NULL)
		return (-1);
	if (by != NULL)
		rec_add(r, KEY(found_name), by);
	return (answer_with(a, r));
}

static int
on_image_list(void *ctx, struct packet *p, struct answer *a)
{
	(void)p;
	if (load_all(ctx, a) == -1)
		return (-1);
	return (answer_with(a, list_images(ctx, a)));
}

static int
on_image_remove(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_image_remove	*m = &p->body.image_remove;

	return (answer_with(a, remove_image(ctx, m->ref, m->force != 0, a)));
}

static int
on_image_commit(void *ctx, struct packet *p, struct answer *a)
{
	scoped_rec struct rec	*r = request_rec(p, 0, RECORD(commit), a);
	char			 id[ID_LEN + 1];
	int			 rc;

	if (r == NULL)
		return (-1);
	if ((rc = commit_image(ctx, r, id, a)) == 0) {
		fresh_keep(ctx);
		(void)answer_text(a, "%s", id);
	}
	return (rc);
}

static int
on_layer_stage(void *ctx, struct packet *p, struct answer *a)
{
	char	 token[64];
	int	 fd;

	fd = stage_make(ctx, p->body.layer_stage.parent,
	    p->body.layer_stage.fleeting != 0, token, sizeof(token), a);
	if (fd == -1)
		return (-1);
	(void)answer_text(a, "%s", token);
	return (answer_fd(a, fd));
}

static int
on_layer_commit(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_layer_commit	*m = &p->body.layer_commit;
	scoped_rec struct rec		*r = request_rec(p, 0, RECORD(layer),
					    a);
	char				 id[ID_LEN + 1];
	int				 rc;

	if (r == NULL)
		return (-1);
	rc = stage_commit(ctx, m->token, m->parent, m->chain_id, r, id, a);
	if (rc == 0)
		(void)answer_text(a, "%s", id);
	return (rc);
}

static int
on_layer_abort(void *ctx, struct packet *p, struct answer *a)
{
	return (stage_abort(ctx, p->body.layer_abort.token, a));
}

static int
on_layer_find(void *ctx, struct packet *p, struct answer *a)
{
	const char	*want = p->body.layer_find.chain_id, *id;
	struct store	*s = ctx;

	if (load_all(s, a) == -1)
		return (-1);
	if ((id = layer_by_chain(s, want)) == NULL)
		return (fail(a, ENOENT, "no layer with chain id %s", want));
	(void)answer_text(a, "%s", id);
	return (0);
}

static int
on_rw_make(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_rw_make	*m = &p->body.rw_make;

	return (answer_with(a, rw_make(ctx, m->id, m->image, m->mark, a)));
}

static int
on_rw_keep(void *ctx, struct packet *p, struct answer *a)
{
	return (rw_keep(ctx, p->body.rw_keep.id, a));
}

static int
on_rw_list(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_rw_list	*m = &p->body.rw_list;

	return (register_add(ctx, m->id, m->name, m->given != 0, m->image,
	    a));
}

/* Answer with a number. -1: an error whose message has been set. */
static int
answer_value(struct answer *a, int n)
{
	if (n == -1)
		return (-1);
	a->value = (uint64_t)n;
	return (0);
}

static int
on_rw_remove(void *ctx, struct packet *p, struct answer *a)
{
	return (answer_value(a, rw_remove(ctx, p->body.rw_remove.id, a)));
}

static int
on_store_tidy(void *ctx, struct packet *p, struct answer *a)
{
	(void)p;
	if (register_tidy(ctx, a) == -1 || stage_tidy(ctx, a) == -1)
		return (-1);
	return (answer_value(a, trash_empty(ctx, a)));
}

static int
on_store_sweep(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_store_sweep	*m = &p->body.store_sweep;
	scoped_rec struct rec		*alive = request_rec(p, 0,
					    RECORD(alive), a);
	int				 rc = -1;

	if (alive != NULL)
		rc = answer_with(a, sweep_boot(ctx, alive, m->boot_id,
		    m->plan != 0, a));
	return (rc);
}

static int
on_volume_look(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_volume_look	*m = &p->body.volume_look;

	return (answer_value(a, volume_look(ctx, m->name, m->legacy != 0, a)));
}

static int
on_volume_make(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_volume_make	*m = &p->body.volume_make;

	return (answer_value(a, volume_make(ctx, m->name, m->legacy != 0, a)));
}

static int
on_volume_fill(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_volume_fill	*m = &p->body.volume_fill;

	return (answer_value(a, volume_fill(ctx, m->name, m->legacy != 0, a)));
}

static int
on_volume_filled(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_volume_filled	*m = &p->body.volume_filled;

	return (volume_filled(ctx, m->name, m->legacy != 0, a));
}

static int
on_volume_remove(void *ctx, struct packet *p, struct answer *a)
{
	const struct msg_volume_remove	*m = &p->body.volume_remove;

	return (answer_value(a, volume_remove(ctx, m->name, m->legacy != 0,
	    m->anonymous != 0, a)));
}

static const struct handler handlers[] = {
	/* message		states	handler */
	{ MSG_store_open,	CLOSED,	on_store_open },
	{ MSG_userns_make,	OPEN,	userns_on_make },
	{ MSG_userns_ready,	OPEN,	userns_on_ready },
	{ MSG_userns_join,	OPEN,	userns_on_join },
	{ MSG_image_find,	OPEN,	on_image_find },
	{ MSG_image_list,	OPEN,	on_image_list },
	{ MSG_image_remove,	OPEN,	on_image_remove },
	{ MSG_image_commit,	OPEN,	on_image_commit },
	{ MSG_layer_find,	OPEN,	on_layer_find },
	{ MSG_layer_stage,	OPEN,	on_layer_stage },
	{ MSG_layer_commit,	OPEN,	on_layer_commit },
	{ MSG_layer_abort,	OPEN,	on_layer_abort },
	{ MSG_rw_make,		OPEN,	on_rw_make },
	{ MSG_rw_keep,		OPEN,	on_rw_keep },
	{ MSG_rw_list,		OPEN,	on_rw_list },
	{ MSG_rw_remove,	OPEN,	on_rw_remove },
	{ MSG_store_tidy,	OPEN,	on_store_tidy },
	{ MSG_store_sweep,	OPEN,	on_store_sweep },
	{ MSG_volume_look,	OPEN,	on_volume_look },
	{ MSG_volume_make,	OPEN,	on_volume_make },
	{ MSG_volume_fill,	OPEN,	on_volume_fill },
	{ MSG_volume_filled,	OPEN,	on_volume_filled },
	{ MSG_volume_remove,	OPEN,	on_volume_remove },
};

int
main(int argc, char **argv)
{
	struct store	 s = { .state = CLOSED, .graph = -1, .run = -1,
			    .h = { .name = "store", .self = R_STORE,
			    .policy = &store_policy,
			    .sandbox_at = MSG_store_open,
			    .dirs = directories } };
	size_t		 seed = 0;
	int		 rc;

	helper_args(&s.h, argc, argv);		/* -P -t -v, -p role */
	helper_socket(&s.h);			/* descriptor 3, or exit */
	(void)umask(022);			/* not the caller's */
	helper_drop(&s.h);			/* and no capabilities */
	/* For jansson's hashes; it would open /dev/urandom, and later. */
	if (random_bytes(&seed, sizeof(seed)) == -1)
		fatal("getrandom");
	json_object_seed(seed);
	rc = helper_serve(&s.h, handlers, NITEMS(handlers), &s.state, &s);
	fresh_end(&s);				/* unless an image uses them */
	stage_end(&s);				/* the channel is closed */
	if (s.tidy_at_end) {			/* the channel is closed */
		(void)register_flush(&s, &(struct answer){ .type = MSG_reply });
		(void)trash_empty(&s, &(struct answer){ .type = MSG_reply });
		/* If the disk was full, there is room for the list now. */
		(void)register_flush(&s, &(struct answer){ .type = MSG_reply });
	}
	return (rc);
}
