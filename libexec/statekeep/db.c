#include "db.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "inside.h"
#include "log.h"
#include "record.h"
#include "turn.h"

/*
 * Not mapped: a mapping of a file that cannot grow ends in SIGBUS, and its
 * pages count as ours. A page holds a dozen rows, so a list reads 10,000 of
 * them in a few hundred reads. The buckets are for pages, not for records.
 */
#define TUNING		"#bnum=4096#psiz=8192#pccap=512k#msiz=0#fpow=8"
#define TUNING_REBUILD	"#bnum=4096#psiz=8192#pccap=5m#msiz=0#fpow=8"
#define WAIT_MS		30000
#define COMPACT_MIN	(1 << 20)
#define RESERVE		(128 << 10)	/* bytes for changes and removals */
#define OVERLAP		(16 << 10)	/* blocks that hold no data, at most */
#define FAILURES_MAX	2		/* then the index is left alone */
#define TEXT_MAX	512		/* bytes of a plain value */

struct db_cursor {
	struct db	*db;
	KCCUR		*cur;
	char		*key;		/* Kyoto Cabinet's, value behind it */
	char		 name[1100];
	char		 prefix[512];
};

/* Keep the sentence; errno stays as it is. */
int
db_fail(struct db *db, const char *fmt, ...)
{
	int	 saved = errno;
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(db->error, sizeof(db->error), fmt, ap);
	va_end(ap);
	errno = saved;
	return (-1);
}

static bool
no_room(int error)
{
	return (error == ENOSPC || error == EDQUOT || error == EFBIG);
}

/* The sentence for a refusal of the file system. */
int
db_fail_file(struct db *db, const char *what, const char *file)
{
	if (errno == EFBIG)
		return (db_fail(db, "cannot write %s/%s: %s; raise the limit on "
		    "the size of files (ulimit -f) and try again, nothing was "
		    "changed", db->where, file, strerror(errno)));
	if (no_room(errno))
		return (db_fail(db, "cannot write %s/%s: %s; free some space "
		    "and try again, nothing was changed", db->where, file,
		    strerror(errno)));
	return (db_fail(db, "cannot %s %s/%s: %s", what, db->where, file,
	    strerror(errno)));
}

int
db_fail_kc(struct db *db, const char *file)
{
	int	 code = kcdbecode(db->kc);

	db->failed = true;
	db->broken = !db->memory;
	if (code == KCESYSTEM || code == KCENOPERM || code == KCENOREPOS ||
	    no_room(errno)) {
		if (errno == 0)
			errno = EIO;
		return (db_fail_file(db, "use", file));
	}
	db->damaged = true;
	errno = EUCLEAN;
	return (db_fail(db, "the state database %s/%s is damaged (%s); try "
	    "again, it is made anew from its journal", db->where, file,
	    kcdbemsg(db->kc)));
}

/* FNV's idea, a word at a time: no change of one word can go unseen. */
static uint32_t
sum(uint64_t h, const void *data, size_t len)
{
	const uint8_t	*p = data;
	uint64_t	 w;

	for (; len > 0; p += sizeof(w), len -= sizeof(w)) {
		w = len;
		memcpy(&w, p, len < sizeof(w) ? len : sizeof(w));
		h = (h ^ w) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
		if (len < sizeof(w))
			break;
	}
	return ((uint32_t)h);
}

static uint32_t
seal(const char *key, size_t key_len, const void *data, size_t len)
{
	return (sum(sum(len + 1, key, key_len), data, len));
}

int
db_store(struct db *db, const char *key, size_t key_len, const void *data,
    size_t len, bool damaged)
{
	uint32_t	 h = seal(key, key_len, data, len);
	char		*room;

	if (damaged)
		return (kcdbset(db->kc, key, key_len, "", 0) ? 0 : -1);
	if (len + sizeof(h) > db->room) {
		if ((room = realloc(db->value, len + sizeof(h))) == NULL)
			return (-1);
		db->value = room;
		db->room = len + sizeof(h);
	}
	if (len > 0)
		memcpy(db->value, data, len);
	memcpy(db->value + len, &h, sizeof(h));
	return (kcdbset(db->kc, key, key_len, db->value, len + sizeof(h)) ?
	    0 : -1);
}

