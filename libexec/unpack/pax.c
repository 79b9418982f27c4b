#include "pax.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "why.h"

#define RECORDS_MAX	4096

static int
malformed(struct why *w, const char *what)
{
	return (why_set(w, EBADMSG, "a PAX header is malformed (%s); "
	    "the layer must be made again", what));
}

bool
pax_digits(const char *s, uint64_t max, uint64_t *n, const char **end)
{
	uint64_t	 v = 0;
	const char	*p = s;

	for (; *p >= '0' && *p <= '9'; p++) {
		unsigned int	 d = (unsigned int)(*p - '0');

		if (v > (UINT64_MAX - d) / 10)
			return (false);
		v = v * 10 + d;
	}
	*n = v;
	*end = p;
	return (p != s && v <= max);
}

/* "LENGTH key=value\n"; the length is that of the whole record. */
static int
parse_one(char **at, char *end, struct pax_record *r, struct why *w)
{
	const char	*stop;
	char		*rec = *at, *key, *eq, *last;
	uint64_t	 len;

	if (!pax_digits(rec, (uint64_t)(end - rec), &len, &stop) ||
	    *stop != ' ' || *rec == '0')
		return (malformed(w, "bad length"));
	key = rec + (stop - rec) + 1;
	last = rec + len - 1;
	if (last <= key || *last != '\n')
		return (malformed(w, "bad length"));
	eq = memchr(key, '=', (size_t)(last - key));
	if (eq == NULL || eq == key ||
	    memchr(key, '\0', (size_t)(eq - key)) != NULL)
		return (malformed(w, "bad key"));
	*eq = *last = '\0';
	r->key = key;
	r->value = eq + 1;
	r->len = (size_t)(last - eq - 1);
	*at = last + 1;
	return (0);
}

static int
by_key(const void *a, const void *b)
{
	const struct pax_record	*x = a, *y = b;

	return (strcmp(x->key, y->key));
}

int
pax_parse(struct pax *p, const void *data, size_t n, struct why *w)
{
	char	*at, *end;

	if ((p->text = malloc(n + 1)) == NULL || (p->recs =
	    calloc(RECORDS_MAX, sizeof(*p->recs))) == NULL)
		return (why_set(w, ENOMEM, "out of memory"));
	memcpy(p->text, data, n);
	p->text[n] = '\0';
	at = p->text;
	end = at + n;
	while (at < end) {
		if (p->nrecs == RECORDS_MAX)
			return (malformed(w, "more than 4096 records"));
		if (parse_one(&at, end, &p->recs[p->nrecs++], w) == -1)
			return (-1);
	}
	qsort(p->recs, p->nrecs, sizeof(*p->recs), by_key);
	for (size_t i = 1; i < p->nrecs; i++)
		if (by_key(&p->recs[i - 1], &p->recs[i]) == 0)
			return (why_set(w, EBADMSG, "a PAX header gives "
			    "\"%.64s\" twice; the layer must be made again",
			    p->recs[i].key));
	return (0);
}

void
pax_clear(struct pax *p)
{
	free(p->text);
	free(p->recs);
	memset(p, 0, sizeof(*p));
}

const struct pax_record *
pax_find(const struct pax *p, const char *key)
{
	struct pax_record	 want = { .key = key };

	if (p->nrecs == 0)
		return (NULL);
	return (bsearch(&want, p->recs, p->nrecs, sizeof(*p->recs), by_key));
}

int
pax_text(const struct pax *p, const char *key, const char **v, struct why *w)
{
	const struct pax_record	*r = pax_find(p, key);

	if (r == NULL)
		return (0);
	if (strlen(r->value) != r->len)
		return (malformed(w, "NUL in a name"));
	*v = r->value;
	return (1);
}

int
pax_number(const struct pax *p, const char *key, uint64_t max, uint64_t *n,
    struct why *w)
{
	const char	*v = NULL, *end;
	int		 rc = pax_text(p, key, &v, w);

	if (rc != 1)
		return (rc);
	if (!pax_digits(v, max, n, &end) || *end != '\0')
		return (why_set(w, EBADMSG, "a PAX header has a bad %s "
		    "(\"%.40s\"); the layer must be made again", key, v));
	return (1);
}

/* Nanoseconds of ".123"; digits behind the ninth are ignored. */
static bool
fraction(const char *s, long *ns)
{
	long	 unit = 100000000;

	*ns = 0;
	for (; *s >= '0' && *s <= '9'; s++) {
		*ns += (*s - '0') * unit;
		unit /= 10;
	}
	return (*s == '\0');
}

int
pax_time(const struct pax *p, const char *key, struct timespec *ts,
    struct why *w)
{
	const char	*v = "", *end;
	uint64_t	 sec;
	bool		 minus;
	long		 ns = 0;
	int		 rc = pax_text(p, key, &v, w);

	if (rc != 1)
		return (rc);
	minus = *v == '-';
	/* The limit is 34,000 years; file systems have less. */
	if (!pax_digits(v + minus, 1ULL << 40, &sec, &end) ||
	    !(*end == '\0' || (*end == '.' && fraction(end + 1, &ns))))
		return (why_set(w, EBADMSG, "a PAX header has a bad %s "
		    "(\"%.40s\"); the layer must be made again", key, v));
	ts->tv_sec = minus ? -(time_t)sec : (time_t)sec;
	ts->tv_nsec = ns;
	if (minus && ns > 0) {
		ts->tv_sec--;
		ts->tv_nsec = 1000000000 - ns;
	}
	return (1);
}
