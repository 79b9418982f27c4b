/* What store promises, message by message, through its own socket. */
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
static uint32_t
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
		if ((rec = rec_from_fd(fd)) != NULL) {
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

static uint32_t
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

static void
begin(const char *driver)
{
	pid = start(program, R_CTL, R_STORE, &ch);
	CHECK(open_store(driver, 1) == 0);
}

static void
end(void)
{
	CHECK(stop(pid, &ch) == EX_OK);
}

/* A fresh pair of directories, which belong to whom the store runs as. */
static void
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

static bool
exists(const char *path)
{
	struct stat	 sb;

	return (fstatat(graph, path, &sb, AT_SYMLINK_NOFOLLOW) == 0);
}

static unsigned int
mode_of(const char *path)
{
	struct stat	 sb;

	return (fstatat(graph, path, &sb, AT_SYMLINK_NOFOLLOW) == -1 ? 0 :
	    sb.st_mode & 07777);
}

static void
put_at(int dir, const char *path, const char *what)
{
	int	 f = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (f == -1 || write(f, what, strlen(what)) != (ssize_t)strlen(what))
		err(1, "%s", path);
	close(f);
}

static void
put(const char *path, const char *what)
{
	put_at(graph, path, what);
}

/* A directory that the store can move. */
static void
make_dir(const char *path)
{
	if (mkdirat(graph, path, 0700) == -1 || (geteuid() == 0 &&
	    fchownat(graph, path, 65534, 65534, 0) == -1))
		err(1, "%s", path);
}

static char *
get(const char *path)
{
	char	*s = path_slurp(graph, path, 1 << 24, NULL);

	return (s != NULL ? s : strdup(""));
}

/* Does a file have these words, begin with them, or say just this? */
static bool
file_begins(const char *path, const char *words)
{
	scoped_free char	*s = get(path);

	return (strncmp(s, words, strlen(words)) == 0);
}

static bool
file_has(const char *path, const char *words)
{
	scoped_free char	*s = get(path);

	return (strstr(s, words) != NULL);
}

static bool
file_is(const char *path, const char *whole)
{
	scoped_free char	*s = get(path);

	return (strcmp(s, whole) == 0);
}

static const char *
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
static const char *
chain_after(const char *chain, const char *diff)
{
	char	 s[256];

	snprintf(s, sizeof(s), "%s %s", chain, diff);
	return (digest_of(s));
}

static const char *
id_after(const char *parent, const char *diff)
{
	char	 s[256];

	snprintf(s, sizeof(s), "%s+%s", parent, diff + 7);
	return (digest_of(s) + 7);
}

/* A directory to fill, its token in `text`. */
static int
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

static uint32_t
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
	rec_add(r, "diff_id", diff);
	rec_add_num(r, "size", 1000);
	rec_add_num(r, "compressed_size", 100);
	rec_add_num(r, "compression", 2);
	rec_add_num(r, "uid", 0);
	rec_add_num(r, "gid", 0);
	rec_add_bytes(r, "tar_split", "split", 5);
	f = rec_memfd(r, "layer");
	error = req(MSG_layer_commit, &m, &f, 1);
	close(f);
	rec_free(r);
	return (error);
}

/* A whole layer with one file in it. */
static uint32_t
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

static uint32_t
commit_image(const char *config, const char *manifest, const char *lay,
    const char *name)
{
	union msg	 m = none();
	struct rec	*r = rec_new();
	uint32_t	 error;
	int		 f;

	rec_add(r, "config_json", config);
	rec_add(r, "manifest_json", manifest);
	rec_add(r, "layer", lay);
	if (*name != '\0')
		rec_add(r, "name", name);
	f = rec_memfd(r, "image");
	error = req(MSG_image_commit, &m, &f, 1);
	close(f);
	rec_free(r);
	return (error);
}

static const char *
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

static const char *
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
static bool
said(bool as_expected)
{
	if (!as_expected)
		printf("# error %u: %s\n", last, text);
	return (as_expected);
}

static uint32_t
find(const char *ref)
{
	union msg	 m = none();

	strcpy(m.image_find.ref, ref);
	return (req(MSG_image_find, &m, NULL, 0));
}

static uint32_t
remove_image(const char *ref, int force)
{
	union msg	 m = none();

	strcpy(m.image_remove.ref, ref);
	m.image_remove.force = (uint32_t)force;
	return (req(MSG_image_remove, &m, NULL, 0));
}

static uint32_t
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

static uint32_t
tidy(void)
{
	union msg	 m = none();

	return (req(MSG_store_tidy, &m, NULL, 0));
}

static bool
has(const char *key, const char *want)
{
	const char	*v;
	size_t		 at = 0;

	while (rec_next(rec, key, &at, &v))
		if (strcmp(v, want) == 0)
			return (true);
	return (false);
}

static int
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

static void
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
static void
with_image(const char *driver)
{
	fresh();
	begin(driver);
	CHECK(layer("", chain[0], diff[0]) == 0);
	CHECK(layer(lid[0], chain[1], diff[1]) == 0);
	CHECK(commit_image(config, manifest_for(config, 2), lid[1],
	    "localhost/one:latest") == 0);
}

static void
test_opening(void)
{
	union msg	 m = none();
	struct stat	 sb;
	char		 name[96];

	fresh();
	pid = start(program, R_CTL, R_STORE, &ch);
	CHECK(find("x") == EBUSY);
	CHECK(open_store("btrfs", 1) == ENOTSUP);
	CHECK(strstr(text, "btrfs") != NULL);
	CHECK(open_store("overlay", 1) == EBUSY);
	end();

	/* A07: others must not be able to enter what holds something. */
	CHECK(mknodat(graph, "other", S_IFREG | 0644, 0) == 0);
	CHECK(mknodat(run, "other", S_IFREG | 0644, 0) == 0);
	for (int i = 0; i < 2; i++) {
		CHECK(fchmod(i == 0 ? graph : run, 0755) == 0);
		pid = start(program, R_CTL, R_STORE, &ch);
		CHECK(open_store("overlay", 1) == EPERM);
		CHECK(strstr(text, i == 0 ? "graph root is open to other" :
		    "run root is open to other") != NULL);
		end();
		CHECK(fchmod(i == 0 ? graph : run, 0711) == 0);
	}
	CHECK(unlinkat(graph, "other", 0) == 0);
	CHECK(unlinkat(run, "other", 0) == 0);
	/* An empty directory of ours becomes a store, and is closed. */
	CHECK(fchmod(graph, 0755) == 0);
	pid = start(program, R_CTL, R_STORE, &ch);
	CHECK(open_store("overlay", 1) == 0);
	end();
	CHECK(fstat(graph, &sb) == 0 && (sb.st_mode & 0777) == 0700);
	/* A store that was left open is closed, unless others could write. */
	for (int i = 0; i < 2; i++) {
		CHECK(fchmod(graph, i == 0 ? 0755 : 0775) == 0);
		pid = start(program, R_CTL, R_STORE, &ch);
		CHECK(open_store("overlay", 1) == (i == 0 ? 0 : EPERM));
		end();
		CHECK(fstat(graph, &sb) == 0);
		CHECK((sb.st_mode & 0777) == (i == 0 ? 0700 : 0775));
	}
	CHECK(fchmod(graph, 0700) == 0);
	snprintf(name, sizeof(name), "/proc/%d", (int)getpid());
	close(run);
	run = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pid = start(program, R_CTL, R_STORE, &ch);
	CHECK(open_store("overlay", 1) == EPERM);
	CHECK(strstr(text, "belongs to user") != NULL);
	end();

	/* Asked only to look, it makes nothing. */
	fresh();
	pid = start(program, R_CTL, R_STORE, &ch);
	CHECK(open_store("overlay", 0) == 0);
	CHECK(find("busybox") == ENOENT);
	CHECK(strcmp(text, "busybox: image not known") == 0);
	CHECK(req(MSG_image_list, &m, NULL, 0) == 0 && rec != NULL &&
	    rec_count(rec, "image") == 0);
	CHECK(entries(".") == 0);
	end();

	/* A peer without the right gets no reply and no second chance. */
	pid = start(program, R_STATE, R_STORE, &ch);
	CHECK(open_store("overlay", 1) == UINT32_MAX);
	CHECK(stop(pid, &ch) == EX_PROTOCOL);
}

