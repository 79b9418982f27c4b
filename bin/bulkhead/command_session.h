/*
 * A session as a command has it: what the engine has to tell a person is
 * printed.
 */
#ifndef BULKHEAD_COMMAND_SESSION_H
#define BULKHEAD_COMMAND_SESSION_H

#include <stdbool.h>

#include "session_error.h"

struct cli;
struct error;
struct session;

/*
 * session_open and session_open_resolve for a command. 0, or -1 after telling
 * the person why.
 */
int	command_open(struct session *, const struct cli *, unsigned int,
	    char *const *);
int	command_open_resolve(struct session *, const struct cli *);
/*
 * The command that a reaper executes at the end of a container, whose ID is
 * lent: container cleanup, with (true) --restart.
 */
enum { COMMAND_CLEANUP = 5 };
void	command_cleanup(char *[COMMAND_CLEANUP], char *, bool);
/* Print an error from before there is a session. Returns EXIT_ENGINE. */
int	command_error(const struct error *);
/*
 * A new ID of a container or pod, or a name of a volume, in a buffer of 65
 * bytes. 0, or -1 after telling the person why.
 */
int	command_new_id(char *);

#endif
