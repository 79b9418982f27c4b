/*
 * The storage and the registries as podman describes them.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "info.h"
#include "record.h"
#include "tmpl.h"

#define OPTIONS		"storage.options."
#define OPTIONS_LEN	(sizeof(OPTIONS) - 1)

/* What containers.conf and storage.conf leave open, as podman prints it. */
static json_t *
program_option(const struct rec *programs, const char *path)
{
	struct rec	*r = NULL;
	size_t		 it = 0;
	json_t		*o;

	if (programs != NULL)
		r = rec_sub(programs, KEY(mount_program), &it);
	o = json_pack("{s:o, s:o, s:o}", "Executable", tmpl_text(path),
	    "Package", tmpl_text(rec_str(r, KEY(package), "")),
	    "Version", tmpl_text(rec_str(r, KEY(version), "")));
	if (rec_get(r, KEY(error)) != NULL)
		(void)json_object_set_new(o, "error",
		    tmpl_text(rec_get(r, KEY(error))));
	rec_free(r);
	return (o);
}

static void
set_option(const struct info *in, json_t *o, const char *key, const char *v)
{
	size_t	 n = strlen(key);

	if (n > 14 && strcmp(key + n - 14, ".mount_program") == 0)
		(void)json_object_set_new(o, key, program_option(
		    in->part[P_PROGRAMS].answer, v));
	else
		(void)json_object_set_new(o, key, tmpl_text(v));
}

/* Options that are set, under the driver's name: "overlay.mountopt". */
static json_t *
graph_options(const struct info *in)
{
	const struct rec	*config = in->part[P_CONFIG].answer;
	json_t			*o = json_object();
	struct rec_item		 item;
	const char		*v;
	char			 key[300];
	size_t			 it = 0;

	while (config != NULL && rec_walk(config, &it, &item)) {
		if (strncmp(item.key, "origin:" OPTIONS, 7 + OPTIONS_LEN) !=
		    0 || (v = rec_get(config, KEY_FROM(item.key + 7))) == NULL)
			continue;
		(void)snprintf(key, sizeof(key), "%s%s",
		    strchr(item.key + 7 + OPTIONS_LEN, '.') == NULL ?
		    "overlay." : "", item.key + 7 + OPTIONS_LEN);
		set_option(in, o, key, v);
	}
	for (it = 0; config != NULL &&
	    rec_next(config, KEY_AS(storage_opt), &it, &v);) {
		(void)snprintf(key, sizeof(key), "%.*s", (int)strcspn(v, "="),
		    v);
		v += strcspn(v, "=");
		set_option(in, o, key, *v == '=' ? v + 1 : v);
	}
	return (o);
}

/* A parameter of the kernel's overlay, "Y" or "N"; 0: it has none. */
static char
overlay_parameter(const char *name)
{
	char	 path[128], c = 0;
	FILE	*f;

	(void)snprintf(path, sizeof(path), "/sys/module/overlay/parameters/%s",
	    name);
	if ((f = fopen(path, "re")) == NULL)
		return (0);
	if (fread(&c, 1, 1, f) != 1)
		c = 0;
	(void)fclose(f);
	return (c);
}

static bool
uses_metacopy(const struct rec *config)
{
	const char	*v = rec_str(config, KEY_AS(overlay_mountopt), "");

	return (strstr(v, "metacopy=on") != NULL ||
	    overlay_parameter("metacopy") == 'Y');
}

/* podman's driver status: text, also where it is yes or no. */
static json_t *
graph_status(const struct info *in)
{
	const struct rec	*config = in->part[P_CONFIG].answer;
	json_t			*o = json_object();

	if (strcmp(rec_str(config, KEY_AS(storage_driver), ""), "overlay") != 0)
		return (o);
	(void)json_object_set_new(o, "Backing Filesystem",
	    info_json(in, P_DISK, KEY(fs)));
	(void)json_object_set_new(o, "Native Overlay Diff",
	    json_string(overlay_parameter("redirect_dir") == 'Y' ? "false" :
	    "true"));
	(void)json_object_set_new(o, "Supports d_type",
	    info_json(in, P_DISK, KEY(d_type)));
	(void)json_object_set_new(o, "Using metacopy",
	    json_string(uses_metacopy(config) ? "true" : "false"));
	return (o);
}

static json_t *
container_counts(const struct info *in)
{
	return (info_note(in, P_STATE, json_pack("{s:o, s:o, s:o, s:o}",
	    "number", info_num(in, P_STATE, KEY(number)),
	    "paused", info_num(in, P_STATE, KEY(paused)),
	    "running", info_num(in, P_STATE, KEY(running)),
	    "stopped", info_num(in, P_STATE, KEY(stopped)))));
}

/* The file that storage.conf(5) says is read here, though it need not be. */
static json_t *
config_file(const struct info *in)
{
	const struct rec	*config = in->part[P_CONFIG].answer;
	const char		*home = rec_get(config,
				    KEY_AS(env_config_home));

	if (config == NULL)
		return (info_json(in,
	    P_CONFIG, KEY(mode)));
	if (rec_get(config, KEY_AS(path_storage_conf)) != NULL)
		return (tmpl_text(rec_get(config, KEY_AS(path_storage_conf))));
	if (home != NULL)
		return (json_sprintf("%s/containers/storage.conf", home));
	return (json_string(access("/etc/containers/storage.conf", F_OK) ==
	    0 ? "/etc/containers/storage.conf" :
	    "/usr/share/containers/storage.conf"));
}

