#include "input.h"

#include <sys/types.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"
#include "why.h"

#define OUT_SIZE	(512u << 10)
#define PEEK_MAX	(64u << 10)

struct input {
	struct flow	 from;
	uint64_t	 max_bytes;
	struct why	*why;
	bool		 done;		/* no more bytes to read */
	uint64_t	 total, used_total;
	uint8_t		*out;		/* OUT_SIZE */
	size_t		 out_at, out_len;
};

void
input_free(struct input *in)
{
	if (in == NULL)
		return;
	free(in->out);
	free(in);
}

/* Read bytes behind those in the buffer: their number, 0 at the end, or -1. */
static ssize_t
fill(struct input *in)
{
	ssize_t	 n;

	if (in->done)
		return (0);
	n = flow_read(&in->from, in->out + in->out_len,
	    OUT_SIZE - in->out_len, in->why);
	if (n == -1)
		return (-1);
	in->done = n == 0;
	in->out_len += (size_t)n;
	in->total += (uint64_t)n;
	if (in->total > in->max_bytes)
		return (why_set(in->why, EFBIG, "the layer unpacks to more "
		    "than the %llu bytes that are allowed; if you trust where "
		    "it is from, raise --max-size",
		    (unsigned long long)in->max_bytes));
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

	if (in == NULL || (in->out = malloc(OUT_SIZE)) == NULL) {
		input_free(in);
		(void)why_set(w, ENOMEM, "out of memory");
		return (NULL);
	}
	in->from = (struct flow){ fd, lim->owner_fd, lim->stall_ms };
	in->max_bytes = lim->max_bytes;
	in->why = w;
	return (in);
}

struct input *
input_open(int fd, const struct input_limits *lim, struct why *w)
{
	struct input	*in = input_new(fd, lim, w);
	ssize_t		 n;

	if (in == NULL)
		return (NULL);
	if ((n = fill(in)) == 0)
		n = why_set(w, EBADMSG, "the layer is empty; pull or save the "
		    "image again");
	if (n != -1)
		return (in);
	input_free(in);
	return (NULL);
}

struct input *
input_memory(const void *p, size_t n, struct why *w)
{
	struct input_limits	 lim = { UINT64_MAX, 0, -1 };
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
	in->done = true;
	return (in);
}

int
input_close(struct input *in)
{
	if (in->done && in->out_at == in->out_len)
		return (0);
	return (why_set(in->why, EINVAL, "the layer was not read to its end"));
}
