/*
 * A session as a command has it: what the engine has to tell a person is
 * printed.
 */
#ifndef BULKHEAD_COMMAND_SESSION_H
#define BULKHEAD_COMMAND_SESSION_H

#include "session_error.h"

struct cli;
struct session;

/*
 * session_open and session_open_resolve for a command. 0, or -1 after telling
 * the person why.
 */
int	command_open(struct session *, const struct cli *, unsigned int,
	    char *const *);
int	command_open_resolve(struct session *, const struct cli *);
/* A new ID (see volumes_name). 0, or -1 after telling the person why. */
int	command_new_id(char *);

#endif
