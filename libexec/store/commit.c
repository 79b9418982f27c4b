#include "commit.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "image.h"
#include "layer.h"
#include "lock.h"
#include "names.h"
#include "path.h"
#include "record.h"
#include "reference.h"
#include "stage.h"
#include "store.h"
#include "text.h"
#include "trash.h"

/* A request to record an image, with what was computed from it. */
struct request {
	const struct rec *r;
	const char	*config;
	const char	*manifest;
	const char	*layer;
	char		 id[ID_LEN + 1];
	char		 config_digest[DIGEST_LEN + 1];
	char		 digest[DIGEST_LEN + 1];
	char		 created[64];
	json_t		*diff_ids;
};

static int
check_manifest(struct request *q, struct answer *a)
{
	const char	*said = rec_get(q->r, KEY(digest));
	char		 who[16];
	size_t		 layers;
	json_t		*m;

	text_digest(q->manifest, q->digest);
	if (said != NULL && strcmp(said, q->digest) != 0)
		return (fail(a, EBADMSG, "the manifest is not what its digest "
		    "%s names; pull or load the image again", said));
	snprintf(who, sizeof(who), "%.12s", q->id);
	m = image_manifest(q->manifest, strlen(q->manifest), who, a);
	if (m == NULL)
		return (-1);
	said = json_text(json_object_get(m, "config"), "digest");
	layers = json_array_size(json_object_get(m, "layers"));
	if (strcmp(said, q->config_digest) != 0)
		(void)fail(a, EBADMSG, "the manifest names the config %s, but "
		    "the config is %s", said, q->config_digest);
	else if (layers != json_array_size(q->diff_ids))
		(void)fail(a, EBADMSG, "the manifest of image %s has %zu "
		    "layers, its config %zu", who, layers,
		    json_array_size(q->diff_ids));
	else
		said = NULL;
	json_decref(m);
	return (said == NULL ? 0 : -1);
}

static int
check_config(struct request *q, struct answer *a)
{
	char		 why[256];
	const char	*at;
	json_t		*c;

	text_sha256(q->config, strlen(q->config), q->id);
	snprintf(q->config_digest, sizeof(q->config_digest), "sha256:%s",
	    q->id);
	c = json_strict(q->config, strlen(q->config), why, sizeof(why));
	if (c == NULL)
		return (fail(a, EBADMSG, "the config of image %.12s is not "
		    "valid JSON (%s)", q->id, why));
	at = json_text(c, "created");
	snprintf(q->created, sizeof(q->created), "%s",
	    at != NULL && text_time(at) != 0 ? at : "1970-01-01T00:00:00Z");
	q->diff_ids = json_incref(json_object_get(json_object_get(c, "rootfs"),
	    "diff_ids"));
	if (image_check_env(c, q->id, a) == -1) {
		json_decref(c);
		return (-1);
	}
	json_decref(c);
	return (check_manifest(q, a));
}

/* Check the name again: podman cannot read a store with a name it refuses. */
static int
check_names(const struct rec *r, struct answer *a)
{
	struct reference	 ref;
	const char		*name, *why;
	size_t			 at = 0;

	while (rec_next(r, KEY(name), &at, &name)) {
		why = reference_parse(name, &ref);
		if (why == NULL && (!reference_has_host(name) ||
		    *ref.tag == '\0' || *ref.digest != '\0'))
			why = "it is not host/path:tag";
		if (why != NULL)
			return (fail(a, EINVAL, "\"%.300s\" is not a name for "
			    "an image: %s", name, why));
	}
	return (0);
}

/*
 * Are the layers those that the config lists? The caller holds the images lock.
 */
static int
check_layers(struct store *s, const struct request *q, struct answer *a)
{
	json_t		*chain[LAYERS_MAX];
	const char	*have, *want;
	int		 n;

	if (index_read(&s->layers, s->graph, a) == -1 ||
	    (n = layer_chain(s, q->layer, chain, a)) == -1)
		return (-1);
	if ((size_t)n != json_array_size(q->diff_ids))
		return (fail(a, EBADMSG, "image %.12s has %zu layers, but %d "
		    "are stored", q->id, json_array_size(q->diff_ids), n));
	for (int i = 0; i < n; i++) {
		have = json_text(chain[n - 1 - i], "diff-digest");
		want = json_string_value(json_array_get(q->diff_ids,
		    (size_t)i));
		if (have == NULL || want == NULL || strcmp(have, want) != 0)
			return (fail(a, EBADMSG, "layer %d of image %.12s is "
			    "not what its config names (%s)", i + 1, q->id,
			    want != NULL ? want : "nothing"));
	}
	return (0);
}

