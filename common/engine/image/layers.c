#include "layers.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <bsd/string.h>
#include <sha2.h>

#include "calls.h"
#include "cleanup.h"
#include "pipeline.h"
#include "record.h"
#include "session.h"

#define DIGEST_LEN	71		/* "sha256:" and 64 digits */

struct loading {
	struct session	*s;
	struct limits	*limits;
	layer_fn	*progress;	/* or NULL */
	char		 parent[ID_TEXT];	/* layer id, or empty */
	char		 chain[DIGEST_LEN + 1];
	size_t		 number;
	size_t		 total;
	struct rec	*done;
};

/* The OCI chain ID of a layer on the layers below it. */
static void
chain_next(const char *chain, const char *diff_id, char *out)
{
	char	 text[2 * DIGEST_LEN + 2], hex[SHA256_DIGEST_STRING_LENGTH];
	int	 n;

	if (chain[0] == '\0') {
		(void)strlcpy(out, diff_id, DIGEST_LEN + 1);
		return;
	}
	n = snprintf(text, sizeof(text), "%s %s", chain, diff_id);
	(void)SHA256Data((const uint8_t *)text, (size_t)n, hex);
	(void)snprintf(out, DIGEST_LEN + 1, "sha256:%s", hex);
}

/* Into the directory that the store has staged for it. */
static int
unpack_staged(struct loading *b, const struct rec *layer, int dir,
    const char *token)
{
	scoped_rec struct rec	*what = pipeline_unpack(b->s, layer, dir,
				    b->limits);
	char			 chain[DIGEST_LEN + 1];

	if (what == NULL)
		return (-1);
	chain_next(b->chain, rec_str(what, KEY(diff_id), ""), chain);
	if (store_layer_commit(&b->s->client, token, b->parent, chain, what,
	    b->parent) == -1)
		return (-1);
	(void)strlcpy(b->chain, chain, sizeof(b->chain));
	rec_del(what, KEY(tar_split));
	return (rec_add_rec(b->done, KEY(layer), what));
}

/* With an unpack for each layer: it sees one stream and one directory. */
static int
unpack(struct loading *b, const struct rec *layer)
{
	struct client	*c = &b->s->client;
	scoped_fd int	 dir = -1;
	char		 token[ID_TEXT];
	int		 rc = -1;

	if (client_start(c, H_UNPACK) == 0 &&
	    ids_give_userns(c, H_UNPACK, b->s->single) == 0 &&
	    (dir = store_layer_stage(c, b->parent, true, token)) != -1 &&
	    (rc = unpack_staged(b, layer, dir, token)) == -1)
		store_layer_abort(c, token);
	(void)client_stop(c, H_UNPACK);
	return (rc);
}

static int
load(struct loading *b, const struct rec *layer)
{
	const char	*diff_id = rec_str(layer, KEY(diff_id), "");
	const char	*name = rec_str(layer, KEY(digest), "");
	char		 chain[DIGEST_LEN + 1];
	bool		 there = false;
	int		 rc;

	if (diff_id[0] != '\0') {
		/* What the store has is the next parent. */
		chain_next(b->chain, diff_id, chain);
		rc = store_layer_find(&b->s->client, chain, b->parent);
		if (rc == -1 && errno != ENOENT)
			return (-1);
		there = rc == 0 && b->parent[0] != '\0';
	}
	if (b->progress != NULL)
		b->progress(b->number, b->total, *name != '\0' ? name :
		    diff_id, there);
	if (!there)
		return (unpack(b, layer));
	/* A damaged archive is an error even if the store has it. */
	if (pipeline_verify(b->s, layer, b->limits) == -1)
		return (-1);
	(void)strlcpy(b->chain, chain, sizeof(b->chain));
	return (rec_add_rec(b->done, KEY(layer), layer));
}

int
layers_load(struct session *s, const struct rec *image, struct limits *l,
    layer_fn *progress, char *top, struct rec *done)
{
	struct loading	 b = { .s = s, .progress = progress, .done = done,
			    .limits = l,
			    .total = rec_count(image, KEY_IN(image, layer)) };
	struct rec	*layer;

	rec_each(layer, image, KEY(layer)) {
		b.number++;
		if (load(&b, layer) == -1)
			return (-1);
	}
	(void)strlcpy(top, b.parent, ID_TEXT);
	return (0);
}
