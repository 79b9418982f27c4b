#include "list.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "image.h"
#include "record.h"
#include "store.h"
#include "text.h"

/* An image, and what decides which image is its parent. */
struct node {
	json_t	*img;
	json_t	*history;	/* owned */
	size_t	 parent;	/* index of another node, or NONE */
	bool	 has_child;
};
#define NONE	SIZE_MAX

static json_t *
history_of(struct store *s, const json_t *img)
{
	scoped_free char	*ctext = NULL;
	scoped_free char	*mtext = NULL;
	struct answer		 ignored;
	json_t			*c, *h;

	if ((c = image_config(s, img, &ctext, &mtext, &ignored)) == NULL)
		return (NULL);
	h = json_incref(json_object_get(c, "history"));
	json_decref(c);
	return (h);
}

/* Is one history the beginning of the other, which is longer? */
static bool
begins(const json_t *shorter, const json_t *longer)
{
	size_t	 n = json_array_size(shorter);

	if (n == 0 || n >= json_array_size(longer))
		return (false);
	for (size_t i = 0; i < n; i++)
		if (!json_equal(json_array_get(shorter, i),
		    json_array_get(longer, i)))
			return (false);
	return (true);
}

static bool
same(const char *x, const char *y)
{
	return (strcmp(x != NULL ? x : "", y != NULL ? y : "") == 0);
}

/*
 * A step of a build adds a layer or none: only an image on the same layer,
 * or on the one below, can be the parent. That is cheap to ask first.
 */
static bool
may_descend(struct store *s, const json_t *child, const json_t *parent)
{
	const char	*top = json_text(child, "layer");
	const char	*of = json_text(parent, "layer");

	if (child == parent)
		return (false);
	return (same(top, of) ||
	    same(json_text(index_get(&s->layers, top), "parent"), of));
}

json_t *
list_parent(struct store *s, const json_t *img)
{
	json_t	*mine = history_of(s, img), *other, *h, *best = NULL;
	size_t	 i, len = 0;

	json_array_foreach(s->images.root, i, other) {
		if (mine == NULL || !may_descend(s, img, other))
			continue;
		h = history_of(s, other);
		if (begins(h, mine) && json_array_size(h) > len) {
			best = other;
			len = json_array_size(h);
		}
		json_decref(h);
	}
	json_decref(mine);
	return (best);
}

bool
list_has_child(struct store *s, const json_t *img)
{
	json_t	*mine = history_of(s, img), *other, *h;
	size_t	 i;
	bool	 found = false;

	json_array_foreach(s->images.root, i, other) {
		if (found || mine == NULL || !may_descend(s, other, img))
			continue;
		h = history_of(s, other);
		found = begins(mine, h);
		json_decref(h);
	}
	json_decref(mine);
	return (found);
}

static void
find_parent(struct store *s, struct node *nodes, size_t n, struct node *me)
{
	size_t	 len = 0;

	for (size_t i = 0; i < n; i++) {
		if (json_array_size(nodes[i].history) <= len ||
		    !may_descend(s, me->img, nodes[i].img) ||
		    !begins(nodes[i].history, me->history))
			continue;
		me->parent = i;
		len = json_array_size(nodes[i].history);
	}
	if (me->parent != NONE)
		nodes[me->parent].has_child = true;
}

static void
add_labels(struct rec *r, json_t *labels)
{
	const char	*key;
	json_t		*v;

	json_object_foreach(labels, key, v)
		if (json_is_string(v))
			rec_addf(r, KEY(label), "%s=%s", key,
			    json_string_value(v));
}

/* An image that cannot be read is listed with the reason. */
static struct rec *
describe(struct store *s, struct node *me)
{
	scoped_free char	*ctext = NULL;
	scoped_free char	*mtext = NULL;
	struct answer		 a;
	struct rec		*r = rec_new();
	int64_t			 at = text_time(json_text(me->img, "created"));
	json_t			*c, *names = json_object_get(me->img, "names");

	if (r == NULL)
		return (NULL);
	if (image_basics(s, me->img, r, &a) == -1) {
		rec_add(r, KEY(id), json_text(me->img, "id"));
		rec_add(r, KEY(damaged), a.text);
	}
	rec_add_num(r, KEY(dangling), json_array_size(names) == 0);
	rec_add_num(r, KEY(readonly), 0);
	if (json_text(me->img, "layer") != NULL)
		rec_add(r, KEY(layer_id), json_text(me->img, "layer"));
	if ((c = image_config(s, me->img, &ctext, &mtext, &a)) == NULL)
		rec_add(r, KEY(damaged), a.text);
	else {
		if (json_text(c, "created") != NULL)
			at = text_time(json_text(c, "created"));
		if (json_text(c, "architecture") != NULL)
			rec_add(r, KEY(arch), json_text(c, "architecture"));
		if (json_text(c, "os") != NULL)
			rec_add(r, KEY(os), json_text(c, "os"));
		add_labels(r, json_object_get(json_object_get(c, "config"),
		    "Labels"));
		me->history = json_incref(json_object_get(c, "history"));
		json_decref(c);
	}
	rec_add_num(r, KEY(created), at);
	return (r);
}

static struct rec *
compose(struct store *s, struct node *nodes, struct rec **one, size_t n)
{
	struct rec	*r = rec_new();

	for (size_t i = 0; i < n; i++)
		find_parent(s, nodes, n, &nodes[i]);
	for (size_t i = 0; i < n && r != NULL; i++) {
		if (nodes[i].parent != NONE)
			rec_add(one[i], KEY(parent),
			    json_text(nodes[nodes[i].parent].img, "id"));
		rec_add_num(one[i], KEY(intermediate), nodes[i].has_child &&
		    json_array_size(json_object_get(nodes[i].img,
		    "names")) == 0);
		rec_add_rec(r, KEY_IN(images, image), one[i]);
	}
	return (r);
}

struct rec *
list_images(struct store *s, struct answer *a)
{
	size_t		  n = json_array_size(s->images.root), i;
	struct node	 *nodes = calloc(n + 1, sizeof(*nodes));
	struct rec	**one = calloc(n + 1, sizeof(struct rec *));
	struct rec	 *r = NULL;
	bool		  ok = nodes != NULL && one != NULL;

	for (i = 0; ok && i < n; i++) {
		nodes[i].img = json_array_get(s->images.root, i);
		nodes[i].parent = NONE;
		ok = (one[i] = describe(s, &nodes[i])) != NULL;
	}
	if (ok)
		r = compose(s, nodes, one, n);
	if (r == NULL)
		fail(a, ENOMEM, "out of memory");
	for (i = 0; i < n && nodes != NULL && one != NULL; i++) {
		json_decref(nodes[i].history);
		rec_free(one[i]);
	}
	free(nodes);
	free(one);
	return (r);
}
