/*
 * What statekeep knows: containers by id and name, over two databases. Each
 * function is one transaction, which has happened whole or not at all when
 * it returns. A failure leaves errno, and its sentence in keep_error.
 *
 * Turns are always taken in this order: durable, per boot.
 */
#ifndef STATEKEEP_KEEP_H
#define STATEKEEP_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "events.h"
#include "history.h"

struct db;
struct rec;

#define KEEP_SCHEMA	2
#define KEEP_NS		256

struct keep {
	struct db	*durable;
	struct db	*boot;
	char		 boot_id[65];
	char		 own_id[65];	/* ephemeral, reserved through us */
	char		 ns[KEEP_NS];	/* only what is of it; "": all */
	bool		 stale;		/* not refreshed in this boot */
	struct who	 who;		/* who is at work, for the history */
	struct events	 events;
	char		 error[1024];
};

/*
 * Directories (taken; -1: in memory) and the boot id; nothing is opened yet.
 * 0 or -1.
 */
int	keep_init(struct keep *, int, int, const char *);	/* takes */
void	keep_clear(struct keep *);
/*
 * Check the schema (an older one is brought up to ours), and the settings
 * that the store was made with: those it does not know yet are added. 0, and
 * where a value is another than the store has, a record of what it was made
 * with, the caller's to free. Or -1.
 */
int	keep_settings(struct keep *, const struct rec *, struct rec **);

/* Is an object with this row of the namespace that we work in? */
bool	keep_sees(const struct keep *, const struct rec *);
/* The sentence for one that is not, and EXDEV. Returns -1. */
int	keep_not_ours(struct keep *, const char *, const char *,
	    const struct rec *);

/* What ctr_create asks for, and what it gets. */
struct keep_new {
	const char	*id;
	const char	*name;		/* empty: make one up */
	bool		 ephemeral;
	bool		 want_slot;
	char		 got_name[256];
	uint32_t	 slot;
};
int	keep_create(struct keep *, struct keep_new *, const struct rec *);
/* The full id for a full id, an exact name or a unique prefix of an id. */
int	keep_find(struct keep *, const char *, char[65]);
/* Row and nested `def`, or NULL. */
struct rec *keep_get(struct keep *, const char *);
/* All rows, as a sealed memfd; and how many of them do not rest. Or -1. */
int	keep_list(struct keep *, uint64_t *);

/* What ctr_set asks for, and what it gets. */
struct keep_change {
	const char	*id;
	unsigned int	 from;		/* bit mask of states; 0: any */
	unsigned int	 to;		/* 0: as it is */
	bool		 want_slot;
	uint32_t	 slot;
};
int	keep_set(struct keep *, struct keep_change *, const struct rec *);
int	keep_remove(struct keep *, const char *);
/*
 * The per-boot database was lost: put back, in one transaction, what nested
 * `ctr` records say of containers that ran in this boot. Those that it knows
 * already are left alone.
 */
int	keep_restore(struct keep *, const struct rec *);

/*
 * Set these keys in the definition of every container; the last argument is
 * how many of them said something else. All, or none.
 */
int	keep_rewrite(struct keep *, const struct rec *, uint64_t *);
/*
 * Record the numbers of locks, by nested `lock` records of name and number;
 * the last argument is how many were recorded. What is not there is no error.
 */
int	keep_renumber(struct keep *, const struct rec *, uint64_t *);

/* For the parts of it: set the sentence and errno. Returns -1. */
int	keep_fail(struct keep *, int, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
/* The same with a database's own sentence; errno is kept. */
int	keep_fail_db(struct keep *, const struct db *);
/* Begin a transaction in one or both; both or none are begun. */
int	keep_begin(struct keep *, bool durable, bool boot, bool write);
/*
 * End it: returns what it is given, or -1 with errno if what was committed
 * cannot be made durable, or what was read cannot be trusted.
 */
int	keep_end(struct keep *, int);
/* Do it once more? With its result, and how often it was tried before. */
bool	keep_again(const struct keep *, int, int);

#endif
