/*
 * The record of a container that runs, beside the durable state: its first
 * process and its reaper with the times at which they started, and the boot.
 * The run directory may be lost within a boot (it is removed at logout, by
 * tmp cleaners, by hand): what runs is found again by these records. They are
 * not synced, as no process survives what a sync would guard against.
 */
#ifndef ENGINE_RUNNING_H
#define ENGINE_RUNNING_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

/*
 * Write it for a container (its ID) with this definition, first process and
 * start time. Returns a descriptor, the caller's to close, through which the
 * monitor notes the end; -1 with a sentence. On a full or read-only disk, and
 * with a state in memory, there is no record: -1 with errno 0.
 */
int	running_write(struct session *, const char *, const struct rec *,
	    pid_t, uint64_t);
/* There is nothing that runs any more. */
void	running_remove(struct session *, const char *);
/*
 * How it ended, as the monitor noted it: raw status and time. 0, or -1 when
 * there is no record or no note in it.
 */
int	running_read_exit(struct session *, const char *, int *, int64_t *);
/* Is its reaper, which is not us, still there to record the end? */
bool	running_has_reaper(struct session *, const char *);
/* Is its first process alive, whatever the state says? */
bool	running_is_alive(struct session *, const char *);
/*
 * Tell the state, which has lost what this boot knew, of all that ran. 0, or
 * -1 with a sentence.
 */
int	running_restore(struct session *);

#endif
