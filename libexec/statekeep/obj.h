/*
 * The objects other than containers: pods, volumes, exec sessions, networks and
 * secrets. Each is one record with a version; struct objkind has
 * their differences. Each function is one transaction, as in state.h.
 */
#ifndef STATEKEEP_OBJ_H
#define STATEKEEP_OBJ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys.h"

struct db;
struct state;
struct rec;

#define OBJ_SCHEMA	1		/* `v` of every record */

/* Arguments and results of obj_put. */
struct obj_new {
	uint32_t	 kind;		/* enum obj_kind */
	uint32_t	 flags;		/* OBJ_KEEP, OBJ_UPDATE */
	char		 name[256];	/* the name it has */
	bool		 made;
};
int	obj_put(struct state *, struct obj_new *, const struct rec *);

/*
 * The record for a full id, an exact name or a unique prefix, with the ids of
 * the containers that use the object; with the flag OBJ_PAYLOAD, the data of a
 * secret; with OBJ_REMAINS, of a damaged one its id, name, users and `error`.
 * NULL with errno and a message.
 */
struct rec *obj_get(struct state *, uint32_t, const char *, uint32_t);
/* All of a kind as a sealed memfd, or -1. */
int	obj_list(struct state *, uint32_t);

/* Arguments of obj_remove. */
struct obj_gone {
	uint32_t	 kind;
	uint32_t	 step;		/* enum obj_step */
	const char	*id;
	const char	*by;		/* a user that does not count */
};
int	obj_remove(struct state *, const struct obj_gone *);

/* --- for ctr.c, inside its transactions; 0, or -1 with a message --- */

/* Does creating this container change anything else in the durable database? */
bool	obj_wanted(const struct rec *);
/*
 * Record that a new container uses its volumes (which are made if they do not
 * exist), its pod and its required containers, in the database of the
 * container.
 */
int	obj_claim(struct state *, struct db *, const char *,
	    const struct rec *);
/* Remove the uses and the exec sessions of a container that is removed. */
int	obj_release(struct state *, struct db *, const char *,
	    const struct rec *);
/* 0, or -1 with a message that names the containers that require this one. */
int	obj_required(struct state *, const char *);

/* --- the differences between the kinds, and what the files obj*.c share --- */

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

/* --- find.c --- */

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
