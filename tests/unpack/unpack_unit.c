/*
 * Parts of unpack alone: what waits or counts, with limits small enough for
 * a test, and the corpus through the fuzz target.
 */
#include <sys/mman.h>
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

#include "../fuzz/unpack_fuzz.c"
#include "../../libexec/unpack/crc64.h"
#include "../../libexec/unpack/owners.h"
#include "nitems.h"

/* All that comes out, or the message of why not. */
static int
drain_fd(int fd, const struct input_limits *lim, struct why *w)
{
	struct input	*in = input_open(fd, lim, w);
	const uint8_t	*p;
	ssize_t		 n = -1;

	while (in != NULL && (n = input_peek(in, 1, &p)) > 0)
		input_skip(in, (size_t)n);
	input_free(in);
	return (n == 0 ? 0 : -1);
}

/* A stream that stops, and a caller that goes. */
static void
test_waiting(void)
{
	struct input_limits	 lim = { 1 << 20, 50, -1 };
	struct why		 w = { 0 };
	int			 p[2], s[2];

	if (pipe2(p, O_CLOEXEC) == -1 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s) == -1)
		err(1, "pipe");
	CHECK(drain_fd(p[0], &lim, &w) == -1 && w.error == ETIMEDOUT);
	memset(&w, 0, sizeof(w));
	CHECK(write(p[1], "some bytes", 10) == 10);
	CHECK(drain_fd(p[0], &lim, &w) == -1 && w.error == ETIMEDOUT);
	printf("# %s\n", w.text);
	memset(&w, 0, sizeof(w));
	lim.owner_fd = s[0];
	lim.stall_ms = 60000;
	close(s[1]);
	CHECK(drain_fd(p[0], &lim, &w) == -1 && w.error == EPIPE);
	close(p[0]);
	close(p[1]);
	close(s[0]);
}

static void
test_names(void)
{
	static const struct {
		const char	*in, *out;
	} names[] = {
		{ "a", "a" }, { "./a/", "a" }, { "/a//b/./c", "a/b/c" },
		{ ".", "" }, { "/", "" }, { "./", "" }, { "...", "..." },
		{ "a..b/..c", "a..b/..c" }, { "..", NULL }, { "a/..", NULL },
		{ "/../a", NULL }, { "a/./../b", NULL },
	};
	char	 out[TREE_PATH_MAX + 1];

	for (size_t i = 0; i < NITEMS(names); i++) {
		struct why	 w = { 0 };
		int		 rc = tree_clean(names[i].in, out, &w);

		check(names[i].out == NULL ? rc == -1 : rc == 0 &&
		    strcmp(out, names[i].out) == 0, names[i].in, __LINE__);
	}
}

static void
test_sums(void)
{
	struct idset	 s = { 0 };
	struct why	 w = { 0 };

	crc64_init();
	CHECK(crc64_add(0, "123456789", 9) == 0xb90956c775a41001ULL);
	CHECK(crc64_add(crc64_add(0, "1234567", 7), "89", 2) ==
	    0xb90956c775a41001ULL);
	for (uint32_t i = 0; i < OWNERS_MAX; i++)
		(void)idset_add(&s, i * 7 % OWNERS_MAX, &w);
	CHECK(s.n == OWNERS_MAX && s.id[100] == 100);
	CHECK(idset_add(&s, 5, &w) == 0);
	CHECK(idset_add(&s, OWNERS_MAX, &w) == -1 && w.error == EFBIG);
	idset_clear(&s);
}

int
main(void)
{
	title = "A11";
	test_waiting();
	title = NULL;
	test_names();
	test_sums();
	replay_corpus("unpack", LLVMFuzzerTestOneInput);
	return (finish());
}