enum sealed
db_unseal(const char *key, size_t key_len, const void *data, size_t *len)
{
	uint32_t	 h;

	if (*len == 0)
		return (SEALED_DAMAGED);
	if (*len < sizeof(h))
		return (SEALED_BROKEN);
	*len -= sizeof(h);
	memcpy(&h, (const char *)data + *len, sizeof(h));
	return (h == seal(key, key_len, data, *len) ? SEALED_GOOD :
	    SEALED_BROKEN);
}

/* Bits of the index have turned: it says so, and is not believed again. */
static void
turned(struct db *db, const char *key)
{
	db->failed = db->broken = db->damaged = true;
	errno = EUCLEAN;
	(void)db_fail(db, "the state database %s/%s is damaged at %s; try "
	    "again, it is made anew from its journal", db->where, db->kct,
	    key);
}

/* Nothing was found: is nothing there, or can it not be read? */
static void
missed(struct db *db)
{
	errno = 0;
	if (kcdbecode(db->kc) != KCENOREC)
		(void)db_fail_kc(db, db->kct);
	else
		errno = ENOENT;
}

bool
db_begun(const struct db *db)
{
	return (db->begun);
}

int
db_dir(const struct db *db)
{
	return (db->dir_fd);
}

const char *
db_where(const struct db *db)
{
	return (db->where);
}

const char *
db_error(const struct db *db)
{
	return (db->error);
}

bool
db_in_memory(const struct db *db)
{
	return (db->memory);
}

struct db *
db_new(int dir_fd, const char *name, const char *where, const char *boot,
    bool lasts)
{
	struct db	*db = calloc(1, sizeof(*db));

	if (db == NULL) {
		if (dir_fd != -1)
			close(dir_fd);
		return (NULL);
	}
	db->dir_fd = dir_fd;
	db->lock_fd = db->journal_fd = -1;
	db->memory = dir_fd == -1;
	db->lasts = lasts;
	(void)snprintf(db->boot, sizeof(db->boot), "%s", boot);
	(void)snprintf(db->where, sizeof(db->where), "%s", where);
	(void)snprintf(db->kct, sizeof(db->kct), "%s.kct", name);
	(void)snprintf(db->kct_new, sizeof(db->kct_new), "%s-new.kct", name);
	(void)snprintf(db->kct_wal, sizeof(db->kct_wal), "%s.kct.wal", name);
	(void)snprintf(db->journal, sizeof(db->journal), "%s.journal", name);
	(void)snprintf(db->journal_new, sizeof(db->journal_new),
	    "%s.journal.new", name);
	(void)snprintf(db->lock, sizeof(db->lock), "%s.lock", name);
	(void)snprintf(db->reserve, sizeof(db->reserve), "%s.reserve", name);
	return (db);
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	if (db->begun)
		(void)db_end(db);
	if (db->lock_fd != -1)
		close(db->lock_fd);
	db_kc_close(db);
	jbuf_clear(&db->changes);
	if (db->dir_fd != -1)
		close(db->dir_fd);
	free(db->value);
	free(db);
}

/*
 * Kyoto Cabinet opens, and removes its log, by name: the working directory
 * says in which of the two directories. A descriptor that was a directory
 * when it came cannot fail here but for a file system that is gone.
 */
static int
enter(struct db *db)
{
	if (db->memory)
		return (0);
	return (fchdir(db->dir_fd) == 0 ? 0 : db_fail_file(db, "enter", "."));
}

