#include <errno.h>
#include <string.h>

#include "attach.h"

/* "a", or "ctrl-" and one of a-z @ [ \ ] ^ _. -1 when it is neither. */
static int
one_key(const char *s, size_t len)
{
	static const char	 odd[] = "[\\]^_";	/* 27 to 31 */
	const char		*p;

	if (len == 1)
		return ((unsigned char)*s < 0x80 ? *s : -1);
	if (len == 3 && memcmp(s, "DEL", 3) == 0)
		return (127);
	if (len != 6 || memcmp(s, "ctrl-", 5) != 0)
		return (-1);
	if (s[5] >= 'a' && s[5] <= 'z')
		return (s[5] - 'a' + 1);
	if (s[5] == '@')
		return (0);
	if ((p = strchr(odd, s[5])) == NULL || *p == '\0')
		return (-1);
	return ((int)(p - odd) + 27);
}

int
detach_keys_parse(struct detach_keys *k, const char *s)
{
	size_t	 len;
	int	 c;

	memset(k, 0, sizeof(*k));
	while (*s != '\0') {
		len = strcspn(s, ",");
		if (k->n == DETACH_MAX || (c = one_key(s, len)) == -1 ||
		    (s[len] == ',' && s[len + 1] == '\0')) {
			k->n = 0;
			errno = EINVAL;
			return (-1);
		}
		k->key[k->n++] = (unsigned char)c;
		s += len + (s[len] == ',');
	}
	return (0);
}

/*
 * A key that does not go on with the sequence may still go on with a later
 * start of it: ctrl-p ctrl-p ctrl-q detaches. Returns how many of the bytes
 * held back are now known to be the container's.
 */
static size_t
fall_back(struct detach_keys *k, const unsigned char *held, size_t n)
{
	size_t	 skip = 1;

	while (skip < n && memcmp(held + skip, k->key, n - skip) != 0)
		skip++;
	k->seen = n - skip;
	return (skip);
}

bool
detach_keys_scan(struct detach_keys *k, const unsigned char *in, size_t len,
    unsigned char *out, size_t *outlen)
{
	unsigned char	 held[DETACH_MAX + 1];
	size_t		 give;

	*outlen = 0;
	if (k->n == 0) {
		memcpy(out, in, len);
		*outlen = len;
		return (false);
	}
	for (size_t i = 0; i < len; i++) {
		if (in[i] == k->key[k->seen]) {
			if (++k->seen < k->n)
				continue;
			k->seen = 0;
			return (true);
		}
		memcpy(held, k->key, k->seen);
		held[k->seen] = in[i];
		give = fall_back(k, held, k->seen + 1);
		memcpy(out + *outlen, held, give);
		*outlen += give;
	}
	return (false);
}
