#include "unpack.h"

#include "call.h"

int
digest_begin(struct client *c, enum helper_id who, int from, int to,
    uint64_t max_bytes)
{
	const int	 fds[2] = { from, to };
	union msg	 sum = { .digest_sum = { .max_bytes = max_bytes } };
	union msg	 copy = { .digest_copy = { .max_bytes = max_bytes } };

	return (to == -1 ? call_begin(c, who, MSG_digest_sum, &sum, fds, 1) :
	    call_begin(c, who, MSG_digest_copy, &copy, fds, 2));
}

int
digest_end(struct client *c, enum helper_id who, char digest[DIGEST_TEXT],
    uint64_t *size)
{
	struct packet	 p;

	if (call_end(c, who, &p) == -1)
		return (-1);
	(void)strlcpy(digest, p.body.reply.text, DIGEST_TEXT);
	*size = p.body.reply.value;
	packet_clear(&p);
	return (0);
}

int
inflate_begin(struct client *c, int from, int to, uint64_t max_ratio)
{
	const int	 fds[2] = { from, to };
	union msg	 m = { .stream_inflate = { .max_ratio = max_ratio } };

	return (call_begin(c, H_INFLATE, MSG_stream_inflate, &m, fds, 2));
}

int
inflate_end(struct client *c, uint64_t *compression)
{
	return (call_end_value(c, H_INFLATE, compression));
}

int
unpack_begin(struct client *c, int from, int dir, uint64_t max_bytes,
    uint64_t max_inodes, uint32_t flags)
{
	const int	 fds[2] = { from, dir };
	union msg	 m = { .layer_unpack = { .max_bytes = max_bytes,
			    .max_inodes = max_inodes, .flags = flags } };

	return (call_begin(c, H_UNPACK, MSG_layer_unpack, &m, fds, 2));
}

struct rec *
unpack_end(struct client *c)
{
	return (call_end_rec(c, H_UNPACK, RECORD(layer)));
}
