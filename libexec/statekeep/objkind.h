/* The differences between kinds of objects, for the files obj*.c. */
#ifndef STATEKEEP_OBJKIND_H
#define STATEKEEP_OBJKIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys.h"

struct db;
struct state;
struct rec;

#define OBJ_ID		256		/* room for an id, or a name */

struct objkind {
	const char	*noun;		/* in messages and transitions */
	const char	*rows;		/* the kind of its keys */
	size_t		 id_len;	/* hex digits; 0: the name is the id */
	bool		 named;		/* it has a name beside its id */
	bool		 shared;	/* names are shared with containers */
	bool		 boot;		/* it is in the per-boot database */
	const char	*missing;	/* message, with %s for the name */
	const char	*exists;	/* message for a name that is taken */
};

/* The row of an enum obj_kind; NULL with EINVAL and a message. */
const struct objkind *objkind_get(struct state *, uint32_t);
/* The database that has objects of a kind. */
struct db	*objkind_db(struct state *, const struct objkind *);

/* --- objfind.c --- */

/*
 * Set the message "no such object", or "it was removed", and ENOENT. Return -1.
 */
int	objfind_missing(struct state *, const struct objkind *, const char *);
int	objfind_removed(struct state *, const struct objkind *, const char *);
/*
 * Find the id for a full id, an exact name or a unique prefix, into a buffer of
 * OBJ_ID bytes. 0, or -1 with a message.
 */
int	objfind(struct state *, const struct objkind *, const char *, char *);
/* The key of the alias of a name, in a buffer of KEY_SIZE bytes. */
const char *objfind_alias(char *, const struct objkind *, const char *);
/*
 * Read an object by its id: NULL with ENOENT, EUCLEAN, EXDEV or
 * EPROTONOSUPPORT.
 */
struct rec *objfind_load(struct state *, const struct objkind *, const char *);

/* --- objuse.c --- */

/*
 * Add the id of each container that uses an object to the record as `user`,
 * except this container ("": none). Returns their number, or -1.
 */
int	objuse_list(struct state *, const struct objkind *, const char *,
	    const char *, struct rec *);
/* Remove the uses of an object. 0 or -1. */
int	objuse_forget(struct state *, struct db *, const struct objkind *,
	    const char *);
/*
 * The key of an exec session by its container; "" as id: the prefix of all keys
 * of the container.
 */
const char *objuse_session(char *, const char *, const char *);

#endif
