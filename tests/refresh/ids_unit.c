/*
 * What subids says is checked again: a subids that was taken over can withhold
 * ids, but not make refresh map what no rule allows.
 */
#include <sys/wait.h>

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "harness.h"

#include "log.h"

#include "../../libexec/refresh/children.h"
#include "../../libexec/refresh/ids.h"
#include "nitems.h"

#define ANN	1000u

static struct ids	 ids;

/* An answer about ann that nothing is wrong with. */
static struct subids
good(void)
{
	struct subids	 s;

	memset(&s, 0, sizeof(s));
	s.magic = SUBIDS_MAGIC;
	s.asked = s.uid = s.gid = ANN;
	s.found = 1;
	s.uids = s.gids = (struct ranges){ .n = 1, .r = { { 200000, 65536 } } };
	memcpy(s.name, "ann", 4);
	return (s);
}

/* Have it taken, cut to this length. */
static void
take_as(const struct subids *s, size_t len, enum map_kind kind, uid_t uid)
{
	int	 p[2];

	memset(&ids, 0, sizeof(ids));
	ids.kind = kind;
	ids.uid = ids.gid = uid;
	if (pipe2(p, O_CLOEXEC) == -1 || write(p[1], s, len) != (ssize_t)len)
		err(1, "pipe");
	close(p[1]);
	ids_take(&ids, &(struct reader){ -1, p[0] });
}

static void
take(const struct subids *s, size_t len, bool system)
{
	take_as(s, len, system ? MAP_SYSTEM : MAP_USER, system ? 0 : ANN);
}

static bool
refused(const struct subids *s, const char *word)
{
	take(s, sizeof(*s), false);
	if (strstr(ids.why, word) == NULL)
		printf("# says: %s\n", ids.why);
	return (ids.why[0] != '\0' && strstr(ids.why, word) != NULL);
}

static void
test_whole(void)
{
	struct subids	 s = good();

	take(&s, sizeof(s), false);
	CHECK(ids.why[0] == '\0' && ids.uids.n == 1 && ids.gids.n == 1 &&
	    ids.uid == ANN && strcmp(ids.name, "ann") == 0);
	take(&s, sizeof(s) - 1, false);
	CHECK(strstr(ids.why, "gave no answer") != NULL && ids.uids.n == 0);
	take(&s, 0, false);
	CHECK(strstr(ids.why, "gave no answer") != NULL && ids.uids.n == 0);
	s.magic++;
	CHECK(refused(&s, "gave no answer") && ids.uids.n == 0);
	s = good();
	s.asked = ANN + 1;
	CHECK(refused(&s, "gave no answer") && ids.uids.n == 0);
	s = good();
	s.uids.n = MAP_LINES + 1;
	CHECK(refused(&s, "gave no answer") && ids.uids.n == 0);
	s = good();
	s.gids.n = UINT64_MAX;
	CHECK(refused(&s, "gave no answer") && ids.uids.n == 0);
	s = good();
	memset(s.name, 'a', sizeof(s.name));
	CHECK(refused(&s, "gave no answer"));
	s = good();
	memset(s.why, 'a', sizeof(s.why));
	CHECK(refused(&s, "gave no answer"));
}

/* Ranges that no rule allows, with and without a reason of its own. */
static void
test_ranges(void)
{
	static const struct {
		struct range	 r;
		const char	*word;
	} bad[] = {
		{ { 0, 10 },			"starts at 0" },
		{ { 5, 0 },			"empty" },
		{ { ANN, 1 },			"own id" },
		{ { 1, ANN },			"own id" },
		{ { 200100, 1 },		"overlap" },
		{ { 4294967294, 2 },		"past 4294967294" },
		{ { UINT64_MAX, 2 },		"past 4294967294" },
		{ { 2, UINT64_MAX },		"past 4294967294" },
	};
	struct subids	 s;

	for (size_t i = 0; i < NITEMS(bad); i++) {
		s = good();
		s.uids.r[s.uids.n++] = bad[i].r;
		CHECK(refused(&s, bad[i].word) && strstr(ids.why, "subuid"));
		s = good();
		s.gids.r[s.gids.n++] = bad[i].r;
		CHECK(refused(&s, bad[i].word) && strstr(ids.why, "subgid"));
	}
	s = good();
	s.uids.n = 0;
	CHECK(refused(&s, "no subordinate ids"));
	s = good();
	memcpy(s.why, "a reason", 9);
	CHECK(refused(&s, "a reason"));
}

/* How a refresh ends that is told of this account; EX_OK: it goes on. */
static int
ends(const struct subids *s)
{
	pid_t	 pid = fork();
	int	 st;

	if (pid == 0) {
		take(s, sizeof(*s), true);
		_exit(ids.uid != s->uid || ids.gid != s->gid);
	}
	return (waitpid(pid, &st, 0) == pid && WIFEXITED(st) ?
	    WEXITSTATUS(st) : -1);
}

static void
test_account(void)
{
	struct subids	 s = good();

	s.asked = 0;
	CHECK(ends(&s) == EX_OK);
	s.uid = 0;
	CHECK(ends(&s) == EX_CONFIG);
	s.uid = UINT32_MAX;
	CHECK(ends(&s) == EX_CONFIG);
	s.uid = ANN;
	s.gid = 0;
	CHECK(ends(&s) == EX_CONFIG);
	s.gid = ANN;
	s.found = 0;
	CHECK(ends(&s) == EX_NOUSER);
	s.found = 1;
	s.asked = ANN;
	CHECK(ends(&s) == EX_UNAVAILABLE);
}

/* 0: who this process is, once it is root of a user namespace. */
static int
is_nested(void)
{
	enter_userns(0);
	ids_init(&ids);
	return (ids.kind != MAP_NESTED || ids.uid != 0 || ids.gid != 0);
}

/* Root of a user namespace: its groups do not matter, its 0 is 0. */
static void
test_nested(void)
{
	struct subids	 s = good();
	pid_t		 pid = fork();
	int		 st;

	if (pid == 0)
		_exit(is_nested());
	CHECK(waitpid(pid, &st, 0) == pid && WIFEXITED(st) &&
	    WEXITSTATUS(st) == 0);
	s.asked = s.uid = s.gid = 0;
	s.uids.r[0] = s.gids.r[0] = (struct range){ 1, 65536 };
	take_as(&s, sizeof(s), MAP_NESTED, 0);
	CHECK(ids.why[0] == '\0' && ids.uids.n == 1 && !ids.keep_groups);
	s.uids.r[0].start = 0;
	take_as(&s, sizeof(s), MAP_NESTED, 0);
	CHECK(strstr(ids.why, "starts at 0") != NULL);
}

int
main(void)
{
	log_init("ids_unit", 0, 0);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	test_whole();
	test_ranges();
	test_account();
	test_nested();
	return (finish());
}
