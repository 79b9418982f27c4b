/*
 * An image as podman inspect has it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "human.h"
#include "image.h"
#include "inspect.h"
#include "record.h"
#include "show.h"
#include "tmpl.h"

#define OCI_MANIFEST	"application/vnd.oci.image.manifest.v1+json"
#define DOCKER_MANIFEST	"application/vnd.docker.distribution.manifest.v2+json"

static json_t *
text(const struct rec *r, const char *key)
{
	return (tmpl_text(rec_str(r, key, "")));
}

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
	const char		*root = rec_str(config, "path.graph", "");
	const char		*dir;
	char			 upper[5000];
	size_t			 size, it = 0;
	json_t			*data;
	FILE			*f;

	if (strcmp(rec_str(config, "storage.driver", ""), "overlay") != 0 ||
	    !rec_next(r, "layer", &it, &dir) ||
	    (f = open_memstream(&lower, &size)) == NULL)
		return (json_null());
	snprintf(upper, sizeof(upper), "%s/%s", root, dir);
	for (int n = 0; rec_next(r, "layer", &it, &dir); n++)
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

json_t *
inspect_image(const struct rec *r, const struct rec *config, bool filled)
{
	json_t	*c = json_loads(rec_str(r, "config_json", "{}"), 0, NULL);
	json_t	*m = json_loads(rec_str(r, "manifest_json", "{}"), 0, NULL);
	json_t	*in = member(c, "config", json_object()), *j, *health;
	char	 at[64];

	if (filled)
		fill(in);
	human_rfc3339(rec_num(r, "created", 0), at, sizeof(at));
	j = json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:s, s:O, s:o, s:o,"
	    " s:o, s:o, s:o, s:o, s:{s:o, s:o}, s:o, s:o, s:o, s:o, s:o,"
	    " s:o, s:o}",
	    "Id", text(r, "id"), "Digest", text(r, "digest"),
	    "RepoTags", show_list(r, "name"),
	    "RepoDigests", image_repo_digests(r), "Parent", "",
	    "Comment", member(c, "comment", json_string("")), "Created", at,
	    "Config", in, "Version",
	    member(c, "docker_version", json_string("")),
	    "Author", text(r, "author"), "Architecture", text(r, "arch"),
	    "Os", text(r, "os"),
	    "Size", json_integer(rec_num(r, "size", 0)),
	    "VirtualSize", json_integer(rec_num(r, "size", 0)),
	    "GraphDriver", "Name", text(config, "storage.driver"),
	    "Data", graph_data(r, config), "RootFS", root_fs(c),
	    "Labels", show_pairs(r, "label"),
	    "Annotations", member(m, "annotations", json_object()),
	    "ManifestType", manifest_type(m), "User", text(r, "user"),
	    "History", member(c, "history", json_array()),
	    "NamesHistory", image_names_history(r));
	health = json_object_get(in, "Healthcheck");
	if (j != NULL && health != NULL)
		json_object_set(j, "Healthcheck", health);
	else if (j != NULL && filled)
		json_object_set_new(j, "Healthcheck", json_null());
	json_decref(in);
	json_decref(c);
	json_decref(m);
	return (j);
}
