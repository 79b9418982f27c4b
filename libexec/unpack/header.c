#include "header.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tar.h"
#include "why.h"

/* Where the fields are. */
enum {
	NAME = 0, MODE = 100, UID = 108, GID = 116, SIZE = 124, MTIME = 136,
	SUM = 148, FLAG = 156, LINK = 157, MAGIC = 257, PREFIX = 345,
	TRAILER = 508,
};

bool
header_is_zero(const uint8_t *b)
{
	static const uint8_t	 zero[TAR_BLOCK_LEN];

	return (memcmp(b, zero, sizeof(zero)) == 0);
}

static int
bad_field(struct why *w, const char *field)
{
	return (why_set(w, EBADMSG, "a tar header has a bad %s field; the "
	    "layer must be made again", field));
}

static int
base256(const uint8_t *p, size_t n, const char *field, uint64_t *v,
    struct why *w)
{
	uint64_t	 x = p[0] & 0x3f;

	if (p[0] & 0x40)
		return (why_set(w, EBADMSG, "a tar header has a %s below "
		    "zero; the layer must be made again", field));
	for (size_t i = 1; i < n; i++) {
		if (x >> 55 != 0)
			return (bad_field(w, field));
		x = x << 8 | p[i];
	}
	*v = x;
	return (0);
}

int
header_number(const uint8_t *p, size_t n, const char *field, uint64_t *v,
    struct why *w)
{
	size_t	 i = 0;

	*v = 0;
	if (p[0] & 0x80)
		return (base256(p, n, field, v, w));
	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		*v = *v << 3 | (uint64_t)(p[i] - '0');
	for (; i < n; i++)
		if (p[i] != ' ' && p[i] != '\0')
			return (bad_field(w, field));
	return (0);
}

/* The checksum counts its own field as blanks, and bytes as unsigned. */
static bool
sum_is_right(const uint8_t *b)
{
	struct why	 quiet = { 0 };
	uint64_t	 want;
	unsigned int	 sum = 8 * ' ';

	for (size_t i = 0; i < TAR_BLOCK_LEN; i++)
		if (i < SUM || i >= SUM + 8)
			sum += b[i];
	return (header_number(b + SUM, 8, "checksum", &want, &quiet) == 0 &&
	    want == sum);
}

static int
find_format(const uint8_t *b, struct header *h, struct why *w)
{
	static const uint8_t	 none[8];

	if (memcmp(b + MAGIC, "ustar\0" "00", 8) == 0)
		h->format = HEADER_USTAR;
	else if (memcmp(b + MAGIC, "ustar  \0", 8) == 0)
		h->format = HEADER_GNU;
	else if (memcmp(b + MAGIC, none, 8) == 0)
		h->format = HEADER_V7;
	else
		return (why_set(w, EBADMSG, "a tar header is of no known "
		    "format; the layer must be made again"));
	/* star has times at the end of the prefix field. */
	if (h->format == HEADER_USTAR &&
	    memcmp(b + TRAILER, "tar\0", 4) == 0)
		return (why_set(w, EBADMSG, "the layer is in the format of "
		    "star, which is not read; make it again as ustar or PAX"));
	return (0);
}

static void
copy_name(const uint8_t *b, struct header *h)
{
	char	 name[101], prefix[156] = "";

	snprintf(name, sizeof(name), "%.100s", (const char *)b + NAME);
	if (h->format == HEADER_USTAR)
		snprintf(prefix, sizeof(prefix), "%.155s",
		    (const char *)b + PREFIX);
	snprintf(h->path, sizeof(h->path), "%s%s%s", prefix,
	    prefix[0] != '\0' ? "/" : "", name);
	snprintf(h->link, sizeof(h->link), "%.100s", (const char *)b + LINK);
}

int
header_parse(const uint8_t *b, struct header *h, struct why *w)
{
	uint64_t	 mode;

	memset(h, 0, sizeof(*h));
	if (!sum_is_right(b))
		return (why_set(w, EBADMSG, "a tar header has a bad checksum; "
		    "the layer is damaged, pull or save the image again"));
	if (find_format(b, h, w) == -1 ||
	    header_number(b + MODE, 8, "mode", &mode, w) == -1 ||
	    header_number(b + UID, 8, "uid", &h->uid, w) == -1 ||
	    header_number(b + GID, 8, "gid", &h->gid, w) == -1 ||
	    header_number(b + SIZE, 12, "size", &h->size, w) == -1 ||
	    header_number(b + MTIME, 12, "mtime", &h->mtime, w) == -1)
		return (-1);
	if (h->size > INT64_MAX - TAR_BLOCK_LEN)
		return (bad_field(w, "size"));
	h->mode = (mode_t)(mode & 07777);
	h->flag = (char)b[FLAG];
	copy_name(b, h);
	return (0);
}
