#include "image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "helper.h"
#include "record.h"
#include "text.h"

struct image *
images_add(struct images *is, struct answer *a)
{
	struct image	*bigger;

	if (is->n == IMAGES_MAX) {
		errno = EFBIG;
		(void)answer_text(a, "the archive has more than %u images; "
		    "save fewer of them into one", IMAGES_MAX);
		return (NULL);
	}
	bigger = reallocarray(is->list, is->n + 1, sizeof(*bigger));
	if (bigger == NULL) {
		(void)answer_text(a, "out of memory");
		return (NULL);
	}
	is->list = bigger;
	memset(&bigger[is->n], 0, sizeof(*bigger));
	return (&bigger[is->n++]);
}

void
images_clear(struct images *is)
{
	for (size_t i = 0; i < is->n; i++) {
		struct image	*im = &is->list[i];

		for (size_t k = 0; k < im->nnames; k++)
			free(im->names[k]);
		free(im->names);
		free(im->layers);
		free(im->config);
		free(im->manifest);
	}
	free(is->list);
	free(is->blobs);
	members_close(&is->members);
	memset(is, 0, sizeof(*is));
	is->members.fd = -1;
}

struct layer *
image_add_layer(struct images *is, struct image *im, const struct member *m,
    struct answer *a)
{
	const struct member	**blobs;
	struct layer		*layers, *l;

	if (im->nlayers == LAYERS_MAX || is->nblobs == BLOBS_MAX) {
		errno = EFBIG;
		(void)answer_text(a, "the image has more than %u layers; "
		    "build it with fewer", LAYERS_MAX);
		return (NULL);
	}
	blobs = reallocarray(is->blobs, is->nblobs + 1, sizeof(*blobs));
	if (blobs != NULL)
		is->blobs = blobs;
	layers = reallocarray(im->layers, im->nlayers + 1, sizeof(*layers));
	if (layers != NULL)
		im->layers = layers;
	if (blobs == NULL || layers == NULL) {
		(void)answer_text(a, "out of memory");
		return (NULL);
	}
	l = &layers[im->nlayers++];
	memset(l, 0, sizeof(*l));
	l->index = is->nblobs;
	l->size = m->size;
	is->blobs[is->nblobs++] = m;
	return (l);
}

int
image_add_name(struct image *im, const char *name, struct answer *a)
{
	char	**bigger;

	if (im->nnames == 1000 || strlen(name) > 511) {
		errno = EINVAL;
		return (answer_text(a, "the image has a name of over 511 "
		    "bytes, or over 1000 of them"));
	}
	bigger = reallocarray(im->names, im->nnames + 1, sizeof(*bigger));
	if (bigger == NULL)
		return (answer_text(a, "out of memory"));
	im->names = bigger;
	if ((bigger[im->nnames] = strdup(name)) == NULL)
		return (answer_text(a, "out of memory"));
	im->nnames++;
	return (0);
}

int
image_diff_ids(struct image *im, const json_t *config, struct answer *a)
{
	const json_t	*ids = json_object_get(json_object_get(config,
			    "rootfs"), "diff_ids");
	const char	*s;

	errno = EBADMSG;
	if (!json_is_array(ids) || json_array_size(ids) != im->nlayers)
		return (answer_text(a, "the image's configuration lists %zu "
		    "layers, its manifest %zu; save the image again",
		    json_array_size(ids), im->nlayers));
	for (size_t i = 0; i < im->nlayers; i++) {
		s = json_string_value(json_array_get(ids, i));
		if (s == NULL || !text_is_digest(s))
			return (answer_text(a, "the image's configuration "
			    "gives layer %zu no proper sha256 diff_id; do not "
			    "use this image", i + 1));
		memcpy(im->layers[i].diff_id, s, 72);
	}
	return (0);
}

static void
put_layer(struct rec *r, const struct layer *l)
{
	struct rec	*sub = rec_new();

	if (sub == NULL)
		return;
	(void)rec_add_num(sub, KEY(index), (int64_t)l->index);
	(void)rec_add(sub, KEY(digest), l->digest);
	(void)rec_add(sub, KEY(diff_id), l->diff_id);
	(void)rec_add_num(sub, KEY(size), (int64_t)l->size);
	(void)rec_add(sub, KEY(media_type), l->media_type);
	(void)rec_add_rec(r, KEY(layer), sub);
	rec_free(sub);
}

static void
put_image(struct rec *r, const struct image *im)
{
	char	 digest[72];

	if (im->config != NULL) {
		(void)rec_add(r, KEY(config_json), im->config);
		text_digest(im->config, im->config_len, digest);
		(void)rec_add(r, KEY(config_digest), digest);
	}
	if (im->manifest != NULL) {
		(void)rec_add(r, KEY(manifest_json), im->manifest);
		text_digest(im->manifest, im->manifest_len, digest);
		(void)rec_add(r, KEY(manifest_digest), digest);
		(void)rec_add(r, KEY(manifest_media), im->manifest_media);
	}
	for (size_t i = 0; i < im->nnames; i++)
		(void)rec_add(r, KEY(name), im->names[i]);
	for (size_t i = 0; i < im->nlayers; i++)
		put_layer(r, &im->layers[i]);
}

struct rec *
images_record(const struct images *is)
{
	struct rec	*r = rec_new(), *sub;

	if (r == NULL)
		return (NULL);
	(void)rec_add(r, KEY(kind), is->kind);
	if (is->n > 0)
		put_image(r, &is->list[0]);
	for (size_t i = 1; i < is->n; i++) {
		if ((sub = rec_new()) == NULL)
			continue;
		put_image(sub, &is->list[i]);
		(void)rec_add_rec(r, KEY(more), sub);
		rec_free(sub);
	}
	return (r);
}
