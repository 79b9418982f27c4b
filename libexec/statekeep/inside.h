/*
 * The inside of a database: db.c (the object and its two kinds of file),
 * transaction.c, value.c, and repair.c, which checks that the files belong
 * together.
 */
#ifndef STATEKEEP_INSIDE_H
#define STATEKEEP_INSIDE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kclangc.h>

#include "db.h"
#include "journal.h"

/*
 * In the index alone: the length of the journal that it has the changes of. So
 * a copy of both files can be told from files of two times.
 */
#define DB_END		"s:end"

enum stamp_kind { STAMP_NONE, STAMP_BUSY, STAMP_CLEAN };

/*
 * The stamp in the lock file: the state of the other two files when the last
 * writer closed them.
 */
struct stamp {
	enum stamp_kind	 kind;
	long		 pid;
	char		 boot[65];
	int64_t		 journal_len;
	int64_t		 size;
	int64_t		 mtime_ns;
	uint64_t	 ino;
};

struct db {
	int		 dir_fd;
	int		 lock_fd;
	int		 journal_fd;
	int64_t		 journal_len;
	int64_t		 journal_before;	/* before this transaction's
						 * commit */
	KCDB		*kc;		/* NULL: closed, or there is no tree */
	enum db_mode	 mode;
	bool		 memory;	/* there are no files */
	bool		 lasts;		/* it survives a reboot */
	bool		 begun;
	bool		 failed;	/* a put or delete failed */
	bool		 finished;	/* committed or undone */
	bool		 broken;	/* the index failed, make it again */
	bool		 damaged;	/* ... because of its contents */
	bool		 committed;	/* to the journal */
	bool		 adds;		/* must leave part of the reserve */
	size_t		 least;		/* ... so many bytes */
	bool		 replayed;	/* the index is in memory */
	bool		 read_only;	/* the lock file is open for reading */
	bool		 no_index;	/* this process does not use it */
	unsigned int	 failures;	/* transactions in a row in which the
					 * index failed */
	bool		 sync_file;	/* sync the journal in db_end */
	bool		 sync_dir;	/* ... and its name, which is new */
	struct jbuf	 changes;
	char		*value;		/* buffer: value and checksum */
	size_t		 room;
	char		 boot[65];
	char		 where[PATH_MAX];
	char		 kct[64];
	char		 kct_new[64];
	char		 kct_wal[64];
	char		 journal[64];
	char		 journal_new[64];
	char		 lock[64];
	char		 reserve[64];	/* of an older version */
	char		 error[1024];
};

/* The files compared with the stamp. */
struct view {
	struct stamp	 stamp;
	bool		 kct_there;
	bool		 kct_same;	/* the stamp's file, unchanged */
	int64_t		 kct_size;
	bool		 kct_good;	/* ... and no page of it was lost */
	bool		 journal_good;
};

/* Set the database's message; errno is preserved. Returns -1. */
int	db_fail(struct db *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/*
 * Set the message for a failed operation ("open") on a file. errno is
 * preserved. Returns -1.
 */
int	db_fail_file(struct db *, const char *, const char *);
/*
 * Set errno and the message for a failure of Kyoto Cabinet. The index is
 * `broken` from then on, and is made again from the journal before it is used.
 * Returns -1.
 */
int	db_fail_kc(struct db *, const char *);
/*
 * Store a value with a checksum behind it, so that a flipped bit on the disk is
 * noticed and the index is made again from the journal. A value that was
 * damaged in the journal is stored as an empty value without a checksum.
 */
int	db_store(struct db *, const char *, size_t, const void *, size_t,
	    bool damaged);
enum sealed { SEALED_GOOD, SEALED_DAMAGED, SEALED_BROKEN };
/* Check a value; the length is reduced to that without the checksum. */
enum sealed db_unseal(const char *, size_t, const void *, size_t *);

/* Store the end of the journal in the open index. 0 or -1. */
int	db_mark_end(struct db *);
/* Is this errno one of a full disk, a quota, or a limit of file sizes? */
bool	db_no_room(int);
/* Make the database's directory the working directory. 0 or -1. */
int	db_enter(struct db *);
/* Open one of its files with Kyoto Cabinet in these modes. 0 or -1. */
int	db_kc_open(struct db *, const char *, uint32_t);
/* Close it; `finished` becomes false if that failed. */
void	db_kc_close(struct db *);

/* Read the stamp. */
void	repair_stamp(struct db *, struct stamp *);
/*
 * Stamp the database as being written by this process, or as clean with the
 * files as they are now. 0 or -1.
 */
int	repair_busy(struct db *);
int	repair_clean(struct db *);
/*
 * Remove the stamp, so that the next transaction makes the index again, or else
 * remove the index. 0, or -1 if neither was possible.
 */
int	repair_distrust(struct db *);
/*
 * Read the journal into a database in memory, which is the index for this
 * transaction. For a transaction that writes, give up the index on disk first.
 * The view has the expected state of the journal, or is NULL. 0 or -1.
 */
int	repair_replay(struct db *, enum db_mode, const struct view *);
/*
 * Compare the files of a database, whose journal is open, with its stamp. 0 or
 * -1.
 */
int	repair_view(struct db *, struct view *);
/* Repair the files. The caller holds the lock exclusively. 0 or -1. */
int	repair_files(struct db *, const struct view *);
/* Replace the journal by one that has only the current contents. 0 or -1. */
int	repair_compact(struct db *);

#endif
