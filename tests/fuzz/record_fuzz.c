/* Any bytes as a record: what decodes can be walked and encodes the same. */
#include <stdlib.h>
#include <string.h>

#include "record.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static size_t
walk(const struct rec *r, unsigned int depth)
{
	struct rec_item	 item;
	struct rec	*sub;
	size_t		 it = 0, n = 0, sub_it;

	if (depth > REC_DEPTH)
		abort();
	while (rec_walk(r, &it, &item)) {
		n += strlen(item.key) + item.len;
		if (item.text != NULL && strlen(item.text) != item.len)
			abort();
		(void)rec_num(r, KEY_NUM(item.key), 0);
		if (!item.nested)
			continue;
		sub_it = it - 1;
		if ((sub = rec_sub(r, KEY_REC(item.key), &sub_it)) == NULL)
			abort();
		n += walk(sub, depth + 1);
		rec_free(sub);
	}
	return (n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rec	*r = rec_decode(data, len, RECORD(any), NULL);
	void		*again = NULL;
	size_t		 again_len;

	if (r == NULL)
		return (0);
	(void)walk(r, 0);
	if (rec_encode(r, &again, &again_len) == -1 || again_len != len ||
	    memcmp(again, data, len) != 0)
		abort();
	free(again);
	rec_free(r);
	return (0);
}
