/*
 * What store writes when memory is short: each allocation of jansson's fails
 * in turn, and after it the index on the disk is the old or the new one, and
 * an answer without an error means the new one.
 */
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "path.h"
#include "record.h"
#include "../../libexec/store/commit.h"
#include "../../libexec/store/drop.h"
#include "../../libexec/store/index.h"
#include "../../libexec/store/names.h"
#include "../../libexec/store/place.h"
#include "../../libexec/store/remove.h"
#include "../../libexec/store/stage.h"
#include "../../libexec/store/store.h"
#include "../../libexec/store/text.h"

#define CONFIG	"{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{" \
		"\"type\":\"layers\",\"diff_ids\":[]},\"n\":%d}"
#define DIFF	"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
		"aaaaaaaaaaaaa"
#define TRIES	3000

static long	allocations = -1;	/* until one fails; < 0: none does */

static void *
failing_malloc(size_t n)
{
	if (allocations >= 0 && allocations-- == 0)
		return (NULL);
	return (malloc(n));
}

static struct rec *
image(int n)
{
	struct rec	*r = rec_new();
	char		 config[256], manifest[512], hex[ID_LEN + 1];

	snprintf(config, sizeof(config), CONFIG, n);
	text_sha256(config, strlen(config), hex);
	snprintf(manifest, sizeof(manifest), "{\"schemaVersion\":2,\"config\":"
	    "{\"digest\":\"sha256:%s\",\"size\":%zu},\"layers\":[]}", hex,
	    strlen(config));
	(void)rec_add(r, KEY(config_json), config);
	(void)rec_add(r, KEY(manifest_json), manifest);
	(void)rec_addf(r, KEY(name), "localhost/image%d:latest", n);
	return (r);
}

/* The file as it is, parsed; absent is an empty list; NULL: not whole. */
static json_t *
on_disk(struct store *s, const char *path)
{
	struct index	 ix;
	struct answer	 a;
	json_t		*j = NULL;

	index_init(&ix, s->driver, "images", "images.json");
	snprintf(ix.path, sizeof(ix.path), "%s", path);
	if (index_read(&ix, s->graph, &a) == 0)
		j = json_deep_copy(ix.root);
	index_clear(&ix);
	return (j);
}

static json_t *
entry_of(json_t *all, const char *id)
{
	json_t	*o;
	size_t	 i;

	json_array_foreach(all, i, o)
		if (text_is_id(json_text(o, "id")) &&
		    strcmp(json_text(o, "id"), id) == 0)
			return (o);
	return (NULL);
}

static bool
has_keys(const json_t *o, const char *const *key)
{
	for (; *key != NULL; key++)
		if (json_object_get(o, *key) == NULL)
			return (false);
	return (true);
}

static bool
whole_image(const json_t *o)
{
	static const char *const keys[] = { "id", "digest", "names",
	    "names-history", "metadata", "big-data-names", "big-data-sizes",
	    "big-data-digests", "created", NULL };

	return (has_keys(o, keys) &&
	    json_array_size(json_object_get(o, "names")) == 1 &&
	    json_array_size(json_object_get(o, "names-history")) == 1 &&
	    json_array_size(json_object_get(o, "big-data-names")) == 4 &&
	    json_object_size(json_object_get(o, "big-data-sizes")) == 4 &&
	    json_object_size(json_object_get(o, "big-data-digests")) == 4);
}

/*
 * One commit in which allocation `at` fails. True while it does, so that the
 * caller goes on until there are no more allocations.
 */
static bool
commit_failing(struct store *s, long at, unsigned int *wrong)
{
	struct rec	*r = image((int)at);
	struct answer	 a = { .type = MSG_reply };
	char		 id[ID_LEN + 1] = "";
	json_t		*before = on_disk(s, s->images.path), *after;
	size_t		 n = json_array_size(before);
	bool		 failed;
	int		 rc;

	index_clear(&s->images);
	index_clear(&s->layers);
	allocations = at;
	rc = commit_image(s, r, id, &a);
	failed = allocations == -1;
	allocations = -1;
	after = on_disk(s, s->images.path);
	if (before == NULL || after == NULL || (rc == 0 ?
	    json_array_size(after) != n + 1 ||
	    !whole_image(entry_of(after, id)) : !json_equal(before, after))) {
		(*wrong)++;
		printf("# images.json after allocation %ld: %s\n", at,
		    rc == 0 ? "no error, but not whole" : "changed");
	}
	json_decref(before);
	json_decref(after);
	rec_free(r);
	return (failed);
}

static void
test_images(struct store *s)
{
	unsigned int	 wrong = 0;
	long		 at = 0;

	while (at < TRIES && commit_failing(s, at, &wrong))
		at++;
	printf("# %ld allocations in a commit of an image\n", at);
	CHECK(at > 50 && at < TRIES && wrong == 0);
}

