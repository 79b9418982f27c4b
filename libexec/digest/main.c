/*
 * digest: copies bytes from one pipe to the next and computes their digest.
 *
 * Trusts: no byte; it only adds them to the sum.
 * Holds:  two pipes while it copies. No paths, no network, no children, no
 *	   privilege.
 * Dies:   when its channel closes, also in the middle of a copy.
 *
 * The programs that parse the bytes of a layer, inflate and unpack, can be
 * taken over by them, and would then lie about their input. So this program
 * hashes in front of each of them, and parses nothing. It copies through its
 * own memory and not with splice or tee: the pages in a pipe that fetch has
 * spliced from the archive are still those of the file, and could change
 * between the sum and the reader.
 */
/* SHA256_* rather than EVP, which would link every cipher. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "digest.policy.h"
#include "flow.h"
#include "helper.h"
#include "nitems.h"
#include "why.h"

#define CHUNK	(256u << 10)
#define TEXT	72			/* "sha256:", 64 digits, NUL */

enum { READY = 1 };

struct digest {
	struct helper	 helper;
	unsigned int	 state;
	uint8_t		 buf[CHUNK];
};

/* Finish the sum, as images name it. */
static void
sum_text(SHA256_CTX *sum, char text[TEXT])
{
	static const char	 hex[] = "0123456789abcdef";
	uint8_t			 raw[SHA256_DIGEST_LENGTH];
	char			*p = text + 7;

	(void)SHA256_Final(raw, sum);
	memcpy(text, "sha256:", 7);
	for (size_t i = 0; i < sizeof(raw); i++) {
		*p++ = hex[raw[i] >> 4];
		*p++ = hex[raw[i] & 15];
	}
	*p = '\0';
}

/* For each block: read, count, add to the sum, write. */
static int
copy(struct digest *d, int from, int to, uint64_t max, SHA256_CTX *sum,
    uint64_t *total, struct why *w)
{
	const struct flow	 in = { from, d->helper.chan.fd, FLOW_READ_MS };
	const struct flow	 out = { to, d->helper.chan.fd, FLOW_WRITE_MS };
	ssize_t			 n;

	while ((n = flow_read(&in, d->buf, sizeof(d->buf), w)) > 0) {
		*total += (uint64_t)n;
		if (max != 0 && *total > max)
			return (why_set(w, EFBIG, "more than %llu bytes have "
			    "come", (unsigned long long)max));
		(void)SHA256_Update(sum, d->buf, (size_t)n);
		if (to != -1 && flow_write(&out, d->buf, (size_t)n, w) == -1)
			return (-1);
	}
	return (n == -1 ? -1 : 0);
}

static int
run(struct digest *d, int from, int to, uint64_t max, struct answer *a)
{
	SHA256_CTX	 sum;
	struct why	 w = { 0 };
	char		 text[TEXT];
	int		 rc;

	if (flow_check_in(from) == -1 ||
	    (to != -1 && flow_check_out(to) == -1))
		return (answer_text(a, "the bytes to hash do not come through "
		    "a pipe or from a file"));
	(void)SHA256_Init(&sum);
	rc = copy(d, from, to, max, &sum, &a->value, &w);
	sum_text(&sum, text);
	if (rc == 0)
		return (answer_text(a, "%s", text), 0);
	errno = w.error;
	return (answer_text(a, "%s", w.text));
}

static int
on_digest_copy(void *ctx, struct packet *p, struct answer *a)
{
	scoped_fd int	 from = packet_take_fd(p, 0);
	scoped_fd int	 to = packet_take_fd(p, 1);

	return (run(ctx, from, to, p->body.digest_copy.max_bytes, a));
}

static int
on_digest_sum(void *ctx, struct packet *p, struct answer *a)
{
	scoped_fd int	 from = packet_take_fd(p, 0);

	return (run(ctx, from, -1, p->body.digest_sum.max_bytes, a));
}

static const struct handler handlers[] = {
	/* message		states		handler */
	{ MSG_digest_copy,	READY,		on_digest_copy },
	{ MSG_digest_sum,	READY,		on_digest_sum },
};

int
main(int argc, char **argv)
{
	static struct digest	 d = {
		.helper = { .name = "digest", .self = R_DIGEST,
		    .policy = &digest_policy },
		.state = READY,
	};

	helper_args(&d.helper, argc, argv);
	helper_socket(&d.helper);
	helper_drop(&d.helper);
	helper_sandbox(&d.helper, NULL, 0);
	return (helper_serve(&d.helper, handlers,
	    NITEMS(handlers), &d.state, &d));
}
