#include "visible.h"

#include <stdio.h>
#include <string.h>

int32_t
utf8_next(const char *s, size_t *len)
{
	static const int32_t	 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char		 c = (unsigned char)s[0];
	size_t			 n;
	int32_t			 r;

	*len = c != 0;
	if (c < 0x80)
		return (c);
	if (c >= 0xc2 && c < 0xe0)
		n = 2, r = c & 0x1f;
	else if (c >= 0xe0 && c < 0xf0)
		n = 3, r = c & 0x0f;
	else if (c >= 0xf0 && c < 0xf5)
		n = 4, r = c & 0x07;
	else
		return (-1);
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return (-1);
		r = (r << 6) | ((unsigned char)s[i] & 0x3f);
	}
	if (r < least[n] || r > 0x10ffff || (r >= 0xd800 && r < 0xe000))
		return (-1);
	*len = n;
	return (r);
}

bool
visible_hides(int32_t r)
{
	return (r < 0x20 || (r >= 0x7f && r < 0xa0) || r == 0xad ||
	    r == 0x61c || (r >= 0x200b && r <= 0x200f) ||
	    (r >= 0x2028 && r <= 0x202e) || (r >= 0x2060 && r <= 0x206f) ||
	    r == 0xfeff || (r >= 0xfff9 && r <= 0xfffb) ||
	    (r >= 0xe0000 && r <= 0xe007f));
}

void
visible_escape(char esc[VISIBLE_ESCAPE], int32_t r)
{
	(void)snprintf(esc, VISIBLE_ESCAPE, r < 0x100 ? "\\x%02x" :
	    "\\u%04x", (unsigned int)r);
}

static size_t
visible(char *dst, size_t size, const char *s, const char *pass)
{
	char	 esc[VISIBLE_ESCAPE];
	size_t	 n, len, out = 0;
	int32_t	 r;

	if (size == 0)
		return (0);
	for (; *s != '\0'; s += n) {
		/* Most characters. */
		if (*s >= ' ' && *s <= '~' && out + 1 < size) {
			dst[out++] = *s;
			n = 1;
			continue;
		}
		r = utf8_next(s, &n);
		if (r != -1 && (!visible_hides(r) ||
		    (r < 0x80 && strchr(pass, r))))
			memcpy(esc, s, len = n);
		else {
			visible_escape(esc, r == -1 ? (unsigned char)*s : r);
			len = strlen(esc);
		}
		if (len >= size - out)
			break;
		memcpy(dst + out, esc, len);
		out += len;
	}
	dst[out] = '\0';
	return (out);
}

size_t
visible_text(char *dst, size_t size, const char *s)
{
	return (visible(dst, size, s, "\n\t"));
}

size_t
visible_word(char *dst, size_t size, const char *s)
{
	return (visible(dst, size, s, ""));
}
