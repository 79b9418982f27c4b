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
 * not there yet reads as empty. Each db_begin needs its db_end.
 */
int		 db_begin(struct db *, enum db_mode);
/*
 * Before something is added: is there room left for the rest of its life?
 * A file of a hundred kilobytes is kept for that, and given up when a disk is
 * full, so that what is there can still change and be removed. 0 or -1.
 */
int		 db_room(struct db *);
/*
 * What failed last may do better now: there was no room, and the reserve was
 * given up, or the index was damaged, and the next turn makes it again.
 */
bool		 db_try_again(const struct db *);
/*
 * Keep what was put and deleted. `hard`: once db_end has returned 0, it
 * survives a power cut. 0 or -1.
 */
int		 db_commit(struct db *, bool hard);
/*
 * Close and give the turn away. What was not committed is undone. A hard
 * commit is synced after that, so that nobody waits for our disk: a journal
 * is durable up to a point, so whoever builds on this change syncs it too.
 * 0, or -1 when that failed, or when the index turned out to be damaged.
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
