/*
 * The objects other than containers: pods, volumes, exec sessions, networks and
 * secrets. Each is one record with a version; objkind.h has their differences
 * as rows of a table. Each function is one transaction, as in state.h.
 */
#ifndef STATEKEEP_OBJ_H
#define STATEKEEP_OBJ_H

#include <stdbool.h>
#include <stdint.h>

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
 * secret. NULL with errno and a message.
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

#endif