static void
test_confined(void)
{
	char	 path[64], line[256];
	bool	 nnp = false, seccomp = false, caps = false;
	FILE	*f;

	fresh();
	begin("overlay");
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), f) != NULL) {
		nnp |= strcmp(line, "NoNewPrivs:\t1\n") == 0;
		seccomp |= strcmp(line, "Seccomp:\t2\n") == 0;
		caps |= strcmp(line, "CapPrm:\t0000000000000000\n") == 0;
	}
	fclose(f);
	CHECK(nnp && seccomp && caps);
	CHECK(mode_of("overlay") == 0700 && mode_of("bulkhead") == 0700);
	CHECK(mode_of("bulkhead/stage") == 0700);
	CHECK(mode_of("overlay-images") == 0700);
	end();
}

static void
test_layers(void)
{
	union msg	 m = none();
	char		 path[160], token[80], *s, *s2, *before;
	int		 dir;

	fresh();
	begin("overlay");
	CHECK((dir = stage("")) != -1);
	strcpy(token, text);
	snprintf(path, sizeof(path), "bulkhead/stage/%s", token);
	CHECK(mode_of(path) == 0700);
	close(dir);
	CHECK(commit_layer(token, lid[0], chain[0], diff[0]) == EINVAL);
	CHECK(!exists(path));		/* a failed commit ends it, too */
	CHECK(commit_layer(token, "", chain[0], diff[0]) == ENOENT);

	CHECK(layer("", chain[0], diff[0]) == 0);
	CHECK(strcmp(text, lid[0]) == 0);
	snprintf(path, sizeof(path), "overlay/%s/diff/file", lid[0]);
	CHECK(exists(path));
	snprintf(path, sizeof(path), "overlay/%s/diff", lid[0]);
	CHECK(mode_of(path) == 0555);
	snprintf(path, sizeof(path), "overlay/%s/lower", lid[0]);
	CHECK(!exists(path));
	snprintf(path, sizeof(path), "overlay-layers/%s.tar-split.gz", lid[0]);
	s = get(path);
	CHECK(strcmp(s, "split") == 0);
	free(s);

	before = get("overlay-layers/layers.lock");
	CHECK(layer(lid[0], chain[1], diff[1]) == 0);
	CHECK(strcmp(text, lid[1]) == 0);
	s = get("overlay-layers/layers.lock");
	CHECK(memcmp(s, before, 16) != 0);
	free(before);
	free(s);
	snprintf(path, sizeof(path), "overlay/%s/lower", lid[1]);
	s = get(path);
	CHECK(strlen(s) == 28 && strncmp(s, "l/", 2) == 0);
	snprintf(path, sizeof(path), "overlay/%s", s);
	CHECK(exists(path));
	free(s);

	/* Again: the one that is there will do. */
	CHECK(layer(lid[0], chain[1], diff[1]) == 0);
	CHECK(strcmp(text, lid[1]) == 0);
	s = get("overlay-layers/layers.json");
	CHECK((s2 = strstr(s, "\"parent\"")) != NULL &&
	    strstr(s2 + 1, "\"parent\"") == NULL);
	free(s);
	/* B09: not what the image names. */
	CHECK(layer(lid[1], chain[1], diff[2]) == EBADMSG);
	CHECK(strstr(text, diff[2]) != NULL);
	CHECK(layer(lid[1], "", "sha256:short") == EINVAL);
	CHECK(stage(lid[2]) == -1 && strstr(text, "is not in") != NULL);
	CHECK(entries("bulkhead/stage") == 0);
	CHECK(entries("bulkhead/.trash") == 0);

	strcpy(m.layer_find.chain_id, chain[1]);
	CHECK(req(MSG_layer_find, &m, NULL, 0) == 0 &&
	    strcmp(text, lid[1]) == 0);
	strcpy(m.layer_find.chain_id, chain[2]);
	CHECK(req(MSG_layer_find, &m, NULL, 0) == ENOENT);

	CHECK((dir = stage(lid[1])) != -1);
	close(dir);
	m = none();
	strcpy(m.layer_abort.token, text);
	CHECK(req(MSG_layer_abort, &m, NULL, 0) == 0);
	CHECK(req(MSG_layer_abort, &m, NULL, 0) == ENOENT);
	CHECK(entries("bulkhead/stage") == 0);

	/* With the owner of the channel goes what was being made. */
	CHECK((dir = stage(lid[1])) != -1);
	close(dir);
	end();
	CHECK(entries("bulkhead/stage") == 0);
}

static void
test_find(void)
{
	static const char *const known[] = { "one", "one:latest",
	    "localhost/one", "localhost/one:latest" };
	static const char *const unknown[] = { "two", "one:other", "ONE", "",
	    "docker.io/library/one", "quay.io/one", "x/one", "ne", "/one",
	    "one:", "../one", "one@sha256:00", ":", "@" };
	char	 ref[600], path[96];

	with_image("overlay");
	CHECK(strcmp(text, img) == 0);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		CHECK(find(known[i]) == 0 &&
		    strcmp(rec_str(rec, "id", ""), img) == 0);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		CHECK(said(find(unknown[i]) == ENOENT));
		if (last != ENOENT) printf("# %s\n", unknown[i]);
		snprintf(ref, sizeof(ref), "%s: image not known", unknown[i]);
		CHECK(strcmp(text, ref) == 0);
	}
	CHECK(find(img) == 0);
	snprintf(ref, sizeof(ref), "%.2s", img);
	CHECK(find(ref) == 0);
	snprintf(ref, sizeof(ref), "sha256:%s", img);
	CHECK(find(ref) == 0);
	CHECK(find("sha256:12") == EINVAL);
	snprintf(ref, sizeof(ref), "one@%s",
	    digest_of(manifest_for(config, 2)));
	CHECK(find(ref) == 0);
	snprintf(ref, sizeof(ref), "one@%s", digest_of("other"));
	CHECK(find(ref) == ENOENT);

	CHECK(find("one") == 0);
	CHECK(has("env", "A=b") && has("env", "E=") && has("cmd", "sh"));
	CHECK(has("label", "k=v") && has("user", "5"));
	CHECK(has("name", "localhost/one:latest"));
	CHECK(has("found_name", "localhost/one:latest"));
	CHECK(rec_num(rec, "created", 0) == 1704164645500000000);
	CHECK(rec_num(rec, "size", 0) == 2000 + (int64_t)(strlen(config) +
	    2 * strlen(manifest_for(config, 2))));
	CHECK(has("config_json", config));
	CHECK(rec_count(rec, "layer") == 2);
	snprintf(path, sizeof(path), "overlay/%s/diff", lid[1]);
	CHECK(strcmp(rec_str(rec, "layer", ""), path) == 0);
	CHECK(rec_count(rec, "diff_id") == 2);
	end();
}

