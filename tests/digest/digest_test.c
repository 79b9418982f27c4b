/*
 * digest as the front end uses it: what comes out is what went in, and the
 * sum is of exactly that.
 */
#include <sys/mman.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "harness.h"

#define BIG	(3u << 20)
#define EMPTY_SUM "sha256:e3b0c44298fc1c149afbf4c8996fb924" \
		"27ae41e4649b934ca495991b7852b855"
#define ABC_SUM	"sha256:ba7816bf8f01cfea414140de5dae2223" \
		"b00361a396177a9cb410ff61f20015ad"

static const char	*program;

/* One request; the answer's error, its text and value. */
static uint32_t
request(struct chan *ch, enum msg_type type, uint64_t max, const int *fds,
    unsigned int nfds, struct packet *p)
{
	union msg	 m;

	memset(&m, 0, sizeof(m));
	if (type == MSG_digest_copy)
		m.digest_copy.max_bytes = max;
	else
		m.digest_sum.max_bytes = max;
	if (chan_send(ch, type, 1, &m, fds, nfds) == -1 ||
	    chan_recv(ch, p) != 1)
		return (UINT32_MAX);
	return (p->body.reply.error);
}

static int
file_of(const char *text)
{
	int	 fd = memfd_create("text", MFD_CLOEXEC);

	if (fd == -1 || pwrite(fd, text, strlen(text), 0) == -1)
		err(1, "memfd");
	return (fd);
}

static void
test_sum(void)
{
	struct chan	 ch;
	struct packet	 p;
	pid_t		 pid = start(program, R_CTL, R_DIGEST, &ch);
	int		 fd = file_of("abc"), null = open("/dev/null", O_RDWR);

	CHECK(request(&ch, MSG_digest_sum, 0, &fd, 1, &p) == 0 &&
	    strcmp(p.body.reply.text, ABC_SUM) == 0 &&
	    p.body.reply.value == 3);
	/* At its end by now: the next one starts with a sum of its own. */
	CHECK(request(&ch, MSG_digest_sum, 0, &fd, 1, &p) == 0 &&
	    strcmp(p.body.reply.text, EMPTY_SUM) == 0 &&
	    p.body.reply.value == 0);
	(void)lseek(fd, 0, SEEK_SET);
	CHECK(request(&ch, MSG_digest_sum, 3, &fd, 1, &p) == 0);
	(void)lseek(fd, 0, SEEK_SET);
	CHECK(request(&ch, MSG_digest_sum, 2, &fd, 1, &p) == EFBIG);
	CHECK(request(&ch, MSG_digest_sum, 0, &null, 1, &p) == EINVAL);
	CHECK(request(&ch, MSG_digest_copy, 0, (int[]){ fd, null }, 2, &p) ==
	    EINVAL);
	CHECK(stop(pid, &ch) == EX_OK);
	close(fd);
	close(null);
}

/* More than a pipe holds, through it, to a reader that compares. */
static void
test_copy(void)
{
	struct chan	 ch;
	struct packet	 p;
	union msg	 m;
	pid_t		 pid = start(program, R_CTL, R_DIGEST, &ch);
	uint8_t		*sent = malloc(BIG), *got = malloc(BIG + 1);
	size_t		 n = 0;
	ssize_t		 k;
	int		 out[2], again[2], fd = memfd_create("big",
	    MFD_CLOEXEC);
	char		 first[1024];

	if (sent == NULL || got == NULL || fd == -1 ||
	    pipe2(out, O_CLOEXEC) == -1 || pipe2(again, O_CLOEXEC) == -1)
		err(1, "big");
	for (size_t i = 0; i < BIG; i++)
		sent[i] = (uint8_t)(i * i >> 7);
	CHECK(write(fd, sent, BIG) == BIG && lseek(fd, 0, SEEK_SET) == 0);
	memset(&m, 0, sizeof(m));
	CHECK(chan_send(&ch, MSG_digest_copy, 1, &m, (int[]){ fd, out[1] },
	    2) == 0);
	close(out[1]);
	while ((k = read(out[0], got + n, BIG + 1 - n)) > 0)
		n += (size_t)k;
	CHECK(n == BIG && memcmp(sent, got, BIG) == 0);
	CHECK(chan_recv(&ch, &p) == 1 && p.body.reply.error == 0 &&
	    p.body.reply.value == BIG);
	(void)snprintf(first, sizeof(first), "%s", p.body.reply.text);
	(void)lseek(fd, 0, SEEK_SET);
	CHECK(request(&ch, MSG_digest_sum, 0, &fd, 1, &p) == 0 &&
	    strcmp(first, p.body.reply.text) == 0);
	/* A reader that has gone ends it. */
	(void)lseek(fd, 0, SEEK_SET);
	close(again[0]);
	CHECK(request(&ch, MSG_digest_copy, 0, (int[]){ fd, again[1] }, 2,
	    &p) == EPIPE);
	close(again[1]);
	CHECK(stop(pid, &ch) == EX_OK);
	close(fd);
	close(out[0]);
	free(sent);
	free(got);
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		errx(1, "usage: digest_test program");
	program = argv[1];
	test_sum();
	test_copy();
	return (finish());
}
