/*
 * The storage and the registries as podman describes them.
 */
#include <linux/magic.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "info.h"
#include "nitems.h"
#include "record.h"
#include "tmpl.h"

#define OPTIONS		"storage.options."
#define OPTIONS_LEN	(sizeof(OPTIONS) - 1)

/* The program that an option names, as podman prints it. */
static json_t *
program_option(const json_t *found, const char *path)
{
	json_t	*o = json_pack("{s:o, s:s, s:s}", "Executable",
		    tmpl_text(path), "Package", "", "Version", "");

	if (found == NULL)
		return (o);
	(void)json_object_set(o, "Package", json_object_get(found, "package"));
	(void)json_object_set(o, "Version", json_object_get(found, "version"));
	(void)json_object_set(o, "error", json_object_get(found, "error"));
	return (o);
}

static void
set_option(const struct info *in, json_t *o, const char *key, const char *v)
{
	size_t	 n = strlen(key);

	(void)json_object_set_new(o, key,
	    n > 14 && strcmp(key + n - 14, ".mount_program") == 0 ?
	    program_option(json_object_get(in->programs, "mount_program"), v) :
	    tmpl_text(v));
}

/* Options that are set, under the driver's name: "overlay.mountopt". */
static json_t *
graph_options(const struct info *in)
{
	const struct rec	*config = in->config;
	json_t			*o = json_object();
	struct rec_item		 item;
	const char		*v;
	char			 key[300];
	size_t			 it = 0;

	while (rec_walk(config, &it, &item)) {
		if (strncmp(item.key, "origin:" OPTIONS, 7 + OPTIONS_LEN) !=
		    0 || (v = rec_get(config, KEY_FROM(item.key + 7))) == NULL)
			continue;
		(void)snprintf(key, sizeof(key), "%s%s",
		    strchr(item.key + 7 + OPTIONS_LEN, '.') == NULL ?
		    "overlay." : "", item.key + 7 + OPTIONS_LEN);
		set_option(in, o, key, v);
	}
	for (it = 0; rec_next(config, KEY_AS(storage_opt), &it, &v);) {
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

/* containers/storage's words. */
static const char *
file_system(long magic)
{
	static const struct {
		long		 magic;
		const char	*name;
	} known[] = {
		{ EXT4_SUPER_MAGIC, "extfs" },
		{ BTRFS_SUPER_MAGIC, "btrfs" },
		{ XFS_SUPER_MAGIC, "xfs" },
		{ TMPFS_MAGIC, "tmpfs" },
		{ OVERLAYFS_SUPER_MAGIC, "overlayfs" },
		{ NFS_SUPER_MAGIC, "nfs" },
		{ FUSE_SUPER_MAGIC, "fuse" },
		{ F2FS_SUPER_MAGIC, "f2fs" },
		{ REISERFS_SUPER_MAGIC, "reiserfs" },
		{ SQUASHFS_MAGIC, "squashfs" },
		{ V9FS_MAGIC, "v9fs" },
		{ 0x2fc12fc1, "zfs" },
	};

	for (size_t i = 0; i < NITEMS(known); i++)
		if (known[i].magic == magic)
			return (known[i].name);
	return ("<unknown>");
}

/* podman's driver status: text, also where it is yes or no. */
static json_t *
graph_status(const struct info *in)
{
	const struct rec	*config = in->config;
	json_t			*o = json_object();

	if (strcmp(rec_str(config, KEY_AS(storage_driver), ""), "overlay") != 0)
		return (o);
	(void)json_object_set_new(o, "Backing Filesystem",
	    info_value(in, INFO_DISK, json_string(file_system(
	    (long)in->disk.f_type))));
	(void)json_object_set_new(o, "Native Overlay Diff",
	    json_string(overlay_parameter("redirect_dir") == 'Y' ? "false" :
	    "true"));
	(void)json_object_set_new(o, "Supports d_type",
	    info_value(in, INFO_DISK, json_string(in->d_type)));
	(void)json_object_set_new(o, "Using metacopy",
	    json_string(overlay_parameter("metacopy") == 'Y' ?
	    "true" : "false"));
	return (o);
}

static json_t *
container_counts(const struct info *in)
{
	const struct {
		const char	*key;
		int64_t		 n;
	} counts[] = {
		{ "number", in->containers }, { "paused", in->paused },
		{ "running", in->running },
		{ "stopped", in->containers - in->running - in->paused },
	};
	json_t	*o = json_object();

	for (size_t i = 0; i < NITEMS(counts); i++)
		(void)json_object_set_new(o, counts[i].key, info_number(in,
		    INFO_STATE, (uint64_t)counts[i].n));
	return (info_note(in, INFO_STATE, o));
}

/* The file that storage.conf(5) says is read here, though it need not be. */
static json_t *
config_file(const struct info *in)
{
	const struct rec	*config = in->config;
	const char		*home = rec_get(config,
				    KEY_AS(env_config_home));

	if (config == NULL)
		return (info_setting(in, KEY(mode)));
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
	const struct rec	*config = in->config;
	const char		*v = rec_str(config, KEY_AS(volume_path), "");

	if (config == NULL || *v != '\0')
		return (info_setting(in, KEY_AS(volume_path)));
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
	PUT("graphDriverName", info_setting(in, KEY_AS(storage_driver)));
	PUT("graphOptions", graph_options(in));
	PUT("graphRoot", info_setting(in, KEY_AS(path_graph)));
	PUT("graphRootAllocated", info_number(in, INFO_DISK,
	    in->disk.f_blocks * (uint64_t)in->disk.f_bsize));
	PUT("graphRootUsed", info_number(in, INFO_DISK, (in->disk.f_blocks -
	    in->disk.f_bfree) * (uint64_t)in->disk.f_bsize));
	PUT("graphStatus", graph_status(in));
	PUT("imageCopyTmpDir", info_setting(in, KEY_AS(image_copy_dir)));
	PUT("imageStore", info_note(in, INFO_STORE, json_pack("{s:o}",
	    "number", info_number(in, INFO_STORE, (uint64_t)in->images))));
	PUT("runRoot", info_setting(in, KEY_AS(path_run_storage)));
	PUT("volumePath", volume_path(in));
	PUT("runDir", info_setting(in, KEY_AS(path_run)));
	PUT("stateDir", info_setting(in, KEY_AS(path_state)));
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
info_registries(const struct info *in)
{
	const struct rec	*r = info_misses(in, INFO_REGISTRIES) ?
				    NULL : in->config;
	json_t			*o = json_object(), *search = json_array();
	struct rec_item		 item;
	const char		*v;
	char			 prefix[1024];
	size_t			 it = 0, n;

	while (rec_walk(r, &it, &item)) {
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
	return (info_note(in, INFO_REGISTRIES, o));
}
