/* Any bytes as any message: what decodes must encode to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "messages.h"
#include "wire.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t	 again[PROTO_MAX];
	static union msg m;
	char		 text[512];
	struct rbuf	 r = { data, len, false };
	struct wbuf	 w = { again, 0, sizeof(again), false };
	uint16_t	 type = get_u16(&r, UINT16_MAX);

	if (len > PROTO_MAX || r.bad || proto_find(type) == NULL ||
	    !proto_decode((enum msg_type)type, &r, &m))
		return (0);
	if (!proto_encode((enum msg_type)type, &w, &m) || w.len != len - 2 ||
	    memcmp(again, data + 2, w.len) != 0)
		abort();
	proto_print((enum msg_type)type, &m, text, sizeof(text));
	if (memchr(text, '\0', sizeof(text)) == NULL)
		abort();
	return (0);
}
