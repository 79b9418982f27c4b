/*
 * Code that the verbs of containers share: it selects containers (by name,
 * from files, the latest, all of some states, or by a filter), declares the
 * options for that, and prints the result for each container. The functions
 * of start are in container/start.c.
 */
#ifndef BULKHEAD_EACH_H
#define BULKHEAD_EACH_H

#include <stdbool.h>
#include <stdint.h>

#include "apart.h"

struct cli;
struct rec;
struct stop;

/* Operands, and what to say when there are none. */
#define EACH_OPERANDS	"CONTAINER [CONTAINER...]"
#define EACH_NONE	"you must provide at least one name or id"

/* The options. */
#define EACH_ALL(text)							\
	OPT("all", 'a', FLAG, text)
#define EACH_CIDFILE							\
	OPT("cidfile", 0, FILE_ARRAY, "Read the container ID from the file", \
	    .complete = "file")
#define EACH_FILTER(letter)						\
	OPT("filter", letter, LIST, "Filter output based on conditions given", \
	    .complete = "filter")
#define EACH_IGNORE							\
	OPT("ignore", 'i', FLAG,					\
	    "Ignore errors when a specified container is missing")
#define EACH_LATEST							\
	OPT("latest", 'l', FLAG,					\
	    "Act on the latest container bulkhead is aware of")
#define EACH_TIME							\
	OPT("time", 't', UINT,						\
	    "Seconds to wait for stop before killing the container",	\
	    .def = "10")

struct each {
	/*
	 * Act on one container of the command's session, given its row with
	 * its definition. 0, or -1 with the session's error, which is printed
	 * before the next container's turn.
	 */
	int		 (*fn)(struct cli *, const struct rec *);
	/*
	 * For what takes time, as a stop: begin it for many before the first is
	 * waited for. 1: `end` is due, in place of fn; 0: fn is; -1 with an
	 * error. NULL: fn does all.
	 */
	int		 (*begin)(struct cli *, const struct rec *,
			    struct stop *);
	int		 (*end)(struct cli *, struct stop *);
	unsigned int	 all_states;	/* bit mask that --all means */
	bool		 due;		/* what is about to be started again
					 * by its policy counts as running */
	bool		 print;		/* each that is done, as it was named */
	bool		 quiet_missing;
	bool		 mute;		/* print no errors */
	bool		 damaged;	/* with --force also those whose record
					 * is damaged: fn gets a row with only
					 * id, state and log path */
	/* exit code for one that is not there */
	int		 missing;
	int		 failed;	/* ... that failed; 0: EXIT_ENGINE */
};

/*
 * Read the files that name objects, with the rights of the person who started
 * us: a command's `before`. 0, or the exit code after saying why.
 */
int	each_read_files(struct cli *);
/* The operands, and what such files named: `ref` values. */
struct rec *each_named(const struct cli *);
/*
 * Look up all names first: one that is missing ends it before anything is
 * done, unless --ignore or --force is given. Then call the function for each.
 * The exit code.
 */
int	each_container(struct cli *, const struct each *);
/* The `run` of a command whose `about` is a struct each. */
int	each_run(struct cli *);
/*
 * The ID of the row (nested `ctr`) of the container that was created last. 0,
 * or -1: there is none (EACH_NO_LATEST).
 */
#define EACH_NO_LATEST	"no containers exist"
int	each_latest(const struct rec *, char *id);

/*
 * Start one by name or ID, and stay attached if `attach`. With a restart_due
 * (else 0): if it is still that one, because its restart policy says so, with
 * what its reaper has kept for us. The exit code of `start`.
 */
int	start_one(struct cli *, const char *ref, bool attach, int64_t due);
/*
 * The same in a process of its own, without attaching: for a command that goes
 * on, and has no session.
 */
int	start_apart(struct cli *, const char *);
/*
 * Work in a process of its own, which may open a session, and which writes one
 * ID a line: add these to a record, as `ref`. Its exit code.
 */
int	start_selection(struct cli *, apart_fn *select, struct rec *refs);

#endif
