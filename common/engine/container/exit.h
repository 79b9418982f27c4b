/*
 * The end of a container: its status recorded, its traces removed. Each step
 * may be done again by a later command, after a crash at any point. All of
 * these return 0, or -1 with an error.
 */
#ifndef ENGINE_EXIT_H
#define ENGINE_EXIT_H

#include <stdint.h>

struct rec;
struct session;

/* The exit code that a person sees for a raw wait status. */
int	exit_code_of(int);
/*
 * Record that the process in its row has ended, with this raw status and time
 * (0: now): state exited (or, with rm set in its row, gone altogether). Does
 * nothing if another command was first, or has started it again since.
 */
int	exit_record(struct session *, const struct rec *row, int, int64_t);
/*
 * Mark it as one that is being removed, if it is as it was seen: from here on
 * no command starts it or goes on with it.
 */
int	exit_mark_removing(struct session *, const struct rec *row, int code);
/*
 * Remove it with everything that is its own; the exit code is for the events.
 */
int	exit_remove(struct session *, const struct rec *row, int code);
/*
 * What is left of one that has no row any more, or never had: layer and log.
 * On -1 it has to be tried again.
 */
int	exit_remove_leftovers(struct session *, const char *id);

#endif
