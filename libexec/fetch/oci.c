/*
 * oci-archive: an OCI image layout in one file. A blob is found by its digest
 * and its bytes must have that digest before it is parsed (layers: when they
 * are unpacked), so the table of names need not be trusted.
 */
#include <sys/utsname.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "helper.h"
#include "image.h"
#include "platform.h"
#include "text.h"

#define INDEX_DEPTH	4		/* nested indexes */
#define INDEX_MAX	1000		/* entries of one */

static const char *const	 index_types[] = {
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json", NULL };
static const char *const	 manifest_types[] = {
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v2+json", NULL };
static const char *const	 config_types[] = {
	"application/vnd.oci.image.config.v1+json",
	"application/vnd.docker.container.image.v1+json", NULL };

static bool
one_of(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(s, *list) == 0)
			return (true);
	return (false);
}

static int
malformed(struct answer *a, const char *where, const char *what)
{
	errno = EBADMSG;
	return (answer_text(a, "%.120s of the archive %s; save the image "
	    "again", where, what));
}

/* Check the digest and size of a descriptor; the member's name. */
static int
descriptor(const json_t *d, char name[96], uint64_t *size, struct answer *a)
{
	const char	*digest = text_get(d, "digest");
	const json_t	*n = json_object_get(d, "size");

	if (digest == NULL || !text_is_digest(digest))
		return (malformed(a, "a descriptor", "has no proper sha256 "
		    "digest"));
	if (!json_is_integer(n) || json_integer_value(n) < 0)
		return (malformed(a, "a descriptor", "has no size"));
	*size = (uint64_t)json_integer_value(n);
	(void)snprintf(name, 96, "blobs/sha256/%s", digest + 7);
	return (0);
}

/* Read a small blob, whose bytes must match its descriptor. */
static char *
blob(struct images *is, const json_t *d, size_t *len, struct answer *a)
{
	scoped_free char	*text = NULL;
	char			 name[96], digest[72];
	uint64_t		 size;

	if (descriptor(d, name, &size, a) == -1 || (text =
	    members_slurp(&is->members, name, len, a)) == NULL)
		return (NULL);
	text_digest(text, *len, digest);
	if (*len != size || strcmp(digest + 7, name + 13) != 0) {
		(void)malformed(a, name, "is not what its digest and size "
		    "say");
		return (NULL);
	}
	return (take_ptr(&text));
}

/*
 * Refuse a document that is not of the type of its descriptor, or that could be
 * read as an index and as a manifest.
 */
static int
check_type(const json_t *j, const char *served, bool is_index,
    struct answer *a)
{
	const char	*inside = text_get(j, "mediaType");
	const char	*where = is_index ? "an index" : "a manifest";
	const json_t	*v = json_object_get(j, "schemaVersion");

	if (!json_is_integer(v) || json_integer_value(v) != 2)
		return (malformed(a, where, "has no schemaVersion 2"));
	if (inside != NULL && served != NULL && strcmp(inside, served) != 0)
		return (malformed(a, where, "is announced as one thing and "
		    "says that it is another"));
	if (json_object_get(j, "manifests") != NULL &&
	    (json_object_get(j, "layers") != NULL ||
	    json_object_get(j, "config") != NULL ||
	    json_object_get(j, "fsLayers") != NULL))
		return (malformed(a, where, "is an index and a manifest at "
		    "once"));
	if (is_index != (json_object_get(j, "manifests") != NULL))
		return (malformed(a, where, is_index ? "lists no manifests" :
		    "is an index"));
	return (0);
}

static int
add_layer(struct images *is, struct image *im, const json_t *d,
    struct answer *a)
{
	const char		*media = text_get(d, "mediaType");
	const struct member	*m;
	struct layer		*l;
	char			 name[96];
	uint64_t		 size;

	/* `urls` of a layer are never followed. */
	if (descriptor(d, name, &size, a) == -1 ||
	    (m = members_get(&is->members, name, a)) == NULL)
		return (-1);
	if (m->size != size)
		return (malformed(a, name, "is not of the size that its "
		    "manifest says"));
	if ((l = image_add_layer(is, im, m, a)) == NULL)
		return (-1);
	(void)snprintf(l->digest, sizeof(l->digest), "%s",
	    text_get(d, "digest"));
	if (media == NULL || strlen(media) >= sizeof(l->media_type))
		return (malformed(a, name, "has no proper media type"));
	(void)snprintf(l->media_type, sizeof(l->media_type), "%s", media);
	return (0);
}

static int
add_config(struct images *is, struct image *im, const json_t *d,
    struct answer *a)
{
	const char		*media = text_get(d, "mediaType");
	scoped_json json_t	*j = NULL;

	if (media == NULL || !one_of(media, config_types))
		return (malformed(a, "a manifest", "is not of a container "
		    "image but of some other artifact"));
	if ((im->config = blob(is, d, &im->config_len, a)) == NULL ||
	    (j = text_parse("the image's configuration", im->config,
	    im->config_len, a)) == NULL)
		return (-1);
	return (image_diff_ids(im, j, a));
}

static int
read_manifest(struct images *is, const json_t *d, const char *name,
    struct answer *a)
{
	const char		*media = text_get(d, "mediaType");
	struct image		*im = images_add(is, a);
	scoped_json json_t	*j = NULL;
	const json_t		*layers;

	if (im == NULL || (im->manifest = blob(is, d, &im->manifest_len,
	    a)) == NULL || (j = text_parse("a manifest", im->manifest,
	    im->manifest_len, a)) == NULL || check_type(j, media, false,
	    a) == -1)
		return (-1);
	if (media == NULL)
		media = text_get(j, "mediaType");
	(void)snprintf(im->manifest_media, sizeof(im->manifest_media), "%s",
	    media != NULL ? media : manifest_types[0]);
	layers = json_object_get(j, "layers");
	if (!json_is_array(layers))
		return (malformed(a, "a manifest", "lists no layers"));
	for (size_t i = 0; i < json_array_size(layers); i++)
		if (add_layer(is, im, json_array_get(layers, i), a) == -1)
			return (-1);
	if (add_config(is, im, json_object_get(j, "config"), a) == -1)
		return (-1);
	return (name == NULL ? 0 : image_add_name(im, name, a));
}

static const char *
name_of(const json_t *d)
{
	const json_t	*notes = json_object_get(d, "annotations");
	const char	*full = text_get(notes, "io.containerd.image.name");

	return (full != NULL ? full :
	    text_get(notes, "org.opencontainers.image.ref.name"));
}

static int	read_one(struct images *, const json_t *, const char *, int,
		    struct answer *);

/* The entry of an index for this machine. Attestations are for none. */
static int
read_index(struct images *is, const json_t *j, const char *name, int depth,
    struct answer *a)
{
	const json_t	*list = json_object_get(j, "manifests"), *d, *best;
	size_t		 n = json_array_size(list);

	if (depth == INDEX_DEPTH || n > INDEX_MAX)
		return (malformed(a, "an index", "is too deep or too long"));
	best = NULL;
	for (size_t i = 0; i < n; i++) {
		d = json_array_get(list, i);
		if (platform_rank(json_object_get(d, "platform")) >
		    (best == NULL ? 0 :
		    platform_rank(json_object_get(best, "platform"))))
			best = d;
	}
	if (best == NULL) {
		errno = ENOENT;
		return (answer_text(a, "the archive has no image for this "
		    "machine (linux/%s); save one that has",
		    platform_name()));
	}
	return (read_one(is, best, name, depth + 1, a));
}

static int
read_one(struct images *is, const json_t *d, const char *name, int depth,
    struct answer *a)
{
	const char		*media = text_get(d, "mediaType");
	scoped_free char	*text = NULL;
	scoped_json json_t	*j = NULL;
	size_t			 len;

	if (name_of(d) != NULL)
		name = name_of(d);
	if (media != NULL && one_of(media, manifest_types))
		return (read_manifest(is, d, name, a));
	if (media == NULL || !one_of(media, index_types))
		return (malformed(a, "an index", "lists something that is no "
		    "image"));
	if ((text = blob(is, d, &len, a)) == NULL ||
	    (j = text_parse("an index", text, len, a)) == NULL ||
	    check_type(j, media, true, a) == -1)
		return (-1);
	return (read_index(is, j, name, depth, a));
}

/*
 * Entries of the top index with different names are different images; with one
 * name they are one image for several machines.
 */
static bool
several_images(const json_t *list)
{
	const char	*first = name_of(json_array_get(list, 0)), *s;

	for (size_t i = 1; i < json_array_size(list); i++) {
		s = name_of(json_array_get(list, i));
		if (s != NULL && (first == NULL || strcmp(s, first) != 0))
			return (true);
	}
	return (false);
}

int
oci_read(struct images *is, struct answer *a)
{
	static const char	 name[] = "index.json";
	scoped_json json_t	*j = NULL;
	const json_t		*list;

	is->kind = "oci";
	if ((j = members_json(&is->members, name, a)) == NULL ||
	    check_type(j, index_types[0], true, a) == -1)
		return (-1);
	list = json_object_get(j, "manifests");
	if (!json_is_array(list) || json_array_size(list) == 0 ||
	    json_array_size(list) > INDEX_MAX)
		return (malformed(a, name, "lists no image"));
	if (json_array_size(list) == 1)
		return (read_one(is, json_array_get(list, 0), NULL, 0, a));
	if (!several_images(list))
		return (read_index(is, j, NULL, 0, a));
	for (size_t i = 0; i < json_array_size(list); i++)
		if (read_one(is, json_array_get(list, i), NULL, 0, a) == -1)
			return (-1);
	return (0);
}
