/*
 * Images and names in a store, and its format on disk, request by request.
 */
#include "ask.h"
#include "nitems.h"
#include "records.h"

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

	title = "A07: others cannot enter what holds something";
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
	title = NULL;
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
	    rec_count(rec, KEY(image)) == 0);
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

	/* Again: the existing one is used. */
	CHECK(layer(lid[0], chain[1], diff[1]) == 0);
	CHECK(strcmp(text, lid[1]) == 0);
	s = get("overlay-layers/layers.json");
	CHECK((s2 = strstr(s, "\"parent\"")) != NULL &&
	    strstr(s2 + 1, "\"parent\"") == NULL);
	free(s);
	title = "B09: a layer that the image does not name";
	CHECK(layer(lid[1], chain[1], diff[2]) == EBADMSG);
	CHECK(strstr(text, diff[2]) != NULL);
	title = NULL;
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
	for (size_t i = 0; i < NITEMS(known); i++)
		CHECK(find(known[i]) == 0 &&
		    strcmp(rec_str(rec, KEY(id), ""), img) == 0);
	for (size_t i = 0; i < NITEMS(unknown); i++) {
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
	CHECK(rec_num(rec, KEY(created), 0) == 1704164645500000000);
	CHECK(rec_num(rec, KEY(size), 0) == 2000 + (int64_t)(strlen(config) +
	    2 * strlen(manifest_for(config, 2))));
	CHECK(has("config_json", config));
	CHECK(rec_count(rec, KEY(layer)) == 2);
	snprintf(path, sizeof(path), "overlay/%s/diff", lid[1]);
	CHECK(strcmp(rec_str(rec, KEY_IN(image, layer), ""), path) == 0);
	CHECK(rec_count(rec, KEY(diff_id)) == 2);
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
	title = "AD10";
	strcpy(other, config_for("\"Env\":[\"PATH\"]", diffs));
	CHECK(commit_image(other, manifest_for(other, 2), lid[1], "") ==
	    EBADMSG && strstr(text, "KEY=VALUE") != NULL);
	strcpy(other, config_for("\"Env\":[\"=x\"]", diffs));
	CHECK(commit_image(other, manifest_for(other, 2), lid[1], "") ==
	    EBADMSG);
	title = "B01";
	strcpy(other, config_for("\"User\":\"1\",\"User\":\"0\"", diffs));
	CHECK(commit_image(other, manifest_for(other, 2), lid[1], "") ==
	    EBADMSG && strstr(text, "duplicate") != NULL);
	title = NULL;
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
	    EBADMSG);
	title = "B01: an index and an image at once";
	snprintf(m, sizeof(m), "{\"manifests\":[],%s",
	    manifest_for(other, 2) + 1);
	CHECK(commit_image(other, m, lid[1], "") == EBADMSG &&
	    strstr(text, "both") != NULL);
	CHECK(commit_image(other, "{\"manifests\":[]}", lid[1], "") ==
	    ENOTSUP);
	title = "B02: digests that are paths";
	CHECK(commit_image(other, "{\"config\":{\"digest\":\"sha256:../../x\""
	    "},\"layers\":[1,2]}", lid[1], "") == EBADMSG);
	title = NULL;
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
	for (size_t i = 0; i < NITEMS(names); i++)
		CHECK(commit_image(other, manifest_for(other, 2), lid[1],
		    names[i]) == EINVAL);
	title = "B09: the layers are other ones";
	snprintf(m, sizeof(m), "\"%s\",\"%s\"", diff[0], diff[2]);
	strcpy(other, config_for("", m));
	CHECK(commit_image(other, manifest_for(other, 2), lid[1], "") ==
	    EBADMSG && strstr(text, "layer 2 of image") != NULL);
	title = NULL;
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
	CHECK(find("one") == 0 && strcmp(rec_str(rec, KEY(id), ""), id2) == 0);
	CHECK(find(img) == 0 && rec_count(rec, KEY(name)) == 0);
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
	CHECK(rec_count(rec, KEY(name)) == 2);

	/* podman's rules for what rmi does with names. */
	CHECK(remove_image(img, 0) == EINVAL &&
	    strstr(text, "by ID with more than one tag ([quay.io/a/b/two:v1 "
	    "docker.io/library/three:latest]): please force") != NULL);
	CHECK(remove_image("three", 0) == 0);
	CHECK(has("untagged", "docker.io/library/three:latest"));
	CHECK(rec_count(rec, KEY(deleted)) == 0);
	CHECK(remove_image("three", 0) == ENOENT);
	/* With several names and force, all of it goes. */
	strcpy(third, config_for("\"User\":\"3\"", diffs));
	CHECK(commit_image(third, manifest_for(third, 2), lid[1],
	    "localhost/x:1") == 0);
	CHECK(commit_image(third, manifest_for(third, 2), lid[1],
	    "localhost/x:2") == 0);
	snprintf(ref, sizeof(ref), "%.20s", text);
	CHECK(remove_image(ref, 0) == EINVAL);
	CHECK(remove_image(ref, 1) == 0 && rec_count(rec, KEY(untagged)) == 2 &&
	    rec_count(rec, KEY(deleted)) == 1);
	CHECK(remove_image(img, 0) == 0 && has("deleted", img));
	CHECK(has("untagged", "quay.io/a/b/two:v1"));
	/* The other image stands on the same layers. */
	CHECK(find("one") == 0 && rec_count(rec, KEY(layer)) == 2);
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
	CHECK(find("empty") == 0 && rec_count(rec, KEY(layer)) == 0);
	CHECK(remove_image("empty", 0) == EBADMSG &&
	    strstr(text, "containers.json is damaged") != NULL);
	CHECK(find("empty") == 0);
	end();
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
	for (size_t i = 0; i < NITEMS(texts); i++) {
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
	/* Force does not remove an image of another state's container. */
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
test_users(void)
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

	/* A config with another digest than the named one. */
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
	/* A live store keeps its directory while another tidies. */
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

/* The lock is held: wait until it is released. */
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
	(void)argc;
	store_begin(argv);
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
	test_users();
	test_damage();
	test_crash();
	test_lock();
	return (store_end());
}
