/*
 * Layers of containers and volumes in a store: made, marked, swept, removed.
 */
#include "ask.h"
#include "nitems.h"
#include "records.h"

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

/* Write text behind the known beginning of a file, as its owner does. */
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
	for (size_t i = 0; i < NITEMS(rows); i++)
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
		CHECK(has("rootfs", path) && rec_count(rec, KEY(lower)) == 0);
		CHECK(mode_of(path) == 0555);
		snprintf(path + strlen(path), 6, "/file");
		CHECK(exists(path));
		path[strlen(path) - 5] = '\0';
	} else {
		CHECK(rec_count(rec, KEY(lower)) == 2);
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
	CHECK(rw(MSG_rw_make, ctr, "") == 0 && rec_count(rec, KEY(lower)) == 0);
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
		(void)rec_add(ids, KEY_IN(session, ctr), alive);
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
	CHECK(sweep("", 0) == 0 && rec_count(rec, KEY(left)) == 0);
	CHECK(entries("bulkhead") == 6);
	end();
	/* In a namespace, where not all records are seen, nothing is new. */
	boot = "boot-2";
	state = "";
	begin("overlay");
	CHECK(sweep("", 1) == 0 && rec_count(rec, KEY(item)) == 1);
	end();
	/* Nor a layer of another state. */
	state = "state-2";
	begin("overlay");
	CHECK(sweep("", 1) == 0 && rec_count(rec, KEY(item)) == 1);
	CHECK(entries("bulkhead") == 6 && exists(path[3]));
	end();
	state = "state-1";
	begin("overlay");
	CHECK(sweep(had, 1) == 0 && rec_count(rec, KEY(item)) == 2);
	CHECK(entries("bulkhead") == 6 && exists(path[3]));
	CHECK(sweep(had, 0) == 0 && rec_num(rec, KEY(left), 0) == 1);
	CHECK(entries("bulkhead") == 4 && entries("bulkhead/.trash") == 2);
	snprintf(path[0], sizeof(path[0]), "bulkhead/%s", kept);
	CHECK(exists(path[0]) && !exists(path[1]) && !exists(path[2]));
	/* One whose container is recorded is not looked at again. */
	snprintf(path[0], sizeof(path[0]), "bulkhead/%s", had);
	CHECK(exists(path[0]) && !exists(path[3]));
	CHECK(sweep("", 1) == 0 && rec_count(rec, KEY(item)) == 1);
	CHECK(tidy() == 0 && entries("bulkhead/.trash") == 0);
	CHECK(sweep("", 0) == 0 && rec_count(rec, KEY(left)) == 0);
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
	/* Its filler is killed: the volume is filled again. */
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

	/* Where podman may have volumes, only Bulkhead's are removed. */
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

int
main(int argc, char **argv)
{
	(void)argc;
	store_begin(argv);
	test_incomplete();
	test_mapped();
	test_umask();
	test_rw("overlay");
	test_rw("vfs");
	test_left_over();
	test_sweep();
	test_untidy();
	test_volume();
	return (store_end());
}
