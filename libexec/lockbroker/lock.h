/*
 * The locks of one connection, in a store's table of locks. What is held ends
 * with the set, and so with the process, however that ends. Which kind of
 * table it is, is the configuration's (engine.lock_type): two files behind
 * this one, shm.c and file.c.
 *
 * A lock has a name ("ctr:<id>") and, when it was allocated, a number below
 * num_locks. One without a number exists as long as somebody holds it.
 */
#ifndef LOCKBROKER_LOCK_H
#define LOCKBROKER_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOCK_NAME	81		/* a name with its NUL */
#define LOCK_GROUP	32		/* num_locks is rounded up to this */
#define LOCK_MAX	(1u << 20)	/* and is at most this */

/*
 * Held shared by whoever holds anything else or has freed a number, and
 * exclusively by who renumbers: for that nobody else may be at work.
 */
#define LOCK_STORE	"store"

struct rec;
struct locks;

/* What a table is opened with. */
struct locks_want {
	const char	*type;		/* "", "shm" or "file" */
	const char	*boot_id;	/* a table of another boot is empty */
	uint32_t	 count;		/* num_locks as configured */
	bool		 any;		/* whatever its size or damage */
	const char	*command;	/* who holds what is taken here */
	uint32_t	 pid;
};

/*
 * Open the table in a directory (taken), or make it. NULL with errno, and a
 * sentence in locks_open_error: EINVAL for a type or a count that cannot be,
 * EBADF for a table that is damaged, ERANGE when it has numbers in use that
 * are not below the count.
 */
struct locks	*locks_open(int, const struct locks_want *);	/* takes */
const char	*locks_open_error(void);
void		 locks_close(struct locks *);
/* Is it new, or was a renumber cut short: are numbers to be retrieved? */
bool		 locks_stale(struct locks *);

/* How to take one. */
struct take {
	const char	*name;
	bool		 shared;
	bool		 alloc;		/* with a number */
	unsigned int	 wait_ms;
};
/*
 * Take a lock, waiting in the order of arrival. 0 with its number and one
 * (or 0), or -1: ETIMEDOUT (also when no wait was asked for), ECONNRESET when
 * our peer left meanwhile, EDEADLK when it is ours already or its holder
 * waits for us, ENOSPC when there is no number left, ENOLCK when too many are
 * held, or what the file system said.
 */
int		 locks_take(struct locks *, const struct take *, uint32_t *);
/* Give one back; ENOENT when it is not held. */
int		 locks_drop(struct locks *, const char *);
/*
 * Give a name a number: that one, or (0) the lowest that is free, and one. 0
 * or -1: EEXIST when number or name have been given, EINVAL when it is not
 * below the count, ENOSPC.
 */
int		 locks_alloc(struct locks *, const char *, uint32_t,
		    uint32_t *);
/* Take the number away; who holds the lock, holds it. ENOENT, or as take. */
int		 locks_free(struct locks *, const char *);
/* By number and one, or (0) by name; the other is put. ENOENT, EINVAL. */
int		 locks_find(struct locks *, char [LOCK_NAME], uint32_t *);
/*
 * Add all to a record: `count`, `allocated`, and nested `lock` records, each
 * with name, number and nested `claim` records in order: pid, command, held,
 * shared, age_ns. 0 or -1.
 */
int		 locks_list(struct locks *, struct rec *, bool all);
/*
 * With LOCK_STORE held alone (EPERM otherwise): say that it will be done; do
 * it, by nested `lock` records of name and number. All there was is gone.
 */
int		 locks_renumber_begin(struct locks *);
int		 locks_renumber(struct locks *, const struct rec *);
/*
 * After a failure to take: who was in the way, for a sentence; "" if that is
 * not known. The name is that of the lock that he holds.
 */
void		 locks_holder(struct locks *, char [LOCK_NAME], char *, size_t);

/* Is it one that people's data may be named with? */
bool		 locks_name_good(const char *);
/* Copy one, which is cut if it is none. */
void		 locks_copy_name(char [LOCK_NAME], const char *);
/* For the two kinds: a sentence and errno for locks_open. Returns NULL. */
void		*locks_fail(int, const char *, ...)
		    __attribute__((format(printf, 2, 3)));
/* Has the peer on the channel gone? */
bool		 locks_peer_gone(void);

/* A kind of table. Each function is as that above of its name. */
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
