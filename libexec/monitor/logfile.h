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

/* Open (or make) the log at a path. 0, or -1 with errno. */
int	logfile_open(struct logfile *, const char *, uint64_t);
/*
 * Append what the container wrote to stream 1 or 2. A log that cannot be
 * written (disk full) is reported once and never stops the container.
 */
void	logfile_write(struct logfile *, int, const char *, size_t);

#endif
