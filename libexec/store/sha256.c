/* libmd's, because libcrypto takes longer to start than `run` may need here. */
#include "sha256.h"

#include <sys/types.h>

#include <stdint.h>

#include <sha2.h>

void
sha256_hex(const void *data, size_t len, char hex[SHA256_HEX + 1])
{
	SHA2_CTX	 c;

	SHA256Init(&c);
	SHA256Update(&c, data, len);
	(void)SHA256End(&c, hex);
}