/* Everything that must not become an image. */
static void
test_bad_images(void)
{
	static const char *const names[] = { "localhost/UPPER:x", "a:b",
		"localhost/x:y:z", "-rf", "localhost/x", "localhost/x:-y" };
	static char	 deep[300], big[(5 << 20) + 1], other[4096];
	char		 m[4096];

	with_image("overlay");
	strcpy(other, config_for("\"Env\":[\"PATH\"]", diffs));
	CHECK(commit_image(other, manifest_for(other, 2), lid[1], "") ==
	    EBADMSG && strstr(text, "KEY=VALUE") != NULL);	/* D10 */
	strcpy(other, config_for("\"Env\":[\"=x\"]", diffs));
	CHECK(commit_image(other, manifest_for(other, 2), lid[1], "") ==
	    EBADMSG);
	strcpy(other, config_for("\"User\":\"1\",\"User\":\"0\"", diffs));
	CHECK(commit_image(other, manifest_for(other, 2), lid[1], "") ==
	    EBADMSG && strstr(text, "duplicate") != NULL);	/* B01 */
	strcpy(other, config_for("\"User\":\"7\"", diffs));
	CHECK(commit_image(config, manifest_for(other, 2), lid[1], "") ==
	    EBADMSG && strstr(text, "but the config is") != NULL);
	CHECK(commit_image(other, manifest_for(other, 1), lid[1], "") ==
	    EBADMSG && strstr(text, "1 layers, its config 2") != NULL);
	CHECK(commit_image(other, manifest_for(other, 2), lid[0], "") ==
	    EBADMSG && strstr(text, "1 are stored") != NULL);
	CHECK(commit_image(other, manifest_for(other, 2), lid[2], "") ==
	    ENOENT);
	CHECK(commit_image(other, manifest_for(other, 2), "../x", "") ==
	    EINVAL);
	/* B01: an index and an image at once. */
	snprintf(m, sizeof(m), "{\"manifests\":[],%s",
	    manifest_for(other, 2) + 1);
	CHECK(commit_image(other, m, lid[1], "") == EBADMSG &&
	    strstr(text, "both") != NULL);
	CHECK(commit_image(other, "{\"manifests\":[]}", lid[1], "") ==
	    ENOTSUP);
	/* B02: digests that are paths. */
	CHECK(commit_image(other, "{\"config\":{\"digest\":\"sha256:../../x\""
	    "},\"layers\":[1,2]}", lid[1], "") == EBADMSG);
	CHECK(commit_image("{", "{}", lid[1], "") == EBADMSG);
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	CHECK(commit_image(deep, "{}", lid[1], "") == EBADMSG &&
	    strstr(text, "64 levels") != NULL);
	memset(big, ' ', sizeof(big) - 1);
	CHECK(commit_image(big, "{}", lid[1], "") == EFBIG);
	CHECK(commit_image(other, manifest_for(other, 2), lid[1], "a b") ==
	    EINVAL);
	CHECK(commit_image(other, manifest_for(other, 2), lid[1],
	    "../../etc:x") == EINVAL);
	/* What podman could not read: it would list nothing any more. */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CHECK(commit_image(other, manifest_for(other, 2), lid[1],
		    names[i]) == EINVAL);
	/* B09: the layers are other ones. */
	snprintf(m, sizeof(m), "\"%s\",\"%s\"", diff[0], diff[2]);
	strcpy(other, config_for("", m));
	CHECK(commit_image(other, manifest_for(other, 2), lid[1], "") ==
	    EBADMSG && strstr(text, "layer 2 of image") != NULL);
	CHECK(entries("overlay-images") == 3);	/* one image, json, lock */
	CHECK(entries("bulkhead/stage") == 0);
	end();
}

static void
test_names(void)
{
	char	 second[4096], third[4096], id2[80], ref[80];

	with_image("overlay");
	strcpy(second, config_for("\"User\":\"2\"", diffs));
	strcpy(id2, digest_of(second) + 7);
	/* A name moves to the newer image. */
	CHECK(commit_image(second, manifest_for(second, 2), lid[1],
	    "localhost/one:latest") == 0);
	CHECK(find("one") == 0 && strcmp(rec_str(rec, "id", ""), id2) == 0);
	CHECK(find(img) == 0 && rec_count(rec, "name") == 0);
	/* The same image again: one more name. */
	CHECK(commit_image(config, manifest_for(config, 2), lid[1],
	    "quay.io/a/b/two:v1") == 0);
	CHECK(find("b/two:v1") == 0 && find("two:v1") == 0);
	CHECK(find("two") == ENOENT && find("a/two:v1") == ENOENT);
	CHECK(find("wo:v1") == ENOENT && find("quay.io/two:v1") == ENOENT);
	CHECK(commit_image(config, manifest_for(config, 2), lid[1],
	    "docker.io/library/three:latest") == 0);
	CHECK(find("three") == 0 && find("docker.io/three") == 0);
	CHECK(find("library/three") == 0);
	CHECK(rec_count(rec, "name") == 2);

	/* podman's rules for what rmi does with names. */
	CHECK(remove_image(img, 0) == EINVAL &&
	    strstr(text, "by ID with more than one tag ([quay.io/a/b/two:v1 "
	    "docker.io/library/three:latest]): please force") != NULL);
	CHECK(remove_image("three", 0) == 0);
	CHECK(has("untagged", "docker.io/library/three:latest"));
	CHECK(rec_count(rec, "deleted") == 0);
	CHECK(remove_image("three", 0) == ENOENT);
	/* With several names and force, all of it goes. */
	strcpy(third, config_for("\"User\":\"3\"", diffs));
	CHECK(commit_image(third, manifest_for(third, 2), lid[1],
	    "localhost/x:1") == 0);
	CHECK(commit_image(third, manifest_for(third, 2), lid[1],
	    "localhost/x:2") == 0);
	snprintf(ref, sizeof(ref), "%.20s", text);
	CHECK(remove_image(ref, 0) == EINVAL);
	CHECK(remove_image(ref, 1) == 0 && rec_count(rec, "untagged") == 2 &&
	    rec_count(rec, "deleted") == 1);
	CHECK(remove_image(img, 0) == 0 && has("deleted", img));
	CHECK(has("untagged", "quay.io/a/b/two:v1"));
	/* The other image stands on the same layers. */
	CHECK(find("one") == 0 && rec_count(rec, "layer") == 2);
	CHECK(remove_image("one", 0) == 0 && has("deleted", id2));
	CHECK(entries("overlay") == 1);		/* l */
	CHECK(entries("overlay/l") == 0);
	CHECK(entries("overlay-images") == 3);	/* json, previous, lock */
	CHECK(entries("overlay-layers") == 3);
	CHECK(entries("bulkhead/.trash") == 0);
	end();
}