/* One big-data file and its three entries. */
static int
put_blob(struct store *s, json_t *img, const char *key, const char *text,
    struct answer *a)
{
	scoped_fd int	 dir = -1;
	json_t		*names = json_object_get(img, "big-data-names"), *v;
	char		 path[512], digest[DIGEST_LEN + 1], *base;
	size_t		 i;

	if (!image_blob_path(s, json_text(img, "id"), key, path,
	    sizeof(path)))
		return (fail(a, ENAMETOOLONG, "unusable name of a file"));
	base = strrchr(path, '/');
	*base++ = '\0';
	dir = path_open(s->graph, path, O_RDONLY | O_DIRECTORY, 0);
	if (dir == -1 || path_replace(dir, base, text, strlen(text), 0600,
	    true) == -1)
		return (fail_errno(a, "cannot write", path));
	text_digest(text, digest);
	if (json_object_set_new(json_object_get(img, "big-data-sizes"), key,
	    json_integer((json_int_t)strlen(text))) == -1 ||
	    json_object_set_new(json_object_get(img, "big-data-digests"), key,
	    json_string(digest)) == -1)
		return (fail(a, ENOMEM, "out of memory"));
	json_array_foreach(names, i, v)
		if (json_is_string(v) &&
		    strcmp(json_string_value(v), key) == 0)
			return (0);
	return (json_array_append_new(names, json_string(key)) == -1 ?
	    fail(a, ENOMEM, "out of memory") : 0);
}

/* An image that another engine made may lack one of these entries. */
static int
need_lists(json_t *img, struct answer *a)
{
	if ((json_is_array(json_object_get(img, "big-data-names")) ||
	    json_object_set_new(img, "big-data-names", json_array()) == 0) &&
	    (json_is_object(json_object_get(img, "big-data-sizes")) ||
	    json_object_set_new(img, "big-data-sizes", json_object()) == 0) &&
	    (json_is_object(json_object_get(img, "big-data-digests")) ||
	    json_object_set_new(img, "big-data-digests", json_object()) == 0))
		return (0);
	return (fail(a, ENOMEM, "out of memory"));
}

static int
put_blobs(struct store *s, json_t *img, const struct request *q,
    struct answer *a)
{
	char	 key[128];

	if (need_lists(img, a) == -1 ||
	    put_blob(s, img, q->config_digest, q->config, a) == -1)
		return (-1);
	snprintf(key, sizeof(key), "manifest-%s", q->digest);
	if (put_blob(s, img, key, q->manifest, a) == -1 ||
	    put_blob(s, img, "manifest", q->manifest, a) == -1)
		return (-1);
	/*
	 * podman expects an entry for the signatures of each manifest; there
	 * are none.
	 */
	snprintf(key, sizeof(key), "signature-%s", q->digest + 7);
	return (put_blob(s, img, key, "", a));
}

/* An image's entry in the index, without names; NULL: out of memory. */
static json_t *
new_image(const struct request *q)
{
	char	 meta[160];
	json_t	*o = json_object();

	snprintf(meta, sizeof(meta), "{\"signatures-sizes\":{\"%s\":[]}}",
	    q->digest);
	if (json_object_set_new(o, "id", json_string(q->id)) == 0 &&
	    json_object_set_new(o, "digest", json_string(q->digest)) == 0 &&
	    json_object_set_new(o, "names", json_array()) == 0 &&
	    json_object_set_new(o, "names-history", json_array()) == 0 &&
	    (*q->layer == '\0' || json_object_set_new(o, "layer",
	    json_string(q->layer)) == 0) &&
	    json_object_set_new(o, "metadata", json_string(meta)) == 0 &&
	    json_object_set_new(o, "created", json_string(q->created)) == 0)
		return (o);
	json_decref(o);
	return (NULL);
}

static void
array_drop(json_t *list, const char *text)
{
	json_t	*v;
	size_t	 i;

	json_array_foreach(list, i, v)
		if (json_is_string(v) &&
		    strcmp(json_string_value(v), text) == 0) {
			json_array_remove(list, i);
			break;
		}
}

/* The array with this key, made if it does not exist; NULL: out of memory. */
static json_t *
array_of(json_t *img, const char *key)
{
	if (!json_is_array(json_object_get(img, key)) &&
	    json_object_set_new(img, key, json_array()) == -1)
		return (NULL);
	return (json_object_get(img, key));
}

/* A name belongs to one image: remove it from the others. */
static int
give_name(struct store *s, json_t *img, const char *name)
{
	json_t	*other, *hist = array_of(img, "names-history");
	size_t	 i;

	json_array_foreach(s->images.root, i, other)
		if (other != img)
			array_drop(json_object_get(other, "names"), name);
	if (!names_has(img, name) && json_array_append_new(
	    array_of(img, "names"), json_string(name)) == -1)
		return (-1);
	array_drop(hist, name);
	return (json_array_insert_new(hist, 0, json_string(name)));
}

