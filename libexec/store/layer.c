#include "layer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store.h"
#include "text.h"

bool
layer_incomplete(const json_t *layer)
{
	return (json_is_true(json_object_get(json_object_get(layer, "flags"),
	    "incomplete")));
}

bool
layer_mapped(const json_t *layer)
{
	return (json_array_size(json_object_get(layer, "uidmap")) > 0 ||
	    json_array_size(json_object_get(layer, "gidmap")) > 0);
}

/* The error for an entry that is missing, or for the file if it is damaged. */
static int
not_listed(struct store *s, const char *id, struct answer *a)
{
	if (index_parse(&s->layers, a) == -1)
		return (-1);
	return (fail(a, ENOENT, "layer %.12s is not in %s; remove the image "
	    "and load it again", id, s->layers.path));
}

int
layer_chain(struct store *s, const char *top, json_t *chain[LAYERS_MAX],
    struct answer *a)
{
	const char	*id = top;
	json_t		*l;
	int		 n = 0;

	while (id != NULL && *id != '\0') {
		/* Longer than any real chain also ends a loop. */
		if (n == LAYERS_MAX)
			return (fail(a, E2BIG, "layer %.12s has more than %d "
			    "layers below it, or is its own parent; %s is "
			    "damaged", top, LAYERS_MAX, s->layers.path));
		if ((l = index_get(&s->layers, id)) == NULL)
			return (not_listed(s, id, a));
		if (layer_incomplete(l))
			return (fail(a, ENOENT, "layer %.12s was never "
			    "finished; remove the image and load it again",
			    id));
		chain[n++] = l;
		id = json_text(l, "parent");
	}
	return (n);
}

void
layer_dir(const struct store *s, const char *id, char *out, size_t size)
{
	snprintf(out, size, s->vfs ? "vfs/dir/%s" : "overlay/%s/diff", id);
}

int64_t
layer_sizes(json_t *const *chain, int n)
{
	int64_t	 sum = 0;

	for (int i = 0; i < n; i++)
		sum += json_integer_value(json_object_get(chain[i],
		    "diff-size"));
	return (sum);
}

void
layer_make_id(const char *parent, const char *diff_id, char *out)
{
	char	 text[2 * DIGEST_LEN + 2];

	if (*parent == '\0') {
		strcpy(out, diff_id + 7);
		return;
	}
	snprintf(text, sizeof(text), "%s+%s", parent, diff_id + 7);
	text_sha256(text, strlen(text), out);
}

void
layer_next_chain(const char *parent, const char *diff_id, char *out)
{
	char	 text[2 * DIGEST_LEN + 2];

	if (*parent == '\0') {
		strcpy(out, diff_id);
		return;
	}
	snprintf(text, sizeof(text), "%s %s", parent, diff_id);
	text_digest(text, out);
}

/*
 * The chain ID of a layer, cached in the map. Empty for a layer whose digests
 * are unknown, and for a copy that podman made for other IDs, because its
 * digests are those of the layer it was copied from.
 */
static const char *
chain_in(struct store *s, json_t *map, const char *id, int depth)
{
	const json_t	*l = index_get(&s->layers, id);
	const char	*known, *diff, *parent, *below = "";
	char		 sum[DIGEST_LEN + 1] = "";

	if ((known = json_text(map, id)) != NULL)
		return (known);
	if (l == NULL || layer_incomplete(l) || layer_mapped(l) ||
	    depth == LAYERS_MAX)
		return ("");
	diff = json_text(l, "diff-digest");
	parent = json_text(l, "parent");
	if (parent != NULL && *parent != '\0')
		below = chain_in(s, map, parent, depth + 1);
	else
		parent = NULL;
	if (text_is_digest(diff) && (parent == NULL || *below != '\0'))
		layer_next_chain(below, diff, sum);
	if (json_object_set_new(map, id, json_string(sum)) == -1)
		return ("");
	return (json_text(map, id));
}

const char *
layer_by_chain(struct store *s, const char *want)
{
	json_t		*map = json_object(), *l;
	const char	*id, *found = NULL;
	size_t		 i;

	json_array_foreach(s->layers.root, i, l) {
		id = json_text(l, "id");
		if (strcmp(chain_in(s, map, id, 0), want) == 0) {
			found = id;
			break;
		}
	}
	json_decref(map);
	return (found);
}
