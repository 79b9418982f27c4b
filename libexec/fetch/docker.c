/*
 * docker-archive: the format of docker save and podman save. It has no manifest
 * like a registry's, so make one, with the same bytes as podman's: layers have
 * their diff_id for a digest, and their uncompressed size.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "helper.h"
#include "image.h"
#include "text.h"
#include "unpacked.h"

#define MEDIA_MANIFEST	"application/vnd.docker.distribution.manifest.v2+json"
#define MEDIA_CONFIG	"application/vnd.docker.container.image.v1+json"
#define MEDIA_LAYER	"application/vnd.docker.image.rootfs.diff.tar.gzip"

/* A growing text; after a failure it is NULL at the end. */
static void
append(FILE *f, const char *digest, const char *media, uint64_t size)
{
	(void)fprintf(f, "{\"mediaType\":\"%s\",\"size\":%llu,"
	    "\"digest\":\"%s\"}", media, (unsigned long long)size, digest);
}

int
docker_manifest(struct image *im, const uint64_t *sizes, struct answer *a)
{
	char	 digest[72];
	FILE	*f = open_memstream(&im->manifest, &im->manifest_len);

	if (f == NULL)
		return (answer_text(a, "out of memory"));
	text_digest(im->config, im->config_len, digest);
	(void)fprintf(f, "{\"schemaVersion\":2,\"mediaType\":\"%s\","
	    "\"config\":", MEDIA_MANIFEST);
	append(f, digest, MEDIA_CONFIG, im->config_len);
	(void)fprintf(f, ",\"layers\":[");
	for (size_t i = 0; i < im->nlayers; i++) {
		if (i > 0)
			(void)fputc(',', f);
		append(f, im->layers[i].diff_id, MEDIA_LAYER, sizes[i]);
	}
	(void)fprintf(f, "]}");
	if (fclose(f) == EOF)
		return (answer_text(a, "out of memory"));
	(void)snprintf(im->manifest_media, sizeof(im->manifest_media), "%s",
	    MEDIA_MANIFEST);
	return (0);
}

static int
add_layers(struct images *is, struct image *im, const json_t *layers,
    uint64_t *sizes, struct answer *a)
{
	const struct member	*m;
	const char		*name;
	struct layer		*l;

	for (size_t i = 0; i < json_array_size(layers); i++) {
		name = json_string_value(json_array_get(layers, i));
		if (name == NULL) {
			errno = EBADMSG;
			return (answer_text(a, "manifest.json of the archive "
			    "names a layer that is no string; save the image "
			    "again"));
		}
		if ((m = members_get(&is->members, name, a)) == NULL ||
		    (l = image_add_layer(is, im, m, a)) == NULL)
			return (-1);
		(void)snprintf(l->media_type, sizeof(l->media_type), "%s",
		    MEDIA_LAYER);
		if (unpacked_size(&is->members, m, &sizes[i], a) == -1)
			return (-1);
	}
	return (0);
}

/* A layer that is not compressed has its diff_id for a digest. */
static void
name_plain_layers(struct image *im, const uint64_t *sizes)
{
	for (size_t i = 0; i < im->nlayers; i++)
		if (sizes[i] == im->layers[i].size)
			memcpy(im->layers[i].digest, im->layers[i].diff_id,
			    sizeof(im->layers[i].digest));
}

static int
add_names(struct image *im, const json_t *tags, struct answer *a)
{
	const char	*name;

	for (size_t i = 0; i < json_array_size(tags); i++) {
		name = json_string_value(json_array_get(tags, i));
		if (name != NULL && image_add_name(im, name, a) == -1)
			return (-1);
	}
	return (0);
}

static int
read_image(struct images *is, const json_t *j, struct answer *a)
{
	const char	*config = text_get(j, "Config");
	const json_t	*layers = json_object_get(j, "Layers");
	struct image	*im = images_add(is, a);
	scoped_json json_t *cj = NULL;
	uint64_t	 sizes[LAYERS_MAX];

	if (im == NULL)
		return (-1);
	if (config == NULL || !json_is_array(layers) ||
	    json_array_size(layers) > LAYERS_MAX) {
		errno = EBADMSG;
		return (answer_text(a, "manifest.json of the archive does not "
		    "name a configuration and at most %u layers; save the "
		    "image again", LAYERS_MAX));
	}
	im->config = members_slurp(&is->members, config, &im->config_len, a);
	if (im->config == NULL || (cj = text_parse(config, im->config,
	    im->config_len, a)) == NULL)
		return (-1);
	if (add_layers(is, im, layers, sizes, a) == -1 ||
	    image_diff_ids(im, cj, a) == -1 ||
	    add_names(im, json_object_get(j, "RepoTags"), a) == -1)
		return (-1);
	name_plain_layers(im, sizes);
	return (docker_manifest(im, sizes, a));
}

int
docker_read(struct images *is, struct answer *a)
{
	static const char	 name[] = "manifest.json";
	scoped_json json_t	*j = NULL;

	is->kind = "docker";
	if ((j = members_json(&is->members, name, a)) == NULL)
		return (-1);
	if (!json_is_array(j) || json_array_size(j) == 0) {
		errno = EBADMSG;
		return (answer_text(a, "manifest.json of the archive lists no "
		    "image; save the image again"));
	}
	for (size_t i = 0; i < json_array_size(j); i++)
		if (read_image(is, json_array_get(j, i), a) == -1)
			return (-1);
	return (0);
}
