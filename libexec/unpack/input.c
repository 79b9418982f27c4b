#include "input.h"

#include <sys/types.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec.h"
#include "digest.h"
#include "scope.h"
#include "why.h"

#define IN_SIZE		(128u << 10)
#define OUT_SIZE	(512u << 10)
#define PEEK_MAX	(64u << 10)

struct input {
	int			 fd;
	struct input_limits	 lim;
	struct why		*why;
	const struct codec	*codec;		/* NULL: not compressed */
	void			*decoder;
	bool			 between;	/* a member ended, none begun */
	bool			 eof;		/* no more bytes to read */
	bool			 done;		/* no more bytes to decode */
	struct digest		*raw, *plain;
	uint64_t		 in_total, out_total, used_total;
	uint8_t			*in;		/* IN_SIZE; compressed only */
	size_t			 in_at, in_len;
	uint8_t			*out;		/* OUT_SIZE */
	size_t			 out_at, out_len;
};

void
input_free(struct input *in)
{
	if (in == NULL)
		return;
	if (in->decoder != NULL)
		in->codec->stop(in->decoder);
	digest_free(in->raw);
	digest_free(in->plain);
	free(in->in);
	free(in->out);
	free(in);
}

/* Wait for bytes, but not for ever, and not for a caller that is gone. */
static int
wait_bytes(struct input *in)
{
	struct pollfd	 p[2] = {
		{ .fd = in->fd, .events = POLLIN },
		{ .fd = in->lim.owner_fd, .events = 0 },
	};
	int		 n;

	do {
		n = poll(p, 2, in->lim.stall_ms);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return (why_set(in->why, errno, "cannot wait for the layer"));
	if (n == 0)
		return (why_set(in->why, ETIMEDOUT, "no byte of the layer has "
		    "come for %d seconds; check where it comes from and try "
		    "again", in->lim.stall_ms / 1000));
	if (p[1].revents & (POLLHUP | POLLERR))
		return (why_set(in->why, EPIPE, "the caller is gone"));
	return (0);
}

/* Some bytes from the descriptor. Their number, 0 at the end, or -1. */
static ssize_t
read_raw(struct input *in, uint8_t *buf, size_t room)
{
	ssize_t	 n;

	if (in->eof)
		return (0);
	do {
		if (wait_bytes(in) == -1)
			return (-1);
		n = read(in->fd, buf, room);
	} while (n == -1 && (errno == EINTR || errno == EAGAIN));
	if (n == -1)
		return (why_set(in->why, errno, "the layer cannot be read: %s",
		    strerror(errno)));
	if (n == 0)
		in->eof = true;
	in->in_total += (uint64_t)n;
	/* Bytes that unpack to nothing are no way round the limit (A11). */
	if (in->in_total > in->lim.max_bytes)
		return (why_set(in->why, EFBIG, "the layer is longer than "
		    "the %llu bytes that are allowed; raise the limit if you "
		    "trust it", (unsigned long long)in->lim.max_bytes));
	digest_add(in->raw, buf, (size_t)n);
	return (n);
}

/* The bomb limits of A10, looked at after every step. */
static int
check_output(struct input *in, size_t n)
{
	in->out_total += n;
	if (in->out_total > in->lim.max_bytes)
		return (why_set(in->why, EFBIG, "the layer unpacks to more "
		    "than the %llu bytes that are allowed; raise the limit "
		    "if you trust it",
		    (unsigned long long)in->lim.max_bytes));
	if (in->codec != NULL && in->out_total > in->lim.ratio_from &&
	    in->out_total / in->lim.max_ratio > in->in_total)
		return (why_set(in->why, EFBIG, "the layer unpacks to more "
		    "than %llu times its size, as a decompression bomb does; "
		    "do not use it unless you trust where it is from",
		    (unsigned long long)in->lim.max_ratio));
	return (0);
}

static int
refill(struct input *in)
{
	ssize_t	 n;

	if (in->in_at < in->in_len)
		return (0);
	in->in_at = in->in_len = 0;
	if ((n = read_raw(in, in->in, IN_SIZE)) == -1)
		return (-1);
	in->in_len = (size_t)n;
	return (0);
}

/* A member is complete. The next one must be of the same format. */
static int
next_member(struct input *in)
{
	const uint8_t	*p = in->in + in->in_at;
	size_t		 have = in->in_len - in->in_at;

	/* Only a few bytes: a new member always starts with its magic. */
	while (have < CODEC_MAGIC && !in->eof) {
		ssize_t	 n;

		memmove(in->in, p, have);
		p = in->in;
		in->in_at = 0;
		in->in_len = have;
		if ((n = read_raw(in, in->in + have, IN_SIZE - have)) == -1)
			return (-1);
		in->in_len = have += (size_t)n;
	}
	if (have == 0) {
		in->done = true;
		return (0);
	}
	if (codec_detect(p, have) != in->codec)
		return (why_set(in->why, EBADMSG, "there is something else "
		    "behind the end of the %s stream; pull or save the image "
		    "again", in->codec->name));
	if (in->codec->again(in->decoder) == -1)
		return (why_set(in->why, ENOMEM, "out of memory"));
	in->between = false;
	return (0);
}

static ssize_t
decode(struct input *in, uint8_t *buf, size_t room)
{
	struct codec_io		 io = { NULL, 0, buf, room };
	enum codec_state	 st;

	while (io.out_left == room && !in->done) {
		if (in->between) {
			if (next_member(in) == -1)
				return (-1);
			continue;
		}
		if (refill(in) == -1)
			return (-1);
		io.in = in->in + in->in_at;
		io.in_left = in->in_len - in->in_at;
		st = in->codec->run(in->decoder, &io, in->why);
		in->in_at = in->in_len - io.in_left;
		if (st == CODEC_BAD)
			return (-1);
		if (st == CODEC_END)
			in->between = true;
		else if (in->eof && io.out_left == room)
			return (why_set(in->why, EBADMSG, "the %s stream is "
			    "cut short after %llu bytes; pull or save the "
			    "image again", in->codec->name,
			    (unsigned long long)in->in_total));
	}
	return ((ssize_t)(room - io.out_left));
}

/* More bytes behind those in the buffer: how many, 0 at the end, or -1. */
static ssize_t
fill(struct input *in)
{
	uint8_t	*to = in->out + in->out_len;
	size_t	 room = OUT_SIZE - in->out_len;
	ssize_t	 n;

	if (in->done)
		return (0);
	n = in->codec != NULL ? decode(in, to, room) : read_raw(in, to, room);
	if (n == -1 || check_output(in, (size_t)n) == -1)
		return (-1);
	if (n == 0)
		in->done = true;
	in->out_len += (size_t)n;
	if (in->codec != NULL)
		digest_add(in->plain, to, (size_t)n);
	return (n);
}

ssize_t
input_peek(struct input *in, size_t want, const uint8_t **p)
{
	ssize_t	 n;

	if (in->out_at == in->out_len)
		in->out_at = in->out_len = 0;
	if (want > PEEK_MAX)
		want = PEEK_MAX;
	if (in->out_len - in->out_at < want && in->out_at > 0) {
		memmove(in->out, in->out + in->out_at,
		    in->out_len - in->out_at);
		in->out_len -= in->out_at;
		in->out_at = 0;
	}
	while (in->out_len - in->out_at < want) {
		if ((n = fill(in)) == -1)
			return (-1);
		if (n == 0)
			break;
	}
	*p = in->out + in->out_at;
	return ((ssize_t)(in->out_len - in->out_at));
}

void
input_skip(struct input *in, size_t n)
{
	in->out_at += n;
	in->used_total += n;
}

uint64_t
input_position(const struct input *in)
{
	return (in->used_total);
}

static struct input *
input_new(int fd, const struct input_limits *lim, struct why *w)
{
	struct input	*in = calloc(1, sizeof(*in));

	if (in == NULL || (in->raw = digest_new()) == NULL ||
	    (in->plain = digest_new()) == NULL ||
	    (in->out = malloc(OUT_SIZE)) == NULL) {
		input_free(in);
		(void)why_set(w, ENOMEM, "out of memory");
		return (NULL);
	}
	in->fd = fd;
	in->lim = *lim;
	in->why = w;
	return (in);
}

/* What was read to see the format belongs to the decoder. */
static int
start_codec(struct input *in)
{
	if ((in->in = malloc(IN_SIZE)) == NULL ||
	    (in->decoder = in->codec->start()) == NULL)
		return (why_set(in->why, ENOMEM, "out of memory"));
	memcpy(in->in, in->out, in->out_len);
	in->in_len = in->out_len;
	in->out_len = 0;
	return (0);
}

struct input *
input_open(int fd, const struct input_limits *lim, struct why *w)
{
	struct input	*in = input_new(fd, lim, w);
	ssize_t		 n = 1;

	if (in == NULL)
		return (NULL);
	while (n > 0 && in->out_len < CODEC_MAGIC) {
		n = read_raw(in, in->out + in->out_len,
		    IN_SIZE - in->out_len);
		if (n > 0)
			in->out_len += (size_t)n;
	}
	if (n >= 0 && in->out_len == 0)
		n = why_set(w, EBADMSG, "the layer is empty; pull or save the "
		    "image again");
	in->codec = codec_detect(in->out, in->out_len);
	if (n == -1 || (in->codec != NULL && start_codec(in) == -1)) {
		input_free(in);
		return (NULL);
	}
	in->out_total = in->out_len;
	return (in);
}

struct input *
input_memory(const void *p, size_t n, struct why *w)
{
	struct input_limits	 lim = { UINT64_MAX, UINT64_MAX, 1, 0, -1 };
	struct input		*in = input_new(-1, &lim, w);
	uint8_t			*copy;

	if (in == NULL)
		return (NULL);
	if ((copy = malloc(n + 1)) == NULL) {
		(void)why_set(w, ENOMEM, "out of memory");
		input_free(in);
		return (NULL);
	}
	memcpy(copy, p, n);
	free(in->out);
	in->out = copy;
	in->out_len = n;
	in->eof = in->done = true;
	return (in);
}

int
input_close(struct input *in, struct input_sums *s)
{
	if (!in->done || in->out_at != in->out_len)
		return (why_set(in->why, EINVAL, "the layer was not read to "
		    "its end"));
	digest_text(in->raw, s->digest);
	if (in->codec != NULL)
		digest_text(in->plain, s->diff_id);
	else
		memcpy(s->diff_id, s->digest, sizeof(s->diff_id));
	s->compressed_size = in->in_total;
	s->size = in->out_total;
	s->compression = in->codec != NULL ? (int)in->codec->number :
	    CODEC_PLAIN;
	return (0);
}
