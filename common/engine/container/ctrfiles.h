/*
 * The files of a container beside the state: its run directory, which exists
 * while it runs; how it ended; its log.
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
 * How it ended, as the monitor has recorded it in the run directory or noted
 * it in the record of what runs (running.h): raw wait status and time. 0 or -1.
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
