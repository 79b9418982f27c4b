#include "unpacked.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "helper.h"

#define CHUNK		(128u << 10)
#define FREE_BYTES	(1ULL << 30)	/* allowed at any ratio */
#define RATIO		250ULL

struct source {
	struct members		*ms;
	const struct member	*m;
	uint64_t		 off;
	struct answer		*a;
	uint8_t			 buf[CHUNK];
};

static la_ssize_t
next_chunk(struct archive *ar, void *ctx, const void **p)
{
	struct source	*s = ctx;
	ssize_t		 n = members_read(s->ms, s->m, s->off, s->buf,
			    sizeof(s->buf), s->a);

	if (n == -1) {
		archive_set_error(ar, EIO, "%s", s->a->text);
		return (-1);
	}
	s->off += (uint64_t)n;
	*p = s->buf;
	return (n);
}

static bool
is_packed(const uint8_t *p, size_t n)
{
	return (n >= 6 && ((p[0] == 0x1f && p[1] == 0x8b) ||
	    memcmp(p, "BZh", 3) == 0 ||
	    memcmp(p, "\xfd" "7zXZ", 5) == 0 ||
	    memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0));
}

/* Read the one entry that libarchive's `raw` format finds, and count. */
static int
count(struct archive *ar, struct source *s, uint64_t *size)
{
	struct archive_entry	*e;
	const void		*p;
	size_t			 n;
	la_int64_t		 off;
	int			 rc;

	if (archive_read_open(ar, s, NULL, next_chunk, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(ar, &e) != ARCHIVE_OK)
		return (-1);
	*size = 0;
	while ((rc = archive_read_data_block(ar, &p, &n, &off)) ==
	    ARCHIVE_OK) {
		*size = (uint64_t)off + n;
		if (*size > FREE_BYTES && *size / RATIO > s->m->size) {
			archive_set_error(ar, EFBIG, "it unpacks to more than "
			    "%llu times its size", RATIO);
			return (-1);
		}
	}
	return (rc == ARCHIVE_EOF ? 0 : -1);
}

int
unpacked_size(struct members *ms, const struct member *m, uint64_t *size,
    struct answer *a)
{
	scoped_free struct source	*s = calloc(1, sizeof(*s));
	struct archive			*ar;
	ssize_t				 n;
	int				 rc;

	if (s == NULL)
		return (answer_text(a, "out of memory"));
	*size = m->size;
	n = members_read(ms, m, 0, s->buf, 6, a);
	if (n == -1)
		return (-1);
	if (!is_packed(s->buf, (size_t)n))
		return (0);
	if ((ar = archive_read_new()) == NULL)
		return (answer_text(a, "out of memory"));
	s->ms = ms;
	s->m = m;
	s->a = a;
	(void)archive_read_support_format_raw(ar);
	(void)archive_read_support_filter_gzip(ar);
	(void)archive_read_support_filter_zstd(ar);
	(void)archive_read_support_filter_bzip2(ar);
	(void)archive_read_support_filter_xz(ar);
	rc = count(ar, s, size);
	errno = EBADMSG;
	if (rc == -1)
		(void)answer_text(a, "layer \"%.200s\" of the archive cannot "
		    "be unpacked (%s); save the image again", m->name,
		    archive_error_string(ar));
	(void)archive_read_free(ar);
	return (rc);
}
