/*
 * Transactions of a database: take the lock, repair what is not in order,
 * commit to the journal and to the index, sync, release the lock.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "filelock.h"
#include "inside.h"
#include "log.h"
#include "path.h"

#define WAIT_MS		30000
#define COMPACT_MIN	(1 << 20)
#define RESERVE		(128 << 10)	/* bytes for changes and removals */
#define OVERLAP		(16 << 10)	/* blocks that hold no data, at most */
#define FAILURES_MAX	2		/* then the index is not used */

static int
take_turn(struct db *db, enum db_mode mode)
{
	struct stamp	 s;

	if (filelock_take(db->lock_fd, mode == DB_WRITE, WAIT_MS) == 0)
		return (0);
	if (errno != ETIMEDOUT)
		return (db_fail_file(db, "lock", db->lock));
	repair_stamp(db, &s);
	if (s.kind == STAMP_BUSY)
		return (db_fail(db, "process %ld has kept the state database "
		    "%s busy for %d seconds; look at it, or end it", s.pid,
		    db->where, WAIT_MS / 1000));
	return (db_fail(db, "the state database %s was busy for %d seconds",
	    db->where, WAIT_MS / 1000));
}

/*
 * Open the lock file, and create it. A reader that may not write opens the
 * file read-only; where there is none, the database was never written.
 */
static int
open_lock(struct db *db, enum db_mode mode)
{
	const int	 flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	int		 saved;

	if (db->lock_fd != -1 && (mode == DB_READ || !db->read_only))
		return (0);
	if (db->lock_fd != -1)
		close(db->lock_fd);
	db->read_only = false;
	db->lock_fd = path_regular(openat(db->dir_fd, db->lock, flags |
	    O_RDWR | O_CREAT, 0600));
	if (db->lock_fd != -1)
		return (0);
	saved = errno;
	if (mode == DB_READ) {
		db->read_only = true;
		db->lock_fd = path_regular(openat(db->dir_fd, db->lock, flags |
		    O_RDONLY));
		if (db->lock_fd != -1 || errno == ENOENT)
			return (0);
	}
	errno = saved;
	return (db_fail_file(db, "open", db->lock));
}

/* The caller holds the lock, because repair_compact() replaces the file. */
static int
open_journal(struct db *db, enum db_mode mode)
{
	int	 flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;

	if (db->journal_fd != -1)
		close(db->journal_fd);
	flags |= mode == DB_READ ? O_RDONLY : O_RDWR | O_CREAT;
	db->journal_fd = path_regular(openat(db->dir_fd, db->journal, flags,
	    0600));
	if (db->journal_fd == -1 && (mode == DB_WRITE || errno != ENOENT))
		return (db_fail_file(db, "open", db->journal));
	return (0);
}

static int
open_files(struct db *db, enum db_mode mode)
{
	if (open_lock(db, mode) == -1)
		return (-1);
	if (db->lock_fd != -1 && take_turn(db, mode) == -1)
		return (-1);
	return (open_journal(db, mode));
}

static bool
in_order(const struct view *v)
{
	return (v->kct_good && v->journal_good);
}

/* Take the lock for writing instead, and check the files again. */
static int
promote(struct db *db, struct view *v)
{
	filelock_drop(db->lock_fd);
	if (take_turn(db, DB_WRITE) == -1)
		return (-1);
	if (open_journal(db, DB_WRITE) == -1 &&
	    open_journal(db, DB_READ) == -1)
		return (-1);
	return (repair_view(db, v));
}

/*
 * Repair files that are not in order. On a full disk, and in a directory that
 * cannot be written, read the journal into memory for this turn instead.
 */
static int
repair(struct db *db, enum db_mode mode, struct view *v)
{
	if (!db->read_only && !db->no_index && db->failures < FAILURES_MAX) {
		if (in_order(v) || repair_files(db, v) == 0)
			return (0);
		/* The first attempt may have removed the old index. */
		if (db_no_room(errno) && repair_files(db, v) == 0)
			return (0);
		if (errno == EUCLEAN)
			return (-1);
	}
	/* Only the journal is not in order: readers use the index. */
	if (v->kct_same && !v->journal_good && !db->no_index)
		return (mode == DB_READ ? 0 : -1);
	return (repair_replay(db, mode, v));
}

/* Check the files, and repair them if they are not in order. */
static int
repair_if_needed(struct db *db, enum db_mode mode, struct view *v)
{
	if (repair_view(db, v) == -1)
		return (-1);
	if (!v->kct_there && db->journal_len == 0)
		return (0);
	if (in_order(v) && !db->no_index && db->failures < FAILURES_MAX)
		return (0);
	if (mode == DB_READ && !db->read_only && promote(db, v) == -1)
		return (-1);
	if (repair(db, mode, v) == -1)
		return (-1);
	v->kct_there = true;
	db->failed = db->broken = db->damaged = false;
	return (mode == DB_READ && !db->read_only ? take_turn(db, DB_READ) : 0);
}

