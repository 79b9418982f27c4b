#include "safeterm.h"

#include <string.h>

#include "visible.h"

#define ESC	'\033'

enum verdict {
	MORE,			/* cannot be told yet */
	PASS,			/* as it is */
	SHOW,			/* as an escape */
};

void
safeterm_init(struct safeterm *t, int (*fn)(void *, const char *, size_t),
    void *arg)
{
	memset(t, 0, sizeof(*t));
	t->put = fn;
	t->arg = arg;
}

/*
 * Private markers and intermediate bytes are not among the parameters: with
 * them a final m is a question or a setting (xterm's modifyOtherKeys).
 */
static enum verdict
look_at_escape(const char *p, size_t len, size_t *n)
{
	size_t	 i = 2;

	if (len == 1)
		return (MORE);
	if (p[1] != '[')
		return (SHOW);
	while (i < len && p[i] != '\0' && strchr("0123456789;:", p[i]) != NULL)
		i++;
	if (i == len)
		return (len < SAFETERM_HELD ? MORE : SHOW);
	if (p[i] != 'm')
		return (SHOW);
	*n = i + 1;
	return (PASS);
}

static enum verdict
look_at_character(const char *p, size_t len, size_t *n)
{
	unsigned char	 c = (unsigned char)*p;
	size_t		 i = 1;
	int32_t		 r;

	while (i < len && ((unsigned char)p[i] & 0xc0) == 0x80)
		i++;
	/* How long the character is that begins so; 1 when there is none. */
	if (i == len && len < (c >= 0xf0 ? 4u : c >= 0xe0 ? 3u :
	    c >= 0xc2 ? 2u : 1u))
		return (MORE);
	if ((r = utf8_next(p, n)) == -1)
		return (SHOW);
	return (visible_hides(r) ? SHOW : PASS);
}

/* What to do with the first *n bytes. `held` ends with a NUL, for utf8_next. */
static enum verdict
look(const char *p, size_t len, size_t *n)
{
	unsigned char	 c = (unsigned char)*p;

	*n = 1;
	if (c == '\r' && len == 1)
		return (MORE);
	if (c == '\r' && p[1] == '\n') {
		*n = 2;
		return (PASS);
	}
	if (c == ESC)
		return (look_at_escape(p, len, n));
	if (c >= 0x80)
		return (look_at_character(p, len, n));
	return (c == '\n' || c == '\t' || (c >= ' ' && c <= '~') ? PASS :
	    SHOW);
}

static int
settle_first(struct safeterm *t, enum verdict v, size_t n)
{
	const char	*out = t->held;
	char		 esc[VISIBLE_ESCAPE];
	size_t		 len = n;
	int32_t		 r = -1;
	int		 rc;

	/* ESC [ m and ESC [ 0 m reset. */
	if (v == PASS && *t->held == ESC)
		t->coloured = n > 4 || (n == 4 && t->held[2] != '0');
	if (v == SHOW) {
		if (n > 1)
			r = utf8_next(t->held, &len);
		visible_escape(esc, r == -1 ? (unsigned char)*t->held : r);
		out = esc;
		len = strlen(esc);
	}
	rc = t->put(t->arg, out, len);
	t->len -= n;
	memmove(t->held, t->held + n, t->len + 1);
	return (rc);
}

static int
settle(struct safeterm *t)
{
	enum verdict	 v;
	size_t		 n;

	while (t->len > 0 && (v = look(t->held, t->len, &n)) != MORE)
		if (settle_first(t, v, n) == -1)
			return (-1);
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
		if (settle_first(t, SHOW, 1) == -1 || settle(t) == -1)
			return (-1);
	if (!t->coloured)
		return (0);
	t->coloured = false;
	return (t->put(t->arg, "\033[0m", 4));
}
