/* Any numbers as what subids says: what is accepted is mapped by the rules. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../libexec/refresh/children.h"
#include "../../libexec/refresh/ids.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* One byte says how many ranges, each is sixteen more. */
static void
fill(struct ranges *rs, const uint8_t **data, size_t *len)
{
	uint8_t	 n = *len > 0 ? **data : 0;

	rs->n = n;
	*data += *len > 0;
	*len -= *len > 0;
	for (uint8_t i = 0; i < n && *len >= sizeof(rs->r[0]); i++) {
		memcpy(&rs->r[i], *data, sizeof(rs->r[0]));
		*data += sizeof(rs->r[0]);
		*len -= sizeof(rs->r[0]);
	}
}

static void
check(const struct ranges *rs, uint64_t own)
{
	static char	 text[MAP_TEXT], back[MAP_BACK];
	struct map	 m;

	if (map_make(&m, own, rs, MAP_USER, 0) != NULL)
		return;
	if (m.n != rs->n + 1 || map_text(&m, back, sizeof(back), true) == 0)
		abort();
	(void)map_text(&m, text, sizeof(text), false);
	for (size_t i = 0; i < m.n; i++)
		if (m.line[i].outside == 0 || (i > 0 &&
		    m.line[i].outside + m.line[i].count > 0xffffffffULL))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct subids	 s;
	static struct ids	 ids;
	int			 p[2];

	memset(&s, 0, sizeof(s));
	memset(&ids, 0, sizeof(ids));
	s.magic = SUBIDS_MAGIC;
	s.asked = ids.uid = ids.gid = 1000;
	s.name[0] = 'a';
	fill(&s.uids, &data, &len);
	fill(&s.gids, &data, &len);
	if (pipe2(p, O_CLOEXEC) == -1 ||
	    write(p[1], &s, sizeof(s)) != sizeof(s))
		abort();
	close(p[1]);
	ids_take(&ids, &(struct reader){ -1, p[0] });
	if (ids.why[0] != '\0')
		return (0);
	check(&ids.uids, ids.uid);
	check(&ids.gids, ids.gid);
	return (0);
}
