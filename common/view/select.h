/*
 * Which containers a command is about: named, read from files, the latest,
 * all of some states, or those that a filter lets through.
 */
#ifndef VIEW_SELECT_H
#define VIEW_SELECT_H

#include <stdbool.h>

#include "command.h"

struct rec;
struct session;

struct select {
	struct cli	*g;
	int		 argc;
	char		**argv;
	unsigned int	 all_states;	/* bit mask that --all means */
	bool		 due;		/* what is about to be started again
					 * by its policy counts as running */
	bool		 say_ref;	/* print what was done, as podman */
	bool		 quiet_missing;
	bool		 mute;		/* the same will be asked again */
	bool		 damaged;	/* those, too: with an id, no more */
	int		 missing;	/* exit code for one that is not there */
	int		 failed;	/* exit code for one that failed */
};

/*
 * Read what --cidfile names, as whoever started us: to be called before a
 * session is opened. 0, or -1 after telling the person why.
 */
int	select_files(struct cli *);
/*
 * Look up all names first: one that is missing ends it before anything is
 * done, unless --ignore or --force is given. Then call the function for each;
 * it returns 0, or -1 with a sentence in the
 * session's error, which is said, and the rest goes on. The exit code.
 */
int	select_each(struct session *, const struct select *,
	    int (*)(struct session *, const struct rec *, void *), void *);

#endif
