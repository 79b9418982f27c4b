/* The parts of store that are easier to ask directly. */
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
#include "../../libexec/store/image.h"
#include "../../libexec/store/index.h"
#include "../../libexec/store/layer.h"
#include "../../libexec/store/names.h"
#include "../../libexec/store/store.h"
#include "../../libexec/store/text.h"

#define A64	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" \
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void
test_text(void)
{
	char	 s[128];

	CHECK(text_is_id(A64) && !text_is_id(A64 "a") && !text_is_id(""));
	CHECK(!text_is_id(NULL) && !text_is_id("../../../etc/passwd"));
	CHECK(text_is_digest("sha256:" A64) && !text_is_digest(A64));
	CHECK(!text_is_digest("sha256:" A64 "/") && !text_is_digest(NULL));
	CHECK(!text_is_digest("SHA256:" A64));

	CHECK(text_time("1970-01-01T00:00:00Z") == 0);
	CHECK(text_time("1970-01-01T00:00:01.5Z") == 1500000000);
	CHECK(text_time("1970-01-01T01:00:00+01:00") == 0);
	CHECK(text_time("1969-12-31T23:59:59Z") == -1000000000);
	CHECK(text_time("2024-02-29T12:00:00.000000001Z") ==
	    1709208000000000001);
	CHECK(text_time("2100-03-01T00:00:00Z") == 4107542400000000000);
	CHECK(text_time("0001-01-01T00:00:00Z") == INT64_MIN);
	CHECK(text_time("9999-12-31T23:59:59Z") == INT64_MAX);
	CHECK(text_time("yesterday") == 0 && text_time("") == 0 &&
	    text_time(NULL) == 0 && text_time("2024-99-01T00:00:00Z") == 0);
	CHECK(text_time("2024-01-01T00:00:00") == 0);
	text_rfc3339(1709208000120000000, s, sizeof(s));
	CHECK(strcmp(s, "2024-02-29T12:00:00.12Z") == 0);
	text_rfc3339(0, s, sizeof(s));
	CHECK(strcmp(s, "1970-01-01T00:00:00Z") == 0);

	CHECK(text_base64("", s, sizeof(s)) && strcmp(s, "") == 0);
	CHECK(text_base64("a", s, sizeof(s)) && strcmp(s, "YQ==") == 0);
	CHECK(text_base64("ab", s, sizeof(s)) && strcmp(s, "YWI=") == 0);
	CHECK(text_base64("abc", s, sizeof(s)) && strcmp(s, "YWJj") == 0);
	CHECK(!text_base64("abc", s, 4));
}

/* What podman made of these (storage 1.43). */
static void
test_ids(void)
{
	static const char	 base[] = "83223197ce406929c1e00ef4eefc826df18"
				    "d36a034ff339795003289ea80dcb1";
	static const char	 diff[] = "sha256:1a4bfab9d2a7f4e47e3b5fdf8f1e"
				    "efe95038bfe3244ed7de8fc29f5d934ec949";
	struct store		 s = { .driver = "overlay" };
	char			 id[80], path[256];

	layer_make_id(base, diff, id);
	CHECK(strcmp(id, "204d7d5a02ed860c6178cf2d6812baa72ae76ad7e0c62df1cdd"
	    "84e3b819f5ea8") == 0);
	layer_make_id("", diff, id);
	CHECK(strcmp(id, diff + 7) == 0);
	CHECK(image_blob_path(&s, A64, "manifest", path, sizeof(path)));
	CHECK(strcmp(path, "overlay-images/" A64 "/manifest") == 0);
	CHECK(image_blob_path(&s, A64, "sha256:1", path, sizeof(path)));
	CHECK(strcmp(path, "overlay-images/" A64 "/=c2hhMjU2OjE=") == 0);
	CHECK(!image_blob_path(&s, A64, "..", path, sizeof(path)));
	CHECK(!image_blob_path(&s, A64, "", path, sizeof(path)));
	CHECK(image_blob_path(&s, A64, "../../x", path, sizeof(path)) &&
	    strstr(path, "..") == NULL);
	memset(path, 'k', 200);
	path[200] = '\0';
	CHECK(!image_blob_path(&s, A64, path, path, 100));
}

