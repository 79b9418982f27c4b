/*
 * The small files that the command line names: option values of the kinds
 * OPT_FILE_LIST and OPT_FILE_ARRAY, seccomp profiles, configuration. They are
 * opened once the options are understood, with the rights of the person, and
 * read after root was given up.
 */
#ifndef VALUE_GIVEN_H
#define VALUE_GIVEN_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "parse.h"

#define GIVEN_MAX	(4u << 20)	/* bytes of one file */

/*
 * Open a file to read, without waiting. Links are followed, but none of
 * /proc: /dev/fd/N, /proc/self/fd/N and /dev/stdin are this process's own
 * descriptors by their text. The caller closes it. -1 with errno.
 */
int	given_open_now(const char *);
/* The same, and keep the descriptor, or the error, for given_read. */
void	given_open(const char *);
/*
 * All of a file that was opened so, or is opened now, with a NUL that the
 * length does not count: a regular file, /dev/null, or a pipe until its
 * writers close it. A pipe that nothing has open to write is given
 * GIVEN_OPEN_MS. The caller frees it. NULL with an error that names the
 * file.
 */
char	*given_read(const char *, size_t *, struct parse_err *);
/*
 * The same as a descriptor to read from its start: the file itself, or what
 * a pipe had. The caller closes it. -1 where given_read would fail.
 */
int	given_fd(const char *, struct parse_err *);
/* Something that is read from its start to its end. */
struct given_stream {
	int	 fd;		/* borrowed */
	bool	 fifo;
	bool	 begun;
};

enum { GIVEN_OPEN_MS = 5000 };

/* Of a regular file, pipe, socket or /dev/null. 0, or -1 with errno. */
int	given_stream(struct given_stream *, int);
/*
 * read(2), also where the descriptor does not block. A pipe that nothing has
 * open to write when reading begins: -1 with ETIMEDOUT after GIVEN_OPEN_MS.
 */
ssize_t	given_next(struct given_stream *, void *, size_t);
/* The message for errno and this path. Returns -1. */
int	given_fail(const char *, struct parse_err *);

#endif