static json_t *
volume_path(const struct info *in)
{
	const struct rec	*config = in->part[P_CONFIG].answer;
	const char		*v = rec_str(config, KEY_AS(volume_path), "");

	if (config == NULL || *v != '\0')
		return (info_json(in, P_CONFIG, KEY_AS(volume_path)));
	return (json_sprintf("%s/volumes", rec_str(config, KEY_AS(path_graph),
	    "")));
}

/* In podman's order; what it does not have comes last. */
json_t *
info_storage(const struct info *in)
{
	json_t	*o = json_object();

#define PUT(key, v)	(void)json_object_set_new(o, key, v)
	PUT("configFile", config_file(in));
	PUT("containerStore", container_counts(in));
	PUT("graphDriverName", info_json(in, P_CONFIG, KEY_AS(storage_driver)));
	PUT("graphOptions", graph_options(in));
	PUT("graphRoot", info_json(in, P_CONFIG, KEY_AS(path_graph)));
	PUT("graphRootAllocated", info_num(in, P_DISK, KEY(allocated)));
	PUT("graphRootUsed", info_num(in, P_DISK, KEY(used)));
	PUT("graphStatus", graph_status(in));
	PUT("imageCopyTmpDir", info_json(in, P_CONFIG,
	    KEY_AS(image_copy_dir)));
	PUT("imageStore", info_note(in, P_STORE, json_pack("{s:o}", "number",
	    info_num(in, P_STORE, KEY(number)))));
	PUT("runRoot", info_json(in, P_CONFIG, KEY_AS(path_run_storage)));
	PUT("volumePath", volume_path(in));
	PUT("runDir", info_json(in, P_CONFIG, KEY_AS(path_run)));
	PUT("stateDir", info_json(in, P_CONFIG, KEY_AS(path_state)));
#undef PUT
	return (o);
}

/* --- registries --- */

#define REGISTRY	"registries.registry."
#define REGISTRY_LEN	(sizeof(REGISTRY) - 1)
#define LOCATION	".location"
#define LOCATION_LEN	(sizeof(LOCATION) - 1)

/* "LOCATION,insecure,digest-only": a location has no commas. */
static json_t *
mirror(const char *v)
{
	char	 location[1024];

	(void)strlcpy(location, v, sizeof(location));
	location[strcspn(location, ",")] = '\0';
	return (json_pack("{s:o, s:b, s:s}", "Location", tmpl_text(location),
	    "Insecure", strstr(v, ",insecure") != NULL, "PullFromMirror",
	    strstr(v, ",digest-only") != NULL ? "digest-only" :
	    strstr(v, ",tag-only") != NULL ? "tag-only" : ""));
}

static bool
is_set(const struct rec *r, const char *prefix, const char *what)
{
	char	 key[1200];

	(void)snprintf(key, sizeof(key), REGISTRY "%s.%s", prefix, what);
	return (strcmp(rec_str(r, KEY_FROM(key), ""), "true") == 0);
}

static json_t *
registry(const struct rec *r, const char *prefix, const char *location)
{
	json_t		*mirrors = json_array();
	char		 key[1200];
	const char	*v;
	size_t		 it = 0;

	(void)snprintf(key, sizeof(key), REGISTRY "%s.mirror", prefix);
	while (rec_next(r, KEY_FROM(key), &it, &v))
		(void)json_array_append_new(mirrors, mirror(v));
	if (json_array_size(mirrors) == 0) {
		json_decref(mirrors);
		mirrors = json_null();
	}
	return (json_pack("{s:o, s:o, s:b, s:s, s:o, s:b, s:b}",
	    "Prefix", tmpl_text(prefix), "Location", tmpl_text(location),
	    "Insecure", is_set(r, prefix, "insecure"), "PullFromMirror", "",
	    "Mirrors", mirrors, "Blocked", is_set(r, prefix, "blocked"),
	    "MirrorByDigestOnly", is_set(r, prefix, "mirror-by-digest-only")));
}

json_t *
info_registry_list(const struct info *in)
{
	const struct rec	*r = in->part[P_REGISTRIES].answer;
	json_t			*o = json_object(), *search = json_array();
	struct rec_item		 item;
	const char		*v;
	char			 prefix[1024];
	size_t			 it = 0, n;

	while (r != NULL && rec_walk(r, &it, &item)) {
		n = strlen(item.key);
		if (item.text == NULL ||
		    strncmp(item.key, REGISTRY, REGISTRY_LEN) != 0 ||
		    n <= REGISTRY_LEN + LOCATION_LEN ||
		    strcmp(item.key + n - LOCATION_LEN, LOCATION) != 0)
			continue;
		(void)snprintf(prefix, sizeof(prefix), "%.*s",
		    (int)(n - REGISTRY_LEN - LOCATION_LEN),
		    item.key + REGISTRY_LEN);
		(void)json_object_set_new(o, prefix, registry(r, prefix,
		    item.text));
	}
	for (it = 0; rec_next(r, KEY_AS(search_registries),
	    &it, &v);)
		(void)json_array_append_new(search, tmpl_text(v));
	if (json_array_size(search) > 0)
		(void)json_object_set(o, "search", search);
	json_decref(search);
	return (info_note(in, P_REGISTRIES, o));
}
