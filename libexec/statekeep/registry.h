/*
 * Who has which name. A name is one object's, whatever kind of object it is
 * and whichever database knows it: containers and pods share their names,
 * and their ids. A name is reserved in the transaction that makes the object.
 * A name that leads to nothing is nobody's.
 */
#ifndef STATEKEEP_REGISTRY_H
#define STATEKEEP_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

struct db;
struct state;

enum holder_kind { HOLDER_CTR, HOLDER_POD };

struct holder {
	enum holder_kind	 kind;
	char			 id[65];
};

/* All of these need both databases open, and the last three writing. */

/* Who holds a name: false if nobody does. */
bool	registry_find(struct state *, const char *, struct holder *);
/*
 * The name that a new object gets: the one that is wanted, or (empty) one
 * made up, into the buffer. 0, or -1 with the sentence when it is not free.
 */
int	registry_choose(struct state *, enum holder_kind, const char *, char *,
	    size_t);
/* 0, or -1 with EEXIST and the sentence, if an object has this id. */
int	registry_check_id(struct state *, enum holder_kind, const char *);
/* Give a name to an object of this database. 0 or -1, as db_put. */
int	registry_put(struct db *, enum holder_kind, const char *,
	    const char *);
/* Take it away. 0 or -1, as db_del. */
int	registry_drop(struct db *, const char *);
/* The same for an object whose record does not know its name any more. */
int	registry_drop_of(struct db *, const char *);
/* The name that leads to an id, by looking through all. False: none does. */
bool	registry_name_of(struct db *, const char *, char *, size_t);

#endif
