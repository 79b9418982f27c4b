/* A container's text on a terminal: colours, and nothing else that acts. */
#include "safeterm.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "nitems.h"

#define MOST	8192

struct sink {
	size_t	 len;
	char	 b[MOST * 8];
};

static int
keep(void *arg, const char *p, size_t len)
{
	struct sink	*s = arg;

	if (s->len + len >= sizeof(s->b))
		return (-1);
	memcpy(s->b + s->len, p, len);
	s->len += len;
	s->b[s->len] = '\0';
	return (0);
}

/* Filter in pieces of `step` bytes; 0: of sizes by chance. */
static const struct sink *
filtered(const char *p, size_t len, size_t step)
{
	static struct sink	 s;
	struct safeterm		 t;
	size_t			 n;

	s.len = 0;
	s.b[0] = '\0';
	safeterm_init(&t, keep, &s);
	for (; len > 0; p += n, len -= n) {
		n = step != 0 ? step : 1 + (size_t)rand() % 9;
		if (n > len)
			n = len;
		if (safeterm_write(&t, p, n) == -1)
			return (NULL);
	}
	return (safeterm_end(&t) == -1 ? NULL : &s);
}

static bool
shows(const char *text, const char *want)
{
	for (size_t step = 1; step < 12; step++)
		if (strcmp(filtered(text, strlen(text), step)->b, want) != 0) {
			printf("# step %zu: %s\n", step,
			    filtered(text, strlen(text), step)->b);
			return (false);
		}
	return (true);
}

static void
test_words(void)
{
	CHECK(shows("plain\ttext\n", "plain\ttext\n"));
	CHECK(shows("dos\r\n", "dos\r\n"));
	CHECK(shows("over\rwritten\r\r\n", "over\\x0dwritten\\x0d\r\n"));
	CHECK(shows("\033[1;31mred\033[0m", "\033[1;31mred\033[0m"));
	CHECK(shows("\033[38:2::1:2:3mx\033[m", "\033[38:2::1:2:3mx\033[m"));
	CHECK(shows("\033[32mleft on", "\033[32mleft on\033[0m"));
	CHECK(shows("\033[>4;2mx\033[?25lx\033[31 mx",
	    "\\x1b[>4;2mx\\x1b[?25lx\\x1b[31 mx"));
	CHECK(shows("\033[2J\033[H\033c\0337", "\\x1b[2J\\x1b[H\\x1bc\\x1b7"));
	CHECK(shows("\033]0;title\007x", "\\x1b]0;title\\x07x"));
	CHECK(shows("\033]52;c;cm0=\033\\", "\\x1b]52;c;cm0=\\x1b\\"));
	CHECK(shows("\033P+q\033\\\033_x\033^y", "\\x1bP+q\\x1b\\"
	    "\\x1b_x\\x1b^y"));
	CHECK(shows("\033\033[31mx\033[0m", "\\x1b\033[31mx\033[0m"));
	CHECK(shows("\033[31\033[0m", "\\x1b[31\033[0m"));
	CHECK(shows("\302\2332J\302\2050\177\b",
	    "\\x9b2J\\x850\\x7f\\x08"));
	CHECK(shows("\2332J\377\376", "\\x9b2J\\xff\\xfe"));
	CHECK(shows("h\303\251 \342\202\254 \360\237\220\213",
	    "h\303\251 \342\202\254 \360\237\220\213"));
	CHECK(shows("\342\200\256evil", "\\u202eevil"));
	CHECK(shows("\342\202", "\\xe2\\x82"));
	CHECK(shows("\342\202x\303\n", "\\xe2\\x82x\\xc3\n"));
	CHECK(shows("\300\200\355\240\200", "\\xc0\\x80\\xed\\xa0\\x80"));
	CHECK(shows("\033", "\\x1b"));
	CHECK(shows("\033[", "\\x1b["));
	CHECK(strcmp(filtered("a\0b", 3, 1)->b, "a\\x00b") == 0);
}

static void
test_long(void)
{
	char	 seq[400] = "\033[", want[404];

	memset(seq + 2, '1', 300);
	strcpy(seq + 302, "m");
	snprintf(want, sizeof(want), "\\x1b%s", seq + 1);
	CHECK(shows(seq, want));
}

/* The length of a sequence or character that may be shown; 0: none is. */
static size_t
harmless(const unsigned char *p)
{
	size_t	 n;
	int32_t	 r;

	if (*p == '\n' || *p == '\t' || (*p >= ' ' && *p <= '~'))
		return (1);
	if (*p == '\r')
		return (p[1] == '\n' ? 2 : 0);
	if (*p == 27) {
		if (p[1] != '[')
			return (0);
		n = 2 + strspn((const char *)p + 2, "0123456789;:");
		return (p[n] == 'm' ? n + 1 : 0);
	}
	/* UTF-8, written down once more rather than taken from visible.c. */
	if (*p >= 0xc2 && *p < 0xe0 && (p[1] & 0xc0) == 0x80) {
		r = (*p & 0x1f) << 6 | (p[1] & 0x3f);
		n = 2;
	} else if (*p >= 0xe0 && *p < 0xf0 && (p[1] & 0xc0) == 0x80 &&
	    (p[2] & 0xc0) == 0x80) {
		r = (*p & 0xf) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
		n = r >= 0x800 && (r < 0xd800 || r > 0xdfff) ? 3 : 0;
	} else if (*p >= 0xf0 && *p < 0xf5 && (p[1] & 0xc0) == 0x80 &&
	    (p[2] & 0xc0) == 0x80 && (p[3] & 0xc0) == 0x80) {
		r = (*p & 7) << 18 | (p[1] & 0x3f) << 12 |
		    (p[2] & 0x3f) << 6 | (p[3] & 0x3f);
		n = r >= 0x10000 && r <= 0x10ffff ? 4 : 0;
	} else
		return (0);
	if (r < 0xa0 || r == 0x61c || (r >= 0x200e && r <= 0x200f) ||
	    (r >= 0x2028 && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069))
		return (0);
	return (n);
}

static bool
all_harmless(const struct sink *s)
{
	size_t	 n;

	for (size_t at = 0; at < s->len; at += n)
		if ((n = harmless((const unsigned char *)s->b + at)) == 0)
			return (false);
	return (true);
}

/* Bytes by chance, with what sequences are made of more often than not. */
static size_t
noise(char *p)
{
	static const char	*const bits[] = { "\033", "\033[", "\033]",
		"[", "m", "3", ";", ":", "31", "\r", "\n", "\302", "\233",
		"\342\200", "\256", "\360\237", "?", " ", "\007", "\177" };
	size_t			 len = 0, n = (size_t)rand() % 120;

	while (n-- > 0) {
		if (rand() % 3 == 0)
			p[len++] = (char)rand();
		else
			len += (size_t)sprintf(p + len, "%s", bits[(size_t)
			    rand() % NITEMS(bits)]);
	}
	return (len);
}

/* For any input, cut anywhere: the same output, and nothing that acts. */
static void
test_noise(void)
{
	static struct sink	 whole;
	char			 in[MOST];
	int			 bad = 0, other = 0;
	size_t			 len;

	srand(7);
	for (int i = 0; i < 200000; i++) {
		len = noise(in);
		whole = *filtered(in, len, MOST);
		bad += !all_harmless(&whole);
		if (i % 10 == 0)
			other += strcmp(filtered(in, len, 0)->b, whole.b) != 0;
	}
	CHECK(bad == 0);
	CHECK(other == 0);
}

int
main(void)
{
	test_words();
	test_long();
	test_noise();
	return (finish());
}
