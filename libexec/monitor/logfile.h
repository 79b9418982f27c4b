/*
 * The container's log in k8s-file form, one record a line:
 * 2006-01-02T15:04:05.000000000+00:00 stdout F text
 * P instead of F: the line goes on in the next record of that stream.
 *
 * A log with a limit has two files. When the log is full, it is copied to the
 * old file and cut to nothing: its name always leads to the newest records,
 * and both files are open already, so the monitor needs no directory. Each
 * generation begins with a time stamp of its own, by which a reader tells
 * an unfinished copy, which a killed monitor leaves, from an older generation.
 */
#ifndef MONITOR_LOGFILE_H
#define MONITOR_LOGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define LOG_PREFIX	64		/* "time stream F ", with room */

struct logfile {
	int		 fd;		/* -1: nothing is logged */
	int		 old_fd;	/* what was rotated; -1: not kept */
	uint64_t	 size;
	uint64_t	 max;		/* bytes of each file; 0: no limit */
	bool		 torn;		/* the file ends within a record */
	bool		 failing;	/* so does every write at present */
	uint64_t	 owed;		/* bytes lost, which no record says yet */
	uint64_t	 lost;		/* bytes of output lost in this run */
	time_t		 second;	/* what `local` was made for */
	struct tm	 local;
	char		 prefix[LOG_PREFIX];
};

/* Nothing is logged; what stamps need is read while that is possible. */
void	logfile_init(struct logfile *);
/*
 * Log into this from now on: a regular file, open for append, and for reading
 * if it is to be rotated. 0, or -1 with EINVAL.
 */
int	logfile_adopt(struct logfile *, int, uint64_t);		/* takes */
/*
 * Keep the previous generation in this: a regular file, open for writing but
 * not for append. 0, or -1 with EINVAL.
 */
int	logfile_adopt_old(struct logfile *, int);		/* takes */
/*
 * Append what the container wrote to stream 1 or 2. A log that cannot be
 * written (disk full) never stops the container: the bytes are counted in
 * `lost`, and a record says how many as soon as there is room again.
 */
void	logfile_write(struct logfile *, int, const char *, size_t);

#endif
