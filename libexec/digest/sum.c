/* SHA256_* rather than EVP, which would link every cipher. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "sum.h"

#include <openssl/sha.h>

#include <stdlib.h>
#include <string.h>

struct sum {
	SHA256_CTX	 ctx;
};

struct sum *
sum_new(void)
{
	struct sum	*d = calloc(1, sizeof(*d));

	if (d != NULL)
		(void)SHA256_Init(&d->ctx);
	return (d);
}

void
sum_free(struct sum *d)
{
	free(d);
}

void
sum_add(struct sum *d, const void *p, size_t n)
{
	(void)SHA256_Update(&d->ctx, p, n);
}

void
sum_text(struct sum *d, char text[SUM_TEXT])
{
	static const char	 hex[] = "0123456789abcdef";
	uint8_t			 raw[SUM_LEN];
	char			*p = text + 7;

	(void)SHA256_Final(raw, &d->ctx);
	memcpy(text, "sha256:", 7);
	for (size_t i = 0; i < sizeof(raw); i++) {
		*p++ = hex[raw[i] >> 4];
		*p++ = hex[raw[i] & 15];
	}
	*p = '\0';
}
