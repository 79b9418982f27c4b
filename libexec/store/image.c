#include "image.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "layer.h"
#include "path.h"
#include "record.h"
#include "store.h"
#include "text.h"

bool
image_blob_path(const struct store *s, const char *id, const char *key,
    char *out, size_t size)
{
	char	 name[256];
	int	 n;

	if (key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789.")] == '\0')
		n = snprintf(name, sizeof(name), "%s", key);
	else {
		name[0] = '=';
		n = text_base64(key, name + 1, sizeof(name) - 1) ? 0 : -1;
	}
	if (n < 0 || n >= (int)sizeof(name) || !path_is_name(name))
		return (false);
	n = snprintf(out, size, "%s-images/%s/%s", s->driver, id, name);
	return (n < (int)size);
}

static char *
blob(struct store *s, const json_t *img, const char *key, size_t *len,
    struct answer *a)
{
	const char	*id = json_text(img, "id");
	char		 path[512], *text;

	if (!image_blob_path(s, id, key, path, sizeof(path))) {
		fail(a, EBADMSG, "image %.12s: unusable name of a file", id);
		return (NULL);
	}
	if ((text = path_slurp(s->graph, path, BLOB_MAX, len)) == NULL)
		fail(a, errno == ENOENT ? EBADMSG : errno,
		    "image %.12s: cannot read %s (%s); remove the image and "
		    "load it again", id, path, strerror(errno));
	return (text);
}

/* Refuse a document that could be read as an index and as a manifest. */
json_t *
image_manifest(const char *text, size_t len, const char *who,
    struct answer *a)
{
	char	 why[256];
	json_t	*m = json_strict(text, len, why, sizeof(why));

	if (m == NULL) {
		fail(a, EBADMSG, "the manifest of image %s is not valid JSON "
		    "(%s)", who, why);
		return (NULL);
	}
	if (json_object_get(m, "manifests") != NULL) {
		if (json_object_get(m, "layers") != NULL ||
		    json_object_get(m, "config") != NULL)
			fail(a, EBADMSG, "the manifest of image %s claims to "
			    "be both an index and an image", who);
		else
			fail(a, ENOTSUP, "%s is a manifest list, not an "
			    "image; name one of its images", who);
	} else if (!text_is_digest(json_text(json_object_get(m, "config"),
	    "digest")))
		fail(a, EBADMSG, "the manifest of image %s names no config "
		    "by a sha256 digest; pull or load the image again in a "
		    "current format", who);
	else
		return (m);
	json_decref(m);
	return (NULL);
}

static bool
hashes_to(const char *text, size_t len, const char *digest)
{
	char	 hex[ID_LEN + 1];

	text_sha256(text, len, hex);
	return (strcmp(hex, digest + 7) == 0);
}

json_t *
image_config(struct store *s, const json_t *img, char **config_text,
    char **manifest_text, struct answer *a)
{
	scoped_free char	*mtext = NULL;
	scoped_free char	*ctext = NULL;
	const char		*id = json_text(img, "id");
	char			 digest[DIGEST_LEN + 1], who[16], why[256];
	size_t			 mlen, clen;
	json_t			*m, *c;

	snprintf(who, sizeof(who), "%.12s", id);
	if ((mtext = blob(s, img, "manifest", &mlen, a)) == NULL ||
	    (m = image_manifest(mtext, mlen, who, a)) == NULL)
		return (NULL);
	strcpy(digest, json_text(json_object_get(m, "config"), "digest"));
	json_decref(m);
	if ((ctext = blob(s, img, digest, &clen, a)) == NULL)
		return (NULL);
	if (!hashes_to(ctext, clen, digest)) {
		fail(a, EBADMSG, "image %s: its config is not what its "
		    "manifest names (%s); remove the image and load it again",
		    who, digest);
		return (NULL);
	}
	if ((c = json_strict(ctext, clen, why, sizeof(why))) == NULL) {
		fail(a, EBADMSG, "image %s: its config is not valid JSON (%s)",
		    who, why);
		return (NULL);
	}
	*config_text = take_ptr(&ctext);
	*manifest_text = take_ptr(&mtext);
	return (c);
}

int64_t
image_size(struct store *s, const json_t *img, struct answer *a)
{
	json_t		*chain[LAYERS_MAX], *v;
	const char	*key;
	int64_t		 sum;
	int		 n;

	if ((n = layer_chain(s, json_text(img, "layer"), chain, a)) == -1)
		return (-1);
	sum = layer_sizes(chain, n);
	json_object_foreach(json_object_get(img, "big-data-sizes"), key, v)
		sum += json_integer_value(v);
	return (sum);
}

static void
add_texts(struct rec *r, struct key_str key, const json_t *list)
{
	json_t	*v;
	size_t	 i;

	json_array_foreach(list, i, v)
		if (json_is_string(v))
			rec_add(r, key, json_string_value(v));
}

static void
add_text(struct rec *r, struct key_str key, const json_t *o, const char *from)
{
	const char	*v = json_text(o, from);

	if (v != NULL && *v != '\0')
		rec_add(r, key, v);
}

static void
add_keys(struct rec *r, struct key_str key, json_t *set)
{
	const char	*k;
	json_t		*v;

	json_object_foreach(set, k, v)
		rec_add(r, key, k);
}

static void
add_pairs(struct rec *r, struct key_str key, json_t *map)
{
	const char	*k;
	json_t		*v;

	json_object_foreach(map, k, v)
		if (json_is_string(v))
			rec_addf(r, key, "%s=%s", k, json_string_value(v));
}

static void
add_digests(struct rec *r, const json_t *img)
{
	const char	*key, *d = json_text(img, "digest");
	json_t		*v;

	json_object_foreach(json_object_get(img, "big-data-digests"), key, v)
		if (strncmp(key, "manifest-", 9) == 0 &&
		    text_is_digest(json_string_value(v)) &&
		    (d == NULL || strcmp(json_string_value(v), d) != 0))
			rec_add(r, KEY(digests), json_string_value(v));
	if (d != NULL)
		rec_add(r, KEY(digests), d);
}

int
image_basics(struct store *s, const json_t *img, struct rec *r,
    struct answer *a)
{
	int64_t	 size = image_size(s, img, a);

	if (size == -1)
		return (-1);
	rec_add(r, KEY(id), json_text(img, "id"));
	add_text(r, KEY(digest), img, "digest");
	add_digests(r, img);
	add_texts(r, KEY(name), json_object_get(img, "names"));
	add_texts(r, KEY(name_history), json_object_get(img, "names-history"));
	rec_add_num(r, KEY(size), size);
	return (0);
}

static int
add_layers(struct store *s, const json_t *img, struct rec *r,
    struct answer *a)
{
	const char	*top = json_text(img, "layer");
	json_t		*chain[LAYERS_MAX];
	struct stat	 sb;
	char		 dir[96];
	int		 n = layer_chain(s, top, chain, a);

	if (n <= 0)
		return (n);
	rec_add(r, KEY(layer_id), top);
	for (int i = 0; i < n; i++)
		rec_add_num(r, KEY(layer_size), layer_sizes(chain + i, 1));
	for (int i = 0; i < (s->vfs ? 1 : n); i++) {
		layer_dir(s, json_text(chain[i], "id"), dir, sizeof(dir));
		if (fstatat(s->graph, dir, &sb, AT_SYMLINK_NOFOLLOW) == -1 ||
		    !S_ISDIR(sb.st_mode))
			return (fail(a, ENOENT, "%s is missing from the image "
			    "store; remove the image and load it again", dir));
		rec_add(r, KEY_IN(image, layer), dir);
	}
	return (0);
}

/* An entry without "=" would be taken from the environment of the host. */
int
image_check_env(const json_t *config, const char *id, struct answer *a)
{
	const json_t	*env = json_object_get(json_object_get(config,
			    "config"), "Env");
	const char	*t;
	json_t		*v;
	size_t		 i;

	json_array_foreach(env, i, v) {
		t = json_string_value(v);
		if (t == NULL || strchr(t, '=') == NULL || *t == '=')
			return (fail(a, EBADMSG, "image %.12s: entry %zu of "
			    "its environment is not KEY=VALUE", id, i + 1));
	}
	return (0);
}

static void
add_health(struct rec *r, const json_t *h)
{
	const struct {
		struct key_num	 key;
		const char	*name;
	} num[] = { { KEY(interval), "Interval" },
	    { KEY(timeout), "Timeout" },
	    { KEY(start_period), "StartPeriod" }, { KEY(retries), "Retries" } };
	struct rec	*sub;

	if (!json_is_object(h) || (sub = rec_new()) == NULL)
		return;
	add_texts(sub, KEY(test), json_object_get(h, "Test"));
	for (size_t i = 0; i < 4; i++)
		if (json_is_integer(json_object_get(h, num[i].name)))
			rec_add_num(sub, num[i].key, json_integer_value(
			    json_object_get(h, num[i].name)));
	rec_add_rec(r, KEY(healthcheck), sub);
	rec_free(sub);
}

static void
add_history(struct rec *r, const json_t *list)
{
	struct rec	*sub;
	json_t		*h;
	size_t		 i;

	json_array_foreach(list, i, h) {
		if ((sub = rec_new()) == NULL)
			return;
		rec_add_num(sub, KEY(created), text_time(json_text(h,
		    "created")));
		add_text(sub, KEY(created_by), h, "created_by");
		add_text(sub, KEY(author), h, "author");
		add_text(sub, KEY(comment), h, "comment");
		rec_add_num(sub, KEY(empty),
		    json_is_true(json_object_get(h, "empty_layer")));
		rec_add_rec(r, KEY(history), sub);
		rec_free(sub);
	}
}

void
image_describe(struct rec *r, const json_t *c)
{
	const json_t	*in = json_object_get(c, "config");

	rec_add_num(r, KEY(created), text_time(json_text(c, "created")));
	add_text(r, KEY(arch), c, "architecture");
	add_text(r, KEY(variant), c, "variant");
	add_text(r, KEY(os), c, "os");
	add_text(r, KEY(author), c, "author");
	add_text(r, KEY(user), in, "User");
	add_text(r, KEY(workdir), in, "WorkingDir");
	add_text(r, KEY(stopsignal), in, "StopSignal");
	add_texts(r, KEY(env), json_object_get(in, "Env"));
	add_texts(r, KEY(cmd), json_object_get(in, "Cmd"));
	add_texts(r, KEY(entrypoint), json_object_get(in, "Entrypoint"));
	add_texts(r, KEY(shell), json_object_get(in, "Shell"));
	add_pairs(r, KEY(label), json_object_get(in, "Labels"));
	add_keys(r, KEY_IN(image, volume), json_object_get(in, "Volumes"));
	add_keys(r, KEY(expose), json_object_get(in, "ExposedPorts"));
	add_health(r, json_object_get(in, "Healthcheck"));
	add_history(r, json_object_get(c, "history"));
	add_texts(r, KEY(diff_id),
	    json_object_get(json_object_get(c, "rootfs"), "diff_ids"));
}

static int
fill(struct store *s, const json_t *img, const json_t *c, const char *manifest,
    struct rec *r, struct answer *a)
{
	char	 why[128];
	json_t	*m;

	if (image_check_env(c, json_text(img, "id"), a) == -1 ||
	    image_basics(s, img, r, a) == -1 ||
	    add_layers(s, img, r, a) == -1)
		return (-1);
	image_describe(r, c);
	m = json_strict(manifest, strlen(manifest), why, sizeof(why));
	add_text(r, KEY(manifest_type), m, "mediaType");
	add_pairs(r, KEY(annotation), json_object_get(m, "annotations"));
	json_decref(m);
	return (0);
}

struct rec *
image_record(struct store *s, const json_t *img, struct answer *a)
{
	scoped_free char	*ctext = NULL;
	scoped_free char	*mtext = NULL;
	struct rec		*r;
	json_t			*c;

	if ((c = image_config(s, img, &ctext, &mtext, a)) == NULL)
		return (NULL);
	if ((r = rec_new()) == NULL || fill(s, img, c, mtext, r, a) == -1) {
		rec_free(r);
		json_decref(c);
		return (NULL);
	}
	rec_add(r, KEY(config_json), ctext);
	rec_add(r, KEY(manifest_json), mtext);
	json_decref(c);
	return (r);
}
