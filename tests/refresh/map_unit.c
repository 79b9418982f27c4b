/* The arithmetic of id maps: rows that must be, rows that must not. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#include "../../libexec/refresh/map.h"

static bool
text_is(const struct map *m, const char *want)
{
	char	 buf[MAP_TEXT];
	size_t	 n = map_text(m, buf, sizeof(buf), false);

	return (n == strlen(want) && memcmp(buf, want, n) == 0);
}

static void
test_rows(void)
{
	const struct ranges	 two = { { { 100000, 65536 }, { 7, 3 } }, 2 };
	const struct ranges	 slots = { { { 100000, 131073 },
				    { 900000, 65535 }, { 1000000, 65536 } },
				    3 };
	struct map		 m;
	char			 buf[256];

	CHECK(map_make(&m, 1000, &two, MAP_USER, 0) == NULL &&
	    text_is(&m, "0 1000 1\n1 100000 65536\n65537 7 3\n"));
	CHECK(map_text(&m, buf, sizeof(buf), true) == 99 && strncmp(buf,
	    "         0       1000          1\n", 33) == 0);
	CHECK(map_text(&m, buf, 99, true) == 0);
	CHECK(ranges_sum(&two) == 65539);
	CHECK(map_make(&m, 50, &two, MAP_SYSTEM, 0) == NULL &&
	    text_is(&m, "0 50 1\n1 100000 65535\n"));
	CHECK(map_make(&m, 50, &two, MAP_SYSTEM, 1) != NULL);
	CHECK(map_make(&m, 50, &slots, MAP_SYSTEM, 1) == NULL &&
	    text_is(&m, "0 165536 65536\n"));
	CHECK(map_make(&m, 50, &slots, MAP_SYSTEM, 2) == NULL &&
	    text_is(&m, "0 1000000 65536\n"));
	CHECK(map_make(&m, 50, &slots, MAP_SYSTEM, 3) != NULL);
	CHECK(map_make(&m, 50, &slots, MAP_SYSTEM, UINT64_MAX) != NULL);
}

/* Root of a user namespace: 0 is 0, and only there may 0 be mapped. */
static void
test_nested(void)
{
	const struct ranges	 none = { .n = 0 };
	const struct ranges	 two = { { { 1, 999 }, { 5000, 10 } }, 2 };
	const struct ranges	 all = { { { 1, 4294967294 } }, 1 };
	const struct ranges	 zero = { { { 0, 10 } }, 1 };
	const struct ranges	 twice = { { { 1, 10 }, { 10, 1 } }, 2 };
	struct ranges		 many = { .n = MAP_LINES };
	struct map		 m;

	CHECK(map_make(&m, 0, &none, MAP_NESTED, 0) == NULL &&
	    text_is(&m, "0 0 1\n"));
	CHECK(map_make(&m, 1, &none, MAP_NESTED, 0) != NULL && m.n == 0);
	CHECK(map_make(&m, 0, &two, MAP_NESTED, 0) == NULL &&
	    text_is(&m, "0 0 1\n1 1 999\n1000 5000 10\n"));
	CHECK(map_make(&m, 0, &all, MAP_NESTED, 0) == NULL &&
	    text_is(&m, "0 0 1\n1 1 4294967294\n"));
	CHECK(map_make(&m, 0, &zero, MAP_NESTED, 0) != NULL && m.n == 0);
	CHECK(map_make(&m, 0, &twice, MAP_NESTED, 0) != NULL && m.n == 0);
	for (size_t i = 0; i < MAP_LINES; i++)
		many.r[i] = (struct range){ 1 + 2 * i, 1 };
	CHECK(map_make(&m, 0, &many, MAP_NESTED, 0) != NULL && m.n == 0);
	many.n--;
	CHECK(map_make(&m, 0, &many, MAP_NESTED, 0) == NULL &&
	    m.n == MAP_LINES);
}

static bool
good(uint64_t own, uint64_t start, uint64_t n)
{
	const struct ranges	 one = { { { start, n } }, 1 };
	struct map		 m;

	return (map_make(&m, own, &one, MAP_USER, 0) == NULL);
}

static void
test_bounds(void)
{
	CHECK(good(1000, 1, 999) && !good(1000, 1, 1000));
	CHECK(good(1000, 1001, 1) && !good(1000, 1000, 1));
	CHECK(!good(1000, 0, 5) && !good(0, 100, 5));
	CHECK(!good(1000, 2000, 0));
	CHECK(good(1, 4294967294, 1) && !good(1, 4294967295, 1));
	CHECK(!good(1, 4294967294, 2));
	CHECK(!good(4294967295, 100, 5));
	/* Sums that 32 bits, and then 64, would not hold. */
	CHECK(!good(1000, 4294967290, 65536));
	CHECK(!good(1000, 2, UINT64_MAX) && !good(1000, UINT64_MAX, 2));
	CHECK(!good(1000, UINT64_MAX - 5, 6) && !good(1000, 1ULL << 32, 1));
	CHECK(good(1, 2, 4294967293) && !good(1, 2, 4294967294));
}

/* Is every id on the host that m maps the owner's or in a range, once? */
static bool
sound(const struct map *m, uint64_t own, const struct ranges *rs)
{
	for (size_t i = 0; i < m->n; i++) {
		uint64_t	 a = m->line[i].outside, n = m->line[i].count;
		bool		 in = a == own && n == 1;

		if (a < 1 || n < 1 || a + n - 1 > 4294967294ULL)
			return (false);
		for (size_t j = 0; j < rs->n; j++)
			in |= a >= rs->r[j].start && a - rs->r[j].start + n <=
			    rs->r[j].count;
		for (size_t j = 0; j < i; j++)
			if (m->line[j].outside < a + n &&
			    a < m->line[j].outside + m->line[j].count)
				return (false);
		if (!in || m->line[i].inside != (i == 0 ? 0 :
		    m->line[i - 1].inside + m->line[i - 1].count))
			return (false);
	}
	return (m->n >= 1 && m->n <= MAP_LINES);
}

/* Values near the edges, where arithmetic goes wrong. */
static uint64_t
pick(void)
{
	static const uint64_t	 base[] = { 0, 1, 1000, 65536, 100000,
				    4294967290, 1ULL << 32, UINT64_MAX - 8 };

	return (base[(size_t)random() % 8] + (uint64_t)(random() % 16));
}

static void
test_random(void)
{
	struct ranges	 rs;
	struct map	 m;
	unsigned int	 made = 0, unsound = 0;

	srandom(2);
	for (int i = 0; i < 200000; i++) {
		uint64_t	 own = pick();

		rs.n = (size_t)random() % 4;
		for (size_t j = 0; j < rs.n; j++)
			rs.r[j] = (struct range){ pick(), pick() };
		if (map_make(&m, own, &rs, MAP_USER, 0) == NULL) {
			made++;
			unsound += !sound(&m, own, &rs);
		}
		if (map_make(&m, own, &rs, MAP_SYSTEM, 0) == NULL) {
			made++;
			unsound += !sound(&m, own, &rs);
		}
	}
	printf("# %u maps made\n", made);
	CHECK(made > 1000 && unsound == 0);
}

int
main(void)
{
	test_rows();
	test_nested();
	test_bounds();
	test_random();
	return (finish());
}
