/* The records of one PAX header; each key occurs once. */
#ifndef UNPACK_PAX_H
#define UNPACK_PAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct why;

struct pax_record {
	const char	*key;		/* NUL after it */
	const char	*value;		/* NUL after it, may hold others */
	size_t		 len;
};

struct pax {
	char			*text;
	struct pax_record	*recs;	/* sorted by key */
	size_t			 nrecs;
};

/* Decode the bytes (which are copied). 0, or -1 with why set. */
int	pax_parse(struct pax *, const void *, size_t, struct why *);
void	pax_clear(struct pax *);
/* The record of a key, or NULL. */
const struct pax_record *pax_find(const struct pax *, const char *);
/* A value as text without NUL: 1, 0 if the key is absent, -1. */
int	pax_text(const struct pax *, const char *, const char **,
	    struct why *);
/* A value as a plain number of at most `max`: 1, 0, -1 likewise. */
int	pax_number(const struct pax *, const char *, uint64_t, uint64_t *,
	    struct why *);
/* A value as seconds with fraction, sign allowed: 1, 0, -1 likewise. */
int	pax_time(const struct pax *, const char *, struct timespec *,
	    struct why *);
/* Only digits, at most max; sets the end. False if malformed. */
bool	pax_digits(const char *, uint64_t, uint64_t *, const char **);

#endif
