/*
 * Requests to statekeep: the state of containers, pods, volumes and what else
 * lasts; see statekeep(8) for the keys of its records.
 *
 * All of these return 0, or a record that the caller frees; or -1, or NULL,
 * with the client's error set.
 */
#ifndef CLIENT_STATE_H
#define CLIENT_STATE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "messages.h"

struct client;
struct rec;

/* What a state is opened with. */
struct state_options {
	uid_t		 uid;		/* for the history: who, */
	char		 command[201];	/* and by which command */
	enum events_backend events;
	uint64_t	 events_max;	/* bytes of the log; 0: any number */
	char		 events_file[256]; /* in the directory of events_to */
	char		 boot_id[65];
	const char	*ns;		/* state namespace; "": all of them */
	bool		 memory;	/* no directory is used */
};

/* Directories: durable, per boot; and the settings it is used with. */
int	state_open_begin(struct client *, const struct state_options *,
	    int dir, int run_dir, int settings_fd);
/*
 * The flags (enum state_flags); or, with 1, the settings that the store was
 * made with, which differ: nothing is served before it is opened with them.
 */
int	state_open_end(struct client *, unsigned int *flags,
	    struct rec **made_with);
/* What the last boot has left: one step, and that all of it is done. */
struct rec *state_refresh(struct client *, enum refresh_step);
int	state_refresh_done(struct client *);
/* The history of one container or image, or of all. */
struct rec *state_history(struct client *, const char *ref);
/* The numbers of locks that objects have from now on: nested `lock`. */
int	state_renumber(struct client *, const struct rec *);

/* --- containers --- */

struct state_made {
	char		 name[256];	/* which it got */
	uint32_t	 slot;		/* of ids, if one was wanted */
};

/* Record one. An ephemeral one is in the per-boot database only. */
int	state_container_create(struct client *, const char *id,
	    const struct rec *def, bool ephemeral, bool want_slot,
	    struct state_made *);
/* The ID, in a buffer of 65 bytes, by name, ID, or unique prefix of one. */
int	state_container_find(struct client *, const char *ref, char *id);
/* Its row, with its definition as nested `def`. */
struct rec *state_container_get(struct client *, const char *id);
/*
 * All rows as nested `ctr`; *active, if not NULL: how many are in a state
 * that something may have ended. Or as they were at a moment (ns).
 */
struct rec *state_containers(struct client *, uint64_t *active);
struct rec *state_containers_at(struct client *, uint64_t when_ns);
/*
 * Change keys of a row, if it is in one of these states (a bit mask; 0: any);
 * its state after it (0: the same). *slot, if not NULL: its slot of ids, 0 if
 * it has none.
 */
int	state_container_set(struct client *, const char *id, unsigned int from,
	    unsigned int to, const struct rec *keys, uint32_t *slot);
/* Remove one; the exit code is for the events of the removal. */
int	state_container_remove_begin(struct client *, const char *id,
	    int exit_code);
int	state_container_remove_end(struct client *);
/* Set keys in the definition of every container. */
int	state_containers_rewrite(struct client *, const struct rec *keys);
/* The per-boot database was lost: the nested `ctr` ran in this boot. */
int	state_containers_restore(struct client *, const struct rec *);

/* --- pods, volumes and other objects --- */

struct rec *state_object_get(struct client *, enum obj_kind, const char *ref);
/* All of a kind, nested `obj`. */
struct rec *state_objects(struct client *, enum obj_kind);
/* Record one (flags: enum obj_flags). Its name, unless that is NULL: [256]. */
int	state_object_put(struct client *, enum obj_kind, unsigned int flags,
	    const struct rec *, char *name);
/* Refused while containers use it, but for the one that is named: `by`. */
int	state_object_remove(struct client *, enum obj_kind, enum obj_step,
	    const char *id, const char *by);

#endif
