#include "split.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "crc64.h"
#include "record.h"
#include "tar.h"
#include "why.h"

#define RAW_ROOM	(96u << 10)	/* of one segment; a multiple of 3 */
#define LEVEL		1		/* enough for headers */

struct split {
	struct why	*why;
	z_stream	 z;
	uint8_t		*out;		/* gzip's output */
	size_t		 len, room;
	bool		 too_large;
	uint8_t		*raw;		/* the current segment */
	size_t		 nraw;
	unsigned long	 position;
	bool		 file;		/* contents are in a file on disk */
	bool		 as_raw;	/* contents in the segment: sparse */
	uint64_t	 crc, size;
	char		*name;
};

struct split *
split_new(struct why *w)
{
	struct split	*s = calloc(1, sizeof(*s));

	crc64_init();
	if (s == NULL || (s->raw = malloc(RAW_ROOM)) == NULL ||
	    deflateInit2(&s->z, LEVEL, Z_DEFLATED, 15 + 16, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK) {
		if (s != NULL)
			free(s->raw);
		free(s);
		(void)why_set(w, ENOMEM, "out of memory");
		return (NULL);
	}
	s->why = w;
	return (s);
}

void
split_free(struct split *s)
{
	if (s == NULL)
		return;
	(void)deflateEnd(&s->z);
	free(s->out);
	free(s->raw);
	free(s->name);
	free(s);
}

static int
more_room(struct split *s)
{
	size_t	 room = s->room == 0 ? 64u << 10 : s->room * 2;
	uint8_t	*bigger;

	if (room > SPLIT_MAX) {
		s->too_large = true;
		return (0);
	}
	if ((bigger = realloc(s->out, room)) == NULL)
		return (why_set(s->why, ENOMEM, "out of memory"));
	s->out = bigger;
	s->room = room;
	return (0);
}

static int
squeeze(struct split *s, const void *p, size_t n, int flush)
{
	int	 rc = Z_OK;

	memcpy(&s->z.next_in, &p, sizeof(p));
	s->z.avail_in = (unsigned int)n;
	while (!s->too_large && (s->z.avail_in > 0 ||
	    (flush == Z_FINISH && rc != Z_STREAM_END))) {
		if (s->len == s->room) {
			if (more_room(s) == -1)
				return (-1);
			continue;
		}
		s->z.next_out = s->out + s->len;
		s->z.avail_out = (unsigned int)(s->room - s->len);
		rc = deflate(&s->z, flush);
		s->len = s->room - s->z.avail_out;
	}
	return (0);
}

static size_t
base64(char *out, const uint8_t *p, size_t n)
{
	static const char	 set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	char			*o = out;

	for (; n >= 3; n -= 3, p += 3) {
		*o++ = set[p[0] >> 2];
		*o++ = set[(p[0] & 3) << 4 | p[1] >> 4];
		*o++ = set[(p[1] & 15) << 2 | p[2] >> 6];
		*o++ = set[p[2] & 63];
	}
	if (n > 0) {
		*o++ = set[p[0] >> 2];
		*o++ = set[(p[0] & 3) << 4 | (n == 2 ? p[1] >> 4 : 0)];
		*o++ = n == 2 ? set[(p[1] & 15) << 2] : '=';
		*o++ = '=';
	}
	return ((size_t)(o - out));
}

/* Write the collected bytes as one line. */
static int
flush_segment(struct split *s)
{
	char	*line, tail[64];
	size_t	 n;
	int	 len, rc;

	if (s->nraw == 0)
		return (0);
	if ((line = malloc(64 + (s->nraw + 2) / 3 * 4 + sizeof(tail))) == NULL)
		return (why_set(s->why, ENOMEM, "out of memory"));
	n = (size_t)sprintf(line, "{\"type\":2,\"payload\":\"");
	n += base64(line + n, s->raw, s->nraw);
	len = snprintf(tail, sizeof(tail), "\",\"position\":%lu}\n",
	    s->position++);
	memcpy(line + n, tail, (size_t)len);
	rc = squeeze(s, line, n + (size_t)len, Z_NO_FLUSH);
	free(line);
	s->nraw = 0;
	return (rc);
}

int
split_tap(void *ctx, const void *data, size_t n)
{
	struct split	*s = ctx;
	const uint8_t	*p = data;
	size_t		 take;

	while (n > 0 && !s->too_large) {
		take = RAW_ROOM - s->nraw < n ? RAW_ROOM - s->nraw : n;
		memcpy(s->raw + s->nraw, p, take);
		s->nraw += take;
		p += take;
		n -= take;
		if (s->nraw == RAW_ROOM && flush_segment(s) == -1)
			return (-1);
	}
	return (0);
}

int
split_entry(struct split *s, const struct tar_entry *e)
{
	s->file = e->type == TAR_FILE && !e->sparse && e->size > 0;
	/*
	 * Readers of tar-split cannot restore a sparse member: store it whole.
	 */
	s->as_raw = e->type == TAR_FILE && e->sparse;
	if (!s->file)
		return (0);
	s->crc = 0;
	s->size = e->size;
	free(s->name);
	if ((s->name = strdup(e->path)) == NULL)
		return (why_set(s->why, ENOMEM, "out of memory"));
	return (flush_segment(s));
}

int
split_data(struct split *s, const void *p, size_t n)
{
	if (s->as_raw)
		return (split_tap(s, p, n));
	s->crc = crc64_add(s->crc, p, n);
	return (0);
}

/* Is this well-formed UTF-8, as JSON requires? */
static size_t
utf8_len(const uint8_t *p)
{
	size_t	 n = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 :
		    p[0] >= 0xe0 && p[0] < 0xf0 ? 3 :
		    p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return (0);
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] >= 0xa0) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] >= 0x90))
		return (0);
	return (n);
}

