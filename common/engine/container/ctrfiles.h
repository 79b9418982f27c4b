/*
 * The files of a container beside the state: its run directory, which exists
 * while it runs; the record that it runs; how it ended; its log.
 */
#ifndef ENGINE_CTRFILES_H
#define ENGINE_CTRFILES_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

/*
 * Make and lock the run directory. As long as this process or the monitor has
 * it open, a sweep leaves it. The caller's descriptor, or -1 with an error.
 */
int	rundir_open(struct session *, const char *id);
/* Remove it, with the record that it runs and with its cgroup. */
void	rundir_remove(struct session *, const char *id);

/*
 * The record that it runs, beside the durable state: its first process and its
 * reaper with the times at which they started, and the boot. With it, what
 * runs is found when the run directory is lost within a boot (removed at
 * logout, by tmp cleaners, by hand). It is not synced, as no process survives
 * what a sync would guard against.
 *
 * Write it for this definition, first process and start time. Returns a
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
 * Tell the state, which has lost what this boot knew, of all that ran. 0, or
 * -1 with an error.
 */
int	running_restore(struct session *);

/*
 * How it ended, as the monitor has recorded it in the run directory or noted
 * it in the record above: raw wait status and time. 0 or -1.
 */
int	exit_read(struct session *, const char *id, int *, int64_t *);
/* Bytes of output that the log of its present, or last, run has lost. */
int64_t	exit_log_lost(struct session *, const char *id);

/*
 * Open the log of the container of a definition, or the old file that a full
 * log is rotated to, with these flags of open(2). The engine's own directory
 * is reached by descriptor: in system mode the account may not be able to walk
 * there. The caller's descriptor, or -1 with errno.
 */
int	ctrlog_open(struct session *, const struct rec *def, bool old,
	    int flags);
/* Remove both; with def NULL, where logs usually are. */
void	ctrlog_remove(struct session *, const char *id, const struct rec *def);

#endif
