/* Any bytes as /etc/subuid: never more ranges than there is room for. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../libexec/subids/subid.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ranges	 rs = { .n = 0 };
	char		 other[128];
	FILE		*f;

	if (len == 0 || (f = fmemopen((void *)(uintptr_t)data, len,
	    "r")) == NULL)
		return (0);
	subid_read(&rs, f, "ann", 1000);
	if (rs.n > MAP_LINES)
		abort();
	rewind(f);
	(void)subid_shared(&rs, f, "ann", 1000, other, sizeof(other));
	(void)fclose(f);
	return (0);
}
