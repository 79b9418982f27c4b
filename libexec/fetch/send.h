/* Copy a blob of the archive into a pipe. */
#ifndef FETCH_SEND_H
#define FETCH_SEND_H

#include "members.h"

struct answer;

/*
 * Write all of the member's bytes into the pipe (borrowed). Stops when the
 * reader goes, or the owner of the given descriptor hangs up. 0, or -1 with a
 * message.
 */
int	send_member(struct members *, const struct member *, int, int,
	    struct answer *);
/* The same with the whole archive file. */
int	send_file(int, int, int, struct answer *);

#endif
