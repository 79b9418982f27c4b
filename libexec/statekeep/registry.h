/*
 * The registry of names. A name belongs to one object, of any kind, in either
 * database: containers and pods share their names and ids. A name is reserved
 * in the transaction that makes its object. A name whose object does not exist
 * is free.
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

/* All these functions need both databases open, the last three for writing. */

/* Find the object with a name; false: there is none. */
bool	registry_find(struct state *, const char *, struct holder *);
/*
 * The name for a new object: the wanted one, or (empty) one that is made up,
 * copied into the buffer. 0, or -1 with a message if it is taken.
 */
int	registry_choose(struct state *, enum holder_kind, const char *, char *,
	    size_t);
/* 0, or -1 with EEXIST and a message if an object has this id. */
int	registry_check_id(struct state *, enum holder_kind, const char *);
/* Reserve a name for an object of this database. 0 or -1, as db_put. */
int	registry_put(struct db *, enum holder_kind, const char *,
	    const char *);
/* Release a name. 0 or -1, as db_del. */
int	registry_drop(struct db *, const char *);
/* Release the name of an object whose record is lost or damaged. */
int	registry_drop_of(struct db *, const char *);
/* Find the name of an id by reading all names. False: it has none. */
bool	registry_name_of(struct db *, const char *, char *, size_t);

#endif