static void
test_used(void)
{
	char	 s[512], ctr[HEX + 1];

	memset(ctr, 'c', HEX);
	ctr[HEX] = '\0';
	with_image("overlay");
	snprintf(s, sizeof(s), "[{\"id\":\"%s\",\"image\":\"%s\",\"layer\":"
	    "\"%s\"}]", ctr, img, lid[1]);
	put("overlay-containers/containers.json", s);
	CHECK(remove_image("one", 0) == EBUSY && strstr(text, ctr) != NULL);
	CHECK(find("one") == 0);
	/* A container on the layers alone keeps them. */
	snprintf(s, sizeof(s), "[{\"id\":\"%s\",\"image\":\"\",\"layer\":"
	    "\"%s\"}]", ctr, lid[0]);
	put("overlay-containers/containers.json", s);
	CHECK(remove_image("one", 0) == 0);
	CHECK(entries("overlay") == 2);
	put("overlay-containers/containers.json", "[{");
	CHECK(commit_image(config_for("", ""), manifest_for(config_for("",
	    ""), 0), "", "localhost/empty:latest") == 0);
	CHECK(find("empty") == 0 && rec_count(rec, "layer") == 0);
	CHECK(remove_image("empty", 0) == EBADMSG &&
	    strstr(text, "containers.json is damaged") != NULL);
	CHECK(find("empty") == 0);
	end();
}

/* A container as podman or buildah list it, on an image. */
static void
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

static uint32_t
list(const char *id, const char *name, int given)
{
	union msg	 m = none();

	strcpy(m.rw_list.id, id);
	strcpy(m.rw_list.image, img);
	strcpy(m.rw_list.name, name);
	m.rw_list.given = (uint32_t)given;
	return (req(MSG_rw_list, &m, NULL, 0));
}

static bool
listed(const char *driver, const char *words)
{
	char	 path[96];

	snprintf(path, sizeof(path), "%s-containers/containers.json", driver);
	return (file_has(path, words));
}

static void
test_list(const char *driver)
{
	char	 ctr[HEX + 1], ctr2[HEX + 1], other[HEX + 1], path[160];

	memset(ctr, 'd', HEX);
	memset(ctr2, 'b', HEX);
	memset(other, 'e', HEX);
	ctr[HEX] = ctr2[HEX] = other[HEX] = '\0';
	with_image(driver);
	put_foreign(driver, 'c', img, lid[2]);
	CHECK(rw(MSG_rw_make, ctr, img) == 0 && rw(MSG_rw_make, other,
	    img) == 0);
	CHECK(list("..", "x", 1) == EINVAL && list(ctr, "../x", 1) == EINVAL);
	CHECK(list(ctr, "theirs", 1) == EEXIST &&
	    strstr(text, "name \"theirs\" is already in use by ccc") != NULL);
	CHECK(!listed(driver, ctr));
	CHECK(list(ctr, "ours", 1) == 0 && listed(driver, ctr));
	CHECK(listed(driver, "[\"ours\"]") && list(ctr, "ours", 1) == 0);
	CHECK(list(other, "theirs", 0) == 0 && listed(driver, "[]"));
	/* Those of others stay as they are, byte by byte. */
	CHECK(listed(driver, "\"odd\": 1.50}"));
	/* The layer that is named is there, and no image's. */
	snprintf(path, sizeof(path), "%s-layers/layers.json", driver);
	CHECK(file_has(path, "6483d0ae63b89d8903e528f829413a1477cf58f640a"
	    "d166ead12e19945ce36ea"));
	/* A name is free as soon as the directory of its container is gone. */
	CHECK(rw(MSG_rw_remove, ctr, "") == 0 && listed(driver, ctr));
	CHECK(rw(MSG_rw_make, ctr2, img) == 0 && list(ctr2, "ours", 1) == 0);
	CHECK(!listed(driver, ctr) && listed(driver, "[\"ours\"]"));
	CHECK(rw(MSG_rw_remove, ctr2, "") == 0 && tidy() == 0);
	CHECK(!listed(driver, ctr2));
	CHECK(rw(MSG_rw_make, ctr, img) == 0 && list(ctr, "ours", 1) == 0);
	/* What goes is taken off the list when the channel is closed. */
	CHECK(rw(MSG_rw_remove, ctr, "") == 0 && listed(driver, ctr));
	end();
	CHECK(!listed(driver, ctr) && listed(driver, other));
	/* A directory that went without a word, as after kill -9. */
	begin(driver);
	snprintf(path, sizeof(path), "bulkhead/%s", other);
	CHECK(renameat(graph, path, graph, "bulkhead/.trash/x") == 0);
	CHECK(tidy() == 0 && !listed(driver, other));
	CHECK(listed(driver, "\"odd\": 1.50}"));
	end();
}

/* What the list may look like before: nothing in it is changed. */
static void
test_list_texts(void)
{
	static const char *const	 texts[] = { "", "null\n", "[]",
	    "[ ]\n" };
	char				 ctr[HEX + 1], s[64];

	memset(ctr, 'd', HEX);
	ctr[HEX] = '\0';
	with_image("overlay");
	CHECK(rw(MSG_rw_make, ctr, img) == 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put("overlay-containers/containers.json", texts[i]);
		CHECK(said(list(ctr, "a", 1) == 0));
		snprintf(s, sizeof(s), "[{\"id\":\"%.20s", ctr);
		CHECK(file_begins("overlay-containers/containers.json", s) &&
		    listed("overlay", "\"\"}}]"));
		CHECK(list(ctr, "a", 1) == 0 && tidy() == 0);
	}
	put("overlay-containers/containers.json", "[{\"id\":");
	CHECK(list(ctr, "a", 1) == EBADMSG);
	CHECK(file_is("overlay-containers/containers.json", "[{\"id\":"));
	end();
}

static void
test_list_image(void)
{
	char	 ctr[HEX + 1], path[160];

	memset(ctr, 'd', HEX);
	ctr[HEX] = '\0';
	with_image("overlay");
	CHECK(rw(MSG_rw_make, ctr, img) == 0 && list(ctr, "a", 1) == 0);
	CHECK(remove_image("one", 0) == EBUSY && strstr(text, ctr) != NULL);
	/* Of another state: what is its own, force does not take. */
	CHECK(remove_image("one", 1) == EBUSY &&
	    strstr(text, "another state") != NULL && find("one") == 0);
	/* Its directory is gone: not in use, whatever the list says. */
	snprintf(path, sizeof(path), "bulkhead/%s", ctr);
	CHECK(renameat(graph, path, graph, "bulkhead/.trash/x") == 0);
	CHECK(remove_image("one", 0) == 0);
	CHECK(rw(MSG_rw_make, ctr, "") == 0);
	CHECK(list(ctr, "b", 1) == ENOENT && !listed("overlay", "[\"b\"]"));
	end();
}