/* Write `"name":"..."`, or `"name_raw":"base64"` if it is not UTF-8. */
static size_t
json_name(char *out, const char *name)
{
	const uint8_t	*p = (const uint8_t *)name;
	char		*o = out;
	size_t		 n;

	o += sprintf(o, "\"name\":\"");
	for (; *p != '\0'; p += n) {
		if ((n = utf8_len(p)) == 0) {
			o = out + sprintf(out, "\"name_raw\":\"");
			o += base64(o, (const uint8_t *)name, strlen(name));
			break;
		}
		if (*p == '"' || *p == '\\')
			*o++ = '\\';
		if (*p < 0x20) {
			o += sprintf(o, "\\u%04x", *p);
			continue;
		}
		memcpy(o, p, n);
		o += n;
	}
	*o++ = '"';
	return ((size_t)(o - out));
}

int
split_entry_end(struct split *s)
{
	uint8_t	 sum[8];
	char	*line;
	size_t	 n;
	int	 rc;

	if (!s->file || s->too_large)
		return (0);
	if ((line = malloc(strlen(s->name) * 6 + 256)) == NULL)
		return (why_set(s->why, ENOMEM, "out of memory"));
	for (int i = 0; i < 8; i++)
		sum[i] = (uint8_t)(s->crc >> (56 - 8 * i));
	n = (size_t)sprintf(line, "{\"type\":1,");
	n += json_name(line + n, s->name);
	n += (size_t)sprintf(line + n, ",\"size\":%llu,\"payload\":\"",
	    (unsigned long long)s->size);
	n += base64(line + n, sum, sizeof(sum));
	n += (size_t)sprintf(line + n, "\",\"position\":%lu}\n",
	    s->position++);
	rc = squeeze(s, line, n, Z_NO_FLUSH);
	free(line);
	return (rc);
}

int
split_finish(struct split *s)
{
	if (flush_segment(s) == -1)
		return (-1);
	return (squeeze(s, "", 0, Z_FINISH));
}

void
split_report(const struct split *s, struct rec *r)
{
	if (!s->too_large)
		(void)rec_add_bytes(r, KEY(tar_split), s->out, s->len);
}
