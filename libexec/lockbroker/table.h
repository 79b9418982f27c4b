/*
 * The shared segment: a file that every lockbroker of a store maps. It is
 * changed under one mutex, a robust futex, in steps of microseconds. When a
 * broker dies with the mutex, the next one derives everything again from the
 * names and numbers of slots and from the claims.
 *
 * The contents are not trusted: an index out of range ends the process, and
 * with it only its own locks. No address is stored in the segment.
 *
 * Indexes of slots, claims and members are counted from 1; 0 is none.
 */
#ifndef LOCKBROKER_TABLE_H
#define LOCKBROKER_TABLE_H

#include <sys/syscall.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lock.h"

#ifndef SYS_futex_waitv			/* musl's headers are older */
#define SYS_futex_waitv	449		/* on all machines but alpha */
#endif

#define TABLE_EXTRA	512	/* slots for locks without a number */
#define TABLE_MEMBERS	1024	/* brokers at a time */
#define TABLE_CLAIMS	40	/* for each group of slots */
#define SLOT_STORE	1	/* the slot of LOCK_STORE, always */

/* A broker. The kernel marks its futex `life` when it dies. */
struct member {
	uint32_t	 life;
	uint32_t	 wake;		/* changed: check the claim again */
	uint32_t	 pid;		/* of the command, not of the broker */
	uint32_t	 first;		/* its claims */
	uint32_t	 waits;		/* the claim that it sleeps for */
	char		 command[140];
};

/* A broker holds a lock or waits for it. In use when `slot` is not 0. */
struct claim {
	uint32_t	 slot;
	uint32_t	 member;
	uint32_t	 shared;
	uint32_t	 held;
	uint32_t	 fresh;		/* the slot's number ends with it */
	uint32_t	 pad;
	uint32_t	 next;		/* in the order of arrival */
	uint32_t	 prev;
	uint32_t	 member_next;	/* or the next free claim */
	uint32_t	 member_prev;
	uint64_t	 since_ns;	/* CLOCK_MONOTONIC */
	uint64_t	 ticket;
};

/* A lock. In use when it has a name. */
struct slot {
	char		 name[LOCK_NAME + 3];
	uint32_t	 allocated;	/* the number is allocated */
	uint32_t	 bucket;	/* first slot of this hash bucket */
	uint32_t	 chain;		/* next slot in that list */
	uint32_t	 first;		/* claims: those held, then waiting */
	uint32_t	 last;
	uint32_t	 nheld;
	uint32_t	 nwait;
};

struct group {
	struct slot	 slot[LOCK_GROUP];
	struct claim	 claim[TABLE_CLAIMS];
};

struct table_head {
	uint32_t	 magic;
	uint32_t	 mutex;
	uint32_t	 ngroups;
	uint32_t	 free_claim;
	uint32_t	 lowest;	/* no number below it is free */
	uint32_t	 nallocated;
	uint32_t	 stale;		/* numbers must be recorded again */
	uint32_t	 pad;
	uint64_t	 ticket;
	char		 boot_id[72];
};

struct table;

/*
 * Map the table in a directory (borrowed). Make it if there is none, if it is
 * of another boot, or if it is damaged and `any` is set. NULL as locks_open.
 */
struct table	*table_open(int, const struct locks_want *);
void		 table_close(struct table *);

/*
 * Take or release the mutex. 0, or -1 with ETIMEDOUT when a process was stopped
 * while it holds the mutex; table_keeper is its thread id.
 */
int		 table_lock(struct table *);
void		 table_unlock(struct table *);
uint32_t	 table_keeper(const struct table *);
/* A copy of the table, which needs no mutex. NULL on ENOMEM. */
struct table	*table_copy(const struct table *);

/*
 * Its parts, in the mapping: slots, claims and members by number, from 1 on. A
 * number that there is not ends in table_broken, as the table is damaged then.
 */
struct table_head *table_head(const struct table *);
struct slot	*table_slot(const struct table *, uint32_t);
struct claim	*table_claim(const struct table *, uint32_t);
struct member	*table_member(const struct table *, uint32_t);
uint32_t	 table_slots(const struct table *);
/* This process's member, after table_join. */
uint32_t	 table_self(const struct table *);
/*
 * With the mutex: add this process as a member. 0, or -1 with EAGAIN when there
 * are too many.
 */
int		 table_join(struct table *, uint32_t, const char *);
/* With the mutex: remove this process. Its claims have been removed. */
void		 table_leave(struct table *);
/* With the mutex: make room for so many numbers. 0 or -1. */
int		 table_grow(struct table *, uint32_t);
/*
 * Derive indexes and counters again, after a death or after slots were written.
 */
void		 table_rebuild(struct table *);

/* Is this member dead, or the entry not in use? */
bool		 member_dead(const struct member *);
/* Mark a life as waited for; returns the value to sleep on, 0: it has ended. */
uint32_t	 member_watch(struct member *);
/* Make a member check its claim; it is woken when the mutex is released. */
void		 table_wake(struct table *, uint32_t);
/*
 * Sleep, without the mutex, until this process's wake word differs from the
 * first value, the member's life from the second, or so many ns have passed.
 */
void		 table_sleep(struct table *, uint32_t, uint32_t, uint32_t,
		    int64_t);
uint64_t	 table_now(void);

/* The table is inconsistent: log that and exit. */
_Noreturn void	 table_broken(void);

#endif
