#include "archive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "cleanup.h"
#include "manifest.h"
#include "record.h"
#include "refname.h"
#include "session.h"

static int
add_name(struct session *s, const char *name, const char *prefix,
    struct rec *out)
{
	char		 whole[512];
	const char	*why = refname_whole(name, prefix, whole,
			    sizeof(whole));

	if (why == NULL)
		return (rec_add(out, KEY(name), whole));
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
	size_t		 it = 0;

	while (rec_next(image, KEY(name), &it, &name)) {
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

/* Record an image with these names in the store; its ID, [65]. */
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
	size_t		 it = 0;

	if (rec_count(image, KEY(name)) == 0) {
		(void)snprintf(text, sizeof(text), "sha256:%s", id);
		loaded(text);
	}
	while (rec_next(image, KEY(name), &it, &name))
		loaded(name);
}

static int
load_one(struct session *s, const struct rec *image, const char *kind,
    struct limits *l, layer_fn *progress, loaded_fn *loaded)
{
	scoped_free char	*made = NULL;
	struct rec		*layers = rec_new(), *out = rec_new();
	const char		*config = rec_get(image, KEY(config_json));
	const char		*manifest = rec_get(image, KEY(manifest_json));
	char			 top[65], id[65];
	int			 rc = -1;

	if (add_names(s, image, kind, out) == 0 &&
	    layers_load(s, image, l, progress, top, layers) == 0) {
		if (manifest == NULL)
			manifest = made = manifest_docker(config, layers);
		rc = commit(s, out, config, manifest, top, id);
	}
	if (rc == 0)
		tell(out, id, loaded);
	rec_free(out);
	rec_free(layers);
	return (rc);
}

/* An archive has one image, and sometimes `more`. */
int
archive_load(struct session *s, const struct rec *archive, struct limits *l,
    layer_fn *progress, loaded_fn *loaded)
{
	const char	*kind = rec_str(archive, KEY(kind), "");
	struct rec	*more;
	size_t		 it = 0;
	int		 rc = load_one(s, archive, kind, l, progress, loaded);

	while (rc == 0 && (more = rec_sub(archive, KEY(more), &it)) != NULL) {
		rc = load_one(s, more, kind, l, progress, loaded);
		rec_free(more);
	}
	return (rc);
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

/* The image of the layers that were loaded, which is one. */
static int
import_commit(struct session *s, const struct rec *layers,
    const struct import *im, const char *top, struct rec *out, char *id)
{
	scoped_free char	*config = NULL, *manifest = NULL;
	struct parse_err	 e;
	size_t			 it = 0;
	struct rec		*layer = rec_sub(layers, KEY(layer), &it);

	if (layer == NULL)
		return (-1);
	config = manifest_import(im->options, layer, im->from, &e);
	rec_free(layer);
	if (config == NULL)
		return (error_set(&s->client.error, EINVAL, "%s", e.text));
	if ((manifest = manifest_docker(config, layers)) == NULL)
		return (-1);
	return (commit(s, out, config, manifest, top, id));
}

int
archive_import(struct session *s, const struct rec *archive,
    const struct import *im, struct limits *l, layer_fn *progress, char *id)
{
	struct rec	*layers = rec_new(), *out = rec_new();
	char		 top[65];
	int		 rc = -1;

	if (import_name(s, im->name, out) == 0 &&
	    layers_load(s, archive, l, progress, top, layers) == 0)
		rc = import_commit(s, layers, im, top, out, id);
	rec_free(layers);
	rec_free(out);
	return (rc);
}
