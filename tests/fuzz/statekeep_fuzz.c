/*
 * Any bytes as a journal: the end of the valid part is inside of it, values
 * that are called good match their checksum, and all of it can be written
 * again.
 */
#include <sys/mman.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../libexec/statekeep/journal.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct seen {
	struct jbuf	 again;
	size_t		 good;
	size_t		 damaged;
	size_t		 bytes;
};

static int
take(void *ctx, const char *key, size_t key_len, const void *data, size_t len,
    bool damaged)
{
	struct seen	*s = ctx;
	char		 name[1025];

	if (key_len > 1024)
		abort();
	memcpy(name, key, key_len);
	name[key_len] = '\0';
	s->bytes += key_len + len;
	if (damaged || strlen(name) != key_len) {
		s->damaged++;
		return (0);
	}
	s->good++;
	return (jbuf_add(&s->again, name, data, len));
}

static int
count(void *ctx, const char *key, size_t key_len, const void *data, size_t len,
    bool damaged)
{
	size_t	*n = ctx;

	(void)key;
	(void)key_len;
	(void)data;
	(void)len;
	if (damaged)
		abort();
	(*n)++;
	return (0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct seen	 s = { .good = 0 };
	struct replay	 r;
	size_t		 n = 0;
	int		 fd = memfd_create("journal", MFD_CLOEXEC);

	if (fd == -1 || write(fd, data, len) != (ssize_t)len ||
	    journal_replay(fd, take, &s, true, &r) == -1)
		abort();
	if (r.end < 0 || (size_t)r.end > len || r.skipped < 0 ||
	    r.changes != s.good + s.damaged || s.bytes > len)
		abort();
	/* What was whole, as one transaction at the end of nothing. */
	if (ftruncate(fd, 0) == -1 ||
	    journal_append(fd, 0, &s.again) == -1 ||
	    journal_replay(fd, count, &n, true, &r) == -1 || n != s.good)
		abort();
	jbuf_clear(&s.again);
	close(fd);
	return (0);
}
