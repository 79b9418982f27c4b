/*
 * The end of a container: its status recorded, its traces removed. Each step
 * may be done again by a later command, after a crash at any point.
 */
#ifndef ENGINE_EXIT_H
#define ENGINE_EXIT_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

/*
 * What is recorded with these keys is about this process: it changes nothing
 * when the container is running another by then, or none.
 */
void	exit_expect(struct rec *, pid_t, uint64_t start);
void	exit_expect_row(struct rec *keys, const struct rec *row);
/* The exit code that a person sees for a raw wait status. */
int	exit_code_of(int);
/*
 * Record that the process in its row has ended: state exited (or, with rm set
 * in its row, gone altogether). Does nothing if another command was first, or
 * has started it again since. 0, or -1.
 */
int	exit_record(struct session *, const struct rec *, int, int64_t);
/*
 * Mark it as one that is being removed, if it is as it was seen: from here on
 * no command starts it or goes on with it. 0, or -1.
 */
int	exit_mark_removing(struct session *, const struct rec *row, int code);
/* Remove it with everything that is its own. 0, or -1. */
int	exit_remove(struct session *, const struct rec *);
/*
 * What is left of one that has no row any more, or never had: layer and log.
 * 0, or -1 when it has to be tried again.
 */
int	exit_remove_leftovers(struct session *, const char *);
/* Bytes of output that the log of its present, or last, run has lost. */
int64_t	exit_log_lost(struct session *, const char *);
/* The record that the monitor left: raw wait status and time. 0 or -1. */
int	exit_read(struct session *, const char *, int *, int64_t *);

#endif
