/*
 * fetch as the front end uses it: archives of every kind, their blobs through
 * a pipe, and archives that lie.
 */
#include <sys/mman.h>
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "harness.h"
#include "record.h"
#include "unpack/tarball.h"

static const char	*program;
static struct chan	 ch;
static pid_t		 pid;

static uint32_t		 error;
static char		 text[1024];
static struct rec	*rec;

static void
say(bool ok, int line, const char *fmt, ...)
{
	char	 words[512];
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	check(ok, words, line);
}

static int
memory(const void *p, size_t n)
{
	int	 fd = memfd_create("archive", MFD_CLOEXEC);

	if (fd == -1 || pwrite(fd, p, n, 0) != (ssize_t)n)
		err(1, "memfd");
	return (fd);
}

/* Open an archive; what came back is in error, text and rec. */
static void
open_fd(int fd, const char *format)
{
	struct packet	 p;
	union msg	 m;

	rec_free(rec);
	rec = NULL;
	error = UINT32_MAX;
	text[0] = '\0';
	memset(&m, 0, sizeof(m));
	(void)snprintf(m.archive_open.format, sizeof(m.archive_open.format),
	    "%s", format);
	if (chan_send(&ch, MSG_archive_open, 1, &m, &fd, 1) == -1 ||
	    chan_recv(&ch, &p) != 1)
		return;
	if (p.info->type == MSG_reply) {
		error = p.body.reply.error;
		(void)snprintf(text, sizeof(text), "%s", p.body.reply.text);
	} else {
		error = 0;
		rec = rec_from_fd(p.fds[0], RECORD(any), NULL);
	}
	packet_clear(&p);
}

static void
open_tb(struct tb *t, const char *format)
{
	int	 fd = memory(t->p, t->len);

	open_fd(fd, format);
	close(fd);
	free(t->p);
	memset(t, 0, sizeof(*t));
}

static void
refused(struct tb *t, const char *what, const char *expect, int line)
{
	tb_end(t);
	open_tb(t, "auto");
	say(error != 0 && error != UINT32_MAX && strstr(text, expect) != NULL,
	    line, "%s: refused: %s", what, text);
}
#define REFUSED(t, what, expect)	refused(t, what, expect, __LINE__)

static void
accepted(struct tb *t, const char *what, int line)
{
	tb_end(t);
	open_tb(t, "auto");
	say(error == 0 && rec != NULL, line, "%s: read%s%s", what,
	    text[0] ? ": " : "", text);
}
#define ACCEPTED(t, what)		accepted(t, what, __LINE__)

static const char *
digest(const void *p, size_t n)
{
	static char	 out[4][72];
	static int	 i;
	char		*d = out[i++ & 3];

	memcpy(d, "sha256:", 7);
	(void)SHA256Data(p, n, d + 7);
	return (d);
}

/* Does the blob of this index have these bytes? */
static bool
blob_is(uint32_t i, const void *want, size_t n)
{
	union msg	 m;
	uint8_t		*got = malloc(n + 1);
	ssize_t		 len;
	bool		 same;
	int		 p[2];

	if (got == NULL || pipe2(p, O_CLOEXEC) == -1)
		err(1, "pipe");
	(void)fcntl(p[1], F_SETPIPE_SZ, 1 << 20);
	memset(&m, 0, sizeof(m));
	m.blob_send.index = i;
	same = ask(&ch, MSG_blob_send, &m, &p[1], 1) == 0;
	close(p[1]);
	len = same ? read(p[0], got, n + 1) : -1;
	same = len == (ssize_t)n && memcmp(got, want, n) == 0;
	close(p[0]);
	free(got);
	return (same);
}

static const char	 layer[] = "this is no tar, but fetch does not look";
#define LAYER_LEN	(sizeof(layer) - 1)

/* A configuration with one layer, or with more of the same. */
static char *
config_of(size_t layers)
{
	static char	 buf[64 << 10];
	int		 n;

	n = snprintf(buf, sizeof(buf), "{\"architecture\":\"amd64\","
	    "\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\","
	    "\"diff_ids\":[");
	for (size_t i = 0; i < layers; i++)
		n += snprintf(buf + n, sizeof(buf) - (size_t)n, "%s\"%s\"",
		    i > 0 ? "," : "", digest(layer, LAYER_LEN));
	(void)snprintf(buf + n, sizeof(buf) - (size_t)n, "]}}");
	return (buf);
}

