/*
 * Reading a container's log (k8s-file form, ours, podman's or Kubernetes').
 */
#ifndef VIEW_LOGREAD_H
#define VIEW_LOGREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log_opts {
	int64_t		 since_ns;	/* records at or after; 0: all */
	int64_t		 until_ns;	/* records before or at; 0: all */
	int64_t		 tail;		/* the last so many lines; -1: all */
	bool		 follow;
	bool		 timestamps;	/* as they stand in the log */
	const char	*prefix;	/* before each line, or NULL */
	/* By stream, STDOUT_FILENO and STDERR_FILENO. */
	int		 fd[3];		/* its records go here; -1: not */
	bool		 tty[3];	/* a terminal: see safeterm.h */
	/*
	 * Following ends when this descriptor becomes readable or hangs up;
	 * -1: never. A channel of monitor on which mon_wait was asked is the
	 * right one: the answer comes when the log is complete.
	 */
	int		 ended_fd;
};

/*
 * Print a log: the old file (-1: there is none), then the log. Records of one
 * line are joined (P until F). Lines that are not records are skipped.
 * Rotation is followed and loses nothing, unless the log is rotated twice
 * before what was in it has been read. Without `follow` what was there at the
 * beginning is printed. 0, or -1 with errno (EPIPE: the reader has gone).
 */
int	log_print(const struct log_opts *, int logfd, int oldfd);

/*
 * One record: its time, stream (1 or 2), whether the line ends with it, and
 * where its text begins. False when it is not one.
 */
struct log_record {
	int64_t		 time_ns;
	int		 stream;
	bool		 full;
	const char	*stamp;		/* not terminated */
	size_t		 stamp_len;
	const char	*text;
	size_t		 len;
};
bool	log_record_parse(struct log_record *, const char *, size_t);

#endif