/* By force the containers of other engines go, unless they are in use. */
static void
test_evict(void)
{
	char	 ctr[HEX + 1], path[160], s[256];

	memset(ctr, 'c', HEX);
	ctr[HEX] = '\0';
	with_image("overlay");
	CHECK(layer(lid[1], chain[2], diff[2]) == 0);
	put_foreign("overlay", 'c', img, lid[2]);
	snprintf(path, sizeof(path), "overlay-containers/%s", ctr);
	make_dir(path);
	snprintf(s, sizeof(s), "[{\"id\":\"%s\",\"count\":1}]", lid[2]);
	put_at(run, "overlay-layers/mountpoints.json", s);
	CHECK(remove_image("one", 0) == EBUSY);
	CHECK(remove_image("one", 1) == EBUSY &&
	    strstr(text, "stop or unmount it there") != NULL);
	CHECK(find("one") == 0 && listed("overlay", ctr) && exists(path));
	CHECK(unlinkat(run, "overlay-layers/mountpoints.json", 0) == 0);
	CHECK(remove_image("one", 1) == 0 && has("deleted", img));
	CHECK(!listed("overlay", ctr) && !exists(path));
	CHECK(entries("overlay") == 1 && entries("bulkhead/.trash") == 0);
	end();
}

/* podman was killed while it unpacked this layer. */
static void
test_incomplete(void)
{
	char	 s[512], path[160];

	fresh();
	begin("overlay");
	snprintf(s, sizeof(s), "[{\"id\":\"%s\",\"diff-digest\":\"%s\","
	    "\"flags\":{\"incomplete\":true}}]", lid[0], diff[0]);
	put("overlay-layers/layers.json", s);
	snprintf(path, sizeof(path), "overlay/%s/half", lid[0]);
	snprintf(s, sizeof(s), "overlay/%s", lid[0]);
	make_dir(s);
	make_dir(path);
	CHECK(layer("", chain[0], diff[0]) == 0 && !exists(path));
	CHECK(!file_has("overlay-layers/layers.json", "incomplete"));
	end();
}

/*
 * Text after the beginning of a file, as its owner writes it: over what is
 * there, whose beginning is known.
 */
static void
put_after(const char *path, const char *begin, const char *more)
{
	scoped_free char	*s = get(path), *all = NULL;

	CHECK(strncmp(s, begin, strlen(begin)) == 0);
	if (asprintf(&all, "%s%s%s", begin, more, s + strlen(begin)) == -1)
		err(1, "asprintf");
	put(path, all);
}

/* A copy that podman made for --userns: never the layer, and goes with it. */
static void
test_mapped(void)
{
	char		 mapped[HEX + 1], s[512], path[96];
	union msg	 m = none();

	memset(mapped, '7', HEX);
	mapped[HEX] = '\0';
	with_image("overlay");
	snprintf(s, sizeof(s), "{\"id\":\"%s\",\"diff-digest\":\"%s\","
	    "\"uidmap\":[{\"container_id\":0,\"host_id\":1,\"size\":9}],"
	    "\"gidmap\":[{\"container_id\":0,\"host_id\":1,\"size\":9}]},",
	    mapped, diff[0]);
	put_after("overlay-layers/layers.json", "[", s);
	snprintf(s, sizeof(s), "\"mapped-layers\":[\"%s\"],", mapped);
	put_after("overlay-images/images.json", "[{", s);
	snprintf(path, sizeof(path), "overlay/%s", mapped);
	make_dir(path);

	strcpy(m.layer_find.chain_id, chain[0]);
	CHECK(req(MSG_layer_find, &m, NULL, 0) == 0 &&
	    strcmp(text, lid[0]) == 0);
	/* A container on the copy keeps it when the image goes. */
	put_foreign("overlay", 'c', "", mapped);
	CHECK(said(remove_image("one", 0) == 0) && exists(path));
	CHECK(entries("overlay") == 2);
	CHECK(req(MSG_layer_find, &m, NULL, 0) == ENOENT);
	put("overlay-containers/containers.json", "[]");

	CHECK(layer("", chain[0], diff[0]) == 0);
	CHECK(layer(lid[0], chain[1], diff[1]) == 0);
	CHECK(commit_image(config, manifest_for(config, 2), lid[1],
	    "localhost/one:latest") == 0);
	put_after("overlay-images/images.json", "[{", s);
	CHECK(said(remove_image("one", 0) == 0) && !exists(path));
	CHECK(file_is("overlay-layers/layers.json", "[]"));
	CHECK(entries("overlay") == 1);
	end();
}