static void
docker(struct tb *t, const char *layer_name)
{
	char	 buf[512];

	tb_file(t, "c.json", config_of(1));
	(void)snprintf(buf, sizeof(buf), "[{\"Config\":\"c.json\","
	    "\"RepoTags\":[\"localhost/x:1\",\"y:2\"],\"Layers\":[\"%s\"]}]",
	    layer_name);
	tb_file(t, "manifest.json", buf);
}

static struct rec *
first_layer(struct rec *r)
{
	size_t	 it = 0;

	return (rec_sub(r, KEY(layer), &it));
}

static bool
layer_has(const char *key, const char *value)
{
	struct rec	*l = first_layer(rec);
	const char	*v = l != NULL ? rec_get(l, KEY_FROM(key)) : NULL;
	bool		 same = v != NULL && strcmp(v, value) == 0;

	rec_free(l);
	return (same);
}

static void
test_docker(void)
{
	static const char	 head[] = "{\"schemaVersion\":2,\"mediaType\":"
		"\"application/vnd.docker.distribution.manifest.v2+json\","
		"\"config\":{\"mediaType\":"
		"\"application/vnd.docker.container.image.v1+json\","
		"\"size\":";
	struct tb	 t = { 0 };
	const char	*s;
	size_t		 it = 0;

	tb_file(&t, "l/layer.tar", layer);
	docker(&t, "l/layer.tar");
	ACCEPTED(&t, "docker-archive");
	CHECK(strcmp(rec_str(rec, KEY(kind), ""), "docker") == 0);
	CHECK(strcmp(rec_str(rec, KEY(config_json), ""), config_of(1)) == 0);
	CHECK(strcmp(rec_str(rec, KEY(config_digest), ""), digest(config_of(1),
	    strlen(config_of(1)))) == 0);
	CHECK(strncmp(rec_str(rec, KEY(manifest_json), ""), head,
	    sizeof(head) - 1) == 0);
	CHECK(strstr(rec_str(rec, KEY(manifest_json), ""), digest(layer,
	    LAYER_LEN)) != NULL);
	CHECK(rec_next(rec, KEY(name), &it, &s) &&
	    strcmp(s, "localhost/x:1") == 0);
	CHECK(rec_next(rec, KEY(name), &it, &s) && strcmp(s, "y:2") == 0);
	CHECK(layer_has("digest", digest(layer, LAYER_LEN)));
	CHECK(layer_has("diff_id", digest(layer, LAYER_LEN)));
	CHECK(blob_is(0, layer, LAYER_LEN));
	CHECK(blob_is(0, layer, LAYER_LEN));
	tb_file(&t, "blob.tar", layer);
	tb_link(&t, '2', "l/layer.tar", "../blob.tar");
	docker(&t, "l/layer.tar");
	ACCEPTED(&t, "a layer that is a link");
	CHECK(blob_is(0, layer, LAYER_LEN));
	tb_file(&t, "./blob.tar", layer);
	tb_link(&t, '1', "hard", "./blob.tar");
	docker(&t, "hard");
	ACCEPTED(&t, "a layer that is a hard link");
	CHECK(blob_is(0, layer, LAYER_LEN));
	tb_pax(&t, "path", "l/a long name by PAX", NULL, NULL);
	tb_file(&t, "x", layer);
	docker(&t, "l/a long name by PAX");
	ACCEPTED(&t, "PAX headers before the layer");
	CHECK(blob_is(0, layer, LAYER_LEN));
	/* So many that qsort looks for memory, by a call of its own. */
	for (int i = 0; i < 1000; i++)
		tb_head(&t, "x", '5', 0);
	tb_file(&t, "l", layer);
	docker(&t, "l");
	ACCEPTED(&t, "many members");
	CHECK(blob_is(0, layer, LAYER_LEN));
}

