/*
 * Code that the verbs of containers share: it selects containers (by name,
 * from files, the latest, all of some states, or by a filter), declares the
 * options for that, and prints the result for each container.
 */
#ifndef BULKHEAD_EACH_H
#define BULKHEAD_EACH_H

#include <stdbool.h>

struct cli;
struct rec;
struct session;

/* Operands, and what to say when there are none. */
#define EACH_OPERANDS	"CONTAINER [CONTAINER...]"
#define EACH_NONE	"you must provide at least one name or id"

/* The options. */
#define EACH_ALL(text)							\
	{ "all", 'a', OPT_FLAG, NULL, text, NULL, NULL }
#define EACH_CIDFILE							\
	{ "cidfile", 0, OPT_FILE_ARRAY, NULL,				\
	  "Read the container ID from the file", NULL, "file" }
#define EACH_FILTER(letter)						\
	{ "filter", letter, OPT_LIST, NULL,				\
	  "Filter output based on conditions given", NULL, "filter" }
#define EACH_IGNORE							\
	{ "ignore", 'i', OPT_FLAG, NULL,				\
	  "Ignore errors when a specified container is missing", NULL, NULL }
#define EACH_LATEST							\
	{ "latest", 'l', OPT_FLAG, NULL,				\
	  "Act on the latest container bulkhead is aware of", NULL, NULL }
#define EACH_TIME							\
	{ "time", 't', OPT_UINT, NULL,					\
	  "Seconds to wait for stop before killing the container", "10", NULL }

struct each {
	/*
	 * Act on one container, given its row with its definition. Returns 0,
	 * or -1 with the session's error, which each_container prints before
	 * it goes on with the next container.
	 */
	int		 (*fn)(struct session *, const struct rec *, void *);
	unsigned int	 all_states;	/* bit mask that --all means */
	bool		 due;		/* what is about to be started again
					 * by its policy counts as running */
	bool		 print;		/* each that is done, as it was named */
	bool		 quiet_missing;
	bool		 mute;		/* print no errors */
	bool		 damaged;	/* those, too: with an id, no more */
	/* exit code for one that is not there */
	int		 missing;
	int		 failed;	/* ... that failed; 0: EXIT_ENGINE */
};

/*
 * Read what --cidfile names, with the rights of the person who started us: a
 * command's `before`. 0, or the exit code after saying why.
 */
int	each_read_files(struct cli *);
/*
 * Look up all names first: one that is missing ends it before anything is
 * done, unless --ignore or --force is given. Then call the function for each.
 * The exit code.
 */
int	each_container(struct cli *, struct session *, const struct each *,
	    void *);
/*
 * A copy of the row (nested `ctr`) of the container that was created last;
 * NULL after saying that there is none.
 */
struct rec *each_latest(const struct rec *);

#endif
