#include "layers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
	char		 parent[65];	/* layer id, or empty */
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

/* 1: the store has it, and it is the next parent. 0: it does not. -1. */
static int
find_layer(struct loading *b, const char *chain)
{
	if (store_layer_find(&b->s->client, chain, b->parent) == -1)
		return (errno == ENOENT ? 0 : -1);
	return (b->parent[0] != '\0');
}

/* With an unpack for each layer: it sees one stream and one directory. */
static int
unpack(struct loading *b, const struct rec *layer)
{
	scoped_fd int	 dir = -1;
	struct rec	*what = NULL;
	char		 token[65], chain[DIGEST_LEN + 1];
	int		 rc = -1;

	if (client_start(&b->s->client, H_UNPACK) == -1 ||
	    ids_give_userns(&b->s->client, H_UNPACK, b->s->single) == -1 ||
	    (dir = store_layer_stage(&b->s->client, b->parent, true,
	    token)) == -1)
		goto out;
	if ((what = pipeline_unpack(b->s, layer, dir, b->limits)) != NULL) {
		chain_next(b->chain, rec_str(what, KEY(diff_id), ""), chain);
		rc = store_layer_commit(&b->s->client, token, b->parent, chain,
		    what, b->parent);
	}
	if (rc == -1)
		store_layer_abort(&b->s->client, token);
	else {
		(void)strlcpy(b->chain, chain, sizeof(b->chain));
		rec_del(what, KEY(tar_split));
		rc = rec_add_rec(b->done, KEY(layer), what);
	}
 out:
	rec_free(what);
	(void)client_stop(&b->s->client, H_UNPACK);
	return (rc);
}

static int
load(struct loading *b, const struct rec *layer)
{
	const char	*diff_id = rec_str(layer, KEY(diff_id), "");
	const char	*name = rec_str(layer, KEY(digest), "");
	char		 chain[DIGEST_LEN + 1];
	int		 there = 0;

	if (name[0] == '\0')
		name = diff_id;
	if (diff_id[0] != '\0') {
		chain_next(b->chain, diff_id, chain);
		there = find_layer(b, chain);
	}
	if (there == -1)
		return (-1);
	if (b->progress != NULL)
		b->progress(b->number, b->total, name, there == 1);
	if (there == 1) {
		/* A damaged archive is an error even if the store has it. */
		if (pipeline_verify(b->s, layer, b->limits) == -1)
			return (-1);
		(void)strlcpy(b->chain, chain, sizeof(b->chain));
		return (rec_add_rec(b->done, KEY(layer), layer));
	}
	return (unpack(b, layer));
}

int
layers_load(struct session *s, const struct rec *image, struct limits *l,
    layer_fn *progress, char *top, struct rec *done)
{
	struct loading	 b = { .s = s, .progress = progress, .done = done,
			    .limits = l,
			    .total = rec_count(image, KEY_IN(image, layer)) };
	struct rec	*layer;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && (layer = rec_sub(image, KEY(layer), &it)) != NULL) {
		b.number++;
		rc = load(&b, layer);
		rec_free(layer);
	}
	(void)strlcpy(top, b.parent, 65);
	return (rc);
}
