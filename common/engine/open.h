/*
 * Opening a session: its helpers are started, its directories opened, and root
 * is given up, in the order that privilege needs.
 */
#ifndef ENGINE_OPEN_H
#define ENGINE_OPEN_H

struct session;
struct session_options;

/*
 * Open one that has what a mask of NEED_* names. `privileged`, if set in the
 * struct, is called in system mode while still root, to open what the command
 * line names (bind mounts, archives); in rootless mode it is called at the
 * same point. `needs_compiler`, if set, tells with NEED_LAUNCH and a kept
 * configuration whether resolve will be needed all the same, to compile a
 * filter. `launch_started`, if set, is called as soon as launch can be asked.
 * `cleanup` are the arguments of the reaper's clean-up, with NEED_LAUNCH. 0,
 * or -1 with an error; then nothing is open.
 *
 * The caller goes on with session_enter and, unless it starts more helpers,
 * session_confine.
 */
int	session_open(struct session *, const struct session_options *,
	    unsigned int need, char *const *cleanup);
/* Only resolve, which is asked nothing yet. 0, or -1 as above. */
int	session_open_resolve(struct session *, const struct session_options *);

#endif
