/*
 * One database in one directory. NAME.kct is a Kyoto Cabinet tree that is
 * opened, committed and closed in each transaction. NAME.journal has every
 * change, so that the tree can be made again from it. NAME.lock is the file
 * that commands lock; it has a stamp that identifies the tree that the last of
 * them closed in order.
 */
#ifndef STATEKEEP_DB_H
#define STATEKEEP_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct rec;

enum db_mode { DB_READ, DB_WRITE };

/*
 * A database in a directory (taken). Nothing is opened yet. `where` names it in
 * messages; the boot id tells whether pages that were not synced may be lost.
 * Without a directory (-1) the database is in memory and ends with db_free.
 * `lasts`: it has changes that must survive a power cut. NULL on ENOMEM.
 */
struct db	*db_new(int, const char *, const char *, const char *,
		    bool lasts);				/* takes */
void		 db_free(struct db *);

/* Has it no directory? */
bool		 db_in_memory(const struct db *);

/*
 * Lock and open the database for one transaction: 0, or -1 with errno and
 * db_error. A database without files is empty. Reading needs neither free space
 * nor write permission: the journal is read into memory if the tree cannot be
 * used. Each db_begin needs its db_end.
 */
int		 db_begin(struct db *, enum db_mode);
/*
 * In a transaction for writing, before an object is added or started: check
 * that there is room for its later changes and for its removal. About 100 KiB
 * behind the end of the journal are allocated for these, so that they work on a
 * full disk. An addition must leave half of that, a start a quarter. 0 or -1.
 */
enum db_life { DB_BEGINS, DB_STARTS };
int		 db_room(struct db *, enum db_life);
/*
 * Should the transaction be repeated? The index has failed; the next
 * transaction makes it again, or works without it.
 */
bool		 db_try_again(const struct db *);
/*
 * Is there room for the collected changes and for what db_room() asked for? 0
 * or -1.
 */
int		 db_ready(struct db *);
/*
 * Commit the collected changes: append them to the journal, then to the index.
 * They are committed once the journal has them, even if the index then fails.
 * `hard`: after db_end has returned 0 they survive a power cut. 0 or -1.
 */
int		 db_commit(struct db *, bool hard);
/* Has this transaction been committed? */
bool		 db_committed(const struct db *);
/*
 * Revert the commit of this transaction, because another database could not
 * commit its part. errno is preserved. A database in memory cannot fail to
 * commit.
 */
void		 db_undo(struct db *);
/*
 * End the transaction: undo what was not committed, close the files, release
 * the lock, and then sync a hard commit, so that other commands do not wait for
 * the disk. A journal is durable up to an offset, so a later hard commit syncs
 * this one too. 0, or -1 if the sync failed or db_try_again() is true.
 */
int		 db_end(struct db *);
/* Is a transaction of this process open? Without one nothing can be read. */
bool		 db_begun(const struct db *);
/* Its directory, which the database keeps, and the name of the directory. */
int		 db_dir(const struct db *);
const char	*db_where(const struct db *);
/* The message of the last failure. */
const char	*db_error(const struct db *);

/*
 * A record, which the caller frees. NULL with ENOENT, or EBADMSG if the record
 * does not decode.
 */
struct rec	*db_get(struct db *, const char *);
/*
 * A short plain value as text. False with ENOENT (absent) or EBADMSG (too long,
 * or damaged).
 */
bool		 db_get_text(struct db *, const char *, char *, size_t);
bool		 db_has(struct db *, const char *);
/* 0, or -1 with errno and db_error; db_commit then fails as well. */
int		 db_put(struct db *, const char *, const struct rec *);
int		 db_put_text(struct db *, const char *, const char *);
int		 db_del(struct db *, const char *);

/* A position among the keys that begin with a prefix, in order. */
struct db_cursor;
struct db_cursor *db_walk(struct db *, const char *);
/*
 * Next key (NUL-terminated) and value, valid until the next call. A damaged
 * value has length 0.
 */
bool		 db_next(struct db_cursor *, const char **, const void **,
		    size_t *);
void		 db_walk_end(struct db_cursor *);
/* Copy the first key with this prefix into a buffer; false: there is none. */
bool		 db_first_key(struct db *, const char *, char *, size_t);

#endif
