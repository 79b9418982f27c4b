/* Pods, volumes, exec sessions, networks and secrets, message by message. */
#include "records.h"
#include "state.h"

static const char	*program;
static const char	*durable, *run;
static struct peer	 p;

#define ZEROS	"0000000000000000000000000000000" \
		"000000000000000000000000000000"
#define POD1	"a1" ZEROS "1"
#define POD2	"a2" ZEROS "2"
#define POD3	"a3" ZEROS "3"
#define HEX25	"0123456789abcdef012345678"

/* Title and result, for a row of tests/rows. */
#define SHOWS(title, x)	check((x), title, __LINE__)

static uint32_t
put(uint32_t kind, uint32_t flags, struct rec *r)
{
	union msg	 m = { .obj_put = { kind, flags } };
	int		 fd = rec_fd(r);
	uint32_t	 rc = peer_ask(&p, MSG_obj_put, &m, &fd, 1);

	close(fd);
	return (rc);
}

static struct rec *
thing(const char *id, const char *name)
{
	struct rec	*r = rec_new();

	if (*id != '\0')
		(void)rec_add(r, KEY(id), id);
	(void)rec_add(r, KEY(name), name);
	(void)rec_add_num(r, KEY(created), 1700000000000000000);
	return (r);
}

static struct rec *
get(uint32_t kind, const char *ref, uint32_t flags)
{
	union msg	 m = { .obj_get = { .kind = kind, .flags = flags } };

	SET(m.obj_get.ref, ref);
	if ((errno = (int)peer_ask(&p, MSG_obj_get, &m, NULL, 0)) != 0)
		return (NULL);
	return (rec_from_fd(p.fd, RECORD(any), NULL));
}

/* 0 if that is there under this id, else what the answer was. */
static uint32_t
gets_id(uint32_t kind, const char *ref, const char *id)
{
	struct rec	*r = get(kind, ref, 0);
	uint32_t	 rc;

	if (r == NULL)
		return ((uint32_t)errno);
	rc = strcmp(rec_str(r, KEY(id), ""), id) == 0 ? 0 : UINT32_MAX;
	rec_free(r);
	return (rc);
}

static uint32_t
gone(uint32_t kind, uint32_t step, const char *id, const char *by)
{
	union msg	 m = { .obj_remove = { .kind = kind, .step = step } };

	SET(m.obj_remove.id, id);
	SET(m.obj_remove.by, by);
	return (peer_ask(&p, MSG_obj_remove, &m, NULL, 0));
}

static int
count(uint32_t kind)
{
	union msg	 m = { .obj_list = { .kind = kind } };
	struct rec	*r;
	int		 n;

	if (peer_ask(&p, MSG_obj_list, &m, NULL, 0) != 0 ||
	    (r = rec_from_fd(p.fd, RECORD(any), NULL)) == NULL)
		return (-1);
	n = (int)rec_count(r, KEY(obj));
	rec_free(r);
	return (n);
}

static void
add_volume(struct rec *def, const char *name, bool anon)
{
	struct rec	*v = rec_new();

	(void)rec_add(v, KEY(name), name);
	(void)rec_add(v, KEY(driver), "local");
	if (anon)
		(void)rec_add(v, KEY_IN(row, anon), "1");
	(void)rec_add_rec(def, KEY(volume), v);
	rec_free(v);
}

/* A container with a volume, an own volume, a pod, one it requires (""). */
static uint32_t
create_with(const char *id, bool ephemeral, const char *volume,
    const char *anon, const char *pod, const char *requires)
{
	struct rec	*def = rec_new();
	union msg	 m = { 0 };
	uint32_t	 rc;
	int		 fd;

	(void)rec_add(def, KEY(arg), "sh");
	if (*volume != '\0')
		add_volume(def, volume, false);
	if (*anon != '\0')
		add_volume(def, anon, true);
	if (*pod != '\0')
		(void)rec_add(def, KEY(pod), pod);
	if (*requires != '\0')
		(void)rec_add(def, KEY(requires), requires);
	SET(m.ctr_create.id, id);
	m.ctr_create.ephemeral = ephemeral;
	fd = rec_fd(def);
	rc = peer_ask(&p, MSG_ctr_create, &m, &fd, 1);
	close(fd);
	return (rc);
}

static uint32_t
reopen(const char *boot_id)
{
	CHECK(peer_end(&p) == 0);
	return (state_open(&p, program, durable, run, boot_id, "/graph"));
}

