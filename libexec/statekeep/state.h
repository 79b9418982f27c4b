/*
 * What statekeep knows: containers by id and name, over two databases. Each
 * function is one transaction, which has happened whole or not at all when
 * it returns. A failure leaves errno, and its sentence in state_error.
 *
 * Turns are always taken in this order: durable, per boot.
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
	char		 own_id[65];	/* ephemeral, reserved through us */
	char		 ns[STATE_NS];	/* only what is of it; "": all */
	bool		 stale;		/* not refreshed in this boot */
	struct who	 who;		/* who is at work, for the history */
	struct events	 events;
	char		 error[1024];
};

/*
 * Directories (taken; -1: in memory) and the boot id; nothing is opened yet.
 * 0 or -1.
 */
int	state_init(struct state *, int, int, const char *);	/* takes */
void	state_clear(struct state *);
/*
 * Check the schema (an older one is brought up to ours), and the settings
 * that the store was made with: those it does not know yet are added. 0, and
 * where a value is another than the store has, a record of what it was made
 * with, the caller's to free. Or -1.
 */
int	state_settings(struct state *, const struct rec *, struct rec **);

/* Is an object with this row of the namespace that we work in? */
bool	state_sees(const struct state *, const struct rec *);
/* The sentence for one that is not, and EXDEV. Returns -1. */
int	state_not_ours(struct state *, const char *, const char *,
	    const struct rec *);

/* What ctr_create asks for, and what it gets. */
struct state_new {
	const char	*id;
	const char	*name;		/* empty: make one up */
	bool		 ephemeral;
	bool		 want_slot;
	char		 got_name[256];
	uint32_t	 slot;
};
int	state_create(struct state *, struct state_new *, const struct rec *);
/* The full id for a full id, an exact name or a unique prefix of an id. */
int	state_find(struct state *, const char *, char[65]);
/* Row and nested `def`, or NULL. */
struct rec *state_get(struct state *, const char *);
/* All rows, as a sealed memfd; and how many of them do not rest. Or -1. */
int	state_list(struct state *, uint64_t *);

/* What ctr_set asks for, and what it gets. */
struct state_change {
	const char	*id;
	unsigned int	 from;		/* bit mask of states; 0: any */
	unsigned int	 to;		/* 0: as it is */
	bool		 want_slot;
	uint32_t	 slot;
};
int	state_set(struct state *, struct state_change *, const struct rec *);
int	state_remove(struct state *, const char *);
/*
 * The per-boot database was lost: put back, in one transaction, what nested
 * `ctr` records say of containers that ran in this boot. Those that it knows
 * already are left alone.
 */
int	state_restore(struct state *, const struct rec *);

/*
 * Set these keys in the definition of every container; the last argument is
 * how many of them said something else. All, or none.
 */
int	state_rewrite(struct state *, const struct rec *, uint64_t *);
/*
 * Record the numbers of locks, by nested `lock` records of name and number;
 * the last argument is how many were recorded. What is not there is no error.
 */
int	state_renumber(struct state *, const struct rec *, uint64_t *);

/* For the parts of it: set the sentence and errno. Returns -1. */
int	state_fail(struct state *, int, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
/* The same with a database's own sentence; errno is kept. */
int	state_fail_db(struct state *, const struct db *);
/* Begin a transaction in one or both; both or none are begun. */
int	state_begin(struct state *, bool durable, bool boot, bool write);
/*
 * End it: returns what it is given, or -1 with errno if what was committed
 * cannot be made durable, or what was read cannot be trusted.
 */
int	state_end(struct state *, int);
/* Do it once more? With its result, and how often it was tried before. */
bool	state_again(const struct state *, int, int);

#endif
