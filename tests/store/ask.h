/*
 * A store in a directory, and requests to it.
 */
#ifndef TESTS_STORE_ASK_H
#define TESTS_STORE_ASK_H

#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <sha2.h>

#include "cleanup.h"
#include "harness.h"
#include "path.h"
#include "record.h"

#define UNUSED	__attribute__((unused))
#define HEX	64

static const char	*program;
static char		 top[64];	/* our directory */
static int		 graph, run;	/* beneath it */
static struct chan	 ch;
static pid_t		 pid;

static char		 text[1024];	/* of the last answer */
static uint32_t		 last;		/* its error */
static uint64_t		 value;
static struct rec	*rec;		/* its record, if it had one */
static int		 fd = -1;	/* its descriptor, if it was another */

/* Ask, and keep everything that comes back. */
static UNUSED uint32_t
req(enum msg_type type, const union msg *m, const int *fds, unsigned int n)
{
	static uint32_t	 seq;
	struct packet	 p;
	uint32_t	 error = 0;

	rec_free(rec);
	rec = NULL;
	text[0] = '\0';
	value = 0;
	last = UINT32_MAX;
	if (chan_send(&ch, type, ++seq, m, fds, n) == -1 ||
	    chan_recv(&ch, &p) != 1)
		return (UINT32_MAX);
	if (p.info->type == MSG_reply) {
		error = p.body.reply.error;
		value = p.body.reply.value;
		strcpy(text, p.body.reply.text);
	} else {
		strcpy(text, p.body.reply_fd.text);
		fd = packet_take_fd(&p, 0);
		if ((rec = rec_from_fd(fd, RECORD(any), NULL)) != NULL) {
			close(fd);
			fd = -1;
		}
	}
	packet_clear(&p);
	last = error;
	return (error);
}

static union msg
none(void)
{
	union msg	 m;

	memset(&m, 0, sizeof(m));
	return (m);
}

static const char	*boot = "boot-1", *state = "state-1";

static UNUSED uint32_t
open_store(const char *driver, int create)
{
	union msg	 m = none();
	int		 fds[2] = { graph, run };

	strcpy(m.store_open.driver, driver);
	strcpy(m.store_open.volumes, "volumes");
	strcpy(m.store_open.boot_id, boot);
	strcpy(m.store_open.state_id, state);
	m.store_open.create = (uint32_t)create;
	return (req(MSG_store_open, &m, fds, 2));
}

static UNUSED void
begin(const char *driver)
{
	pid = start(program, R_CTL, R_STORE, &ch);
	CHECK(open_store(driver, 1) == 0);
}

static UNUSED void
end(void)
{
	CHECK(stop(pid, &ch) == EX_OK);
}

/* A fresh pair of directories, which belong to whom the store runs as. */
static UNUSED void
fresh(void)
{
	static int	 n;
	char		 name[96];
	int		*out[2] = { &graph, &run };

	for (int i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s/%s%d", top,
		    i == 0 ? "graph" : "run", n);
		if (mkdir(name, 0700) == -1 ||
		    (geteuid() == 0 && chown(name, 65534, 65534) == -1) ||
		    (*out[i] = open(name, O_RDONLY | O_DIRECTORY |
		    O_CLOEXEC)) == -1)
			err(1, "%s", name);
	}
	n++;
}

static UNUSED bool
exists(const char *path)
{
	struct stat	 sb;

	return (fstatat(graph, path, &sb, AT_SYMLINK_NOFOLLOW) == 0);
}

static UNUSED unsigned int
mode_of(const char *path)
{
	struct stat	 sb;

	return (fstatat(graph, path, &sb, AT_SYMLINK_NOFOLLOW) == -1 ? 0 :
	    sb.st_mode & 07777);
}

static UNUSED void
put_at(int dir, const char *path, const char *what)
{
	int	 f = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (f == -1 || write(f, what, strlen(what)) != (ssize_t)strlen(what))
		err(1, "%s", path);
	close(f);
}

static UNUSED void
put(const char *path, const char *what)
{
	put_at(graph, path, what);
}

/* A directory that the store can move. */
static UNUSED void
make_dir(const char *path)
{
	if (mkdirat(graph, path, 0700) == -1 || (geteuid() == 0 &&
	    fchownat(graph, path, 65534, 65534, 0) == -1))
		err(1, "%s", path);
}

static UNUSED char *
get(const char *path)
{
	char	*s = path_slurp(graph, path, 1 << 24, NULL);

	return (s != NULL ? s : strdup(""));
}

/* Does a file have these words, begin with them, or say just this? */
static UNUSED bool
file_begins(const char *path, const char *words)
{
	scoped_free char	*s = get(path);

	return (strncmp(s, words, strlen(words)) == 0);
}

static UNUSED bool
file_has(const char *path, const char *words)
{
	scoped_free char	*s = get(path);

	return (strstr(s, words) != NULL);
}