static int
give_names(struct store *s, json_t *img, const struct rec *r,
    struct answer *a)
{
	const char	*name;
	size_t		 at = 0;

	while (rec_next(r, KEY(name), &at, &name))
		if (give_name(s, img, name) == -1)
			return (fail(a, ENOMEM, "out of memory"));
	return (0);
}

static int
make_image_dir(struct store *s, const char *id, struct answer *a)
{
	char	 path[128];

	snprintf(path, sizeof(path), "%s-images/%s", s->driver, id);
	if (mkdirat(s->graph, path, 0700) == -1 && errno != EEXIST)
		return (fail_errno(a, "cannot make", path));
	return (0);
}

static int
write_image(struct store *s, const struct request *q, int lock,
    struct answer *a)
{
	json_t	*img = index_get(&s->images, q->id);

	if (img == NULL) {
		if ((img = new_image(q)) == NULL)
			return (fail(a, ENOMEM, "out of memory"));
		if (index_add(&s->images, img, a) == -1) {
			json_decref(img);
			return (-1);
		}
		json_decref(img);
	}
	if (make_image_dir(s, q->id, a) == -1 ||
	    put_blobs(s, img, q, a) == -1)
		return (-1);
	if (json_object_set_new(img, "digest", json_string(q->digest)) == -1)
		return (fail(a, ENOMEM, "out of memory"));
	if (give_names(s, img, q->r, a) == -1 || lock_touch(lock, a) == -1)
		return (-1);
	return (index_save(&s->images, s->graph, a));
}

/* Remove the files of an image that could not be recorded. Keeps errno. */
static void
unwrite_image(struct store *s, const char *id)
{
	struct answer	 ignored;
	int		 saved = errno;
	char		 dir[128];

	index_clear(&s->images);
	snprintf(dir, sizeof(dir), "%s-images/%s", s->driver, id);
	if (index_read(&s->images, s->graph, &ignored) == 0 &&
	    index_get(&s->images, id) == NULL)
		(void)trash_discard(s, dir);
	errno = saved;
}

static int
commit_locked(struct store *s, const struct request *q, struct answer *a)
{
	scoped_fd int	 lock = lock_take(s, "images", true, a);

	if (lock == -1 || index_read(&s->images, s->graph, a) == -1 ||
	    check_layers(s, q, a) == -1)
		return (-1);
	if (write_image(s, q, lock, a) == 0)
		return (0);
	unwrite_image(s, q->id);
	return (-1);
}

int
commit_again(struct store *s, const struct rec *r, const char *id, int lock,
    struct answer *a)
{
	struct request	 q = { .r = r, .config = rec_str(r, KEY(config_json),
			    ""), .manifest = rec_str(r, KEY(manifest_json),
			    ""), .layer = rec_str(r, KEY_IN(image, layer),
			    "") };
	int		 rc = check_config(&q, a);

	if (rc == 0 && strcmp(q.id, id) != 0)
		rc = fail(a, EBADMSG, "image %.12s has the config of another "
		    "image", id);
	if (rc == 0)
		rc = check_layers(s, &q, a);
	if (rc == 0 && (rc = write_image(s, &q, lock, a)) == -1)
		index_clear(&s->images);
	json_decref(q.diff_ids);
	return (rc);
}

/* If this process is killed, the note tells the next store what to undo. */
static int
commit_noted(struct store *s, const struct request *q, struct answer *a)
{
	char	 note[ID_LEN + 2], token[64];
	int	 rc;

	snprintf(note, sizeof(note), "%s\n", q->id);
	if (stage_note(s, note, token, sizeof(token), a) == -1)
		return (-1);
	rc = commit_locked(s, q, a);
	stage_forget(s, token);
	return (rc);
}

int
commit_image(struct store *s, const struct rec *r, char *id,
    struct answer *a)
{
	struct request	 q = { .r = r };
	int		 rc;

	q.config = rec_get(r, KEY(config_json));
	q.manifest = rec_get(r, KEY(manifest_json));
	q.layer = rec_str(r, KEY_IN(image, layer), "");
	if (q.config == NULL || q.manifest == NULL ||
	    (*q.layer != '\0' && !text_is_id(q.layer)))
		return (fail(a, EINVAL, "an image needs a config, a manifest "
		    "and the id of its top layer"));
	if (strlen(q.config) > BLOB_MAX || strlen(q.manifest) > BLOB_MAX)
		return (fail(a, EFBIG, "the config or the manifest of the "
		    "image is larger than 4 MiB"));
	if ((rc = check_names(r, a)) == 0 &&
	    (rc = check_config(&q, a)) == 0)
		rc = commit_noted(s, &q, a);
	json_decref(q.diff_ids);
	strcpy(id, q.id);
	return (rc);
}
