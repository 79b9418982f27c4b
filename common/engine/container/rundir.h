/*
 * The run directory of a container: what exists of it while it runs.
 */
#ifndef ENGINE_RUNDIR_H
#define ENGINE_RUNDIR_H

struct session;

/*
 * Make and lock the one of this container. As long as this process or the
 * monitor has it open, a sweep leaves it. The caller's descriptor, or -1 with
 * an error.
 */
int	rundir_open(struct session *, const char *id);
/* Remove it, with the note that it runs and with its cgroup. */
void	rundir_remove(struct session *, const char *id);

#endif
