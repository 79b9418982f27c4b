/* Copy a blob of the archive into a pipe. */
#ifndef FETCH_SEND_H
#define FETCH_SEND_H

#include "members.h"

struct answer;

/*
 * All of the member's bytes; the pipe is lent. Gives up when the reader goes,
 * or the owner of the descriptor given hangs up. 0, or -1 with a sentence.
 */
int	send_member(struct members *, const struct member *, int, int,
	    struct answer *);
/* The whole archive file as it is. */
int	send_file(int, int, int, struct answer *);

#endif
