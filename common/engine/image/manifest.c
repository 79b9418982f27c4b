#include "manifest.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>
#include <sha2.h>

#include "nitems.h"
#include "record.h"

#define TYPE_MANIFEST	"application/vnd.docker.distribution.manifest.v2+json"
#define TYPE_CONFIG	"application/vnd.docker.container.image.v1+json"
#define TYPE_LAYER	"application/vnd.docker.image.rootfs.diff.tar"

static json_t *
descriptor(const char *type, const char *digest, int64_t size)
{
	return (json_pack("{s:s, s:I, s:s}", "mediaType", type, "size",
	    (json_int_t)size, "digest", digest));
}

static const char *
layer_type(const struct rec *layer)
{
	return (rec_num(layer, KEY(compression), 0) == 2 ? TYPE_LAYER ".gzip" :
	    TYPE_LAYER);
}

char *
manifest_docker(const char *config, const struct rec *layers)
{
	char		 hex[SHA256_DIGEST_STRING_LENGTH], digest[80], *text;
	json_t		*list = json_array(), *m;
	struct rec	*l;
	size_t		 it = 0;

	(void)SHA256Data((const uint8_t *)config, strlen(config), hex);
	(void)snprintf(digest, sizeof(digest), "sha256:%s", hex);
	while ((l = rec_sub(layers, KEY(layer), &it)) != NULL) {
		const char	*d = rec_str(l, KEY(digest), "");

		(void)json_array_append_new(list, descriptor(layer_type(l),
		    *d != '\0' ? d : rec_str(l, KEY(diff_id), ""),
		    rec_num(l, KEY(compressed_size), rec_num(l, KEY(size),
		    0))));
		rec_free(l);
	}
	m = json_pack("{s:i, s:s, s:o, s:o}", "schemaVersion", 2,
	    "mediaType", TYPE_MANIFEST, "config", descriptor(TYPE_CONFIG,
	    digest, (int64_t)strlen(config)), "layers", list);
	text = m == NULL ? NULL : json_dumps(m, JSON_COMPACT);
	json_decref(m);
	return (text);
}

/* The exec form (a JSON array) as it is, the shell form through sh -c. */
static json_t *
command_of(const char *v)
{
	json_t	*a = v[0] == '[' ? json_loads(v, 0, NULL) : NULL;

	return (a != NULL ? a :
	    json_pack("[s, s, s]", "/bin/sh", "-c", v));
}

static int
add_pair(json_t *config, const char *key, const char *v, bool map)
{
	json_t		*at = json_object_get(config, key);
	const char	*eq = strchr(v, '=');
	char		 name[512];

	if (at == NULL) {
		at = map ? json_object() : json_array();
		(void)json_object_set_new(config, key, at);
	}
	if (!map)
		return (json_array_append_new(at, json_string(v)));
	if (eq == NULL)
		return (json_object_set_new(at, v, json_object()));
	(void)snprintf(name, sizeof(name), "%.*s", (int)(eq - v), v);
	return (json_object_set_new(at, name, json_string(eq + 1)));
}

/* One --change: INSTRUCTION=VALUE or INSTRUCTION VALUE. */
static int
apply_change(json_t *config, const char *text, struct parse_err *e)
{
	static const struct {
		const char	*word;
		const char	*key;
		enum { COMMAND, TEXT, LIST, LABELS, SET } kind;
	} rows[] = {
		{ "CMD", "Cmd", COMMAND },
		{ "ENTRYPOINT", "Entrypoint", COMMAND },
		{ "ENV", "Env", LIST },
		{ "EXPOSE", "ExposedPorts", SET },
		{ "LABEL", "Labels", LABELS },
		{ "ONBUILD", "OnBuild", LIST },
		{ "STOPSIGNAL", "StopSignal", TEXT },
		{ "USER", "User", TEXT },
		{ "VOLUME", "Volumes", SET },
		{ "WORKDIR", "WorkingDir", TEXT },
	};
	size_t		 n = strcspn(text, "= \t");
	const char	*v = text + n + strspn(text + n, " \t");

	v += *v == '=';
	for (size_t i = 0; i < NITEMS(rows); i++) {
		if (strlen(rows[i].word) != n ||
		    strncasecmp(rows[i].word, text, n) != 0)
			continue;
		switch (rows[i].kind) {
		case COMMAND:
			return (json_object_set_new(config, rows[i].key,
			    command_of(v)));
		case TEXT:
			return (json_object_set_new(config, rows[i].key,
			    json_string(v)));
		case LIST:
			return (add_pair(config, rows[i].key, v, false));
		default:
			if (rows[i].kind == LABELS && strchr(v, '=') == NULL)
				break;
			return (add_pair(config, rows[i].key, v, true));
		}
	}
	return (parse_fail(e, "invalid change \"%s\" - instruction must be "
	    "one of CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, ONBUILD, STOPSIGNAL, "
	    "USER, VOLUME, WORKDIR, with a value", text));
}

static void
rfc3339_now(char *out, size_t len)
{
	struct timespec	 ts;
	struct tm	 tm;
	char		 day[32];

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	(void)gmtime_r(&ts.tv_sec, &tm);
	(void)strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(out, len, "%s.%09ldZ", day, ts.tv_nsec);
}

char *
manifest_import(const struct rec *opts, const struct rec *layer,
    const char *from, struct parse_err *e)
{
	json_t		*config = json_object(), *image;
	const char	*change;
	char		 now[64], *text;
	size_t		 it = 0;

	rfc3339_now(now, sizeof(now));
	while (rec_next(opts, KEY(change), &it, &change))
		if (apply_change(config, change, e) == -1) {
			json_decref(config);
			return (NULL);
		}
	image = json_pack("{s:s, s:s, s:s, s:o, s:{s:s, s:[s]}, s:[{s:s, s:s, "
	    "s:s}]}", "created", now, "architecture", rec_str(opts, KEY(arch),
	    parse_machine()), "os", rec_str(opts, KEY(os), "linux"),
	    "config", config, "rootfs", "type", "layers", "diff_ids",
	    rec_str(layer, KEY(diff_id), ""), "history", "created", now,
	    "created_by", from, "comment", rec_str(opts, KEY(message),
	    "Imported by bulkhead"));
	if (image != NULL && rec_get(opts, KEY(variant)) != NULL)
		(void)json_object_set_new(image, "variant",
		    json_string(rec_str(opts, KEY(variant), "")));
	text = image == NULL ? NULL : json_dumps(image, JSON_COMPACT);
	json_decref(image);
	if (text == NULL)
		(void)parse_fail(e, "cannot compose the configuration of the "
		    "image: is everything in it UTF-8?");
	return (text);
}