static UNUSED bool
file_is(const char *path, const char *whole)
{
	scoped_free char	*s = get(path);

	return (strcmp(s, whole) == 0);
}

static UNUSED const char *
digest_of(const char *s)
{
	static char	 out[4][80];
	static int	 n;
	SHA2_CTX	 c;
	char		*o = out[n++ % 4];

	strcpy(o, "sha256:");
	SHA256Init(&c);
	SHA256Update(&c, (const uint8_t *)s, strlen(s));
	SHA256End(&c, o + 7);
	return (o);
}

/* The layer ids and chain ids that everybody else computes. */
static UNUSED const char *
chain_after(const char *chain, const char *diff)
{
	char	 s[256];

	snprintf(s, sizeof(s), "%s %s", chain, diff);
	return (digest_of(s));
}

static UNUSED const char *
id_after(const char *parent, const char *diff)
{
	char	 s[256];

	snprintf(s, sizeof(s), "%s+%s", parent, diff + 7);
	return (digest_of(s) + 7);
}

/* A directory to fill, its token in `text`. */
static UNUSED int
stage(const char *parent)
{
	union msg	 m = none();
	int		 dir;

	strcpy(m.layer_stage.parent, parent);
	fd = -1;
	if (req(MSG_layer_stage, &m, NULL, 0) != 0)
		return (-1);
	dir = fd;
	fd = -1;
	return (dir);
}

static UNUSED uint32_t
commit_layer(const char *token, const char *parent, const char *chain,
    const char *diff)
{
	union msg	 m = none();
	struct rec	*r = rec_new();
	uint32_t	 error;
	int		 f;

	snprintf(m.layer_commit.token, sizeof(m.layer_commit.token), "%s",
	    token);
	strcpy(m.layer_commit.parent, parent);
	strcpy(m.layer_commit.chain_id, chain);
	rec_add(r, KEY(diff_id), diff);
	rec_add_num(r, KEY(size), 1000);
	rec_add_num(r, KEY(compressed_size), 100);
	rec_add_num(r, KEY(compression), 2);
	rec_add_num(r, KEY(uid), 0);
	rec_add_num(r, KEY(gid), 0);
	rec_add_bytes(r, KEY(tar_split), "split", 5);
	f = rec_memfd(r, "layer");
	error = req(MSG_layer_commit, &m, &f, 1);
	close(f);
	rec_free(r);
	return (error);
}

/* A whole layer with one file in it. */
static UNUSED uint32_t
layer(const char *parent, const char *chain, const char *diff)
{
	char	 token[80];
	int	 dir = stage(parent), f;

	if (dir == -1)
		return (UINT32_MAX);
	strcpy(token, text);
	f = openat(dir, "file", O_WRONLY | O_CREAT, 0644);
	if (f == -1 || write(f, diff, 10) != 10 ||
	    (geteuid() == 0 && fchown(f, 65534, 65534) == -1))
		err(1, "file");
	close(f);
	close(dir);
	return (commit_layer(token, parent, chain, diff));
}

static UNUSED uint32_t
commit_image(const char *config, const char *manifest, const char *lay,
    const char *name)
{
	union msg	 m = none();
	struct rec	*r = rec_new();
	uint32_t	 error;
	int		 f;

	rec_add(r, KEY(config_json), config);
	rec_add(r, KEY(manifest_json), manifest);
	rec_add(r, KEY_IN(image, layer), lay);
	if (*name != '\0')
		rec_add(r, KEY(name), name);
	f = rec_memfd(r, "image");
	error = req(MSG_image_commit, &m, &f, 1);
	close(f);
	rec_free(r);
	return (error);
}

static UNUSED const char *
manifest_for(const char *config, int layers)
{
	static char	 s[4096];
	int		 n;

	n = snprintf(s, sizeof(s), "{\"schemaVersion\":2,\"config\":{\"digest"
	    "\":\"%s\",\"size\":%zu},\"layers\":[", digest_of(config),
	    strlen(config));
	for (int i = 0; i < layers; i++)
		n += snprintf(s + n, sizeof(s) - (size_t)n, "%s{\"digest\":"
		    "\"%s\"}", i == 0 ? "" : ",", digest_of("blob"));
	snprintf(s + n, sizeof(s) - (size_t)n, "]}");
	return (s);
}

static UNUSED const char *
config_for(const char *more, const char *diffs)
{
	static char	 s[8192];

	snprintf(s, sizeof(s), "{\"created\":\"2024-01-02T03:04:05.5Z\","
	    "\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{%s},"
	    "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]},\"history\":"
	    "[{\"created_by\":\"test\"}]}", more, diffs);
	return (s);
}

/* What the store said, when it was not what was expected. */
static UNUSED bool
said(bool as_expected)
{
	if (!as_expected)
		printf("# error %u: %s\n", last, text);
	return (as_expected);
}