/* What others read is made with the modes they expect, whatever the umask. */
static void
test_umask(void)
{
	static const struct {
		const char	*path;
		unsigned int	 mode;
	} rows[] = {
		{ "overlay-containers/containers.json", 0600 },
		{ "overlay-containers/containers.lock", 0644 },
		{ "overlay-images/images.json", 0600 },
		{ "overlay-images/images.lock", 0644 },
		{ "overlay-layers/layers.json", 0600 },
		{ "overlay-layers/layers.lock", 0644 },
		{ "overlay/l", 0755 },
		{ "overlay-layers", 0700 },
		{ "bulkhead/.trash", 0700 },
	};
	char		 ctr[HEX + 1];
	mode_t		 old;

	memset(ctr, 'd', HEX);
	ctr[HEX] = '\0';
	fresh();
	old = umask(0777);
	begin("overlay");
	(void)umask(old);
	CHECK(layer("", chain[0], diff[0]) == 0);
	CHECK(layer(lid[0], chain[1], diff[1]) == 0);
	CHECK(commit_image(config, manifest_for(config, 2), lid[1],
	    "localhost/one:latest") == 0);
	CHECK(rw(MSG_rw_make, ctr, img) == 0 && list(ctr, "ours", 1) == 0);
	CHECK(rw(MSG_rw_remove, ctr, "") == 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(mode_of(rows[i].path) == rows[i].mode, rows[i].path,
		    __LINE__);
	end();
}

static void
test_rw(const char *driver)
{
	char	 ctr[HEX + 1], path[160];
	bool	 vfs = strcmp(driver, "vfs") == 0;

	memset(ctr, 'd', HEX);
	ctr[HEX] = '\0';
	with_image(driver);
	CHECK(rw(MSG_rw_make, ctr, img) == 0);
	CHECK(has("driver", driver));
	if (vfs) {
		snprintf(path, sizeof(path), "bulkhead/%s/rootfs", ctr);
		CHECK(has("rootfs", path) && rec_count(rec, "lower") == 0);
		CHECK(mode_of(path) == 0555);
		snprintf(path + strlen(path), 6, "/file");
		CHECK(exists(path));
		path[strlen(path) - 5] = '\0';
	} else {
		CHECK(rec_count(rec, "lower") == 2);
		snprintf(path, sizeof(path), "bulkhead/%s/upper", ctr);
		CHECK(has("upper", path) && mode_of(path) == 0555);
		snprintf(path, sizeof(path), "bulkhead/%s/work", ctr);
		CHECK(has("work", path) && exists(path));
	}
	/* Asked again, as for a second start, it is the same one. */
	CHECK(said(rw(MSG_rw_make, ctr, img) == 0));
	CHECK(vfs ? has("rootfs", path) : has("work", path));
	/* Closed directories of ours, as overlay leaves them, are no hurdle. */
	snprintf(path, sizeof(path), "bulkhead/%s/%s/shut", ctr,
	    vfs ? "rootfs" : "work");
	if (mkdirat(graph, path, 0700) == 0) {	/* vfs: only by root */
		snprintf(path + strlen(path), 6, "/file");
		put(path, "x");
		path[strlen(path) - 5] = '\0';
		CHECK(fchmodat(graph, path, 0, 0) == 0);
		CHECK(geteuid() != 0 ||
		    fchownat(graph, path, 65534, 65534, 0) == 0);
	} else
		CHECK(vfs && errno == EACCES);
	CHECK(rw(MSG_rw_remove, ctr, "") == 0 && value == vfs);
	CHECK(rw(MSG_rw_remove, ctr, "") == 0 && value == 0);
	CHECK(entries("bulkhead") == 2 && entries("bulkhead/.trash") == 1);
	CHECK(tidy() == 0 && value == 0 && entries("bulkhead/.trash") == 0);

	CHECK(rw(MSG_rw_make, "..", img) == EINVAL);
	CHECK(rw(MSG_rw_make, "stage", img) == EINVAL);
	CHECK(rw(MSG_rw_remove, ".trash", "") == EINVAL);
	CHECK(rw(MSG_rw_remove, "", "") == EINVAL);
	CHECK(rw(MSG_rw_make, ctr, ctr) == ENOENT);
	CHECK(rw(MSG_rw_make, ctr, "") == 0 && rec_count(rec, "lower") == 0);
	/* It is only moved, and deleted when the channel is closed. */
	CHECK(rw(MSG_rw_remove, ctr, "") == 0);
	CHECK(entries("bulkhead") == 2 && entries("bulkhead/.trash") == 1);
	end();
	CHECK(entries("bulkhead/.trash") == 0);
}

/* Files of others in it: moved away at once, deleted when they can be. */
static void
test_left_over(void)
{
	char	 ctr[HEX + 1], path[160];

	if (geteuid() != 0) {
		printf("# not root: no file of another user can be made\n");
		return;
	}
	memset(ctr, 'e', HEX);
	ctr[HEX] = '\0';
	fresh();
	begin("overlay");
	CHECK(rw(MSG_rw_make, ctr, "") == 0);
	snprintf(path, sizeof(path), "bulkhead/%s/upper/theirs", ctr);
	CHECK(mkdirat(graph, path, 0700) == 0);
	strcat(path, "/file");
	put(path, "x");
	CHECK(rw(MSG_rw_remove, ctr, "") == 0 && value == 1);
	CHECK(entries("bulkhead") == 2 && entries("bulkhead/.trash") == 1);
	CHECK(rw(MSG_rw_make, ctr, "") == 0);	/* the id is free */
	CHECK(tidy() == 0 && value == 1);
	snprintf(path, sizeof(path), "chown -R 65534 /proc/%d/fd/%d/bulkhead",
	    (int)getpid(), graph);
	CHECK(system(path) == 0);
	CHECK(tidy() == 0 && value == 0 && entries("bulkhead/.trash") == 0);
	end();

	/* vfs has to copy them, which needs a namespace: that is said. */
	with_image("vfs");
	snprintf(path, sizeof(path), "vfs/dir/%s/file", lid[1]);
	CHECK(fchownat(graph, path, 5, 5, 0) == 0);
	CHECK(rw(MSG_rw_make, ctr, img) == EPERM &&
	    strstr(text, "user namespace is needed") != NULL);
	CHECK(entries("bulkhead") == 2);
	CHECK(stage(lid[1]) == -1 && last == EPERM &&
	    strstr(text, "user namespace is needed") != NULL);
	CHECK(entries("bulkhead/stage") == 0);
	end();
}

/* A writable layer with a mark, and the name of the mark. */
static void
marked(char c, enum layer_mark mark, char ctr[HEX + 1], char path[160])
{
	union msg	 m = none();
	char		 work[96];

	memset(ctr, c, HEX);
	ctr[HEX] = '\0';
	strcpy(m.rw_make.id, ctr);
	m.rw_make.mark = mark;
	CHECK(req(MSG_rw_make, &m, NULL, 0) == 0);
	snprintf(path, 160, "bulkhead/%s/%s%s%s%s", ctr,
	    mark == LAYER_NEW ? "new." : "rm.", boot,
	    mark == LAYER_NEW ? "." : "", mark == LAYER_NEW ? state : "");
	CHECK(exists(path) == (mark != LAYER_KEPT && (mark != LAYER_NEW ||
	    *state != '\0')));
	/* As if it had been mounted. */
	snprintf(work, sizeof(work), "bulkhead/%s/work/work", ctr);
	CHECK(mkdirat(graph, work, 0700) == 0);
}

static uint32_t
sweep(const char *alive, int plan)
{
	struct rec	*ids = rec_new();
	union msg	 m = none();
	uint32_t	 rc;
	int		 ids_fd;

	if (*alive != '\0')
		(void)rec_add(ids, "ctr", alive);
	ids_fd = rec_memfd(ids, "ids");
	rec_free(ids);
	m.store_sweep.plan = (uint32_t)plan;
	strcpy(m.store_sweep.boot_id, boot);
	rc = req(MSG_store_sweep, &m, &ids_fd, 1);
	close(ids_fd);
	return (rc);
}

/* Which layers outlive a boot. */
static void
test_sweep(void)
{
	char	 kept[HEX + 1], eph[HEX + 1], lost[HEX + 1], had[HEX + 1],
		 path[4][160];

	fresh();
	begin("overlay");
	marked('a', LAYER_KEPT, kept, path[0]);
	marked('b', LAYER_EPHEMERAL, eph, path[1]);
	marked('c', LAYER_NEW, lost, path[2]);
	marked('d', LAYER_NEW, had, path[3]);
	/* In the boot that they were made in, all stay. */
	CHECK(sweep("", 0) == 0 && rec_count(rec, "left") == 0);
	CHECK(entries("bulkhead") == 6);
	end();
	/* In a namespace, where not all records are seen, nothing is new. */
	boot = "boot-2";
	state = "";
	begin("overlay");
	CHECK(sweep("", 1) == 0 && rec_count(rec, "item") == 1);
	end();
	/* Nor is what is another state's. */
	state = "state-2";
	begin("overlay");
	CHECK(sweep("", 1) == 0 && rec_count(rec, "item") == 1);
	CHECK(entries("bulkhead") == 6 && exists(path[3]));
	end();
	state = "state-1";
	begin("overlay");
	CHECK(sweep(had, 1) == 0 && rec_count(rec, "item") == 2);
	CHECK(entries("bulkhead") == 6 && exists(path[3]));
	CHECK(sweep(had, 0) == 0 && rec_num(rec, "left", 0) == 1);
	CHECK(entries("bulkhead") == 4 && entries("bulkhead/.trash") == 2);
	snprintf(path[0], sizeof(path[0]), "bulkhead/%s", kept);
	CHECK(exists(path[0]) && !exists(path[1]) && !exists(path[2]));
	/* One whose container is recorded is not looked at again. */
	snprintf(path[0], sizeof(path[0]), "bulkhead/%s", had);
	CHECK(exists(path[0]) && !exists(path[3]));
	CHECK(sweep("", 1) == 0 && rec_count(rec, "item") == 1);
	CHECK(tidy() == 0 && entries("bulkhead/.trash") == 0);
	CHECK(sweep("", 0) == 0 && rec_count(rec, "left") == 0);
	CHECK(exists(path[0]));
	end();
	boot = "boot-1";
}

/* A store that is opened says that there is something to tidy. */
static void
test_untidy(void)
{
	struct timespec	 ts[2] = { { 1, 0 }, { 1, 0 } };

	fresh();
	begin("overlay");
	CHECK(value == 0);
	end();
	CHECK(mkdirat(graph, "bulkhead/.trash/x", 0700) == 0);
	begin("overlay");		/* of just now: of one at work */
	CHECK(value == 0);
	end();
	CHECK(mkdirat(graph, "bulkhead/stage/x", 0700) == 0 &&
	    utimensat(graph, "bulkhead/stage", ts, 0) == 0);
	begin("overlay");
	CHECK(value == 1);
	end();
}

static uint32_t
volume(enum msg_type type, const char *name, int legacy)
{
	union msg	 m = none();

	/* They all begin with these. */
	strcpy(m.volume_remove.name, name);
	m.volume_remove.legacy = (uint32_t)legacy;
	return (req(type, &m, NULL, 0));
}

#define VOLUME	"volumes/.bulkhead/one"

static void
test_volume(void)
{
	char	 path[80];

	fresh();
	begin("overlay");
	/* Looked at, it is not made. */
	CHECK(volume(MSG_volume_look, "one", 0) == 0 && value == VOLUME_USED);
	CHECK(!exists("volumes"));
	CHECK(volume(MSG_volume_fill, "one", 0) == ENOENT);
	CHECK(volume(MSG_volume_make, "one", 0) == 0 && value == VOLUME_FRESH);
	CHECK(mode_of(VOLUME) == 0700 && mode_of(VOLUME "/_data") == 0755);
	CHECK(volume(MSG_volume_look, "one", 0) == 0 && value == VOLUME_FRESH);
	CHECK(volume(MSG_volume_fill, "one", 0) == 0 && value == VOLUME_FRESH);
	/* Whoever fills it is killed: it is to be filled again. */
	CHECK(volume(MSG_volume_make, "one", 0) == 0 &&
	    value == VOLUME_FILLING);
	CHECK(volume(MSG_volume_fill, "one", 0) == 0 &&
	    value == VOLUME_FILLING);
	CHECK(volume(MSG_volume_filled, "one", 0) == 0);
	CHECK(volume(MSG_volume_fill, "one", 0) == 0 && value == VOLUME_USED);
	CHECK(volume(MSG_volume_make, "one", 0) == 0 && value == VOLUME_USED);
	put(VOLUME "/_data/file", "x");
	CHECK(volume(MSG_volume_remove, "one", 0) == 0 && value == 0);
	CHECK(!exists(VOLUME) && entries("bulkhead/.trash") == 1);
	CHECK(volume(MSG_volume_remove, "one", 0) == 0 && value == 0);
	/* Its maker was killed after the mark: it is still to be filled. */
	CHECK(volume(MSG_volume_make, "one", 0) == 0 &&
	    unlinkat(graph, VOLUME "/_data", AT_REMOVEDIR) == 0);
	CHECK(volume(MSG_volume_make, "one", 0) == 0 && value == VOLUME_FRESH);
	CHECK(exists(VOLUME "/_data"));
	end();
	CHECK(entries("bulkhead/.trash") == 0);

	/* Where podman may have its own, only what is surely ours goes. */
	begin("overlay");
	CHECK(volume(MSG_volume_make, "old", 1) == 0 && exists("volumes/old"));
	CHECK(mkdirat(graph, "libpod", 0700) == 0);
	CHECK(volume(MSG_volume_remove, "old", 1) == 0 && value == 1);
	CHECK(exists("volumes/old"));
	CHECK(unlinkat(graph, "libpod", AT_REMOVEDIR) == 0);
	CHECK(volume(MSG_volume_remove, "old", 1) == 0 && value == 0);
	CHECK(!exists("volumes/old"));
	CHECK(volume(MSG_volume_make, "one", 0) == 0);

	/* Nothing that is no volume. */
	CHECK(volume(MSG_volume_remove, ".bulkhead", 1) == EINVAL);
	CHECK(volume(MSG_volume_remove, "..", 1) == EINVAL);
	CHECK(volume(MSG_volume_make, "", 0) == EINVAL);
	CHECK(volume(MSG_volume_make, "../../bulkhead", 0) == EINVAL);
	CHECK(volume(MSG_volume_make, "a/b", 0) == EINVAL);
	CHECK(exists(VOLUME));
	snprintf(path, sizeof(path), "%s/outside", top);
	CHECK(mkdir(path, 0777) == 0 &&
	    symlinkat(path, graph, "volumes/.bulkhead/link") == 0);
	CHECK(volume(MSG_volume_make, "link", 0) != 0);
	strcat(path, "/_data");
	CHECK(access(path, F_OK) == -1);
	end();
}

static void
damage(const char *file, const char *with, uint32_t error, const char *words)
{
	char	*old = get(file);

	put(file, with);
	CHECK(find("one") == error);
	CHECK(said(strstr(text, words) != NULL));
	put(file, old);
	CHECK(find("one") == 0);
	free(old);
}

static void
test_damage(void)
{
	char	 s[1024], path[256], loop[80];

	with_image("overlay");
	damage("overlay-images/images.json", "garbage", EBADMSG,
	    "overlay-images/images.json is damaged");
	damage("overlay-images/images.json", "[{]", EBADMSG, "images.json");
	damage("overlay-images/images.json", "[{}]", EBADMSG, "images.json");
	damage("overlay-images/images.json", "[{\"id\":\"../../etc\"}]",
	    EBADMSG, "images.json");
	damage("overlay-images/images.json", "{}", EBADMSG, "images.json");
	damage("overlay-images/images.json", "[{\"id\":1}]", EBADMSG,
	    "images.json");
	damage("overlay-images/images.json", "[] []", EBADMSG, "images.json");
	damage("overlay-images/images.json", "", ENOENT, "not known");
	damage("overlay-images/images.json", "null", ENOENT, "not known");
	snprintf(s, sizeof(s), "[{\"id\":\"%s\",\"names\":[\"x\",}]", lid[0]);
	damage("overlay-images/images.json", s, EBADMSG, "at entry");
	snprintf(s, sizeof(s), "[{\"id\":\"%s\",\"id\":\"%s\"}]", lid[0],
	    lid[0]);
	damage("overlay-images/images.json", s, EBADMSG, "at entry 1");
	damage("overlay-layers/layers.json", "[", EBADMSG,
	    "overlay-layers/layers.json is damaged");
	damage("overlay-layers/layers.json", "[]", ENOENT, "is not in");
	snprintf(s, sizeof(s), "[{\"id\":\"%s\",\"parent\":\"%s\"}]", lid[1],
	    lid[1]);
	damage("overlay-layers/layers.json", s, E2BIG, "its own parent");
	snprintf(s, sizeof(s), "[{\"id\":\"%s\",\"parent\":\"../../../etc\"}"
	    "]", lid[1]);
	damage("overlay-layers/layers.json", s, ENOENT, "is not in");
	snprintf(s, sizeof(s), "[{\"id\":\"%s\",\"flags\":{\"incomplete\":"
	    "true}}]", lid[1]);
	damage("overlay-layers/layers.json", s, ENOENT, "never finished");
	snprintf(path, sizeof(path), "overlay-images/%s/manifest", img);
	damage(path, "{", EBADMSG, "not valid JSON");
	damage(path, manifest_for("other", 2), EBADMSG, "cannot read");

	/* A link in the place of a file is not followed. */
	unlinkat(graph, path, 0);
	CHECK(symlinkat("/etc/passwd", graph, path) == 0);
	CHECK(find("one") != 0 && strstr(text, "cannot read") != NULL);
	unlinkat(graph, path, 0);
	CHECK(mkfifoat(graph, path, 0666) == 0);
	CHECK(find("one") != 0 && strstr(text, "cannot read") != NULL);
	unlinkat(graph, path, 0);
	put(path, manifest_for(config, 2));
	CHECK(find("one") == 0);

	/* A config that is not the one that was named. */
	snprintf(path, sizeof(path), "cd /proc/%d/fd/%d/overlay-images/%s && "
	    "for f in =c2hh*; do sed -i s/amd64/arm64/ $f; done",
	    (int)getpid(), graph, img);
	CHECK(system(path) == 0);
	CHECK(find("one") == EBADMSG && strstr(text, "its config is not what "
	    "its manifest names") != NULL);
	strcpy(loop, lid[1]);
	snprintf(path, sizeof(path), "overlay/%s/diff", loop);
	CHECK(remove_image("one", 0) == 0);	/* it can be removed */
	CHECK(!exists(path));
	end();
}

static void
test_crash(void)
{
	char		 path[160], note[168], other[HEX + 1];
	struct chan	 ch2;
	pid_t		 pid2;
	int		 dir;

	with_image("overlay");
	CHECK((dir = stage("")) != -1);
	close(dir);
	/* One that lives keeps its directory while another tidies. */
	ch2 = ch;
	pid2 = pid;
	begin("overlay");
	CHECK(tidy() == 0 && entries("bulkhead/stage") == 2);
	end();
	kill(pid2, SIGKILL);
	CHECK(stop(pid2, &ch2) == -SIGKILL);
	CHECK(entries("bulkhead/stage") == 2);
	begin("overlay");
	CHECK(tidy() == 0 && entries("bulkhead/stage") == 0);

	/* Killed between the rename and the index. */
	memset(other, 'a', HEX);
	other[HEX] = '\0';
	snprintf(path, sizeof(path), "overlay/%s", other);
	CHECK(mkdirat(graph, path, 0700) == 0);
	snprintf(path, sizeof(path), "bulkhead/stage/%032d.lock", 1);
	snprintf(note, sizeof(note), "+%s\n", other);
	put(path, note);
	snprintf(note, sizeof(note), "+%s\n", lid[1]);
	snprintf(path, sizeof(path), "bulkhead/stage/%032d.lock", 2);
	put(path, note);
	if (geteuid() == 0) {
		snprintf(path, sizeof(path), "chown -R 65534 /proc/%d/fd/%d/*",
		    (int)getpid(), graph);
		CHECK(system(path) == 0);
	}
	CHECK(tidy() == 0 && entries("bulkhead/stage") == 0);
	snprintf(path, sizeof(path), "overlay/%s", other);
	CHECK(!exists(path));
	CHECK(find("one") == 0);		/* what is listed stays */

	/* Killed while removing: finished, but only what nothing uses. */
	snprintf(note, sizeof(note), "-%s\n", lid[1]);
	snprintf(path, sizeof(path), "bulkhead/stage/%032d.lock", 3);
	put(path, note);
	if (geteuid() == 0)
		CHECK(fchownat(graph, path, 65534, 65534, 0) == 0);
	CHECK(tidy() == 0 && find("one") == 0);
	put("overlay-images/images.json", "[]");
	snprintf(note, sizeof(note), "-%s\n%s\n", lid[1], lid[0]);
	snprintf(path, sizeof(path), "bulkhead/stage/%032d.lock", 4);
	put(path, note);
	if (geteuid() == 0)
		CHECK(fchownat(graph, path, 65534, 65534, 0) == 0);
	CHECK(said(tidy() == 0) && entries("overlay") == 1);
	end();
}

/* Somebody has the lock: wait until it is given back. */
static void
test_lock(void)
{
	struct flock	 fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct timespec	 nap = { 0, 300000000 };
	siginfo_t	 si = { .si_pid = 0 };
	pid_t		 child;
	int		 f = 0, go[2];

	with_image("overlay");
	if (pipe2(go, O_NONBLOCK) == -1 || (child = fork()) == -1)
		err(1, "fork");
	if (child == 0) {
		f = openat(graph, "overlay-layers/layers.lock", O_RDWR);
		if (fcntl(f, F_SETLK, &fl) == -1 || write(go[1], "x", 1) != 1)
			_exit(1);
		nanosleep(&nap, NULL);
		_exit(write(go[1], "y", 1) == 1 ? 0 : 1);
	}
	while (read(go[0], &f, 1) != 1)
		usleep(1000);
	CHECK(find("one") == 0);		/* reading does not wait */
	CHECK(waitid(P_PID, (id_t)child, &si, WEXITED | WNOHANG | WNOWAIT) ==
	    0 && si.si_pid == 0);
	/* The lock goes with its holder, of which exit is the last trace. */
	CHECK(layer(lid[1], chain[2], diff[2]) == 0);
	CHECK(read(go[0], &f, 1) == 1);
	CHECK(waitpid(child, NULL, 0) == child);
	end();
}

int
main(int argc, char **argv)
{
	char	 cmd[256];

	(void)argc;
	program = argv[1];
	snprintf(top, sizeof(top), "%s", "/tmp/store_test.XXXXXX");
	if (mkdtemp(top) == NULL || chmod(top, 0711) == -1)
		err(1, "%s", top);
	names_init();
	test_opening();
	test_confined();
	test_layers();
	test_find();
	test_bad_images();
	test_names();
	test_used();
	test_list("overlay");
	test_list("vfs");
	test_list_texts();
	test_list_image();
	test_evict();
	test_incomplete();
	test_mapped();
	test_umask();
	test_rw("overlay");
	test_rw("vfs");
	test_left_over();
	test_sweep();
	test_untidy();
	test_volume();
	test_damage();
	test_crash();
	test_lock();
	snprintf(cmd, sizeof(cmd), "chmod -R u+rwX %s; rm -rf %s", top, top);
	if (system(cmd) != 0)
		warnx("%s is left behind", top);
	return (finish());
}
