/* Any bytes as /etc/subuid: the maps have only ranges of the file. */
#include <stdlib.h>
#include <string.h>

#include "../../libexec/refresh/map.h"
#include "../../libexec/refresh/subid.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char	 text[MAP_TEXT], back[MAP_BACK];
	struct ranges	 rs = { .n = 0 };
	struct map	 m;
	FILE		*f;

	if (len == 0 || (f = fmemopen((void *)(uintptr_t)data, len,
	    "r")) == NULL)
		return (0);
	subid_read(&rs, f, "ann", 1000);
	(void)fclose(f);
	if (rs.n > MAP_LINES)
		abort();
	if (map_own(&m, 1000, &rs) != NULL)
		return (0);
	if (m.n != rs.n + 1 || map_back(&m, back, sizeof(back)) == 0)
		abort();
	(void)map_text(&m, text, sizeof(text));
	for (size_t i = 1; i < m.n; i++)
		if (m.line[i].outside == 0 ||
		    m.line[i].outside + m.line[i].count > 0xffffffffULL)
			abort();
	return (0);
}
