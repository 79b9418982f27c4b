/*
 * An image as podman inspect has it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "image.h"
#include "inspect.h"
#include "record.h"
#include "show.h"
#include "tmpl.h"

#define OCI_MANIFEST	"application/vnd.oci.image.manifest.v1+json"
#define DOCKER_MANIFEST	"application/vnd.docker.distribution.manifest.v2+json"

/* A member of a parsed object, or podman's empty value. */
static json_t *
member(json_t *o, const char *key, json_t *fallback)
{
	json_t	*j = json_object_get(o, key);

	if (j == NULL || json_is_null(j))
		return (fallback);
	json_decref(fallback);
	return (json_incref(j));
}

/* What Go's struct has though the JSON does not say it. */
static void
fill(json_t *config)
{
	static const char *const	 texts[] = { "User", "WorkingDir",
					    "StopSignal" };
	static const char *const	 lists[] = { "Env", "Entrypoint",
					    "Cmd", "OnBuild" };
	static const char *const	 maps[] = { "ExposedPorts", "Volumes",
					    "Labels" };

	for (size_t i = 0; i < 3; i++)
		if (json_object_get(config, texts[i]) == NULL)
			json_object_set_new(config, texts[i],
			    json_string(""));
	for (size_t i = 0; i < 4; i++)
		if (!json_is_array(json_object_get(config, lists[i])))
			json_object_set_new(config, lists[i], json_array());
	for (size_t i = 0; i < 3; i++)
		if (!json_is_object(json_object_get(config, maps[i])))
			json_object_set_new(config, maps[i], json_object());
}

static json_t *
manifest_type(json_t *manifest)
{
	json_t	*type = json_object_get(manifest, "mediaType");
	json_t	*config = json_object_get(manifest, "config");
	const char *s = json_string_value(json_object_get(config,
		    "mediaType"));

	if (json_is_string(type))
		return (json_incref(type));
	return (json_string(s != NULL && strstr(s, "docker") != NULL ?
	    DOCKER_MANIFEST : OCI_MANIFEST));
}

/* Where its layers are, the top one as podman's UpperDir. */
static json_t *
graph_data(const struct rec *r, const struct rec *config)
{
	scoped_free char	*lower = NULL;
	const char		*root = rec_str(config, KEY_AS(path_graph), "");
	const char		*dir;
	char			 upper[5000];
	size_t			 size, it = 0;
	json_t			*data;
	FILE			*f;

	if (strcmp(rec_str(config, KEY_AS(storage_driver), ""),
	    "overlay") != 0 ||
	    !rec_next(r, KEY_IN(image, layer), &it, &dir) ||
	    (f = open_memstream(&lower, &size)) == NULL)
		return (json_null());
	snprintf(upper, sizeof(upper), "%s/%s", root, dir);
	for (int n = 0; rec_next(r, KEY_IN(image, layer), &it, &dir); n++)
		fprintf(f, "%s%s/%s", n > 0 ? ":" : "", root, dir);
	if (fclose(f) == EOF)
		return (json_null());
	data = json_object();
	if (*lower != '\0')
		json_object_set_new(data, "LowerDir", tmpl_text(lower));
	json_object_set_new(data, "UpperDir", tmpl_text(upper));
	return (data);
}

static json_t *
root_fs(json_t *config)
{
	json_t	*rootfs = json_object_get(config, "rootfs");

	return (json_pack("{s:o, s:o}",
	    "Type", member(rootfs, "type", json_string("layers")),
	    "Layers", member(rootfs, "diff_ids", json_array())));
}

#define LATER(n)	SHOWN(n, SHOW_CONST, "null")	/* see below */

static const struct member	graph_driver[] = {
	SHOWN("Name", SHOW_TEXT, KEY_TEXT(storage_driver)), LATER("Data"), { 0 }
};
static const struct member	image[] = {
	SHOWN("Id", SHOW_TEXT, KEY_TEXT(id)), SHOWN("Digest", SHOW_TEXT,
	    KEY_TEXT(digest)),
	SHOWN("RepoTags", SHOW_LIST, KEY_TEXT(name)),
	SHOWN("RepoDigests", SHOW_LIST, KEY_TEXT(repo_digest)),
	SHOWN("Parent", SHOW_WORD, ""), LATER("Comment"),
	SHOWN("Created", SHOW_DATE, KEY_TEXT(created)), LATER("Config"),
	LATER("Version"), SHOWN("Author", SHOW_TEXT, KEY_TEXT(author)),
	SHOWN("Architecture", SHOW_TEXT, KEY_TEXT(arch)),
	SHOWN("Os", SHOW_TEXT, KEY_TEXT(os)), SHOWN("Size", SHOW_NUMBER,
	    KEY_TEXT(size)),
	SHOWN("VirtualSize", SHOW_NUMBER, KEY_TEXT(size)),
	SHOWN_OBJECT("GraphDriver", graph_driver), LATER("RootFS"),
	SHOWN("Labels", SHOW_PAIRS, KEY_TEXT(label)), LATER("Annotations"),
	LATER("ManifestType"), SHOWN("User", SHOW_TEXT, KEY_TEXT(user)),
	LATER("History"), SHOWN("NamesHistory", SHOW_LIST,
	    KEY_TEXT(name_history)),
	{ 0 }
};

/* What the JSON texts of an image say. */
static void
add_texts(json_t *j, json_t *c, json_t *m, bool filled)
{
	json_t	*in = member(c, "config", json_object());

	if (filled)
		fill(in);
	if (json_object_get(in, "Healthcheck") != NULL)
		json_object_set(j, "Healthcheck", json_object_get(in,
		    "Healthcheck"));
	else if (filled)
		json_object_set_new(j, "Healthcheck", json_null());
	json_object_set_new(j, "Config", in);
	json_object_set_new(j, "Comment", member(c, "comment",
	    json_string("")));
	json_object_set_new(j, "Version", member(c, "docker_version",
	    json_string("")));
	json_object_set_new(j, "RootFS", root_fs(c));
	json_object_set_new(j, "Annotations", member(m, "annotations",
	    json_object()));
	json_object_set_new(j, "ManifestType", manifest_type(m));
	json_object_set_new(j, "History", member(c, "history", json_array()));
}

json_t *
inspect_image(struct rec *r, const struct rec *config, bool filled)
{
	json_t		*c = json_loads(rec_str(r, KEY(config_json), "{}"), 0,
			    NULL);
	json_t		*m = json_loads(rec_str(r, KEY(manifest_json), "{}"), 0,
			    NULL);
	struct shown	 s = { .rec = r, .as_json = !filled };
	json_t		*j;

	image_derive(r);
	(void)rec_add(r, KEY(storage_driver), show_str(config,
	    KEY_AS(storage_driver)));
	if ((j = show_object(&s, image)) != NULL) {
		add_texts(j, c, m, filled);
		json_object_set_new(json_object_get(j, "GraphDriver"), "Data",
		    graph_data(r, config));
	}
	json_decref(c);
	json_decref(m);
	return (j);
}
