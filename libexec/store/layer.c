#include "layer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sha256.h"
#include "store.h"
#include "text.h"

static bool
incomplete(const json_t *layer)
{
	return (json_is_true(json_object_get(json_object_get(layer, "flags"),
	    "incomplete")));
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
			return (fail(a, ENOENT, "layer %.12s is not in %s; "
			    "remove the image and load it again", id,
			    s->layers.path));
		if (incomplete(l))
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
	sha256_hex(text, strlen(text), out);
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
	strcpy(out, "sha256:");
	sha256_hex(text, strlen(text), out + 7);
}

static bool
chain_is(struct store *s, const char *id, const char *want)
{
	struct answer	 ignored;
	json_t		*chain[LAYERS_MAX];
	const char	*diff;
	char		 sum[DIGEST_LEN + 1] = "", next[DIGEST_LEN + 1];
	int		 n = layer_chain(s, id, chain, &ignored);

	while (n-- > 0) {
		diff = json_text(chain[n], "diff-digest");
		if (!text_is_digest(diff))
			return (false);
		layer_next_chain(sum, diff, next);
		strcpy(sum, next);
	}
	return (strcmp(sum, want) == 0);
}

/* Does the last step alone rule it out? Spares most of the hashing. */
const char *
layer_by_chain(struct store *s, const char *want)
{
	const char	*id;
	json_t		*l;
	size_t		 i;

	json_array_foreach(s->layers.root, i, l) {
		id = json_text(l, "id");
		if (!incomplete(l) && chain_is(s, id, want))
			return (id);
	}
	return (NULL);
}