static int
temporary(void)
{
	static char	 name[] = "/tmp/store_unit.XXXXXX";
	int		 fd;

	if (mkdtemp(name) == NULL ||
	    (fd = open(name, O_RDONLY | O_DIRECTORY)) == -1 ||
	    mkdirat(fd, "overlay-images", 0700) == -1 ||
	    mkdirat(fd, "overlay-layers", 0700) == -1)
		err(1, "%s", name);
	(void)rmdir(name);		/* fails; the end removes it */
	return (fd);
}

static void
put(int dir, const char *path, const char *text, size_t len)
{
	int	 fd = openat(dir, path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd == -1 || write(fd, text, len) != (ssize_t)len)
		err(1, "%s", path);
	close(fd);
}

/*
 * Whatever the bytes of an index, cutting it agrees with parsing it: what it
 * gives is an entry of a valid list, or an error that names the file.
 */
static void
test_index(int dir)
{
	static const char	 good[] = "[ {\"id\":\"" A64 "\",\"names\":["
				    "\"localhost/x:latest\", \"q\\\"\\\\\"],"
				    "\"n\":{\"a\":[1,{}]}} ,\n{ \"x\":1, \"id"
				    "\": \"" B64 "\"}]";
	struct store		 s = { .driver = "overlay", .graph = dir };
	struct answer		 a;
	char			 text[sizeof(good)];
	unsigned int		 seed = 1, agreed = 0, bad = 0;
	const char		*by;
	json_t			*all;

	index_init(&s.images, "overlay", "images", "images.json");
	for (int i = 0; i < 4000; i++) {
		memcpy(text, good, sizeof(text));
		for (int k = 0; k < i % 4; k++) {
			seed = seed * 1103515245 + 12345;
			text[(seed >> 8) % (sizeof(text) - 1)] =
			    "\"{}[],:\\a\0 1b"[(seed >> 20) % 13];
		}
		(void)unlinkat(dir, "overlay-images/images.json", 0);
		put(dir, "overlay-images/images.json", text,
		    sizeof(text) - 1);
		index_clear(&s.images);
		all = json_loadb(text, sizeof(text) - 1,
		    JSON_REJECT_DUPLICATES, NULL);
		if (index_read(&s.images, dir, &a) == 0)
			agreed += json_is_array(all) &&
			    json_equal(all, s.images.root);
		else
			agreed += strstr(a.text, "images.json") != NULL &&
			    (all == NULL || !json_is_array(all) ||
			    !text_is_id(json_text(json_array_get(all, 0),
			    "id")) || !text_is_id(json_text(
			    json_array_get(all, 1), "id")));
		if (agreed != (unsigned int)i + 1 && bad++ < 5)
			printf("# %.*s: %s\n", (int)sizeof(text), text,
			    all == NULL ? "no JSON" : "JSON");
		json_decref(all);
		index_clear(&s.images);
		if (index_load(&s.images, dir, &a) == 0)
			(void)names_find(&s, "x", &by, &a);
	}
	CHECK(agreed == 4000);
	(void)unlinkat(dir, "overlay-images/images.json", 0);
	put(dir, "overlay-images/images.json", good, sizeof(good) - 1);
	index_clear(&s.images);
	CHECK(index_load(&s.images, dir, &a) == 0 && s.images.nitems == 2);
	CHECK(index_get(&s.images, B64) != NULL);
	CHECK(index_get(&s.images, "c") == NULL);
	CHECK(names_find(&s, "x", &by, &a) != NULL &&
	    strcmp(by, "localhost/x:latest") == 0);
	index_clear(&s.images);
}

int
main(void)
{
	char	 path[64], name[128];
	ssize_t	 n;
	int	 dir = temporary();

	test_text();
	test_ids();
	test_index(dir);
	CHECK(path_remove(dir, "overlay-images") == 0);
	CHECK(path_remove(dir, "overlay-layers") == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	if ((n = readlink(path, name, sizeof(name) - 1)) > 0) {
		name[n] = '\0';
		(void)rmdir(name);
	}
	return (finish());
}
