/*
 * What is different between one kind of object and another, for obj*.c.
 */
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
	const char	*noun;		/* in sentences, and of transitions */
	const char	*rows;		/* the kind of its keys */
	size_t		 id_len;	/* hex digits; 0: the name is the id */
	bool		 named;		/* it has a name of its own, and ... */
	bool		 shared;	/* ... shares it with containers */
	bool		 boot;		/* the per-boot database has it */
	const char	*missing;	/* sentence, with a %s for the name */
	const char	*exists;	/* sentence for a second of that name */
};

/* By enum obj_kind; NULL with EINVAL and the sentence. */
const struct objkind *objkind_get(struct state *, uint32_t);
/* The database that has objects of a kind. */
struct db	*objkind_db(struct state *, const struct objkind *);

/* --- objfind.c --- */

/* "There is none", ENOENT; "there was one", ENOENT. Both return -1. */
int	objfind_missing(struct state *, const struct objkind *, const char *);
int	objfind_removed(struct state *, const struct objkind *, const char *);
/*
 * The id for a full id, an exact name or a unique prefix, into a buffer of
 * OBJ_ID bytes. 0 or -1 with the sentence.
 */
int	objfind(struct state *, const struct objkind *, const char *, char *);
/* The key of the alias of a name, in a buffer of KEY_SIZE bytes. */
const char *objfind_alias(char *, const struct objkind *, const char *);
/* Read one by its id: NULL with ENOENT, EUCLEAN, EXDEV or EPROTONOSUPPORT. */
struct rec *objfind_load(struct state *, const struct objkind *, const char *);

/* --- objuse.c --- */

/*
 * Add the id of each container that uses an object as `user`, but this one
 * ("": none). How many there are, or -1.
 */
int	objuse_list(struct state *, const struct objkind *, const char *,
	    const char *, struct rec *);
/* Forget who used it. 0 or -1. */
int	objuse_forget(struct state *, struct db *, const struct objkind *,
	    const char *);
/* The key of an exec session by its container; "": what all begin with. */
const char *objuse_session(char *, const char *, const char *);

#endif
