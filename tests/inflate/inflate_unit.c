/*
 * Parts of inflate alone, with limits small enough for a test, and the corpus
 * through the fuzz target.
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
#include <time.h>
#include <unistd.h>

#include "harness.h"

#include "../fuzz/inflate_fuzz.c"

static const uint8_t	 empty_gz[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3,
	0, 0, 0, 0, 0, 0, 0, 0, 0 };

#define WAIT_MS	500

/* Into nothing: the format, or -1. */
static int
drain_fd(int fd, int ratio, int owner, struct why *w)
{
	int		 out = memfd_create("out", MFD_CLOEXEC);
	struct stream	 s = { .in = { fd, owner, WAIT_MS },
			    .out = { out, -1, 50 },
			    .max_ratio = (uint64_t)ratio,
			    .ratio_from = 1 << 20 };
	int		 kind = stream_inflate(&s, w);

	close(out);
	return (kind);
}

/* A stream that stops, and a caller that goes. */
static void
test_waiting(void)
{
	struct why	 w = { 0 };
	time_t		 begin = time(NULL);
	int		 p[2], s[2];

	if (pipe2(p, O_CLOEXEC) == -1 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s) == -1)
		err(1, "pipe");
	CHECK(drain_fd(p[0], 100, -1, &w) == -1 && w.error == ETIMEDOUT);
	memset(&w, 0, sizeof(w));
	CHECK(write(p[1], empty_gz, 12) == 12);
	CHECK(drain_fd(p[0], 100, -1, &w) == -1 && w.error == ETIMEDOUT);
	CHECK(time(NULL) - begin < 10 * 2 * WAIT_MS / 1000);
	memset(&w, 0, sizeof(w));
	close(s[1]);
	CHECK(drain_fd(p[0], 100, s[0], &w) == -1 && w.error == EPIPE);
	close(p[0]);
	close(p[1]);
	close(s[0]);
}

/* The ratio; and members that unpack to nothing. */
static void
test_bombs(void)
{
	struct why	 w = { 0 };
	FILE		*f = popen("head -c 20000000 /dev/zero | gzip -c", "r");
	int		 fd = memfd_create("gz", MFD_CLOEXEC);

	if (f == NULL || fd == -1)
		err(1, "gzip");
	CHECK(drain_fd(fileno(f), 100, -1, &w) == -1 && w.error == EFBIG);
	CHECK(strstr(w.text, "100 times") != NULL &&
	    strstr(w.text, "--max-ratio") != NULL);
	(void)pclose(f);
	memset(&w, 0, sizeof(w));
	for (int i = 0; i < 1000; i++)
		if (write(fd, empty_gz, sizeof(empty_gz)) == -1)
			err(1, "write");
	(void)lseek(fd, 0, SEEK_SET);
	CHECK(drain_fd(fd, 100, -1, &w) == 2 && w.error == 0);
	close(fd);
}

/* Uncompressed input is copied, also when it is short. */
static void
test_plain(void)
{
	static const char *const	 texts[] = { "a", "BZ",
	    "hello, world" };
	struct why			 w = { 0 };
	int				 fd;

	for (size_t i = 0; i < 3; i++) {
		fd = memfd_create("plain", MFD_CLOEXEC);
		CHECK(write(fd, texts[i], strlen(texts[i])) > 0 &&
		    lseek(fd, 0, SEEK_SET) == 0);
		CHECK(drain_fd(fd, 100, -1, &w) == 0);
		close(fd);
	}
	fd = memfd_create("empty", MFD_CLOEXEC);
	CHECK(drain_fd(fd, 100, -1, &w) == -1 && w.error == EBADMSG);
	close(fd);
}

int
main(void)
{
	title = "A11";
	test_waiting();
	title = "A10";
	test_bombs();
	title = NULL;
	test_plain();
	replay_corpus("inflate", LLVMFuzzerTestOneInput);
	return (finish());
}
