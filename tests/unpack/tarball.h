/*
 * Tar archives written field by field, right or wrong as a test wants them:
 * the tools at hand only write right ones.
 */
#ifndef TESTS_UNPACK_TARBALL_H
#define TESTS_UNPACK_TARBALL_H

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tb {
	uint8_t	*p;
	size_t	 len, room;
	size_t	 last;		/* where the last header is */
};

static inline uint8_t *
tb_space(struct tb *t, size_t n)
{
	if (t->len + n > t->room) {
		t->room = (t->len + n) * 2;
		if ((t->p = realloc(t->p, t->room)) == NULL)
			err(1, "realloc");
	}
	if (n > 0)
		memset(t->p + t->len, 0, n);
	t->len += n;
	return (t->p + t->len - n);
}

/* Content, filled up to a block. */
static inline void
tb_data(struct tb *t, const void *data, size_t n)
{
	if (n > 0)
		memcpy(tb_space(t, (n + 511) / 512 * 512), data, n);
}

/* The checksum of the last header, made right again. */
static inline void
tb_sum(struct tb *t)
{
	uint8_t		*h = t->p + t->last;
	unsigned int	 sum = 0;
	char		 text[16];

	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += h[i];
	(void)snprintf(text, sizeof(text), "%06o", sum);
	memcpy(h + 148, text, 7);
}

/* Bytes at a place of the last header; its checksum follows. */
static inline void
tb_poke(struct tb *t, size_t at, const void *data, size_t n)
{
	memcpy(t->p + t->last + at, data, n);
	tb_sum(t);
}

static inline void
tb_octal(struct tb *t, size_t at, int digits, unsigned long long v)
{
	char	 text[32];

	(void)snprintf(text, sizeof(text), "%0*llo", digits, v);
	tb_poke(t, at, text, (size_t)digits + 1);
}

/* A ustar header; its content is the caller's to add. */
static inline void
tb_head(struct tb *t, const char *name, char type, size_t size)
{
	uint8_t	*h;

	t->last = t->len;
	h = tb_space(t, 512);
	memcpy(h, name, strnlen(name, 100));
	h[156] = (uint8_t)type;
	memcpy(h + 257, "ustar\0" "00", 8);
	tb_octal(t, 100, 7, type == '5' ? 0755 : 0644);
	tb_octal(t, 108, 7, 0);
	tb_octal(t, 116, 7, 0);
	tb_octal(t, 124, 11, size);
	tb_octal(t, 136, 11, 1000000000);
}

static inline void
tb_file(struct tb *t, const char *name, const char *content)
{
	tb_head(t, name, '0', strlen(content));
	tb_data(t, content, strlen(content));
}

static inline void
tb_dir(struct tb *t, const char *name)
{
	tb_head(t, name, '5', 0);
}

/* '1' a hard link, '2' a symbolic one. */
static inline void
tb_link(struct tb *t, char type, const char *name, const char *target)
{
	tb_head(t, name, type, 0);
	tb_poke(t, 157, target, strnlen(target, 100));
}

/* "LENGTH key=value\n" behind what is in the buffer already. */
static inline size_t
tb_record(char *buf, size_t at, const char *key, const void *value, size_t n)
{
	size_t	 len = strlen(key) + n + 3, total = len;
	int	 head;

	do {
		total = len + (size_t)snprintf(NULL, 0, "%zu", total);
	} while (total != len + (size_t)snprintf(NULL, 0, "%zu", total));
	head = sprintf(buf + at, "%zu %s=", total, key);
	memcpy(buf + at + head, value, n);
	buf[at + total - 1] = '\n';
	return (at + total);
}

static inline void
tb_raw_pax(struct tb *t, char type, const void *data, size_t n)
{
	tb_head(t, "PaxHeaders/x", type, n);
	tb_data(t, data, n);
}

/* A PAX header of one or two records. */
static inline void
tb_pax(struct tb *t, const char *k1, const char *v1, const char *k2,
    const char *v2)
{
	char	 buf[8192];
	size_t	 n = tb_record(buf, 0, k1, v1, strlen(v1));

	if (k2 != NULL)
		n = tb_record(buf, n, k2, v2, strlen(v2));
	tb_raw_pax(t, 'x', buf, n);
}

static inline void
tb_end(struct tb *t)
{
	(void)tb_space(t, 1024);
}

#endif
