/*
 * A session as a command has it: what the engine has to tell a person is
 * printed, and this process is confined once its helpers run. In main.c.
 */
#ifndef BULKHEAD_COMMAND_SESSION_H
#define BULKHEAD_COMMAND_SESSION_H

#include <stdbool.h>

#include "command.h"
#include "session.h"

extern const struct program	program;		/* program.c */

/*
 * The program's `run`: with the command's session, which is opened for .need
 * or by the command itself, and is closed here.
 */
int	command_run(struct cli *);
/*
 * Print the last error of a session, after what the helpers have said. Returns
 * EXIT_ENGINE.
 */
int	session_error(struct session *);
/*
 * session_open for a command. 0, or -1 after telling the person why. For a
 * session that may lack parts (`failed`) it does no more than session_open: the
 * command prints errors, and is to be confined.
 */
int	command_open(struct session *, const struct cli *, unsigned int,
	    char *const *);
/*
 * Confine this process for good: with bulkhead-connect.policy if it asks
 * monitors about containers, else with bulkhead.policy. A call that the policy
 * does not allow ends the command with an error and the engine's exit code.
 */
void	confined_enter(bool connects);
/*
 * The command that a reaper executes at the end of a container, whose ID is
 * lent: container cleanup, with (true) --restart.
 */
enum { COMMAND_CLEANUP = 5 };
void	command_cleanup(char *[COMMAND_CLEANUP], char *, bool);
/*
 * A new ID of a container or pod, or a name of a volume, in a buffer of
 * ID_TEXT bytes. 0, or -1 after telling the person why.
 */
int	command_new_id(char *);

#endif
