/*
 * The records of what runs, beside the durable state: for each container its
 * first process and its reaper, with the times at which they started, and the
 * boot. With them, what runs is found when the run directory is lost within a
 * boot (removed at logout, by tmp cleaners, by hand), or when commands have
 * used another one meanwhile. They are not synced, as no process survives what
 * a sync would guard against.
 */
#ifndef ENGINE_RUNNING_H
#define ENGINE_RUNNING_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

/*
 * Write the record for this definition, first process and start time. Returns a
 * descriptor, the caller's, through which the monitor notes the end; -1 with
 * an error. On a full or read-only disk, and with a state in memory, there is
 * no record: -1 with errno 0.
 */
int	running_write(struct session *, const char *id, const struct rec *def,
	    pid_t, uint64_t start);
void	running_remove(struct session *, const char *id);
/* Is its reaper, which is not us, still there to record the end? */
bool	running_has_reaper(struct session *, const char *id);
/* Is its first process alive, whatever the state says? */
bool	running_is_alive(struct session *, const char *id);
/*
 * Was it started in another pid namespace, and may its process be alive there?
 * Then that no process has its pid here says nothing, and only its monitor can
 * tell of its end.
 */
bool	running_is_hidden(struct session *, const char *id);
/*
 * A descriptor, the caller's, that can be read when its reaper has ended, or
 * its first process where no reaper is left. -1: neither is there.
 */
int	running_end_fd(struct session *, const char *id);
/*
 * The record, open, the caller's: a note of the end can be read from it also
 * when the record was removed meanwhile. -1: there is none of this boot.
 */
int	running_open(struct session *, const char *id);
/* How it ended, as its monitor has noted. 0, or -1: it has not, yet. */
int	running_note(int, int *, int64_t *);
/* The same by name. */
int	running_read_note(struct session *, const char *id, int *, int64_t *);
/*
 * Does the run directory have this boot's state as the last command left it?
 * Both directories are open; the state is not.
 */
bool	running_is_known(const struct session *);
/*
 * Tell the state, which has lost what this boot knew, of all that runs. 0, or
 * -1 with an error.
 */
int	running_restore(struct session *);

#endif
