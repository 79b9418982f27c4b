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

enum stamp_kind { STAMP_NONE, STAMP_BUSY, STAMP_CLEAN };

/* What the lock file says about the two others. */
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
	int64_t		 journal_before;	/* this turn's commit */
	KCDB		*kc;		/* NULL: closed, or nothing there */
	enum db_mode	 mode;
	bool		 memory;	/* no files: what is here is all */
	bool		 lasts;		/* beyond this boot */
	bool		 begun;
	bool		 failed;	/* a put or delete went wrong */
	bool		 finished;	/* committed or undone: stamp it clean */
	bool		 broken;	/* the index failed: make it again */
	bool		 damaged;	/* ... and its contents are why */
	bool		 committed;	/* the journal has this turn's change */
	bool		 adds;		/* must leave some of the reserve */
	size_t		 least;		/* bytes of it */
	bool		 replayed;	/* the index is in memory in this turn */
	bool		 read_only;	/* the lock file is open for reading */
	bool		 no_index;	/* it is not used by this process */
	unsigned int	 failures;	/* turns in a row in which it failed */
	bool		 sync_file;	/* the journal, when the turn is over */
	bool		 sync_dir;	/* its name as well: it is new */
	struct jbuf	 changes;
	char		*value;		/* room to seal one in */
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

/* What the two files are, compared with the stamp. */
struct view {
	struct stamp	 stamp;
	bool		 kct_there;
	bool		 kct_same;	/* the very file, unchanged */
	bool		 kct_good;	/* ... and its pages were not lost */
	bool		 journal_good;
};

/* Keep a sentence; errno stays as it is. Returns -1. */
int	db_fail(struct db *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/*
 * The sentence for what the file system refused to do to a file. errno stays.
 * Returns -1.
 */
int	db_fail_file(struct db *, const char *, const char *);
/*
 * Kyoto Cabinet refused something: errno and the sentence for it. The index
 * is `broken` from then on, whatever the reason, and is made again from the
 * journal before it is used. Returns -1.
 */
int	db_fail_kc(struct db *, const char *);
/*
 * Values in the index have a checksum behind them, so that a bit that the
 * disk has turned is seen, and the index is made again from the journal. One
 * that was damaged in the journal is an empty value without.
 */
int	db_store(struct db *, const char *, size_t, const void *, size_t,
	    bool damaged);
enum sealed { SEALED_GOOD, SEALED_DAMAGED, SEALED_BROKEN };
/* What a value is; the length becomes that without the checksum. */
enum sealed db_unseal(const char *, size_t, const void *, size_t *);

/* Is this errno one of a full disk, a quota, or a limit of file sizes? */
bool	db_no_room(int);
/* Make the database's directory the working directory. 0 or -1. */
int	db_enter(struct db *);
/* Open one of its files with Kyoto Cabinet in these modes. 0 or -1. */
int	db_kc_open(struct db *, const char *, uint32_t);
/* Close it; `finished` becomes false if that failed. */
void	db_kc_close(struct db *);

/* What the stamp says. */
void	repair_stamp(struct db *, struct stamp *);
/* Say that we write, or that all is in order, as it is now. 0 or -1. */
int	repair_busy(struct db *);
int	repair_clean(struct db *);
/*
 * Say in the stamp that the index must be made again, or else remove it. 0,
 * or -1 if neither was possible.
 */
int	repair_distrust(struct db *);
/*
 * Read the journal into a database in memory, which is the index for this
 * turn. To write, the index on disk is given up first. The view says what to
 * expect of the journal, or is NULL. 0 or -1.
 */
int	repair_replay(struct db *, enum db_mode, const struct view *);
/* Look at the files of a database whose journal is open. 0 or -1. */
int	repair_view(struct db *, struct view *);
/* Bring files that are not in order into order. Exclusively. 0 or -1. */
int	repair_files(struct db *, const struct view *);
/* Replace the journal by one that says only what is there now. 0 or -1. */
int	repair_compact(struct db *);

#endif