/* A tree of Kyoto Cabinet's in memory, which ends with this process. */
static int
begin_memory(struct db *db, enum db_mode mode)
{
	if (db->kc == NULL) {
		if ((db->kc = kcdbnew()) == NULL ||
		    !kcdbopen(db->kc, "+", KCOWRITER | KCOCREATE))
			return (db_fail(db, "out of memory"));
	}
	if (mode == DB_WRITE && !kcdbbegintran(db->kc, 0))
		return (db_fail_kc(db, db->kct));
	return (0);
}

static void
end_memory(struct db *db)
{
	if (db->mode == DB_WRITE && !db->finished && db->kc != NULL)
		(void)kcdbendtran(db->kc, 0);
	db->begun = false;
}

static int
begin_write(struct db *db, const struct view *v)
{
	if (db->replayed)
		return (kcdbbegintran(db->kc, 0) ? 0 :
		    db_fail_kc(db, db->kct));
	if (repair_busy(db) == -1) {
		db->broken = true;	/* the next try works without it */
		return (-1);
	}
	if (!v->kct_there)
		(void)unlinkat(db->dir_fd, db->kct, 0);
	/* With auto transactions no "was open" mark is left in the file. */
	if (db_kc_open(db, db->kct, KCOWRITER | KCOCREATE | KCOAUTOTRAN) == -1)
		return (-1);
	db->finished = true;
	if (!kcdbbegintran(db->kc, 0))
		return (db_fail_kc(db, db->kct));
	db->finished = false;
	return (0);
}

static int
begin(struct db *db, enum db_mode mode)
{
	struct view	 v;

	if (db->memory)
		return (begin_memory(db, mode));
	if (open_files(db, mode) == -1 || repair_if_needed(db, mode, &v) == -1)
		return (-1);
	if (mode == DB_WRITE)
		return (begin_write(db, &v));
	return (v.kct_there && !db->replayed ?
	    db_kc_open(db, db->kct, KCOREADER) : 0);
}

int
db_begin(struct db *db, enum db_mode mode)
{
	int	 saved;

	db->mode = mode;
	db->begun = true;
	db->failed = db->finished = db->broken = db->damaged = false;
	db->replayed = db->committed = db->adds = false;
	db->changes.len = 0;
	db->error[0] = '\0';
	if (begin(db, mode) == 0)
		return (0);
	saved = errno;
	(void)db_end(db);
	errno = saved;
	return (-1);
}

/*
 * Allocate blocks beyond the end of the journal, for `len` bytes that are
 * appended now and for the reserve; on a full disk `least` bytes of the
 * reserve are enough. A container that fills the disk cannot take blocks that
 * are allocated to this file.
 */
static int
reserve_room(struct db *db, size_t len, size_t least)
{
	int64_t		 have, from, end = db->journal_len +
			    (int64_t)len + RESERVE;
	struct stat	 st;
	int		 saved;

	if (fstat(db->journal_fd, &st) == -1)
		return (db_fail_file(db, "look at", db->journal));
	have = (int64_t)st.st_blocks * 512 - db->journal_len;
	from = db->journal_len + (have > OVERLAP ? have - OVERLAP : 0);
	if (db->journal_len + have >= end || fallocate(db->journal_fd,
	    FALLOC_FL_KEEP_SIZE, from, end - from) == 0 ||
	    errno == EOPNOTSUPP)
		return (0);
	/* tmpfs frees the blocks that were there: allocate them again. */
	saved = errno;
	(void)fallocate(db->journal_fd, FALLOC_FL_KEEP_SIZE, from,
	    db->journal_len + have - from);
	errno = saved;
	if (db_no_room(errno) && have >= (int64_t)(len + least))
		return (0);
	return (db_fail_file(db, "write", db->journal));
}

int
db_room(struct db *db, enum db_life life)
{
	if (db->memory)
		return (0);
	db->adds = true;
	db->least = life == DB_BEGINS ? RESERVE / 2 : RESERVE / 4;
	return (reserve_room(db, 0, db->least));
}

bool
db_try_again(const struct db *db)
{
	return (db->broken && !db->committed);
}

/* Cut the journal off at this offset, and allocate the room behind it again. */
static void
cut_journal(struct db *db, int64_t end)
{
	struct stat	 st;
	int		 saved = errno;
	bool		 kept = fstat(db->journal_fd, &st) == 0;

	journal_cut(db->journal_fd, end);
	if (kept && st.st_blocks * 512 > end)
		(void)fallocate(db->journal_fd, FALLOC_FL_KEEP_SIZE, end,
		    st.st_blocks * 512 - end);
	errno = saved;
}

