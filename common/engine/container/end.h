/*
 * The end of a container: its status recorded, its traces removed. Each step
 * may be done again by a later command, after a crash at any point.
 */
#ifndef ENGINE_END_H
#define ENGINE_END_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

/* The states from which a process that was started ends. */
#define END_LIVE							\
	(1u << CTR_RUNNING | 1u << CTR_STOPPING | 1u << CTR_PAUSED)

/*
 * What is recorded with these keys is about this process: it changes nothing
 * when the container is running another by then, or none.
 */
void	end_expect(struct rec *, pid_t, uint64_t start);
void	end_expect_row(struct rec *keys, const struct rec *row);
/* The exit code that a person sees for a raw wait status. */
int	end_code(int);
/*
 * Record that the process in its row has ended: state exited (or, with rm set
 * in its row, gone altogether). Does nothing if another command was first, or
 * has started it again since. 0, or -1.
 */
int	end_record(struct session *, const struct rec *, int, int64_t);
/* Remove it with everything that is its own. 0, or -1. */
int	end_remove(struct session *, const struct rec *);
/*
 * Look after a row whose processes may have gone without a word: true if the
 * row was changed (ended, undone, removed).
 */
bool	end_reconcile(struct session *, const struct rec *);
/* Nobody works for it any more: its run directory goes. */
void	end_run_dir(struct session *, const char *);
/* The time that records of containers carry: ns since 1970. */
int64_t	end_now_ns(void);
/*
 * What is left of one that has no row any more, or never had: layer and log.
 * 0, or -1 when it has to be tried again.
 */
int	end_leftovers(struct session *, const char *);
/*
 * The monitor of this id has ended. If its container was removed meanwhile,
 * what the monitor wrote after that goes, too.
 */
void	end_forgotten(struct session *, const char *);
/* Bytes of output that the log of its present, or last, run has lost. */
int64_t	end_log_lost(struct session *, const char *);
/* The record that the monitor left: raw wait status and time. 0 or -1. */
int	end_read_exit(struct session *, const char *, int *, int64_t *);

#endif
