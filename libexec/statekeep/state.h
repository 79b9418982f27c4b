/*
 * The state: containers and other objects by id and name, in two databases.
 * Each function is one transaction, which has been done completely or not at
 * all when the function returns. A failure sets errno and the message in
 * `error`.
 *
 * Locks are always taken in this order: durable database, per-boot database.
 */
#ifndef STATEKEEP_STATE_H
#define STATEKEEP_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "events.h"
#include "history.h"

struct db;
struct rec;

#define STATE_SCHEMA	2
#define STATE_NS		256

struct state {
	struct db	*durable;
	struct db	*boot;
	char		 boot_id[65];
	char		 own_id[65];	/* an ephemeral container's, reserved
					 * by this process */
	char		 ns[STATE_NS];	/* show this namespace only; "": all */
	bool		 all;		/* ... and the others, for now */
	bool		 stale;		/* needs a refresh in this boot */
	struct rec	*unrecorded;	/* settings in use, some of which the
					 * database lacks; or NULL */
	struct who	 who;		/* user and command, for history */
	struct events	 events;
	char		 error[1024];
};

/*
 * Take the two directories (-1: in memory) and the boot id; nothing is opened
 * yet. 0 or -1.
 */
int	state_init(struct state *, int, int, const char *);	/* takes */
void	state_clear(struct state *);
/*
 * Check the schema (convert an older one) and compare the settings with those
 * that the store was made with; settings that it lacks are `unrecorded`. 0 or
 * -1; where a value differs, the last argument gets a record of the store's
 * settings, which the caller frees.
 */
int	state_settings(struct state *, const struct rec *, struct rec **);
/*
 * Put the unrecorded settings into the open transaction, which writes to the
 * durable database; and forget them after its commit. 0, or -1 with a message:
 * ESTALE if another command has recorded different ones meanwhile.
 */
int	state_put_settings(struct state *);
void	state_recorded(struct state *);
/* Record them in a transaction of their own. 0 or -1. */
int	state_record(struct state *);

/* Does an object with this row belong to the namespace in use? */
bool	state_sees(const struct state *, const struct rec *);
/* Set the message and EXDEV for an object of another namespace. Returns -1. */
int	state_not_ours(struct state *, const char *, const char *,
	    const struct rec *);

/* Arguments and results of state_create. */
struct state_new {
	const char	*id;
	const char	*name;		/* empty: make one up */
	bool		 ephemeral;
	bool		 want_slot;
	char		 got_name[256];
	uint32_t	 slot;
};
int	state_create(struct state *, struct state_new *, const struct rec *);
/* Find the full id for a full id, an exact name or a unique prefix of an id. */
int	state_find(struct state *, const char *, char[65]);
/* The row with the definition as nested `def`, or NULL. */
struct rec *state_get(struct state *, const char *);
/*
 * All rows, as a sealed memfd, and how many containers can change by
 * themselves. Or -1.
 */
int	state_list(struct state *, uint64_t *);

/* Arguments and results of state_set. */
struct state_change {
	const char	*id;
	unsigned int	 from;		/* bit mask of states; 0: any */
	unsigned int	 to;		/* 0: do not change */
	bool		 want_slot;
	uint32_t	 slot;
};
int	state_set(struct state *, struct state_change *, const struct rec *);
int	state_remove(struct state *, const char *);
/*
 * After a loss of the per-boot database: put back, in one transaction, the
 * containers that ran in this boot, from nested `ctr` records. Containers that
 * it has are left as they are.
 */
int	state_restore(struct state *, const struct rec *);

/*
 * Set these keys in the definition of every container; the last argument is how
 * many definitions changed. All are changed, or none.
 */
int	state_rewrite(struct state *, const struct rec *, uint64_t *);
/*
 * Record the numbers of locks, from nested `lock` records with name and number;
 * the last argument is how many were recorded. Objects that do not exist are
 * passed over.
 */
int	state_renumber(struct state *, const struct rec *, uint64_t *);

/* For the other files: set the message and errno. Returns -1. */
int	state_fail(struct state *, int, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
/* The same with the message of a database; errno is preserved. */
int	state_fail_db(struct state *, const struct db *);
/* Begin a transaction in one database or in both. 0, or -1 with none begun. */
int	state_begin(struct state *, bool durable, bool boot, bool write);
/* Begin to write the per-boot database, and to read the durable one. */
int	state_begin_boot(struct state *);
/*
 * Commit the databases that were changed; the durable one last, and if that
 * fails revert the other: no change is left. 0 or -1.
 */
int	state_commit_both(struct state *, bool durable, bool boot);
/*
 * Every change of an object is committed here: the open transaction, which
 * changes this object and may have other changes too. What must be done exactly
 * once for a change (history, events) is stored in the same transaction. 0, or
 * -1 with a message.
 */
int	state_commit(struct state *, const struct transition *);
/*
 * End the transaction. Returns its argument, or -1 with errno if the commit
 * cannot be made durable or the data that was read is not reliable.
 */
int	state_end(struct state *, int);
/* Should the transaction be repeated, after this result and so many tries? */
bool	state_again(const struct state *, int, int);

#endif