/* Containers and pods share their names; each kind is told apart. */
static void
test_pods(void)
{
	CHECK(ctr_create(&p, id_of(1), "web", false, false) == 0);
	CHECK(put(OBJ_POD, 0, thing(POD1, "web")) == EEXIST);
	SHOWS("S60 S94: a pod cannot have a container's name",
	    strstr(p.text, "\"web\" is already in use by") != NULL);
	CHECK(put(OBJ_POD, 0, thing(POD1, "duo")) == 0);
	CHECK(p.value == 1 && strcmp(p.text, "duo") == 0);
	CHECK(put(OBJ_POD, 0, thing(POD1, "other")) == EEXIST);
	CHECK(ctr_create(&p, id_of(2), "duo", false, false) == EEXIST);
	SHOWS("S60 S94: a container cannot have a pod's name",
	    strstr(p.text, "\"duo\" is already in use by pod " POD1) != NULL);
	CHECK(put(OBJ_POD, 0, thing(POD2, "")) == 0);
	SHOWS("S94: a pod's name is made up", strchr(p.text, '_') != NULL);
	CHECK(put(OBJ_POD, 0, thing("beef", "b")) == EBADMSG);
	CHECK(put(OBJ_POD, 0, thing(POD1, "a/b")) == EINVAL);
	CHECK(gets_id(OBJ_POD, "duo", POD1) == 0);
	CHECK(gets_id(OBJ_POD, POD1, POD1) == 0);
	CHECK(gets_id(OBJ_POD, "a10", POD1) == 0);
	CHECK(gets_id(OBJ_POD, "a", POD1) == EEXIST);
	CHECK(gets_id(OBJ_POD, "", POD1) == EINVAL);
	CHECK(gets_id(OBJ_POD, "web", "") == ENOENT);
	SHOWS("S60: a container is not a pod", strcmp(p.text, "web is a "
	    "container, not a pod: no such pod") == 0);
	CHECK(ctr_find(&p, "duo") == ENOENT);
	SHOWS("S60: a pod is not a container",
	    strstr(p.text, "is a pod") != NULL);
	CHECK(gets_id(OBJ_POD, "nope", "") == ENOENT);
	SHOWS("S98: no such pod", strcmp(p.text, "no pod with name or ID nope "
	    "found: no such pod") == 0);
	CHECK(ctr_find(&p, "nope") == ENOENT);
	SHOWS("S98: no such container", strcmp(p.text, "no container with "
	    "name or ID \"nope\" found: no such container") == 0);
	CHECK(ctr_find(&p, "") == EINVAL);
	SHOWS("S98: an empty ID", strstr(p.text, "cannot be empty") != NULL);
	CHECK(count(OBJ_POD) == 2);
}

static void
test_members(void)
{
	struct rec	*r;

	CHECK(create_with(id_of(10), false, "", "", POD1, "") == 0);
	CHECK(create_with(id_of(11), true, "", "", POD1, "") == 0);
	r = get(OBJ_POD, "duo", 0);
	CHECK(r != NULL && rec_count(r, KEY(user)) == 2);
	rec_free(r);
	r = ctr_get(&p, id_of(10));
	CHECK(r != NULL && strcmp(rec_str(r, KEY(pod), ""), POD1) == 0);
	rec_free(r);
	CHECK(gone(OBJ_POD, OBJ_WHOLE, POD1, "") == EBUSY);
	CHECK(strstr(p.text, id_of(10)) != NULL);
	CHECK(ctr_remove(&p, id_of(11)) == 0);
	CHECK(gone(OBJ_POD, OBJ_MARK, POD1, "") == EBUSY);
	CHECK(gone(OBJ_POD, OBJ_WHOLE, POD1, id_of(10)) == 0);
	CHECK(ctr_remove(&p, id_of(10)) == 0);
	CHECK(gone(OBJ_POD, OBJ_WHOLE, POD1, "") == ENOENT);
	SHOWS("S99: a pod that vanished", strstr(p.text, "pod has already "
	    "been removed") != NULL);
	CHECK(create_with(id_of(10), false, "", "", POD1, "") == ENOENT);
	SHOWS("S99: nothing joins a pod that vanished",
	    strstr(p.text, "pod has already been removed") != NULL);
	CHECK(ctr_create(&p, id_of(10), "duo", false, false) == 0);
	CHECK(ctr_remove(&p, id_of(10)) == 0);
}