static UNUSED uint32_t
find(const char *ref)
{
	union msg	 m = none();

	strcpy(m.image_find.ref, ref);
	return (req(MSG_image_find, &m, NULL, 0));
}

static UNUSED uint32_t
remove_image(const char *ref, int force)
{
	union msg	 m = none();

	strcpy(m.image_remove.ref, ref);
	m.image_remove.force = (uint32_t)force;
	return (req(MSG_image_remove, &m, NULL, 0));
}

static UNUSED uint32_t
rw(enum msg_type type, const char *id, const char *image)
{
	union msg	 m = none();

	if (type == MSG_rw_make) {
		strcpy(m.rw_make.id, id);
		strcpy(m.rw_make.image, image);
	} else
		strcpy(m.rw_remove.id, id);
	return (req(type, &m, NULL, 0));
}

static UNUSED uint32_t
tidy(void)
{
	union msg	 m = none();

	return (req(MSG_store_tidy, &m, NULL, 0));
}

static UNUSED bool
has(const char *key, const char *want)
{
	const char	*v;
	size_t		 at = 0;

	while (rec_next(rec, KEY_FROM(key), &at, &v))
		if (strcmp(v, want) == 0)
			return (true);
	return (false);
}

static UNUSED int
entries(const char *dir)
{
	char	 cmd[256];
	FILE	*f;
	int	 n = -1;

	snprintf(cmd, sizeof(cmd), "ls -A /proc/%d/fd/%d/%s | wc -l",
	    (int)getpid(), graph, dir);
	if ((f = popen(cmd, "r")) != NULL && fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f != NULL)
		pclose(f);
	return (n);
}

/* Three diffs, their layer ids and chains; an image on two of them. */
static char	 diff[3][80], lid[3][80], chain[3][80], img[80];
static char	 config[4096], diffs[512];

static UNUSED void
names_init(void)
{
	for (int i = 0; i < 3; i++)
		strcpy(diff[i], digest_of(i == 0 ? "a" : i == 1 ? "b" : "c"));
	strcpy(lid[0], diff[0] + 7);
	strcpy(chain[0], diff[0]);
	for (int i = 1; i < 3; i++) {
		strcpy(lid[i], id_after(lid[i - 1], diff[i]));
		strcpy(chain[i], chain_after(chain[i - 1], diff[i]));
	}
	snprintf(diffs, sizeof(diffs), "\"%s\",\"%s\"", diff[0], diff[1]);
	strcpy(config, config_for("\"Env\":[\"A=b\",\"E=\"],\"Cmd\":[\"sh\"],"
	    "\"Labels\":{\"k\":\"v\"},\"User\":\"5\"", diffs));
	strcpy(img, digest_of(config) + 7);
}

/* A store with one image. */
static UNUSED void
with_image(const char *driver)
{
	fresh();
	begin(driver);
	CHECK(layer("", chain[0], diff[0]) == 0);
	CHECK(layer(lid[0], chain[1], diff[1]) == 0);
	CHECK(commit_image(config, manifest_for(config, 2), lid[1],
	    "localhost/one:latest") == 0);
}

/* A container as podman or buildah list it, on an image. */
static UNUSED void
put_foreign(const char *driver, char digit, const char *image,
    const char *layer)
{
	char	 s[512], ctr[HEX + 1], path[96];

	memset(ctr, digit, HEX);
	ctr[HEX] = '\0';
	snprintf(s, sizeof(s), "[ {\"id\":\"%s\", \"names\":[\"theirs\"],"
	    "\"image\":\"%s\",\"layer\":\"%s\",\"odd\": 1.50}\n]", ctr,
	    image, layer);
	snprintf(path, sizeof(path), "%s-containers/containers.json", driver);
	put(path, s);
}

static UNUSED uint32_t
list(const char *id, const char *name, int given)
{
	union msg	 m = none();

	strcpy(m.rw_list.id, id);
	strcpy(m.rw_list.image, img);
	strcpy(m.rw_list.name, name);
	m.rw_list.given = (uint32_t)given;
	return (req(MSG_rw_list, &m, NULL, 0));
}

/* Make the directory; remove it. */
static UNUSED void
store_begin(char **argv)
{
	program = argv[1];
	snprintf(top, sizeof(top), "%s", "/tmp/store_test.XXXXXX");
	if (mkdtemp(top) == NULL || chmod(top, 0711) == -1)
		err(1, "%s", top);
	names_init();
}

static UNUSED int
store_end(void)
{
	char	 cmd[256];

	snprintf(cmd, sizeof(cmd), "chmod -R u+rwX %s; rm -rf %s", top, top);
	if (system(cmd) != 0)
		warnx("%s is left behind", top);
	return (finish());
}

#endif
