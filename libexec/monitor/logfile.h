/*
 * The container's log in k8s-file form, one record a line:
 * 2006-01-02T15:04:05.000000000+00:00 stdout F text
 * P instead of F: the line goes on in the next record of that stream.
 */
#ifndef MONITOR_LOGFILE_H
#define MONITOR_LOGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct logfile {
	int		 fd;		/* -1: nothing is logged */
	uint64_t	 size;
	uint64_t	 max;		/* 0: no limit */
	bool		 torn;		/* the last write was cut short */
	time_t		 second;	/* what `local` was made for */
	struct tm	 local;
};

/* Nothing is logged; what stamps need is read while that is possible. */
void	logfile_init(struct logfile *);
/*
 * Log into this from now on: a regular file, open for append. 0, or -1 with
 * EINVAL.
 */
int	logfile_adopt(struct logfile *, int, uint64_t);		/* takes */
/*
 * Append what the container wrote to stream 1 or 2. A log that cannot be
 * written (disk full) is reported once and never stops the container.
 */
void	logfile_write(struct logfile *, int, const char *, size_t);

#endif