static void
test_docker_lies(void)
{
	struct tb	 t = { 0 };
	char		*big;

	docker(&t, "l/layer.tar");
	REFUSED(&t, "layer missing", "\"l/layer.tar\" is not in");
	title = "B03";
	tb_link(&t, '2', "l", "../../../etc/passwd");
	docker(&t, "l");
	REFUSED(&t, "link out of the archive", "is not in");
	tb_file(&t, "etc/passwd", layer);
	tb_link(&t, '2', "l", "../../etc/passwd");
	docker(&t, "l");
	REFUSED(&t, "link out and in again", "is not in");
	docker(&t, "/etc/passwd");
	REFUSED(&t, "absolute name", "is not in");
	docker(&t, "../../etc/passwd");
	REFUSED(&t, "name with ..", "is not in");
	tb_link(&t, '2', "l", "m");
	tb_link(&t, '2', "m", "l");
	docker(&t, "l");
	REFUSED(&t, "links in a ring", "is not in");
	tb_dir(&t, "l");
	docker(&t, "l");
	REFUSED(&t, "layer is a directory", "no regular file");
	tb_file(&t, "l", layer);
	tb_file(&t, "l", "other");
	docker(&t, "l");
	REFUSED(&t, "member twice", "twice");
	title = NULL;
	tb_file(&t, "l", layer);
	tb_file(&t, "c.json", config_of(2));
	tb_file(&t, "manifest.json", "[{\"Config\":\"c.json\","
	    "\"Layers\":[\"l\"]}]");
	REFUSED(&t, "number of layers", "lists 2 layers, its manifest 1");
	tb_file(&t, "l", layer);
	tb_file(&t, "c.json", "{\"rootfs\":{\"diff_ids\":[\"sha256:..\"]}}");
	tb_file(&t, "manifest.json", "[{\"Config\":\"c.json\","
	    "\"Layers\":[\"l\"]}]");
	REFUSED(&t, "bad diff_id (B02)", "no proper sha256");
	tb_file(&t, "manifest.json", "[{\"Config\":\"a\",\"Config\":\"b\"}]");
	REFUSED(&t, "JSON key twice (B01)", "no valid JSON");
	tb_file(&t, "manifest.json", "[]");
	REFUSED(&t, "no image", "lists no image");
	tb_file(&t, "manifest.json", "[{}]");
	REFUSED(&t, "empty image", "does not name");
	tb_file(&t, "manifest.json", "[{");
	REFUSED(&t, "cut JSON", "no valid JSON");
	if ((big = malloc((4 << 20) + 2)) == NULL)
		err(1, "malloc");
	memset(big, '[', 70);
	big[70] = '\0';
	tb_file(&t, "manifest.json", big);
	REFUSED(&t, "deep JSON (A09)", "levels");
	memset(big, ' ', (4 << 20) + 1);
	big[(4 << 20) + 1] = '\0';
	tb_file(&t, "manifest.json", big);
	free(big);
	REFUSED(&t, "large JSON (A09)", "4 MiB");
}

static void
test_many(void)
{
	struct tb	 t = { 0 };
	char		*buf = malloc(1 << 16);
	size_t		 n;

	if (buf == NULL)
		err(1, "malloc");
	for (size_t count = 500; count <= 501; count++) {
		tb_file(&t, "l", layer);
		tb_file(&t, "c.json", config_of(count));
		n = (size_t)sprintf(buf, "[{\"Config\":\"c.json\","
		    "\"Layers\":[\"l\"");
		for (size_t i = 1; i < count; i++)
			n += (size_t)sprintf(buf + n, ",\"l\"");
		(void)sprintf(buf + n, "]}]");
		tb_file(&t, "manifest.json", buf);
		if (count == 500)
			ACCEPTED(&t, "500 layers");
		else
			REFUSED(&t, "501 layers (A10)", "at most 500");
	}
	free(buf);
	for (int i = 0; i < 100001; i++)
		tb_head(&t, "x", '5', 0);
	REFUSED(&t, "100,001 members", "100000 members");
}

