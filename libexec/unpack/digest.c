/* The old interface: EVP would link every cipher there is. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "digest.h"

#include <openssl/sha.h>

#include <stdlib.h>
#include <string.h>

struct digest {
	SHA256_CTX	 ctx;
};

struct digest *
digest_new(void)
{
	struct digest	*d = calloc(1, sizeof(*d));

	if (d != NULL)
		(void)SHA256_Init(&d->ctx);
	return (d);
}

void
digest_free(struct digest *d)
{
	free(d);
}

void
digest_add(struct digest *d, const void *p, size_t n)
{
	(void)SHA256_Update(&d->ctx, p, n);
}

void
digest_text(struct digest *d, char text[DIGEST_TEXT])
{
	static const char	 hex[] = "0123456789abcdef";
	uint8_t			 raw[DIGEST_LEN];
	char			*p = text + 7;

	(void)SHA256_Final(raw, &d->ctx);
	memcpy(text, "sha256:", 7);
	for (size_t i = 0; i < sizeof(raw); i++) {
		*p++ = hex[raw[i] >> 4];
		*p++ = hex[raw[i] & 15];
	}
	*p = '\0';
}

bool
digest_valid(const char *s)
{
	return (strncmp(s, "sha256:", 7) == 0 && strlen(s) == 71 &&
	    strspn(s + 7, "0123456789abcdef") == 64);
}