static void
test_volumes(void)
{
	struct rec	*r;

	CHECK(put(OBJ_VOLUME, 0, thing("", "data")) == 0 && p.value == 1);
	CHECK(put(OBJ_VOLUME, 0, thing("", "data")) == EEXIST);
	CHECK(strcmp(p.text, "volume with name data already exists: volume "
	    "already exists") == 0);
	CHECK(put(OBJ_VOLUME, OBJ_KEEP, thing("", "data")) == 0 &&
	    p.value == 0);
	CHECK(put(OBJ_VOLUME, 0, thing("", "a/b")) == EINVAL);
	/* Their names are their own: no container's, no pod's. */
	CHECK(put(OBJ_VOLUME, 0, thing("", "web")) == 0);
	CHECK(gets_id(OBJ_VOLUME, "dat", "data") == 0);
	CHECK(gets_id(OBJ_VOLUME, "nope", "") == ENOENT);
	SHOWS("S98: no such volume", strcmp(p.text, "no volume with name "
	    "\"nope\" found: no such volume") == 0);
	r = rec_new();
	(void)rec_add(r, KEY(name), "data");
	(void)rec_add(r, KEY(label), "x=y");
	CHECK(put(OBJ_VOLUME, OBJ_UPDATE, r) == 0);
	r = get(OBJ_VOLUME, "data", 0);
	CHECK(r != NULL && strcmp(rec_str(r, KEY(label), ""), "x=y") == 0 &&
	    rec_num(r, KEY(v), 0) == 1 && rec_num(r, KEY(created), 0) > 0);
	rec_free(r);
	CHECK(count(OBJ_VOLUME) == 2);
}

/* Used by containers of either database; made with them; released. */
static void
test_volume_use(void)
{
	struct rec	*r;

	CHECK(create_with(id_of(20), false, "data", "own20", "", "") == 0);
	CHECK(create_with(id_of(21), true, "data", "own21", "", "") == 0);
	CHECK(create_with(id_of(22), true, "fresh", "", "", "") == 0);
	CHECK(count(OBJ_VOLUME) == 5);
	r = get(OBJ_VOLUME, "data", 0);
	CHECK(r != NULL && rec_count(r, KEY(user)) == 2);
	rec_free(r);
	r = get(OBJ_VOLUME, "own20", 0);
	CHECK(r != NULL && rec_num(r, KEY_IN(mount, anon), 0) == 1 &&
	    strcmp(rec_str(r, KEY(owner), ""), id_of(20)) == 0);
	rec_free(r);
	r = ctr_get(&p, id_of(20));
	CHECK(r != NULL && rec_count(r, KEY(volume)) == 2 &&
	    strcmp(rec_str(r, KEY_IN(row, anon), ""), "own20") == 0);
	rec_free(r);
	CHECK(gone(OBJ_VOLUME, OBJ_MARK, "data", id_of(21)) == EBUSY);
	CHECK(strcmp(p.text, "") != 0 && strstr(p.text, id_of(20)) != NULL &&
	    strstr(p.text, "volume is being used") != NULL);
	/* Marked for removal: no container can begin to use it. */
	CHECK(gone(OBJ_VOLUME, OBJ_MARK, "own20", id_of(20)) == 0);
	CHECK(create_with(id_of(23), false, "own20", "", "", "") == EBUSY);
	SHOWS("S99: a volume that is going", strstr(p.text, "volume has "
	    "already been removed") != NULL);
	r = get(OBJ_VOLUME, "own20", 0);
	CHECK(r != NULL && rec_num(r, KEY(removing), 0) == 1);
	rec_free(r);
	CHECK(gone(OBJ_VOLUME, OBJ_FINISH, "own20", id_of(20)) == 0);
	CHECK(gone(OBJ_VOLUME, OBJ_FINISH, "own20", "") == ENOENT);
	SHOWS("S99: a volume that vanished", strstr(p.text, "volume has "
	    "already been removed") != NULL);
	CHECK(ctr_remove(&p, id_of(20)) == 0);
	CHECK(ctr_remove(&p, id_of(20)) == ENOENT);
	CHECK(gone(OBJ_VOLUME, OBJ_WHOLE, "data", "") == EBUSY);
	CHECK(ctr_remove(&p, id_of(21)) == 0);
	CHECK(gone(OBJ_VOLUME, OBJ_WHOLE, "data", "") == 0);
	CHECK(gone(OBJ_VOLUME, OBJ_WHOLE, "own21", "") == 0);
}