/* A blob by its digest. */
static void
put_blob(struct tb *t, const char *content)
{
	char	 name[128];

	(void)snprintf(name, sizeof(name), "blobs/sha256/%s", digest(content,
	    strlen(content)) + 7);
	tb_file(t, name, content);
}

#define OCI	"application/vnd.oci.image."

static const char *
descriptor(const char *type, const char *content, const char *more)
{
	static char	 out[4][1024];
	static int	 i;
	char		*d = out[i++ & 3];

	(void)snprintf(d, 1024, "{\"mediaType\":\"" OCI "%s\",\"digest\":"
	    "\"%s\",\"size\":%zu%s}", type, digest(content, strlen(content)),
	    strlen(content), more);
	return (d);
}

static char *
manifest_of(const char *extra)
{
	static char	 buf[4096];

	(void)snprintf(buf, sizeof(buf), "{\"schemaVersion\":2%s,"
	    "\"config\":%s,\"layers\":[%s]}", extra,
	    descriptor("config.v1+json", config_of(1), ""),
	    descriptor("layer.v1.tar", layer, ""));
	return (buf);
}

static void
put_image(struct tb *t)
{
	put_blob(t, layer);
	put_blob(t, config_of(1));
}

static void
put_index(struct tb *t, const char *descriptors)
{
	char	 buf[8192];

	(void)snprintf(buf, sizeof(buf), "{\"schemaVersion\":2,"
	    "\"manifests\":[%s]}", descriptors);
	tb_file(t, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
	tb_file(t, "index.json", buf);
}

static void
test_oci(void)
{
	static const char	 named[] = ",\"annotations\":{\"org."
		"opencontainers.image.ref.name\":\"localhost/x:1\"}";
	struct tb	 t = { 0 };
	char		 inner[8192], list[4096];

	put_image(&t);
	put_blob(&t, manifest_of(""));
	put_index(&t, descriptor("manifest.v1+json", manifest_of(""), named));
	ACCEPTED(&t, "oci-archive");
	CHECK(strcmp(rec_str(rec, KEY(kind), ""), "oci") == 0);
	CHECK(strcmp(rec_str(rec, KEY(manifest_json), ""), manifest_of("")) ==
	    0);
	CHECK(strcmp(rec_str(rec, KEY(manifest_digest), ""),
	    digest(manifest_of(""), strlen(manifest_of("")))) == 0);
	CHECK(strcmp(rec_str(rec, KEY(name), ""), "localhost/x:1") == 0);
	CHECK(blob_is(0, layer, LAYER_LEN));
	/* An index in the index; entries for other machines are ignored. */
	put_image(&t);
	put_blob(&t, manifest_of(""));
	(void)snprintf(list, sizeof(list), "%s,%s,%s",
	    descriptor("manifest.v1+json", "not there", ",\"platform\":"
	    "{\"os\":\"windows\",\"architecture\":\"amd64\"}"),
	    descriptor("manifest.v1+json", manifest_of(""), ""),
	    descriptor("manifest.v1+json", "nor this", ",\"platform\":"
	    "{\"os\":\"unknown\",\"architecture\":\"unknown\"}"));
	(void)snprintf(inner, sizeof(inner), "{\"schemaVersion\":2,"
	    "\"mediaType\":\"" OCI "index.v1+json\",\"manifests\":[%s]}",
	    list);
	put_blob(&t, inner);
	put_index(&t, descriptor("index.v1+json", inner, named));
	ACCEPTED(&t, "an index in the index");
	CHECK(strcmp(rec_str(rec, KEY(name), ""), "localhost/x:1") == 0);
	put_image(&t);
	(void)snprintf(list, sizeof(list), "%s,%s",
	    descriptor("manifest.v1+json", "a", ",\"platform\":"
	    "{\"os\":\"linux\",\"architecture\":\"pdp11\"}"),
	    descriptor("manifest.v1+json", "b", ",\"platform\":"
	    "{\"os\":\"plan9\",\"architecture\":\"amd64\"}"));
	put_index(&t, list);
	REFUSED(&t, "no image for this machine", "for this machine");
}

static void
test_oci_lies(void)
{
	struct tb	 t = { 0 };
	char		*m, buf[1024], name[128];

	put_image(&t);
	(void)snprintf(name, sizeof(name), "blobs/sha256/%s",
	    digest(manifest_of(""), strlen(manifest_of(""))) + 7);
	tb_file(&t, name, manifest_of(",\"evil\":1"));
	put_index(&t, descriptor("manifest.v1+json", manifest_of(""), ""));
	REFUSED(&t, "blob of another digest (B09)", "its digest and size");
	m = manifest_of(",\"manifests\":[]");
	put_image(&t);
	put_blob(&t, m);
	put_index(&t, descriptor("manifest.v1+json", m, ""));
	REFUSED(&t, "index and manifest (B01)", "at once");
	m = manifest_of(",\"mediaType\":\"" OCI "index.v1+json\"");
	put_image(&t);
	put_blob(&t, m);
	put_index(&t, descriptor("manifest.v1+json", m, ""));
	REFUSED(&t, "another mediaType inside (B01)", "says that it is");
	m = manifest_of(",\"schemaVersion\":2");
	put_image(&t);
	put_blob(&t, m);
	put_index(&t, descriptor("manifest.v1+json", m, ""));
	REFUSED(&t, "key twice (B01)", "no valid JSON");
	put_index(&t, "{\"mediaType\":\"" OCI "manifest.v1+json\","
	    "\"digest\":\"sha256:../../../etc/passwd\",\"size\":1}");
	REFUSED(&t, "digest is a path (B02)", "no proper sha256");
	put_index(&t, "{\"mediaType\":\"" OCI "manifest.v1+json\","
	    "\"digest\":\"sha256:ABCDEFabcdef000000000000000000000000000000"
	    "0000000000000000000000\",\"size\":1}");
	REFUSED(&t, "digest in capitals (B02)", "no proper sha256");
	put_index(&t, descriptor("manifest.v1+json", "gone", ""));
	REFUSED(&t, "manifest missing", "is not in the archive");
	put_index(&t, descriptor("something.v1+json", "gone", ""));
	REFUSED(&t, "unknown type", "no image");
	tb_file(&t, "index.json", "{\"schemaVersion\":2,\"manifests\":[],"
	    "\"layers\":[]}");
	REFUSED(&t, "top index is a manifest, too (B01)", "at once");
	(void)snprintf(buf, sizeof(buf), "{\"schemaVersion\":2,\"config\":"
	    "{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\","
	    "\"digest\":\"%s\",\"size\":2},\"layers\":[]}", digest("{}", 2));
	put_blob(&t, "{}");
	put_blob(&t, buf);
	put_index(&t, descriptor("manifest.v1+json", buf, ""));
	REFUSED(&t, "an artifact", "some other artifact");
}

/* Compressed as a whole, or layer by layer. */
static void
test_compressed(const char *tool)
{
	static const char	 dir[] = "/tmp/fetch-test-file";
	struct tb	 t = { 0 };
	char		 cmd[256], path[64];
	FILE		*f;
	int		 fd;

	(void)snprintf(cmd, sizeof(cmd), "command -v %s >/dev/null", tool);
	if (system(cmd) != 0) {
		printf("ok - %s # SKIP not here\n", tool);
		return;
	}
	(void)snprintf(path, sizeof(path), "%s.%ld", dir, (long)getpid());
	(void)snprintf(cmd, sizeof(cmd), "%s -c > %s", tool, path);
	tb_file(&t, "l", layer);
	tb_file(&t, "filler", "x");
	docker(&t, "l");
	tb_end(&t);
	if ((f = popen(cmd, "w")) == NULL ||
	    fwrite(t.p, 1, t.len, f) != t.len || pclose(f) != 0 ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		err(1, "%s", tool);
	open_fd(fd, "auto");
	close(fd);
	(void)unlink(path);
	say(error == 0, __LINE__, "archive by %s: read %s", tool, text);
	CHECK(blob_is(0, layer, LAYER_LEN));
	CHECK(blob_is(0, layer, LAYER_LEN));
	free(t.p);
}

static void
test_compressed_layer(void)
{
	static const uint8_t	 gz[] = {	/* printf x | gzip -n */
		0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
		0xab, 0x00, 0x00, 0x83, 0x16, 0xdc, 0x8c, 0x01, 0x00, 0x00,
		0x00 };
	struct tb	 t = { 0 };

	tb_head(&t, "l", '0', sizeof(gz));
	tb_data(&t, gz, sizeof(gz));
	docker(&t, "l");
	ACCEPTED(&t, "compressed layer");
	CHECK(layer_has("digest", ""));
	CHECK(strstr(rec_str(rec, KEY(manifest_json), ""), "\"size\":1,") !=
	    NULL);
	CHECK(blob_is(0, gz, sizeof(gz)));
	tb_head(&t, "l", '0', sizeof(gz) - 9);
	tb_data(&t, gz, sizeof(gz) - 9);
	docker(&t, "l");
	REFUSED(&t, "compressed layer, cut", "cannot be unpacked");
}

static void
test_legacy(void)
{
	static const char	 top[] = "1111111111111111111111111111111111"
				    "111111111111111111111111111111";
	static const char	 low[] = "2222222222222222222222222222222222"
				    "222222222222222222222222222222";
	struct tb	 t = { 0 };
	char		 name[128], buf[512];

	for (int ring = 0; ring < 2; ring++) {
		(void)snprintf(name, sizeof(name), "%s/json", top);
		(void)snprintf(buf, sizeof(buf), "{\"id\":\"%s\",\"parent\":"
		    "\"%s\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"sh\"]},"
		    "\"container_config\":{\"Cmd\":[\"a\",\"b\"]}}", top, low);
		tb_file(&t, name, buf);
		(void)snprintf(name, sizeof(name), "%s/layer.tar", top);
		tb_file(&t, name, layer);
		(void)snprintf(name, sizeof(name), "%s/json", low);
		(void)snprintf(buf, sizeof(buf), "{\"id\":\"%s\"%s%s%s}", low,
		    ring ? ",\"parent\":\"" : "", ring ? top : "",
		    ring ? "\"" : "");
		tb_file(&t, name, buf);
		(void)snprintf(name, sizeof(name), "%s/layer.tar", low);
		tb_file(&t, name, "below");
		(void)snprintf(buf, sizeof(buf), "{\"x\":{\"1\":\"%s\"}}",
		    top);
		tb_file(&t, "repositories", buf);
		if (ring) {
			REFUSED(&t, "layers in a ring", "more than 500");
			return;
		}
		ACCEPTED(&t, "an archive of before Docker 1.10");
		CHECK(layer_has("diff_id", digest("below", 5)));
		CHECK(strstr(rec_str(rec, KEY(config_json), ""),
		    "\"created_by\":\"a b\"") != NULL);
		CHECK(strcmp(rec_str(rec, KEY(name), ""), "x:1") == 0);
		CHECK(blob_is(1, layer, LAYER_LEN));
	}
}

static void
test_several(void)
{
	struct tb	 t = { 0 };
	struct rec	*more;
	size_t		 it = 0;

	tb_file(&t, "l", layer);
	tb_file(&t, "c.json", config_of(1));
	tb_file(&t, "manifest.json", "[{\"Config\":\"c.json\",\"RepoTags\":"
	    "[\"a:1\"],\"Layers\":[\"l\"]},{\"Config\":\"c.json\","
	    "\"RepoTags\":null,\"Layers\":[\"l\"]}]");
	ACCEPTED(&t, "two images");
	more = rec_sub(rec, KEY(more), &it);
	CHECK(more != NULL && rec_get(more, KEY(manifest_json)) != NULL &&
	    rec_get(more, KEY(name)) == NULL);
	CHECK(blob_is(1, layer, LAYER_LEN));
	rec_free(more);
}

static void
test_damage(void)
{
	struct tb	 t = { 0 };
	union msg	 m;
	int		 fd, p[2];

	memset(&m, 0, sizeof(m));
	open_fd((fd = memory("", 0)), "auto");
	close(fd);
	CHECK(error == EBADMSG);
	open_fd((fd = memory("nonsense", 8)), "auto");
	close(fd);
	say(error == EBADMSG, __LINE__, "no tar: %s", text);
	tb_file(&t, "f", "x");
	REFUSED(&t, "a tar, but no image", "use import");
	tb_file(&t, "l", layer);
	docker(&t, "l");
	t.len -= 700;
	open_tb(&t, "auto");
	say(error == EBADMSG, __LINE__, "cut short: %s", text);
	tb_file(&t, "f", "x");
	open_tb(&t, "nonsense");
	CHECK(error == EINVAL);
	/* After a failure there is nothing to ask for. */
	if (pipe2(p, O_CLOEXEC) == -1)
		err(1, "pipe");
	CHECK(ask(&ch, MSG_blob_send, &m, &p[1], 1) == EBUSY);
	tb_file(&t, "f", "x");
	open_tb(&t, "tar");
	CHECK(error == 0 && strcmp(rec_str(rec, KEY(kind), ""), "tar") == 0);
	m.blob_send.index = 1;
	CHECK(ask(&ch, MSG_blob_send, &m, &p[1], 1) == ENOENT);
	m.blob_send.index = 0;
	close(p[0]);
	CHECK(ask(&ch, MSG_blob_send, &m, &p[1], 1) == EPIPE);
	close(p[1]);
	fd = memory("", 0);
	CHECK(ask(&ch, MSG_blob_send, &m, &fd, 1) == EINVAL);
	close(fd);
	if (pipe2(p, O_CLOEXEC) == -1)
		err(1, "pipe");
	open_fd(p[0], "tar");
	CHECK(error == EINVAL);
	close(p[0]);
	close(p[1]);
}

/* A member of 8 GiB in a few bytes of gzip: refused before it is read. */
static void
test_bomb(void)
{
	struct tb	 t = { 0 };
	char		 path[64], cmd[128];
	FILE		*f;
	int		 fd;

	(void)snprintf(path, sizeof(path), "/tmp/fetch-test-bomb.%ld",
	    (long)getpid());
	(void)snprintf(cmd, sizeof(cmd), "gzip -c > %s", path);
	tb_head(&t, "bomb", '0', 0);
	tb_octal(&t, 124, 11, 8ULL << 30 >> 1 | 0777);
	tb_poke(&t, 124, "77777777777", 11);
	if ((f = popen(cmd, "w")) == NULL ||
	    fwrite(t.p, 1, t.len, f) != t.len || pclose(f) != 0 ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		err(1, "gzip");
	open_fd(fd, "auto");
	close(fd);
	(void)unlink(path);
	free(t.p);
	say(error == EFBIG, __LINE__, "bomb (A10): %s", text);
}

static void
test_confined(void)
{
	char	 path[64], line[256];
	int	 found = 0;
	FILE	*f;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	if ((f = fopen(path, "r")) == NULL)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), f) != NULL)
		found += strcmp(line, "Seccomp:\t2\n") == 0 ||
		    strcmp(line, "NoNewPrivs:\t1\n") == 0 ||
		    strcmp(line, "CapPrm:\t0000000000000000\n") == 0;
	(void)fclose(f);
	CHECK(found == 3);
}

int
main(int argc, char **argv)
{
	union msg	 m;
	int		 fd = memory("", 0);

	if (argc != 2)
		errx(1, "usage: fetch_test program");
	program = argv[1];
	memset(&m, 0, sizeof(m));
	pid = start(program, R_STORE, R_FETCH, &ch);
	CHECK(ask(&ch, MSG_archive_open, &m, &fd, 1) == UINT32_MAX);
	CHECK(stop(pid, &ch) == EX_PROTOCOL);
	close(fd);
	pid = start(program, R_CTL, R_FETCH, &ch);
	test_docker();
	test_confined();
	test_docker_lies();
	test_several();
	test_many();
	test_oci();
	test_oci_lies();
	test_compressed("gzip");
	test_compressed("zstd");
	test_compressed("bzip2");
	test_compressed("xz");
	test_compressed_layer();
	test_legacy();
	test_bomb();
	test_damage();
	CHECK(stop(pid, &ch) == EX_OK);
	rec_free(rec);
	return (finish());
}