/* A layer is added and removed: layers.json is the same. */
static bool
layer_failing(struct store *s, long at, unsigned int *wrong)
{
	static const char *const keys[] = { "id", "created", "uidset",
	    "gidset", "compressed-diff-digest", "compressed-size",
	    "diff-digest", "diff-size", "compression", NULL };
	struct rec	*r = rec_new();
	struct answer	 a = { .type = MSG_reply };
	char		 id[ID_LEN + 1], diff[DIGEST_LEN + 1] = DIFF, ids[80];
	json_t		*before, *after;
	bool		 failed;
	int		 rc;

	snprintf(diff + 7, sizeof(diff) - 7, "%064lx", at + 1);
	strcpy(id, diff + 7);
	(void)rec_add(r, KEY(diff_id), diff);
	(void)rec_add_num(r, KEY(size), 10);
	(void)rec_add_num(r, KEY(compression), 2);
	before = on_disk(s, s->layers.path);
	index_clear(&s->layers);
	if (index_read(&s->layers, s->graph, &a) == -1)
		(*wrong)++;
	allocations = at;
	rc = place_record(s, id, "", r, &a);
	failed = allocations == -1;
	allocations = -1;
	after = on_disk(s, s->layers.path);
	if (after == NULL || (rc == 0 ? !has_keys(entry_of(after, id), keys) :
	    !json_equal(before, after)))
		(*wrong)++;
	json_decref(after);
	if (rc == 0) {
		snprintf(ids, sizeof(ids), "%s\n", id);
		allocations = at;
		rc = drop_unused(s, ids, &a);
		allocations = -1;
		after = on_disk(s, s->layers.path);
		if (after == NULL || (rc == 0 && entry_of(after, id) != NULL))
			(*wrong)++;
		json_decref(after);
	}
	json_decref(before);
	rec_free(r);
	return (failed);
}

static void
test_layers(struct store *s)
{
	unsigned int	 wrong = 0;
	long		 at = 0;

	while (at < TRIES && layer_failing(s, at, &wrong))
		at++;
	printf("# %ld allocations in a new layer\n", at);
	CHECK(at > 10 && at < TRIES && wrong == 0);
}

/* A layer that another engine's container uses outlives every failure. */
static void
test_used(struct store *s)
{
	static const char	 text[] = "[{\"id\":\"%s\",\"layer\":\"%s\"}]";
	struct answer		 a = { .type = MSG_reply };
	struct rec		*r = rec_new();
	char			 id[ID_LEN + 1], other[512], ids[80];
	unsigned int		 gone = 0;
	json_t			*after;
	long			 at = 0;
	int			 fd;

	snprintf(id, sizeof(id), "%064x", 0xabcdef);
	(void)rec_add(r, KEY(diff_id), DIFF);
	CHECK(index_read(&s->layers, s->graph, &a) == 0 &&
	    place_record(s, id, "", r, &a) == 0);
	snprintf(other, sizeof(other), text, id, id);
	fd = openat(s->graph, "overlay-containers/containers.json",
	    O_WRONLY | O_CREAT | O_TRUNC, 0600);
	CHECK(fd != -1 && write(fd, other, strlen(other)) ==
	    (ssize_t)strlen(other));
	close(fd);
	snprintf(ids, sizeof(ids), "%s\n", id);
	do {
		index_clear(&s->layers);
		index_clear(&s->images);
		allocations = at;
		(void)drop_unused(s, ids, &a);
		at = allocations == -1 ? at + 1 : -1;
		allocations = -1;
		after = on_disk(s, s->layers.path);
		gone += entry_of(after, id) == NULL;
		json_decref(after);
	} while (at != -1 && at < TRIES);
	CHECK(at == -1 && gone == 0);
	rec_free(r);
}

/* What the index was before its last change is beside it. */
static void
test_previous(struct store *s)
{
	struct answer	 a = { .type = MSG_reply };
	json_t		*before = on_disk(s, s->images.path), *kept;
	struct rec	*r = image(-1);
	char		 id[ID_LEN + 1], path[96];

	CHECK(commit_image(s, r, id, &a) == 0);
	snprintf(path, sizeof(path), "%s.previous", s->images.path);
	kept = on_disk(s, path);
	CHECK(json_array_size(before) > 0 && json_equal(before, kept));
	json_decref(before);
	json_decref(kept);
	rec_free(r);
}

int
main(void)
{
	static char	 name[] = "/tmp/store_memory.XXXXXX";
	struct store	 s = { .graph = -1, .run = -1 };
	struct answer	 a = { .type = MSG_reply };
	int		 fd;

	if (mkdtemp(name) == NULL ||
	    (fd = open(name, O_RDONLY | O_DIRECTORY)) == -1 ||
	    mkdirat(fd, "graph", 0700) == -1 || mkdirat(fd, "run", 0700) == -1)
		err(1, "%s", name);
	json_set_alloc_funcs(failing_malloc, free);
	CHECK(store_setup(&s, openat(fd, "graph", O_RDONLY | O_DIRECTORY),
	    openat(fd, "run", O_RDONLY | O_DIRECTORY), "overlay", true,
	    &a) == 0);
	test_images(&s);
	test_layers(&s);
	test_used(&s);
	test_previous(&s);
	index_clear(&s.layers);
	index_clear(&s.images);
	CHECK(path_remove(fd, "graph") == 0 && path_remove(fd, "run") == 0);
	(void)rmdir(name);
	return (finish());
}
