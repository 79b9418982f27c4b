#include "stream.h"

#include <sys/types.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "why.h"

#define IN_SIZE		(256u << 10)
#define OUT_SIZE	(512u << 10)

struct work {
	const struct stream	*s;
	struct why		*why;
	const struct codec	*codec;		/* NULL: not compressed */
	void			*decoder;
	bool			 between;	/* a member ended, the next has
						 * not begun */
	bool			 eof;		/* no more bytes to read */
	bool			 done;		/* no more bytes to decode */
	uint64_t		 in_total, out_total;
	size_t			 at, len;	/* the unused part of `in` */
	uint8_t			 in[IN_SIZE];
	uint8_t			 out[OUT_SIZE];
};

/* Read bytes behind those in the buffer. Their number, 0 at the end, or -1. */
static ssize_t
more(struct work *k)
{
	ssize_t	 n;

	if (k->at > 0) {
		memmove(k->in, k->in + k->at, k->len - k->at);
		k->len -= k->at;
		k->at = 0;
	}
	if (k->eof)
		return (0);
	n = flow_read(&k->s->in, k->in + k->len, IN_SIZE - k->len, k->why);
	if (n == -1)
		return (-1);
	k->eof = n == 0;
	k->len += (size_t)n;
	k->in_total += (uint64_t)n;
	return (n);
}

/* Read as many as identify the format, or all. 0 or -1. */
static int
want_magic(struct work *k)
{
	while (k->len - k->at < CODEC_MAGIC && !k->eof)
		if (more(k) == -1)
			return (-1);
	return (0);
}

static int
put(struct work *k, const uint8_t *p, size_t n)
{
	k->out_total += n;
	if (k->codec != NULL && k->out_total > k->s->ratio_from &&
	    k->out_total / k->s->max_ratio > k->in_total)
		return (why_set(k->why, EFBIG, "the layer unpacks to more "
		    "than %llu times its size, as a decompression bomb does; "
		    "if you trust where it is from, raise --max-ratio",
		    (unsigned long long)k->s->max_ratio));
	return (n == 0 ? 0 : flow_write(&k->s->out, p, n, k->why));
}

/* A member is complete. The next one must be of the same format. */
static int
next_member(struct work *k)
{
	if (want_magic(k) == -1)
		return (-1);
	if (k->len == k->at) {
		k->done = true;
		return (0);
	}
	if (codec_detect(k->in + k->at, k->len - k->at) != k->codec)
		return (why_set(k->why, EBADMSG, "there is something else "
		    "behind the end of the %s stream; pull or save the image "
		    "again", k->codec->name));
	if (k->codec->again(k->decoder) == -1)
		return (why_set(k->why, ENOMEM, "out of memory"));
	k->between = false;
	return (0);
}

/* One step: decode some input and write the output. */
static int
step(struct work *k)
{
	struct codec_io		 io = { NULL, 0, k->out, OUT_SIZE };
	enum codec_state	 st;

	if (k->between)
		return (next_member(k));
	if (k->at == k->len && more(k) == -1)
		return (-1);
	io.in = k->in + k->at;
	io.in_left = k->len - k->at;
	st = k->codec->run(k->decoder, &io, k->why);
	k->at = k->len - io.in_left;
	if (st == CODEC_BAD)
		return (-1);
	k->between = st == CODEC_END;
	if (!k->between && k->eof && io.out_left == OUT_SIZE)
		return (why_set(k->why, EBADMSG, "the %s stream is cut short "
		    "after %llu bytes; pull or save the image again",
		    k->codec->name, (unsigned long long)k->in_total));
	return (put(k, k->out, OUT_SIZE - io.out_left));
}

static int
decode(struct work *k)
{
	int	 rc = 0;

	if ((k->decoder = k->codec->start()) == NULL)
		return (why_set(k->why, ENOMEM, "out of memory"));
	while (rc == 0 && !k->done)
		rc = step(k);
	k->codec->stop(k->decoder);
	return (rc);
}

static int
pass_on(struct work *k)
{
	do {
		if (put(k, k->in + k->at, k->len - k->at) == -1)
			return (-1);
		k->at = k->len;
		if (more(k) == -1)
			return (-1);
	} while (k->len > k->at);
	return (0);
}

int
stream_inflate(const struct stream *s, struct why *w)
{
	struct work	*k = calloc(1, sizeof(*k));
	int		 rc;

	if (k == NULL)
		return (why_set(w, ENOMEM, "out of memory"));
	k->s = s;
	k->why = w;
	if ((rc = want_magic(k)) == 0 && k->len == 0)
		rc = why_set(w, EBADMSG, "the layer is empty; pull or save "
		    "the image again");
	if (rc == 0) {
		k->codec = codec_detect(k->in, k->len);
		rc = k->codec != NULL ? decode(k) : pass_on(k);
	}
	if (rc == 0)
		rc = k->codec != NULL ? (int)k->codec->number : CODEC_PLAIN;
	free(k);
	return (rc);
}
