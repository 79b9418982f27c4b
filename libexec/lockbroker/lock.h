/*
 * The locks of one connection, in a store's table of locks. They are released
 * with the set, and so with the process, however it ends. The configuration
 * (engine.lock_type) selects one of two kinds of table: shm.c and file.c.
 *
 * A lock has a name ("ctr:<id>") and, when it was allocated, a number below
 * num_locks. A lock without a number exists as long as it is held.
 */
#ifndef LOCKBROKER_LOCK_H
#define LOCKBROKER_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"

#define LOCK_NAME	81		/* a name with its NUL */

/*
 * A broker that holds any lock, or has freed a number, holds LOCK_STORE shared.
 * A renumbering needs it exclusively, so that no other broker has a lock
 * meanwhile.
 */

struct rec;
struct locks;

/* How to open a table. */
struct locks_want {
	const char	*type;		/* "", "shm" or "file" */
	const char	*boot_id;	/* a table of another boot is empty */
	uint32_t	 count;		/* num_locks as configured */
	bool		 any;		/* accept any size, replace a damaged
					 * one */
	const char	*command;	/* shown as the holder of locks */
	uint32_t	 pid;
};

/*
 * Open the table in a directory (taken), or make it. NULL with errno and a
 * message in locks_open_error: EINVAL for a wrong type or count, EBADF for a
 * damaged table, ERANGE when numbers in use are not below the count.
 */
struct locks	*locks_open(int, const struct locks_want *);	/* takes */
const char	*locks_open_error(void);
void		 locks_close(struct locks *);
/*
 * Is the table new, or was a renumbering interrupted, so that the numbers of
 * objects must be recorded again?
 */
bool		 locks_stale(struct locks *);

/* How to take a lock. */
struct take {
	const char	*name;
	bool		 shared;
	bool		 alloc;		/* allocate a number */
	unsigned int	 wait_ms;
};
/*
 * Take a lock; waiters are served in the order of arrival. 0 with its number
 * plus one (0: it has none), or -1: ETIMEDOUT (also when no wait was asked
 * for), ECONNRESET when the peer left, EDEADLK when this process holds the lock
 * or its holder waits for this process, ENOSPC when there is no free number,
 * ENOLCK when too many locks are held, or an errno of the file system.
 */
int		 locks_take(struct locks *, const struct take *, uint32_t *);
/* Release a lock; ENOENT when it is not held. */
int		 locks_drop(struct locks *, const char *);
/*
 * Allocate a number for a name: the given one minus one, or (0) the lowest free
 * one. 0 or -1: EEXIST when the number or the name is in use, EINVAL when it is
 * not below the count, ENOSPC.
 */
int		 locks_alloc(struct locks *, const char *, uint32_t,
		    uint32_t *);
/*
 * Release the number of a name; a holder keeps the lock. ENOENT, or as
 * locks_take.
 */
int		 locks_free(struct locks *, const char *);
/*
 * Find a lock by its number plus one, or (0) by name, and set the other.
 * ENOENT, EINVAL.
 */
int		 locks_find(struct locks *, char [LOCK_NAME], uint32_t *);
/*
 * Add all locks to a record: `count`, `allocated`, and nested `lock` records,
 * each with name, number and nested `claim` records in order: pid, command,
 * held, shared, age_ns. 0 or -1.
 */
int		 locks_list(struct locks *, struct rec *, bool all);
/*
 * With LOCK_STORE held exclusively (EPERM otherwise): mark the table as being
 * renumbered; then replace all names and numbers by those of nested `lock`
 * records.
 */
int		 locks_renumber_begin(struct locks *);
int		 locks_renumber(struct locks *, const struct rec *);
/*
 * After locks_take failed: the holder, for a message; "" if it is not known.
 * The name is set to that of the lock that it holds.
 */
void		 locks_holder(struct locks *, char [LOCK_NAME], char *, size_t);

/* Is this a valid name of a lock? */
bool		 locks_name_good(const char *);
/* Copy a name; one that is too long is cut. */
void		 locks_copy_name(char [LOCK_NAME], const char *);
/* For the two kinds: set the message and errno of locks_open. Returns NULL. */
void		*locks_fail(int, const char *, ...)
		    __attribute__((format(printf, 2, 3)));
/* Has the peer on the channel gone? */
bool		 locks_peer_gone(void);

/* A kind of table. Each function is like the one above with its name. */
struct kind {
	void	*(*open)(int, const struct locks_want *);	/* takes */
	void	 (*close)(void *);
	bool	 (*stale)(void *);
	int	 (*take)(void *, const struct take *, uint32_t *);
	int	 (*drop)(void *, const char *);
	int	 (*alloc)(void *, const char *, uint32_t, uint32_t *);
	int	 (*free)(void *, const char *);
	int	 (*find)(void *, char [LOCK_NAME], uint32_t *);
	int	 (*list)(void *, struct rec *, bool);
	int	 (*begin)(void *);
	int	 (*renumber)(void *, const struct rec *);
	void	 (*holder)(void *, char [LOCK_NAME], char *, size_t);
};
extern const struct kind	kind_shm, kind_file;

#endif
