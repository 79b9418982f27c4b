/*
 * The opened store: its directories and its indexes, as far as they are read.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>

#include "helper.h"
#include "index.h"
#include "text.h"

/* SHUT: store_open failed, and cannot be tried again in the sandbox. */
enum state { CLOSED = 1, OPEN = 2, SHUT = 4 };

#define GONE_MAX	16

struct store {
	struct helper	 h;
	unsigned int	 state;
	bool		 tidy_at_end;	/* this process has filled the trash */
	/*
	 * Containers whose entries register_flush drops; if there are more, it
	 * looks at all.
	 */
	char		 gone[GONE_MAX][ID_LEN + 1];
	size_t		 ngone;
	int		 graph;		/* graph root */
	int		 run;		/* run root */
	bool		 vfs;		/* driver: vfs, else overlay */
	bool		 single;	/* one id: ownership is not kept */
	char		 driver[17];
	/* As in store_open. */
	char		 volumes[1024];
	char		 boot_id[65];
	char		 state_id[97];
	struct index	 images;	/* <driver>-images/images.json */
	struct index	 layers;	/* <driver>-layers/layers.json */
};

/* Leave errno and one message for the caller of the request. Returns -1. */
int	fail(struct answer *, int, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
/*
 * The same for a system call that has just failed: the message says what
 * was being done to what, and why it could not be.
 */
int	fail_errno(struct answer *, const char *, const char *);

/* Copy the tree of a layer, with owners if there are several. 0 or -1. */
int	store_copy(const struct store *, int, int);

/* Check the two directories, keep them, make the layout. Takes both. */
int	store_setup(struct store *, int, int, const char *, bool,
	    struct answer *);					/* takes */

#endif
