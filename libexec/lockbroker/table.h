/*
 * The shared segment: a file that every lockbroker of a store maps. All of it
 * is changed under one mutex, a robust futex, in steps of microseconds; when
 * one of us dies with it, the next makes everything that can be derived
 * again from what cannot: the names and numbers of slots, and the claims.
 *
 * Nothing in here is believed: an index that points nowhere ends the process,
 * and with it only its own locks. No address is ever stored in it.
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
#define SYS_futex_waitv	449		/* everywhere but on alpha */
#endif

#define TABLE_EXTRA	512	/* slots for locks without a number */
#define TABLE_MEMBERS	1024	/* brokers at work at a time */
#define TABLE_CLAIMS	40	/* for each group of slots */
#define SLOT_STORE	1	/* the slot of LOCK_STORE, for ever */

/* One broker. `life` is its futex, which the kernel marks when it dies. */
struct member {
	uint32_t	 life;
	uint32_t	 wake;		/* changes: look at your claim again */
	uint32_t	 pid;		/* of the command, not of the broker */
	uint32_t	 first;		/* its claims */
	uint32_t	 waits;		/* the one that it sleeps for */
	char		 command[140];
};

/* Somebody has, or waits for, a lock. In use when `slot` is not 0. */
struct claim {
	uint32_t	 slot;
	uint32_t	 member;
	uint32_t	 shared;
	uint32_t	 held;
	uint32_t	 fresh;		/* the slot's number goes with it */
	uint32_t	 pad;
	uint32_t	 next;		/* in the order of arrival */
	uint32_t	 prev;
	uint32_t	 member_next;	/* or the next that is free */
	uint32_t	 member_prev;
	uint64_t	 since_ns;	/* CLOCK_MONOTONIC */
	uint64_t	 ticket;
};

/* A lock. In use when it has a name. */
struct slot {
	char		 name[LOCK_NAME + 3];
	uint32_t	 allocated;	/* its number is its name's */
	uint32_t	 bucket;	/* first slot whose name falls here */
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
	uint32_t	 stale;		/* numbers are to be retrieved */
	uint32_t	 pad;
	uint64_t	 ticket;
	char		 boot_id[72];
};

struct table;

/*
 * Map the table in a directory, made if there is none, or of another boot,
 * or damaged and `any`. The directory is borrowed. NULL as locks_open.
 */
struct table	*table_open(int, const struct locks_want *);
void		 table_close(struct table *);

/*
 * The mutex. 0, or -1 with ETIMEDOUT when somebody keeps it for seconds:
 * stopped, in the middle of it; table_keeper is his thread's id.
 */
int		 table_lock(struct table *);
void		 table_unlock(struct table *);
uint32_t	 table_keeper(const struct table *);
/* A copy of what is there, which needs no mutex. NULL on ENOMEM. */
struct table	*table_copy(const struct table *);

struct table_head *table_head(const struct table *);
struct slot	*table_slot(const struct table *, uint32_t);
struct claim	*table_claim(const struct table *, uint32_t);
struct member	*table_member(const struct table *, uint32_t);
uint32_t	 table_slots(const struct table *);
/* Ours, once table_join has found a place. */
uint32_t	 table_self(const struct table *);
/* With the mutex: enter ourselves. 0, or -1 with EAGAIN when it is full. */
int		 table_join(struct table *, uint32_t, const char *);
/* With the mutex: take the entry back. Its claims have been released. */
void		 table_leave(struct table *);
/* With the mutex: is there room for so many numbers, or make it. 0 or -1. */
int		 table_grow(struct table *, uint32_t);
/* Derive all that can be, after a death, or after slots were written. */
void		 table_rebuild(struct table *);

/* Has this member died, or never lived? */
bool		 member_dead(const struct member *);
/* Mark that somebody sleeps on a life; the value to sleep on, 0: it ended. */
uint32_t	 member_watch(struct member *);
/* Have a member look again; it is woken when the mutex is given back. */
void		 table_wake(struct table *, uint32_t);
/*
 * Sleep, without the mutex, until our wake is not the first value any more,
 * that member's life not the second, or so many ns have passed.
 */
void		 table_sleep(struct table *, uint32_t, uint32_t, uint32_t,
		    int64_t);
uint64_t	 table_now(void);

/* It contradicts itself: say so, and end. */
_Noreturn void	 table_broken(void);

#endif