/* A container that a boot has taken uses nothing. */
static void
test_reboot(void)
{
	CHECK(gone(OBJ_VOLUME, OBJ_WHOLE, "fresh", "") == EBUSY);
	remove_dir(run);
	run = new_dir("/var/tmp");
	CHECK(reopen("22222222-2222-3333-4444-555555555555") == 0);
	CHECK(gets_id(OBJ_VOLUME, "fresh", "fresh") == 0);
	CHECK(gone(OBJ_VOLUME, OBJ_WHOLE, "fresh", "") == 0);
	CHECK(count(OBJ_POD) == 1 && count(OBJ_VOLUME) == 1);
}

static void
test_required(void)
{
	CHECK(create_with(id_of(30), false, "", "", "", "") == 0);
	CHECK(create_with(id_of(31), false, "", "", "", id_of(30)) == 0);
	CHECK(create_with(id_of(32), false, "", "", "", id_of(99)) == ENOENT);
	CHECK(ctr_remove(&p, id_of(30)) == EEXIST);
	CHECK(strstr(p.text, "has dependent containers which must be removed "
	    "before it: ") != NULL && strstr(p.text, id_of(31)) != NULL);
	CHECK(ctr_remove(&p, id_of(31)) == 0);
	CHECK(ctr_remove(&p, id_of(30)) == 0);
}

static void
test_sessions(void)
{
	struct rec	*r;

	CHECK(create_with(id_of(40), false, "", "", "", "") == 0);
	r = thing(id_of(41), "");
	(void)rec_add(r, KEY_IN(session, ctr), id_of(40));
	CHECK(put(OBJ_EXEC, 0, r) == 0);
	r = thing(id_of(42), "");
	(void)rec_add(r, KEY_IN(session, ctr), id_of(40));
	CHECK(put(OBJ_EXEC, 0, r) == 0);
	CHECK(count(OBJ_EXEC) == 2);
	CHECK(gone(OBJ_EXEC, OBJ_WHOLE, id_of(42), "") == 0);
	CHECK(gets_id(OBJ_EXEC, id_of(41), id_of(41)) == 0);
	CHECK(ctr_remove(&p, id_of(40)) == 0);
	CHECK(count(OBJ_EXEC) == 0);
}

static void
test_networks(void)
{
	CHECK(put(OBJ_NETWORK, 0, thing(id_of(50), "lan")) == 0);
	CHECK(put(OBJ_NETWORK, 0, thing(id_of(51), "lan")) == EEXIST);
	CHECK(put(OBJ_NETWORK, 0, thing(id_of(50), "wan")) == EEXIST);
	CHECK(gets_id(OBJ_NETWORK, "lan", id_of(50)) == 0);
	CHECK(gets_id(OBJ_NETWORK, "wan", "") == ENOENT);
	CHECK(strstr(p.text, "network not found") != NULL);
	CHECK(gone(OBJ_NETWORK, OBJ_WHOLE, id_of(50), "") == 0);
	CHECK(put(OBJ_NETWORK, 0, thing(id_of(51), "lan")) == 0);
}

static void
test_secrets(void)
{
	struct rec	*r = thing(HEX25, "key");
	const void	*data;
	size_t		 len = 0;

	CHECK(put(OBJ_SECRET, 0, thing(HEX25, "key")) == EINVAL);
	(void)rec_add_bytes(r, KEY(data), "hush\0hush", 9);
	CHECK(put(OBJ_SECRET, 0, r) == 0);
	r = get(OBJ_SECRET, "key", 0);
	CHECK(r != NULL && rec_bytes(r, KEY(data), &len) == NULL);
	rec_free(r);
	r = get(OBJ_SECRET, "key", OBJ_PAYLOAD);
	CHECK(r != NULL && (data = rec_bytes(r, KEY(data), &len)) != NULL &&
	    len == 9 && memcmp(data, "hush\0hush", 9) == 0);
	rec_free(r);
	CHECK(count(OBJ_SECRET) == 1);
	CHECK(gone(OBJ_SECRET, OBJ_WHOLE, HEX25, "") == 0);
	CHECK(gets_id(OBJ_SECRET, "key", "") == ENOENT);
	CHECK(strstr(p.text, "no such secret") != NULL);
}

