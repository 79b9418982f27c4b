/*
 * The container's log in k8s-file format, one record a line:
 * 2006-01-02T15:04:05.000000000+00:00 stdout F text
 * P instead of F: the line continues in the next record of that stream.
 *
 * A log with a limit has two files. A full log is copied to the old file and
 * truncated: its name always leads to the newest records, and both files are
 * open already, so that the monitor needs no directory. Each generation begins
 * with a time stamp of its own, by which a reader tells an unfinished copy,
 * which a killed monitor leaves, from an older generation.
 */
#ifndef MONITOR_LOGFILE_H
#define MONITOR_LOGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define LOG_PREFIX	64		/* "time stream F ", with room */

struct logfile {
	int		 fd;		/* -1: no log */
	int		 old_fd;	/* previous generation; -1: not kept */
	uint64_t	 size;
	uint64_t	 max;		/* bytes of each file; 0: no limit */
	bool		 torn;		/* the file ends inside a record */
	bool		 failing;	/* the last write failed */
	uint64_t	 owed;		/* lost bytes, not recorded yet */
	uint64_t	 lost;		/* bytes of output lost in this run */
	time_t		 second;	/* of `local` */
	struct tm	 local;
	char		 prefix[LOG_PREFIX];
};

/* No log yet; read the time zone while it can be read. */
void	logfile_init(struct logfile *);
/*
 * Use this as the log: a regular file, open for append, and for reading if it
 * is to be rotated. 0, or -1 with EINVAL.
 */
int	logfile_adopt(struct logfile *, int, uint64_t);		/* takes */
/*
 * Use this for the previous generation: a regular file, open for writing but
 * not for append. 0, or -1 with EINVAL.
 */
int	logfile_adopt_old(struct logfile *, int);		/* takes */
/*
 * Append output of stream 1 or 2. A failed write (disk full) never stops the
 * container: the bytes are counted in `lost`, and a record with their number
 * follows as soon as a write succeeds.
 */
void	logfile_write(struct logfile *, int, const char *, size_t);

#endif
