/*
 * Archives of Docker before 1.10: `repositories` names the top of a chain of
 * directories, each with `json` and `layer.tar`. The configuration is composed
 * as Docker 1.10 did for such images.
 */
#include <errno.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "helper.h"
#include "image.h"
#include "nitems.h"
#include "text.h"
#include "unpacked.h"

#define CHUNK	(128u << 10)

/* Follow the chain from the top down. */
struct chain {
	json_t	*json[LAYERS_MAX];
	char	 id[LAYERS_MAX][65];
	size_t	 n;
};

static bool
is_id(const char *s)
{
	return (s != NULL && strlen(s) == 64 &&
	    strspn(s, "0123456789abcdef") == 64);
}

static int
follow(struct images *is, const char *id, struct chain *c, struct answer *a)
{
	char	 name[96];

	while (id != NULL) {
		errno = EBADMSG;
		if (!is_id(id) || c->n == LAYERS_MAX)
			return (answer_text(a, "the archive's chain of layers "
			    "has no proper ids, or more than %u of them; do "
			    "not use this image", LAYERS_MAX));
		(void)snprintf(name, sizeof(name), "%s/json", id);
		c->json[c->n] = members_json(&is->members, name, a);
		if (c->json[c->n] == NULL)
			return (-1);
		memcpy(c->id[c->n], id, 65);
		id = text_get(c->json[c->n++], "parent");
	}
	return (0);
}

/* The digest of a member's bytes. */
static int
hash_member(struct images *is, const struct member *m, char out[72],
    struct answer *a)
{
	scoped_free uint8_t	*buf = malloc(CHUNK);
	SHA2_CTX		 ctx;
	uint64_t		 off = 0;
	ssize_t			 n;

	if (buf == NULL)
		return (answer_text(a, "out of memory"));
	SHA256Init(&ctx);
	while ((n = members_read(&is->members, m, off, buf, CHUNK, a)) > 0) {
		SHA256Update(&ctx, buf, (size_t)n);
		off += (uint64_t)n;
	}
	memcpy(out, "sha256:", 7);
	(void)SHA256End(&ctx, out + 7);
	return (n == -1 ? -1 : 0);
}

static int
add_layer(struct images *is, struct image *im, const char *id,
    uint64_t *size, struct answer *a)
{
	const struct member	*m;
	struct layer		*l;
	char			 name[96];

	(void)snprintf(name, sizeof(name), "%s/layer.tar", id);
	if ((m = members_get(&is->members, name, a)) == NULL ||
	    (l = image_add_layer(is, im, m, a)) == NULL ||
	    unpacked_size(&is->members, m, size, a) == -1 ||
	    hash_member(is, m, l->diff_id, a) == -1)
		return (-1);
	errno = EBADMSG;
	if (*size != m->size)
		return (answer_text(a, "layer \"%s\" of the old archive is "
		    "compressed; load and save it once with a newer tool",
		    name));
	memcpy(l->digest, l->diff_id, sizeof(l->digest));
	(void)snprintf(l->media_type, sizeof(l->media_type), "%s",
	    "application/vnd.docker.image.rootfs.diff.tar.gzip");
	return (0);
}

static void
copy_key(json_t *to, const char *key, const json_t *from, const char *old)
{
	json_t	*v = json_object_get(from, old);

	if (v != NULL)
		(void)json_object_set(to, key, v);
}

/* The command that made a layer, its words joined. */
static void
add_created_by(json_t *h, const json_t *v1)
{
	const json_t	*cmd = json_object_get(json_object_get(v1,
			    "container_config"), "Cmd");
	char		*text = NULL;
	size_t		 len;
	FILE		*f = open_memstream(&text, &len);

	if (f == NULL)
		return;
	for (size_t i = 0; i < json_array_size(cmd); i++) {
		const char	*s = json_string_value(json_array_get(cmd, i));

		(void)fprintf(f, "%s%s", i > 0 ? " " : "", s ? s : "");
	}
	if (fclose(f) == 0 && len > 0)
		(void)json_object_set_new(h, "created_by", json_string(text));
	free(text);
}

static char *
make_config(struct image *im, const struct chain *c)
{
	static const char *const	 gone[] = { "id", "parent",
		"parent_id", "Size", "size", "layer_id", "throwaway" };
	json_t		*config = json_copy(c->json[0]);
	json_t		*ids = json_array(), *history = json_array(), *h;
	json_t		*rootfs = json_object();
	char		*text;

	for (size_t i = 0; i < NITEMS(gone); i++)
		(void)json_object_del(config, gone[i]);
	for (size_t i = 0; i < im->nlayers; i++)
		(void)json_array_append_new(ids,
		    json_string(im->layers[i].diff_id));
	for (size_t i = c->n; i-- > 0;) {
		h = json_object();
		copy_key(h, "created", c->json[i], "created");
		copy_key(h, "author", c->json[i], "author");
		add_created_by(h, c->json[i]);
		copy_key(h, "comment", c->json[i], "comment");
		(void)json_array_append_new(history, h);
	}
	(void)json_object_set_new(rootfs, "type", json_string("layers"));
	(void)json_object_set_new(rootfs, "diff_ids", ids);
	(void)json_object_set_new(config, "rootfs", rootfs);
	(void)json_object_set_new(config, "history", history);
	text = json_dumps(config, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(config);
	return (text);
}

static int
read_image(struct images *is, const char *id, const char *name,
    struct answer *a)
{
	struct chain	*c = calloc(1, sizeof(*c));
	struct image	*im = images_add(is, a);
	uint64_t	 sizes[LAYERS_MAX];
	int		 rc = -1;

	if (c == NULL || im == NULL || follow(is, id, c, a) == -1)
		goto done;
	for (size_t i = c->n; i-- > 0;)
		if (add_layer(is, im, c->id[i], &sizes[c->n - 1 - i],
		    a) == -1)
			goto done;
	if ((im->config = make_config(im, c)) == NULL) {
		(void)answer_text(a, "out of memory");
		goto done;
	}
	im->config_len = strlen(im->config);
	rc = docker_manifest(im, sizes, a) == -1 ||
	    image_add_name(im, name, a) == -1 ? -1 : 0;
 done:
	for (size_t i = 0; c != NULL && i < c->n; i++)
		json_decref(c->json[i]);
	free(c);
	return (rc);
}

int
legacy_read(struct images *is, struct answer *a)
{
	scoped_json json_t	*j = NULL;
	const char		*repo, *tag;
	json_t			*tags, *id;
	char			 name[512];

	is->kind = "docker";
	if ((j = members_json(&is->members, "repositories",
	    a)) == NULL)
		return (-1);
	json_object_foreach(j, repo, tags) {
		json_object_foreach(tags, tag, id) {
			if (snprintf(name, sizeof(name), "%s:%s", repo,
			    tag) >= (int)sizeof(name) ||
			    json_string_value(id) == NULL) {
				errno = EBADMSG;
				return (answer_text(a, "repositories of the "
				    "archive is malformed; save the image "
				    "again"));
			}
			if (read_image(is, json_string_value(id), name,
			    a) == -1)
				return (-1);
		}
	}
	errno = EBADMSG;
	return (is->n > 0 ? 0 : answer_text(a, "repositories of the archive "
	    "names no image; save the image again"));
}