/* What a later version wrote is not touched by this one. */
static void
test_kinds(void)
{
	CHECK(put(0, 0, thing("", "x")) == EINVAL);
	CHECK(count(0) == -1);
	CHECK(gone(OBJ_POD, OBJ_WHOLE, "x", "") == ENOENT);
}

/* One bit is flipped in the value of a key of the journal. */
static void
flip(const char *key)
{
	static char	 buf[1 << 20];
	int		 dir = open(durable, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int		 fd = openat(dir, "state.journal", O_RDWR | O_CLOEXEC);
	ssize_t		 n = pread(fd, buf, sizeof(buf), 0);
	char		*at = n <= 0 ? NULL : memmem(buf, (size_t)n, key,
			    strlen(key));

	if (at == NULL)
		errx(1, "no %s in the journal", key);
	at[strlen(key) + 40] ^= 4;
	if (pwrite(fd, buf, (size_t)n, 0) != n)
		err(1, "journal");
	(void)unlinkat(dir, "state.kct", 0);
	close(fd);
	close(dir);
}

/*
 * D18: a damaged record is named and can be removed; the others are unchanged.
 */
static void
test_damaged(void)
{
	struct rec	*r;

	CHECK(put(OBJ_VOLUME, 0, thing("", "torn")) == 0);
	CHECK(put(OBJ_POD, 0, thing(POD3, "tornpod")) == 0);
	/* Not last: an end that is damaged was never finished. */
	CHECK(put(OBJ_VOLUME, 0, thing("", "whole")) == 0);
	CHECK(peer_end(&p) == 0);
	flip("vol:torn");
	flip("p:" POD3);
	CHECK(state_open(&p, program, durable, run,
	    "22222222-2222-3333-4444-555555555555", "/graph") == 0);
	CHECK(count(OBJ_VOLUME) == 3 && count(OBJ_POD) == 2);
	CHECK(gets_id(OBJ_VOLUME, "whole", "whole") == 0);
	CHECK(gets_id(OBJ_VOLUME, "torn", "") == EUCLEAN);
	SHOWS("D18: a damaged volume is named", strstr(p.text, "the record of "
	    "volume torn is damaged") != NULL);
	CHECK(gets_id(OBJ_POD, "tornpod", "") == EUCLEAN);
	SHOWS("X9: a damaged pod is named", strstr(p.text, "the record of "
	    "pod " POD3 " (tornpod) is damaged") != NULL);
	r = get(OBJ_POD, "tornpod", OBJ_REMAINS);
	SHOWS("X9: a damaged pod is found by its name", r != NULL &&
	    strcmp(rec_str(r, KEY(id), ""), POD3) == 0 &&
	    rec_get(r, KEY(error)) != NULL);
	rec_free(r);
	/* Its data goes before its name is free. */
	CHECK(gone(OBJ_VOLUME, OBJ_MARK, "torn", "") == 0);
	r = get(OBJ_VOLUME, "torn", 0);
	CHECK(r != NULL && rec_num(r, KEY(removing), 0) == 1);
	rec_free(r);
	CHECK(gone(OBJ_VOLUME, OBJ_FINISH, "torn", "") == 0);
	CHECK(gone(OBJ_POD, OBJ_WHOLE, POD3, "") == 0);
	CHECK(count(OBJ_VOLUME) == 2 && count(OBJ_POD) == 1);
	CHECK(put(OBJ_POD, 0, thing(POD3, "tornpod")) == 0);
	CHECK(gone(OBJ_POD, OBJ_WHOLE, POD3, "") == 0);
	CHECK(gone(OBJ_VOLUME, OBJ_WHOLE, "whole", "") == 0);
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		errx(1, "usage: obj_test PROGRAM");
	log_init("obj_test", 0, 0);
	program = argv[1];
	durable = new_dir("/var/tmp");
	run = new_dir("/var/tmp");
	CHECK(state_open(&p, program, durable, run, BOOT, "/graph") == 0);
	test_pods();
	test_members();
	test_volumes();
	test_volume_use();
	test_reboot();
	test_required();
	test_sessions();
	test_networks();
	test_secrets();
	test_kinds();
	test_damaged();
	CHECK(reopen("22222222-2222-3333-4444-555555555555") == 0);
	CHECK(count(OBJ_POD) == 1 && count(OBJ_NETWORK) == 1);
	CHECK(peer_end(&p) == 0);
	remove_dir(durable);
	remove_dir(run);
	return (finish());
}
