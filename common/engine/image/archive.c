#include "archive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "cleanup.h"
#include "manifest.h"
#include "record.h"
#include "reference.h"
#include "session.h"

/*
 * Add a name made whole: without a host it gets the prefix, without a tag
 * :latest.
 */
static int
add_name(struct session *s, const char *name, const char *prefix,
    struct rec *out)
{
	struct reference	 r;
	char			 whole[512];
	const char		*why = "it is too long";

	if (snprintf(whole, sizeof(whole), "%s%s", reference_has_host(name) ?
	    "" : prefix, name) < (int)sizeof(whole))
		why = reference_parse(whole, &r);
	if (why == NULL && *r.digest != '\0')
		why = "a digest is computed and cannot be given";
	if (why == NULL)
		return (rec_addf(out, KEY(name), "%s:%s", r.name,
		    *r.tag != '\0' ? r.tag : "latest"));
	return (error_set(&s->client.error, EINVAL, "\"%.300s\" is not a name "
	    "for an image: %s", name, why));
}

/*
 * The names that an archive gives, made complete: in an archive of docker a
 * name without a registry is one of docker.io, in others of this machine.
 */
static int
add_names(struct session *s, const struct rec *image, const char *kind,
    struct rec *out)
{
	const char	*name, *prefix;

	rec_each_text(name, image, KEY(name)) {
		if (strcmp(kind, "docker") != 0)
			prefix = "localhost/";
		else
			prefix = strchr(name, '/') == NULL ?
			    "docker.io/library/" : "docker.io/";
		if (add_name(s, name, prefix, out) == -1)
			return (-1);
	}
	return (0);
}

/* Record an image with these names in the store; its ID, [ID_TEXT]. */
static int
commit(struct session *s, struct rec *image, const char *config,
    const char *manifest, const char *top, char *id)
{
	if (rec_add(image, KEY(config_json), config) == -1 ||
	    rec_add(image, KEY(manifest_json), manifest) == -1 ||
	    rec_add(image, KEY_IN(image, layer), top) == -1)
		return (-1);
	return (store_image_commit(&s->client, image, id));
}

static void
tell(const struct rec *image, const char *id, loaded_fn *loaded)
{
	const char	*name;
	char		 text[80];

	if (rec_count(image, KEY(name)) == 0) {
		(void)snprintf(text, sizeof(text), "sha256:%s", id);
		loaded(text);
	}
	rec_each_text(name, image, KEY(name))
		loaded(name);
}

static int
load_one(struct session *s, const struct rec *image, const char *kind,
    struct limits *l, layer_fn *progress, loaded_fn *loaded)
{
	scoped_rec struct rec	*layers = rec_new(), *out = rec_new();
	scoped_free char	*made = NULL;
	const char		*config = rec_get(image, KEY(config_json));
	const char		*manifest = rec_get(image, KEY(manifest_json));
	char			 top[ID_TEXT], id[ID_TEXT];

	if (add_names(s, image, kind, out) == -1 ||
	    layers_load(s, image, l, progress, top, layers) == -1)
		return (-1);
	if (manifest == NULL)
		manifest = made = manifest_docker(config, layers);
	if (commit(s, out, config, manifest, top, id) == -1)
		return (-1);
	tell(out, id, loaded);
	return (0);
}

/* An archive has one image, and sometimes `more`. */
int
archive_load(struct session *s, const struct rec *archive, struct limits *l,
    layer_fn *progress, loaded_fn *loaded)
{
	const char	*kind = rec_str(archive, KEY(kind), "");
	struct rec	*more;

	if (load_one(s, archive, kind, l, progress, loaded) == -1)
		return (-1);
	rec_each(more, archive, KEY(more))
		if (load_one(s, more, kind, l, progress, loaded) == -1)
			return (-1);
	return (0);
}

/* "sha256:x" would be an image "sha256", which commands take for an ID. */
static int
import_name(struct session *s, const char *name, struct rec *out)
{
	if (name == NULL)
		return (0);
	if (strncmp(name, "sha256:", 7) != 0)
		return (add_name(s, name, "localhost/", out));
	return (error_set(&s->client.error, EINVAL, "\"%.300s\" is not a name "
	    "for an image: tag by digest not supported", name));
}

int
archive_import(struct session *s, const struct rec *archive,
    const struct import *im, struct limits *l, layer_fn *progress, char *id)
{
	scoped_rec struct rec	*layers = rec_new(), *out = rec_new();
	scoped_rec struct rec	*layer = NULL;
	scoped_free char	*config = NULL, *manifest = NULL;
	struct parse_err	 e;
	char			 top[ID_TEXT];
	size_t			 it = 0;

	/* An archive of a root filesystem is one layer. */
	if (import_name(s, im->name, out) == -1 ||
	    layers_load(s, archive, l, progress, top, layers) == -1 ||
	    (layer = rec_sub(layers, KEY(layer), &it)) == NULL)
		return (-1);
	config = manifest_import(im->options, layer, im->from, &e);
	if (config == NULL)
		return (parse_error(&e, &s->client.error));
	if ((manifest = manifest_docker(config, layers)) == NULL)
		return (-1);
	return (commit(s, out, config, manifest, top, id));
}
