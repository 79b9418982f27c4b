#include "journal.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "record.h"

/*
 * A transaction: "BHJ1", u32 length of what follows the head, u32 checksum of
 * that length. Then changes: u8 kind, u16 key length, u32 value length, u32
 * checksum of kind, key and value, key, value. All little-endian. The buffer
 * begins with space for the head, so that a transaction is one write.
 */
#define MAGIC		"BHJ1"
#define HEAD		12
#define CHANGE		11
#define KEY_MAX		1024
#define WINDOW		(1 << 20)	/* bytes of the journal in memory */

enum { PUT = 1, GONE = 2, DAMAGED = 3 };

static uint32_t
sum(uint32_t h, const void *data, size_t len)
{
	const uint8_t	*p = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 16777619u;
	return (h);
}

static uint32_t
sum_change(uint8_t kind, const void *key, size_t key_len, const void *data,
    size_t len)
{
	return (sum(sum(sum(2166136261u, &kind, 1), key, key_len), data, len));
}

static void
put_le(uint8_t *p, uint32_t v, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t
get_le(const uint8_t *p, unsigned int n)
{
	uint32_t	 v = 0;

	for (unsigned int i = 0; i < n; i++)
		v |= (uint32_t)p[i] << (8 * i);
	return (v);
}

static int
jbuf_room(struct jbuf *b, size_t more)
{
	size_t	 cap = b->cap == 0 ? 4096 : b->cap;
	void	*p;

	if (b->len == 0)
		more += HEAD;
	while (cap - b->len < more)
		cap *= 2;
	if (cap != b->cap) {
		if ((p = realloc(b->base, cap)) == NULL)
			return (-1);
		b->base = p;
		b->cap = cap;
	}
	if (b->len == 0)
		b->len = HEAD;
	return (0);
}

static int
add(struct jbuf *b, uint8_t kind, const char *key, const void *data,
    size_t len)
{
	size_t	 key_len = strlen(key);
	uint8_t	*p;

	if (key_len > KEY_MAX || len > REC_MAX) {
		errno = EMSGSIZE;
		return (-1);
	}
	if (jbuf_room(b, CHANGE + key_len + len) == -1)
		return (-1);
	p = b->base + b->len;
	p[0] = kind;
	put_le(p + 1, (uint32_t)key_len, 2);
	put_le(p + 3, (uint32_t)len, 4);
	put_le(p + 7, sum_change(kind, key, key_len, data, len), 4);
	memcpy(p + CHANGE, key, key_len);
	if (len > 0)
		memcpy(p + CHANGE + key_len, data, len);
	b->len += CHANGE + key_len + len;
	return (0);
}

int
jbuf_add(struct jbuf *b, const char *key, const void *data, size_t len)
{
	return (add(b, data == NULL ? GONE : PUT, key, data, len));
}

int
jbuf_add_damaged(struct jbuf *b, const char *key)
{
	return (add(b, DAMAGED, key, NULL, 0));
}

void
jbuf_clear(struct jbuf *b)
{
	free(b->base);
	*b = (struct jbuf){ 0 };
}

static int
write_at(int fd, const uint8_t *p, size_t len, int64_t off)
{
	ssize_t	 n;

	while (len > 0) {
		if ((n = pwrite(fd, p, len, off)) == -1) {
			if (errno == EINTR)
				continue;
			return (-1);
		}
		p += n;
		off += n;
		len -= (size_t)n;
	}
	return (0);
}

int64_t
journal_append(int fd, int64_t end, const struct jbuf *b)
{
	if (b->len <= HEAD)
		return (end);
	memcpy(b->base, MAGIC, 4);
	put_le(b->base + 4, (uint32_t)(b->len - HEAD), 4);
	put_le(b->base + 8, sum(2166136261u, b->base, 8), 4);
	if (write_at(fd, b->base, b->len, end) == 0)
		return (end + (int64_t)b->len);
	return (-1);
}

void
journal_cut(int fd, int64_t end)
{
	static const uint8_t	 none[HEAD];
	int			 saved = errno;

	/* A head of zeros ends the journal, like the end of the file. */
	if (ftruncate(fd, end) == -1 && pwrite(fd, none, HEAD, end) != HEAD)
		log_warn("cannot take back what was written to a journal");
	errno = saved;
}

/* Length of the transaction at p, head included; 0 if there is none. */
static size_t
whole(const uint8_t *p, size_t left)
{
	size_t	 len;

	if (left < HEAD || memcmp(p, MAGIC, 4) != 0 ||
	    get_le(p + 8, 4) != sum(2166136261u, p, 8))
		return (0);
	len = (size_t)get_le(p + 4, 4) + HEAD;
	return (len > left ? 0 : len);
}

/*
 * The journal ends here: pages that were lost in a power cut read as zeros.
 * Anything behind them was not synced either, and must not be used without
 * them.
 */
static bool
blank(const uint8_t *p, size_t left)
{
	for (size_t i = 0; i < left && i < HEAD; i++)
		if (p[i] != 0)
			return (false);
	return (true);
}

/* Read the next change of a body; its length, or 0 if its sizes are wrong. */
static size_t
change_len(const uint8_t *p, size_t left)
{
	size_t	 key_len, len;

	if (left < CHANGE || p[0] < PUT || p[0] > DAMAGED)
		return (0);
	key_len = get_le(p + 1, 2);
	len = get_le(p + 3, 4);
	if (key_len > KEY_MAX || len > REC_MAX ||
	    left - CHANGE < key_len + len)
		return (0);
	return (CHANGE + key_len + len);
}

static bool
change_good(const uint8_t *p)
{
	size_t	 key_len = get_le(p + 1, 2), len = get_le(p + 3, 4);

	return (get_le(p + 7, 4) == sum_change(p[0], p + CHANGE, key_len,
	    p + CHANGE + key_len, len));
}

/* Has every change in the transaction its checksum? */
static bool
body_good(const uint8_t *p, size_t left)
{
	size_t	 n;

	for (; left > 0; p += n, left -= n)
		if ((n = change_len(p, left)) == 0 || !change_good(p))
			return (false);
	return (true);
}

static int
body_apply(const uint8_t *p, size_t left, journal_fn fn, void *ctx,
    struct replay *out)
{
	size_t	 n, key_len, len;
	int	 rc;

	for (; left > 0; p += n, left -= n) {
		if ((n = change_len(p, left)) == 0) {
			out->skipped += (int64_t)left;
			return (0);
		}
		key_len = get_le(p + 1, 2);
		len = get_le(p + 3, 4);
		rc = fn(ctx, (const char *)p + CHANGE, key_len,
		    p[0] == GONE ? NULL : p + CHANGE + key_len, len,
		    p[0] == DAMAGED || !change_good(p));
		if (rc != 0)
			return (rc);
		out->changes++;
	}
	return (0);
}

static int
replay(uint8_t *base, size_t size, journal_fn fn, void *ctx, bool crashed,
    struct replay *out)
{
	size_t	 at = 0, n, bad = 0, gone = 0;

	while (at < size) {
		if ((n = whole(base + at, size - at)) == 0) {
			if (bad == 0 && crashed && blank(base + at, size - at))
				break;
			at++;
			bad++;
			continue;
		}
		/* A damaged last transaction was not completely written. */
		if (blank(base + at + n, size - at - n) &&
		    !body_good(base + at + HEAD, n - HEAD))
			break;
		out->skipped += (int64_t)bad;
		bad = 0;
		if (body_apply(base + at + HEAD, n - HEAD, fn, ctx, out) != 0)
			return (-1);
		at += n;
		out->end = (int64_t)at;
		/*
		 * Drop what was read from memory: a journal may be of any
		 * length.
		 */
		if (at - gone >= WINDOW) {
			n = (at - gone) & ~((size_t)WINDOW - 1);
			(void)madvise(base + gone, n, MADV_DONTNEED);
			gone += n;
		}
	}
	return (0);
}

int
journal_replay(int fd, journal_fn fn, void *ctx, bool crashed,
    struct replay *out)
{
	struct stat	 st;
	void		*p;
	int		 rc;

	*out = (struct replay){ 0 };
	if (fstat(fd, &st) == -1)
		return (-1);
	if (st.st_size == 0)
		return (0);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return (-1);
	rc = replay(p, (size_t)st.st_size, fn, ctx, crashed, out);
	(void)munmap(p, (size_t)st.st_size);
	return (rc);
}