/* On a full disk remove the index, which makes room for the journal. */
static void
remove_index(struct db *db)
{
	int	 saved = errno;

	if (db_no_room(errno) && !db->adds && !db->replayed &&
	    unlinkat(db->dir_fd, db->kct, 0) == 0)
		db->broken = db->no_index = true;
	errno = saved;
}

int
db_ready(struct db *db)
{
	return (!db->adds ? 0 : reserve_room(db, db->changes.len, db->least));
}

static int
append(struct db *db)
{
	int64_t	 end;

	if (db_ready(db) == -1)
		return (-1);
	end = journal_append(db->journal_fd, db->journal_len, &db->changes);
	if (end == -1) {
		(void)db_fail_file(db, "write", db->journal);
		cut_journal(db, db->journal_len);
		remove_index(db);
		return (-1);
	}
	db->journal_before = db->journal_len;
	/* The first change also makes the file and its name durable. */
	db->sync_dir = db->lasts && db->journal_len == 0 && end > 0;
	db->sync_file = end > db->journal_len;
	db->journal_len = end;
	return (0);
}

/*
 * The index failed after the journal has the change, which is committed with
 * that. Read the journal for the rest of this turn.
 */
static void
replay_instead(struct db *db)
{
	(void)db_fail_kc(db, db->kct);
	db_kc_close(db);
	(void)repair_replay(db, DB_READ, NULL);
	db->failed = false;
	db->broken = true;
}

int
db_commit(struct db *db, bool hard)
{
	if (db->failed || db->broken || db->mode != DB_WRITE) {
		errno = db->failed ? errno : EINVAL;
		return (-1);
	}
	if (db->memory) {
		db->finished = kcdbendtran(db->kc, 1) != 0;
		return (db->finished ? 0 : db_fail_kc(db, db->kct));
	}
	if (append(db) == -1)
		return (-1);
	db->sync_file = (hard && db->sync_file) || db->sync_dir;
	db->committed = true;
	if (db_enter(db) == -1 || db_mark_end(db) == -1 ||
	    !kcdbendtran(db->kc, 1))
		replay_instead(db);
	db->finished = true;
	return (0);
}

bool
db_committed(const struct db *db)
{
	return (db->committed);
}

void
db_undo(struct db *db)
{
	if (!db->committed)
		return;
	cut_journal(db, db->journal_before);
	db->journal_len = db->journal_before;
	db->committed = db->sync_file = db->sync_dir = false;
	db->broken = true;	/* the index has the change */
}

static bool
wants_compact(const struct db *db)
{
	struct stat	 st;

	return (db->journal_len > COMPACT_MIN &&
	    fstatat(db->dir_fd, db->kct, &st, 0) == 0 &&
	    db->journal_len > 2 * (int64_t)st.st_size);
}

/*
 * The lock is gone, and other commands may have read the change or written
 * behind it: it cannot be taken back.
 */
static int
fail_sync(struct db *db)
{
	return (db_fail(db, "cannot sync %s/%s: %s; what was written to it "
	    "stays, but may not outlast a power failure", db->where,
	    db->journal, strerror(errno)));
}

/* Sync what must be durable, and close the journal. */
static int
close_journal(struct db *db)
{
	int	 rc = 0;

	if (db->sync_file)
		log_debug("sync %s/%s", db->where, db->journal);
	if ((db->sync_file && fdatasync(db->journal_fd) == -1) ||
	    (db->sync_dir && fsync(db->dir_fd) == -1))
		rc = fail_sync(db);
	db->sync_file = db->sync_dir = false;
	if (db->journal_fd != -1)
		close(db->journal_fd);
	db->journal_fd = -1;
	return (rc);
}

/*
 * End the transaction of the index, compact the journal if it is large, and
 * stamp the index as clean. After a failure it is not stamped.
 */
static void
close_index(struct db *db)
{
	if (db->kc == NULL || db->mode != DB_WRITE || db->replayed)
		return;
	if (!db->finished)
		db->finished = db_enter(db) == 0 && kcdbendtran(db->kc, 0) != 0;
	if (db->finished && !db->broken && wants_compact(db) &&
	    repair_compact(db) == 0)
		(void)reserve_room(db, 0, 0);
	db_kc_close(db);
	if (db->finished && !db->broken)
		(void)repair_clean(db);
}

int
db_end(struct db *db)
{
	int	 saved = errno;

	if (db->memory) {
		end_memory(db);
		return (0);
	}
	close_index(db);
	db_kc_close(db);
	if (db->broken && repair_distrust(db) == -1)
		db->no_index = true;
	db->failures = db->broken ? db->failures + 1 : 0;
	if (db->lock_fd != -1)
		filelock_drop(db->lock_fd);
	db->begun = false;
	if (close_journal(db) == -1)
		return (-1);
	errno = saved;
	return (db_try_again(db) ? -1 : 0);
}
