#include "safeterm.h"

#include <string.h>

#include "visible.h"

#define ESC	'\033'

enum verdict {
	MORE,			/* cannot be told yet */
	PASS,			/* `len` bytes as they are */
	SHOW,			/* `len` bytes as an escape */
};

struct token {
	enum verdict	 verdict;
	size_t		 len;
	bool		 sgr;		/* ESC [ m and ESC [ 0 m reset */
};

void
safeterm_init(struct safeterm *t, int (*fn)(void *, const char *, size_t),
    void *arg)
{
	memset(t, 0, sizeof(*t));
	t->put = fn;
	t->arg = arg;
}

static struct token
token(enum verdict v, size_t len)
{
	return ((struct token){ v, len, false });
}

static struct token
of_return(const char *p, size_t len)
{
	if (len == 1)
		return (token(MORE, 0));
	return (p[1] == '\n' ? token(PASS, 2) : token(SHOW, 1));
}

/*
 * Private markers and intermediate bytes are not among the parameters: with
 * them a final m is a question or a setting (xterm's modifyOtherKeys).
 */
static struct token
of_escape(const char *p, size_t len)
{
	size_t	 i = 2;

	if (len == 1)
		return (token(MORE, 0));
	if (p[1] != '[')
		return (token(SHOW, 1));
	while (i < len && p[i] != '\0' && strchr("0123456789;:", p[i]) != NULL)
		i++;
	if (i < len)
		return (p[i] == 'm' ? (struct token){ PASS, i + 1, true } :
		    token(SHOW, 1));
	return (len < SAFETERM_HELD ? token(MORE, 0) : token(SHOW, 1));
}

/* How long the character is that begins so; 1 when there is none. */
static size_t
utf8_wants(unsigned char c)
{
	return (c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1);
}

static struct token
of_character(const char *p, size_t len)
{
	size_t	 n;
	int32_t	 r;

	for (n = 1; n < len; n++)
		if (((unsigned char)p[n] & 0xc0) != 0x80)
			break;
	if (n == len && len < utf8_wants((unsigned char)*p))
		return (token(MORE, 0));
	if ((r = utf8_next(p, &n)) == -1)
		return (token(SHOW, 1));
	return (token(visible_hides(r) ? SHOW : PASS, n));
}

/* `held` ends with a NUL, which utf8_next needs. */
static struct token
look(const char *p, size_t len)
{
	unsigned char	 c = (unsigned char)*p;

	if (c == '\r')
		return (of_return(p, len));
	if (c == ESC)
		return (of_escape(p, len));
	if (c >= 0x80)
		return (of_character(p, len));
	return (token(c == '\n' || c == '\t' || (c >= ' ' && c <= '~') ?
	    PASS : SHOW, 1));
}

static int
show(struct safeterm *t, size_t n)
{
	char	 esc[VISIBLE_ESCAPE];
	size_t	 len;
	int32_t	 r = -1;

	if (n > 1)
		r = utf8_next(t->held, &len);
	visible_escape(esc, r == -1 ? (unsigned char)t->held[0] : r);
	return (t->put(t->arg, esc, strlen(esc)));
}

static int
settle_first(struct safeterm *t, struct token k)
{
	int	 rc;

	if (k.sgr)
		t->coloured = k.len > 4 ||
		    (k.len == 4 && t->held[2] != '0');
	rc = k.verdict == SHOW ? show(t, k.len) :
	    t->put(t->arg, t->held, k.len);
	t->len -= k.len;
	memmove(t->held, t->held + k.len, t->len + 1);
	return (rc);
}

static int
settle(struct safeterm *t)
{
	struct token	 k;

	while (t->len > 0) {
		k = look(t->held, t->len);
		if (k.verdict == MORE)
			break;
		if (settle_first(t, k) == -1)
			return (-1);
	}
	return (0);
}

/* Bytes that are shown as they are, whatever follows them. */
static size_t
plain(const char *p, size_t len)
{
	size_t	 n = 0;

	while (n < len && ((p[n] >= ' ' && p[n] <= '~') || p[n] == '\n' ||
	    p[n] == '\t'))
		n++;
	return (n);
}

int
safeterm_write(struct safeterm *t, const char *p, size_t len)
{
	size_t	 n;

	while (len > 0) {
		n = t->len == 0 ? plain(p, len) : 0;
		if (n > 0 && t->put(t->arg, p, n) == -1)
			return (-1);
		if (n == 0) {
			n = 1;
			t->held[t->len++] = *p;
			t->held[t->len] = '\0';
			if (settle(t) == -1)
				return (-1);
		}
		p += n;
		len -= n;
	}
	return (0);
}

int
safeterm_end(struct safeterm *t)
{
	while (t->len > 0)
		if (settle_first(t, token(SHOW, 1)) == -1 || settle(t) == -1)
			return (-1);
	if (!t->coloured)
		return (0);
	t->coloured = false;
	return (t->put(t->arg, "\033[0m", 4));
}
