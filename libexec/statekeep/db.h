/*
 * One database in one directory: NAME.kct, a Kyoto Cabinet tree that is
 * opened, committed and closed per transaction; NAME.journal, from which it
 * can be made again; NAME.lock, where commands queue, with a stamp that says
 * which file it was that the last of them left in order.
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
 * A database in a directory (taken). `where` names it in sentences, the boot
 * id says for how long pages that were not synced can be trusted. Nothing is
 * opened yet. Without a directory (-1) it is in memory, and gone when it is
 * freed. `lasts`: there is something in it that must survive a power cut.
 * NULL on ENOMEM.
 */
struct db	*db_new(int, const char *, const char *, const char *,
		    bool lasts);					/* takes */
void		 db_free(struct db *);

bool		 db_in_memory(const struct db *);

/*
 * Take a turn and open: 0, or -1 with errno and db_error. A database that is
 * not there yet reads as empty. Reading needs neither room nor the right to
 * write: then the journal is read into memory. Each db_begin needs its db_end.
 */
int		 db_begin(struct db *, enum db_mode);
/*
 * Before something is added or started, in a turn to write: is there room for
 * the rest of its life? A hundred kilobytes behind the end of the journal are
 * kept for changes and removals, which so work when the disk is full. What is
 * added must leave half of that, and what is started a quarter. 0 or -1.
 */
enum db_life { DB_BEGINS, DB_STARTS };
int		 db_room(struct db *, enum db_life);
/*
 * Do it once more: the index has failed, and the next turn makes it again, or
 * works without it.
 */
bool		 db_try_again(const struct db *);
/* Is there room for what was put, and what db_room() asks for? 0 or -1. */
int		 db_ready(struct db *);
/*
 * Keep what was put and deleted: it has happened as soon as the journal has
 * it, whatever becomes of the index. `hard`: once db_end has returned 0, it
 * survives a power cut. 0 or -1.
 */
int		 db_commit(struct db *, bool hard);
/* Has it committed in this turn? */
bool		 db_committed(const struct db *);
/*
 * Take a commit of this turn back, because another database could not commit
 * its part. errno stays. In memory there is nothing that could fail so.
 */
void		 db_undo(struct db *);
/*
 * Close and give the turn away. What was not committed is undone. A hard
 * commit is synced after that, so that nobody waits for our disk: a journal
 * is durable up to a point, so whoever builds on this change syncs it too.
 * 0, or -1 when that failed, or when db_try_again() says so.
 */
int		 db_end(struct db *);
/* Is a turn at it ours? Else nothing can be read in it. */
bool		 db_begun(const struct db *);
/* Its directory, which stays the database's own, and the name of that. */
int		 db_dir(const struct db *);
const char	*db_where(const struct db *);
/* The sentence of the last failure. */
const char	*db_error(const struct db *);

/* NULL with ENOENT, or EBADMSG when the record there does not decode. */
struct rec	*db_get(struct db *, const char *);
/*
 * The same as text for short plain values. False when absent (ENOENT), too
 * long or damaged (EBADMSG).
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
 * Next key (NUL-terminated) and bytes, valid until the next call. Of a value
 * that is damaged no byte is left.
 */
bool		 db_next(struct db_cursor *, const char **, const void **,
		    size_t *);
void		 db_walk_end(struct db_cursor *);
/* The first key that begins like this, into a buffer; false: none. */
bool		 db_first_key(struct db *, const char *, char *, size_t);

#endif
