/*
 * The other objects: pods, volumes, exec sessions, networks and secrets. Each
 * is one record with a version; what makes them different is a row of a
 * table. Each function is one transaction, as in keep.h.
 */
#ifndef STATEKEEP_OBJ_H
#define STATEKEEP_OBJ_H

#include <stdbool.h>
#include <stdint.h>

struct db;
struct state;
struct rec;

#define OBJ_SCHEMA	1		/* `v` of every record */

/* What obj_put asks for, and what it gets. */
struct obj_new {
	uint32_t	 kind;		/* enum obj_kind */
	uint32_t	 flags;		/* OBJ_KEEP, OBJ_UPDATE */
	char		 name[256];	/* the name it has */
	bool		 made;
};
int	obj_put(struct state *, struct obj_new *, const struct rec *);

/*
 * The record for a full id, an exact name or a unique prefix, with the ids of
 * the containers that use it; with the flag OBJ_PAYLOAD, what a secret hides.
 * NULL with errno and the sentence.
 */
struct rec *obj_get(struct state *, uint32_t, const char *, uint32_t);
/* All of a kind as a sealed memfd, or -1. */
int	obj_list(struct state *, uint32_t);

/* What obj_remove asks for. */
struct obj_gone {
	uint32_t	 kind;
	uint32_t	 step;		/* enum obj_step */
	const char	*id;
	const char	*by;		/* a container that does not count */
};
int	obj_remove(struct state *, const struct obj_gone *);

/* --- for ctr.c, inside its transactions; 0 or -1 with the sentence --- */

/* Does the making of this container change something durable but itself? */
bool	obj_wanted(const struct rec *);
/*
 * A new container's volumes (made, if they are not there), pod and required
 * containers: note that it uses them, in the database that is its own.
 */
int	obj_claim(struct state *, struct db *, const char *, const struct rec *);
/* It goes: it uses nothing any more, and its exec sessions go with it. */
int	obj_release(struct state *, struct db *, const char *,
	    const struct rec *);
/* Is it required by others? Refused, naming them, then. */
int	obj_required(struct state *, const char *);

#endif