int
db_kc_open(struct db *db, const char *file, uint32_t mode)
{
	char	 path[sizeof(db->kct) + sizeof(TUNING)];
	bool	 fill = file == db->kct_new;	/* with more in memory */

	if (enter(db) == -1)
		return (-1);
	(void)snprintf(path, sizeof(path), "%s%s", file,
	    fill ? TUNING_REBUILD : TUNING);
	if ((db->kc = kcdbnew()) == NULL)
		return (db_fail(db, "out of memory"));
	errno = 0;
	/* An index that needs a repair is made again from the journal. */
	if (kcdbopen(db->kc, path, mode | KCOTRYLOCK | KCONOREPAIR))
		return (0);
	(void)db_fail_kc(db, file);
	kcdbdel(db->kc);
	db->kc = NULL;
	return (-1);
}

void
db_kc_close(struct db *db)
{
	if (db->kc == NULL)
		return;
	if (enter(db) == -1 || !kcdbclose(db->kc))
		db->finished = false;
	kcdbdel(db->kc);
	db->kc = NULL;
}

static int
take_turn(struct db *db, enum db_mode mode)
{
	struct stamp	 s;

	if (turn_take(db->lock_fd, mode == DB_WRITE, WAIT_MS) == 0)
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
 * The lock file. A reader whom nothing may be written for takes it as it is;
 * without one nothing was ever written there.
 */
static int
open_lock(struct db *db, enum db_mode mode)
{
	const int	 flags = O_CLOEXEC | O_NOFOLLOW;
	int		 saved;

	if (db->lock_fd != -1 && (mode == DB_READ || !db->read_only))
		return (0);
	if (db->lock_fd != -1)
		close(db->lock_fd);
	db->read_only = false;
	db->lock_fd = openat(db->dir_fd, db->lock, flags | O_RDWR | O_CREAT,
	    0600);
	if (db->lock_fd != -1)
		return (0);
	saved = errno;
	if (mode == DB_READ) {
		db->read_only = true;
		db->lock_fd = openat(db->dir_fd, db->lock, flags | O_RDONLY);
		if (db->lock_fd != -1 || errno == ENOENT)
			return (0);
	}
	errno = saved;
	return (db_fail_file(db, "open", db->lock));
}

/* Under the lock, since repair_compact() puts another file in its place. */
static int
open_journal(struct db *db, enum db_mode mode)
{
	int	 flags = O_CLOEXEC | O_NOFOLLOW;

	if (db->journal_fd != -1)
		close(db->journal_fd);
	flags |= mode == DB_READ ? O_RDONLY : O_RDWR | O_CREAT;
	db->journal_fd = openat(db->dir_fd, db->journal, flags, 0600);
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

/* A reader becomes a writer, and looks again when it is its turn. */
static int
promote(struct db *db, struct view *v)
{
	turn_give(db->lock_fd);
	if (take_turn(db, DB_WRITE) == -1)
		return (-1);
	if (open_journal(db, DB_WRITE) == -1 &&
	    open_journal(db, DB_READ) == -1)
		return (-1);
	return (repair_view(db, v));
}

/*
 * Repair files that are not in order. Where there is no room for that, and in
 * a directory that cannot be written, the journal alone is enough: this turn
 * reads it into memory.
 */
static int
repair(struct db *db, enum db_mode mode, struct view *v)
{
	if (!db->read_only && !db->no_index && db->failures < FAILURES_MAX) {
		if (in_order(v) || repair_files(db, v) == 0)
			return (0);
		/* The first attempt may have removed the old index. */
		if (no_room(errno) && repair_files(db, v) == 0)
			return (0);
		if (errno == EUCLEAN)
			return (-1);
	}
	/* The index is what was left in order, and the journal is not. */
	if (v->kct_same && !v->journal_good && !db->no_index)
		return (mode == DB_READ ? 0 : -1);
	return (repair_replay(db, mode, v));
}

/* Find the files in order, or put them so. */
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

/* Kyoto Cabinet's own tree in memory, for as long as we are. */
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
		db->broken = true;	/* try again without the index */
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
 * Keep room behind the end of the journal for what is appended now and for
 * the reserve, or what must at least be left of that. Blocks that are
 * allocated beyond the end of a file are its own: a container that fills the
 * disk cannot take them.
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
	/* A tmpfs has freed the blocks that were there. */
	saved = errno;
	(void)fallocate(db->journal_fd, FALLOC_FL_KEEP_SIZE, from,
	    db->journal_len + have - from);
	errno = saved;
	if (no_room(errno) && have >= (int64_t)(len + least))
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

/* Take back what is behind this offset, but not the room that is kept there. */
static void
cut(struct db *db, int64_t end)
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

/* Without the index there may be room for the journal. */
static void
give_index_up(struct db *db)
{
	int	 saved = errno;

	if (no_room(errno) && !db->adds && !db->replayed &&
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
		cut(db, db->journal_len);
		give_index_up(db);
		return (-1);
	}
	db->journal_before = db->journal_len;
	/* The very first makes the file itself durable, with its name. */
	db->sync_dir = db->lasts && db->journal_len == 0 && end > 0;
	db->sync_file = end > db->journal_len;
	db->journal_len = end;
	return (0);
}

/*
 * The journal has the change, so it has happened. What else is read in this
 * turn is read from there.
 */
static void
index_lost(struct db *db)
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
	if (enter(db) == -1 || !kcdbendtran(db->kc, 1))
		index_lost(db);
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
	cut(db, db->journal_before);
	db->journal_len = db->journal_before;
	db->committed = db->sync_file = db->sync_dir = false;
	db->broken = true;	/* it has the change */
}

static bool
wants_compact(const struct db *db)
{
	struct stat	 st;

	return (db->journal_len > COMPACT_MIN &&
	    fstatat(db->dir_fd, db->kct, &st, 0) == 0 &&
	    db->journal_len > 2 * (int64_t)st.st_size);
}

/* Close the journal, when it is where it must be. */
static int
close_journal(struct db *db)
{
	int	 rc = 0;

	/* Each of these is a change that somebody was promised. */
	if (db->sync_file)
		log_debug("sync %s/%s", db->where, db->journal);
	if ((db->sync_file && fdatasync(db->journal_fd) == -1) ||
	    (db->sync_dir && fsync(db->dir_fd) == -1))
		rc = db_fail_file(db, "sync", db->journal);
	db->sync_file = db->sync_dir = false;
	if (db->journal_fd != -1)
		close(db->journal_fd);
	db->journal_fd = -1;
	return (rc);
}

/* Leave the index in order, and say so; a turn that failed says nothing. */
static void
leave(struct db *db)
{
	if (db->kc == NULL || db->mode != DB_WRITE || db->replayed)
		return;
	if (!db->finished)
		db->finished = enter(db) == 0 && kcdbendtran(db->kc, 0) != 0;
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
	leave(db);
	db_kc_close(db);
	if (db->broken && repair_distrust(db) == -1)
		db->no_index = true;
	db->failures = db->broken ? db->failures + 1 : 0;
	if (db->lock_fd != -1)
		turn_give(db->lock_fd);
	db->begun = false;
	if (close_journal(db) == -1)
		return (-1);
	errno = saved;
	return (db_try_again(db) ? -1 : 0);
}

struct rec *
db_get(struct db *db, const char *key)
{
	size_t		 len = 0;
	char		*p;
	struct rec	*r;
	enum sealed	 s;

	errno = ENOENT;
	if (db->kc == NULL)
		return (NULL);
	if ((p = kcdbget(db->kc, key, strlen(key), &len)) == NULL) {
		missed(db);
		return (NULL);
	}
	s = db_unseal(key, strlen(key), p, &len);
	r = s == SEALED_GOOD ? rec_decode(p, len) : NULL;
	kcfree(p);
	if (s == SEALED_DAMAGED)
		errno = EBADMSG;
	else if (s == SEALED_BROKEN)
		turned(db, key);
	return (r);
}

bool
db_get_text(struct db *db, const char *key, char *out, size_t size)
{
	char		 text[TEXT_MAX + sizeof(uint32_t)];
	int32_t		 n;
	size_t		 len;
	enum sealed	 s;

	errno = ENOENT;
	if (db->kc == NULL)
		return (false);
	n = kcdbgetbuf(db->kc, key, strlen(key), text, sizeof(text));
	if (n < 0) {
		missed(db);
		return (false);
	}
	len = (size_t)n;
	errno = EBADMSG;
	if (len >= sizeof(text))
		return (false);
	if ((s = db_unseal(key, strlen(key), text, &len)) == SEALED_BROKEN)
		turned(db, key);
	if (s != SEALED_GOOD || len >= size || memchr(text, '\0', len) != NULL)
		return (false);
	memcpy(out, text, len);
	out[len] = '\0';
	return (true);
}

bool
db_has(struct db *db, const char *key)
{
	if (db->kc == NULL)
		return (false);
	if (kcdbcheck(db->kc, key, strlen(key)) >= 0)
		return (true);
	missed(db);
	return (false);
}

static int
put_bytes(struct db *db, const char *key, const void *data, size_t len)
{
	size_t	 n = strlen(key);

	errno = 0;
	if (jbuf_add(&db->changes, key, data, len) == -1) {
		db->failed = true;
		return (db_fail(db, "out of memory"));
	}
	if (data == NULL ? kcdbremove(db->kc, key, n) != 0 :
	    db_store(db, key, n, data, len, false) == 0)
		return (0);
	db->failed = true;
	return (db_fail_kc(db, db->kct));
}

int
db_put(struct db *db, const char *key, const struct rec *r)
{
	scoped_free void	*p = NULL;
	size_t			 len;

	if (r == NULL || rec_encode(r, &p, &len) == -1) {
		db->failed = true;
		errno = r == NULL ? ENOMEM : errno;
		return (db_fail(db, "cannot encode the record %s: %s", key,
		    strerror(errno)));
	}
	return (put_bytes(db, key, p, len));
}

int
db_put_text(struct db *db, const char *key, const char *text)
{
	return (put_bytes(db, key, text, strlen(text)));
}

int
db_del(struct db *db, const char *key)
{
	if (!db_has(db, key))
		return (0);
	return (put_bytes(db, key, NULL, 0));
}

struct db_cursor *
db_walk(struct db *db, const char *prefix)
{
	struct db_cursor	*c = calloc(1, sizeof(*c));

	if (c == NULL)
		return (NULL);
	c->db = db;
	(void)snprintf(c->prefix, sizeof(c->prefix), "%s", prefix);
	if (db->kc != NULL) {
		c->cur = kcdbcursor(db->kc);
		if (!kccurjumpkey(c->cur, prefix, strlen(prefix)))
			missed(db);
	}
	return (c);
}

bool
db_next(struct db_cursor *c, const char **key, const void **data, size_t *len)
{
	const char	*value;
	size_t		 key_len;

	if (c->cur == NULL)
		return (false);
	if (c->key != NULL)
		kcfree(c->key);
	c->key = kccurget(c->cur, &key_len, &value, len, 1);
	if (c->key == NULL)
		missed(c->db);
	if (c->key == NULL)
		return (false);
	(void)snprintf(c->name, sizeof(c->name), "%.*s", (int)key_len,
	    c->key);
	*key = c->name;
	*data = value;
	/* Also of the one behind the last: is it really not one of these? */
	if (db_unseal(c->key, key_len, value, len) == SEALED_BROKEN) {
		turned(c->db, c->name);
		return (false);
	}
	return (strncmp(c->name, c->prefix, strlen(c->prefix)) == 0);
}

void
db_walk_end(struct db_cursor *c)
{
	if (c == NULL)
		return;
	if (c->key != NULL)
		kcfree(c->key);
	if (c->cur != NULL)
		kccurdel(c->cur);
	free(c);
}

bool
db_first_key(struct db *db, const char *prefix, char *out, size_t size)
{
	struct db_cursor	*c = db_walk(db, prefix);
	const char		*key;
	const void		*data;
	size_t			 len;
	bool			 found;

	found = c != NULL && db_next(c, &key, &data, &len);
	if (found)
		(void)snprintf(out, size, "%s", key);
	db_walk_end(c);
	return (found);
}
