#include "db.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <kclangc.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal.h"
#include "log.h"
#include "record.h"
#include "scope.h"
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
#define CHUNK		(256u << 10)	/* a transaction of a new journal */
#define RESERVE		(128 << 10)
#define STAMP_LEN	256

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
	KCDB		*kc;		/* NULL: closed, or nothing there */
	enum db_mode	 mode;
	bool		 begun;
	bool		 failed;	/* a put or delete went wrong */
	bool		 settled;	/* committed or undone: stamp it clean */
	bool		 made_room;	/* gave the reserve up */
	bool		 sync_file;	/* the journal, when the turn is over */
	bool		 sync_dir;	/* its name as well: it is new */
	struct jbuf	 changes;
	char		 boot[65];
	char		 where[PATH_MAX];
	char		 kct[64];
	char		 kct_new[64];
	char		 kct_wal[64];
	char		 journal[64];
	char		 journal_new[64];
	char		 lock[64];
	char		 reserve[64];
	char		 error[1024];
};

struct db_cursor {
	struct db	*db;
	KCCUR		*cur;
	char		*key;		/* Kyoto Cabinet's, value behind it */
	char		 name[1100];
	char		 prefix[128];
};

static int	fail(struct db *, const char *, ...)
		    __attribute__((format(printf, 2, 3)));

/* Keep the sentence; errno stays as it is. */
static int
fail(struct db *db, const char *fmt, ...)
{
	int	 saved = errno;
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(db->error, sizeof(db->error), fmt, ap);
	va_end(ap);
	errno = saved;
	return (-1);
}

/* The sentence for what the file system refused. */
static int
fail_file(struct db *db, const char *what, const char *file)
{
	int	 saved = errno;

	if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) {
		if (unlinkat(db->dir_fd, db->reserve, 0) == 0)
			db->made_room = true;
		errno = saved;
		return (fail(db, "no room to write %s/%s; free some space and "
		    "try again, nothing was changed", db->where, file));
	}
	return (fail(db, "cannot %s %s/%s: %s", what, db->where, file,
	    strerror(errno)));
}

const char *
db_error(const struct db *db)
{
	return (db->error);
}

struct db *
db_new(int dir_fd, const char *name, const char *where, const char *boot)
{
	struct db	*db = calloc(1, sizeof(*db));

	if (db == NULL) {
		close(dir_fd);
		return (NULL);
	}
	db->dir_fd = dir_fd;
	db->lock_fd = db->journal_fd = -1;
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
	jbuf_clear(&db->changes);
	close(db->dir_fd);
	free(db);
}

static void
stamp_read(struct db *db, struct stamp *s)
{
	char	 text[STAMP_LEN + 1];
	ssize_t	 n = pread(db->lock_fd, text, STAMP_LEN, 0);

	*s = (struct stamp){ .kind = STAMP_NONE };
	if (n <= 0)
		return;
	text[n] = '\0';
	if (sscanf(text, "busy %ld %64s %" SCNd64, &s->pid, s->boot,
	    &s->journal_len) == 3)
		s->kind = STAMP_BUSY;
	else if (sscanf(text, "clean %64s %" SCNd64 " %" SCNd64 " %" SCNd64
	    " %" SCNu64, s->boot, &s->journal_len, &s->size, &s->mtime_ns,
	    &s->ino) == 5)
		s->kind = STAMP_CLEAN;
}

static int
stamp_write(struct db *db, const char *text)
{
	char	 line[STAMP_LEN];
	int	 n = snprintf(line, sizeof(line), "%s", text);

	memset(line + n, ' ', sizeof(line) - (size_t)n);
	line[sizeof(line) - 1] = '\n';
	if (pwrite(db->lock_fd, line, sizeof(line), 0) ==
	    (ssize_t)sizeof(line))
		return (0);
	return (fail_file(db, "write", db->lock));
}

static int
stamp_busy(struct db *db)
{
	char	 text[STAMP_LEN];

	(void)snprintf(text, sizeof(text), "busy %ld %s %" PRId64,
	    (long)getpid(), db->boot, db->journal_len);
	return (stamp_write(db, text));
}

static int64_t
mtime_ns(const struct stat *st)
{
	return ((int64_t)st->st_mtim.tv_sec * 1000000000 +
	    st->st_mtim.tv_nsec);
}

/* Say that the files are in order, as they are at this moment. */
static int
stamp_clean(struct db *db)
{
	struct stat	 st;
	char		 text[STAMP_LEN];

	if (fstatat(db->dir_fd, db->kct, &st, 0) == -1)
		return (fail_file(db, "look at", db->kct));
	(void)snprintf(text, sizeof(text), "clean %s %" PRId64 " %" PRId64
	    " %" PRId64 " %" PRIu64, db->boot, db->journal_len,
	    (int64_t)st.st_size, mtime_ns(&st), (uint64_t)st.st_ino);
	return (stamp_write(db, text));
}

/*
 * Kyoto Cabinet opens, and removes its log, by name: the working directory
 * says in which of the two directories. A descriptor that was a directory
 * when it came cannot fail here but for a file system that is gone.
 */
static int
enter(struct db *db)
{
	return (fchdir(db->dir_fd) == 0 ? 0 : fail_file(db, "enter", "."));
}

static int
kc_open(struct db *db, const char *file, uint32_t mode)
{
	char	 path[sizeof(db->kct) + sizeof(TUNING)];
	bool	 fill = file == db->kct_new;	/* with more in memory */

	if (enter(db) == -1)
		return (-1);
	(void)snprintf(path, sizeof(path), "%s%s", file,
	    fill ? TUNING_REBUILD : TUNING);
	if ((db->kc = kcdbnew()) == NULL)
		return (fail(db, "out of memory"));
	errno = 0;
	if (kcdbopen(db->kc, path, mode | KCOTRYLOCK))
		return (0);
	if (errno == 0)
		errno = EUCLEAN;
	(void)fail(db, "the state database %s/%s cannot be opened (%s); "
	    "remove this one file and it is made again from its journal",
	    db->where, file, kcdbemsg(db->kc));
	if (errno == ENOSPC)
		(void)fail_file(db, "write", file);
	kcdbdel(db->kc);
	db->kc = NULL;
	return (-1);
}

static void
kc_close(struct db *db)
{
	if (db->kc == NULL)
		return;
	if (enter(db) == -1 || !kcdbclose(db->kc))
		db->settled = false;
	kcdbdel(db->kc);
	db->kc = NULL;
}

static int
replay_change(void *ctx, const char *key, size_t key_len, const void *data,
    size_t len, bool damaged)
{
	struct db	*db = ctx;

	if (data == NULL) {
		(void)kcdbremove(db->kc, key, key_len);
		return (0);
	}
	/* An empty value decodes to nothing: the record shows as damaged. */
	if (damaged)
		log_warnx("%s/%s: the record %.*s is damaged", db->where,
		    db->journal, (int)key_len, key);
	if (kcdbset(db->kc, key, key_len, data, damaged ? 0 : len))
		return (0);
	if (errno == 0)
		errno = EIO;
	return (-1);
}

/* Make the index again from the journal. The lock is held exclusively. */
static int
rebuild(struct db *db, const struct stamp *s)
{
	struct replay	 r;
	int		 rc;

	(void)unlinkat(db->dir_fd, db->kct_new, 0);
	(void)unlinkat(db->dir_fd, db->kct_wal, 0);
	if (kc_open(db, db->kct_new, KCOWRITER | KCOCREATE) == -1)
		return (-1);
	errno = 0;
	rc = journal_replay(db->journal_fd, replay_change, db, &r);
	if (rc == -1)
		(void)fail_file(db, "read", db->journal);
	db->settled = true;
	kc_close(db);
	if (rc == -1 || !db->settled) {
		(void)unlinkat(db->dir_fd, db->kct_new, 0);
		return (rc == -1 ? -1 : fail_file(db, "write", db->kct_new));
	}
	if (r.changes == 0 && s->journal_len > 0) {
		(void)unlinkat(db->dir_fd, db->kct_new, 0);
		errno = EUCLEAN;
		return (fail(db, "the state database %s is damaged: neither "
		    "%s nor %s is what statekeep wrote; restore the directory "
		    "from a backup, or move both files away to start empty",
		    db->where, db->kct, db->journal));
	}
	/* After a reboot the end that was not synced may well be missing. */
	if (strcmp(s->boot, db->boot) == 0 && r.end < s->journal_len)
		r.skipped += s->journal_len - r.end;
	if (r.skipped > 0)
		log_warnx("%s/%s: %lld bytes are damaged, what they said is "
		    "lost", db->where, db->journal, (long long)r.skipped);
	if (ftruncate(db->journal_fd, r.end) == -1)
		return (fail_file(db, "shorten", db->journal));
	db->journal_len = r.end;
	if (renameat(db->dir_fd, db->kct_new, db->dir_fd, db->kct) == -1)
		return (fail_file(db, "rename", db->kct_new));
	return (stamp_clean(db));
}

/* Write what the open index holds as transactions of a size to bear. */
static int64_t
write_all(struct db *db, int fd)
{
	struct jbuf	 b = { 0 };
	KCCUR		*cur = kcdbcursor(db->kc);
	char		*key, name[1100];
	const char	*data;
	size_t		 key_len, len;
	int64_t		 end = 0;

	(void)kccurjump(cur);
	while (end != -1 &&
	    (key = kccurget(cur, &key_len, &data, &len, 1)) != NULL) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)key_len, key);
		if (jbuf_add(&b, name, data, len) == -1)
			end = -1;
		else if (b.len > CHUNK) {
			end = journal_append(fd, end, &b);
			b.len = 0;
		}
		kcfree(key);
	}
	kccurdel(cur);
	if (end != -1)
		end = journal_append(fd, end, &b);
	jbuf_clear(&b);
	return (end);
}

/* Replace the journal by one that says only what is there now. */
static int
compact(struct db *db)
{
	scoped_fd int	 fd = -1;
	int64_t		 end;

	fd = openat(db->dir_fd, db->journal_new,
	    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1 || (end = write_all(db, fd)) == -1 || fsync(fd) == -1 ||
	    renameat(db->dir_fd, db->journal_new, db->dir_fd,
	    db->journal) == -1) {
		(void)fail_file(db, "write", db->journal_new);
		(void)unlinkat(db->dir_fd, db->journal_new, 0);
		return (-1);
	}
	(void)fsync(db->dir_fd);
	if (db->journal_fd != -1)
		close(db->journal_fd);
	db->journal_fd = take_fd(&fd);
	db->journal_len = end;
	return (0);
}

/* The index is as it was left, the journal is not: write the journal anew. */
static int
rejournal(struct db *db)
{
	int	 rc;

	log_warnx("%s/%s is not as it was left and is written anew from %s",
	    db->where, db->journal, db->kct);
	if (kc_open(db, db->kct, KCOREADER) == -1)
		return (-1);
	rc = compact(db);
	kc_close(db);
	return (rc == -1 ? -1 : stamp_clean(db));
}

/* What the two files are, compared with the stamp. */
struct view {
	struct stamp	 stamp;
	bool		 kct_there;
	bool		 kct_same;	/* the very file, unchanged */
	bool		 kct_good;	/* ... and its pages were not lost */
	bool		 journal_good;
};

/* A file that was made just before a power cut, and nothing in it. */
static bool
is_blank(struct db *db, const char *file)
{
	scoped_fd int	 fd = openat(db->dir_fd, file,
			    O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char		 head[64];
	ssize_t		 n;

	if (fd == -1 || (n = read(fd, head, sizeof(head))) == -1)
		return (false);
	for (ssize_t i = 0; i < n; i++)
		if (head[i] != 0)
			return (false);
	return (true);
}

static int
view_files(struct db *db, struct view *v)
{
	struct stat	 st;

	*v = (struct view){ 0 };
	stamp_read(db, &v->stamp);
	if (fstatat(db->dir_fd, db->kct, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		v->kct_there = true;
		v->kct_same = v->stamp.kind == STAMP_CLEAN &&
		    S_ISREG(st.st_mode) && st.st_size == v->stamp.size &&
		    mtime_ns(&st) == v->stamp.mtime_ns &&
		    st.st_ino == v->stamp.ino;
		v->kct_good = v->kct_same &&
		    strcmp(v->stamp.boot, db->boot) == 0;
		if (!v->kct_same && is_blank(db, db->kct))
			v->kct_there = false;
	} else if (errno != ENOENT)
		return (fail_file(db, "look at", db->kct));
	if (fstat(db->journal_fd, &st) == -1)
		return (fail_file(db, "look at", db->journal));
	db->journal_len = st.st_size;
	v->journal_good = v->stamp.kind == STAMP_CLEAN &&
	    db->journal_len == v->stamp.journal_len;
	return (0);
}

/* Bring files that are not in order into order. Exclusively. */
static int
repair(struct db *db, const struct view *v)
{
	if (v->kct_same && !v->journal_good)
		return (rejournal(db));
	if (db->journal_len == 0 && v->kct_there && !v->journal_good &&
	    (v->stamp.kind != STAMP_BUSY || v->stamp.journal_len > 0)) {
		errno = EUCLEAN;
		return (fail(db, "the state database %s/%s is damaged or not "
		    "ours and %s is empty; restore the directory from a "
		    "backup, or move both files away to start empty",
		    db->where, db->kct, db->journal));
	}
	if (v->stamp.kind == STAMP_CLEAN && !v->kct_same && v->kct_there)
		log_warnx("%s/%s is not as it was left and is made again from "
		    "%s", db->where, db->kct, db->journal);
	return (rebuild(db, &v->stamp));
}

static int
take_turn(struct db *db, enum db_mode mode)
{
	struct stamp	 s;

	if (turn_take(db->lock_fd, mode == DB_WRITE, WAIT_MS) == 0)
		return (0);
	if (errno != ETIMEDOUT)
		return (fail_file(db, "lock", db->lock));
	stamp_read(db, &s);
	if (s.kind == STAMP_BUSY)
		return (fail(db, "process %ld has kept the state database "
		    "%s busy for %d seconds; look at it, or end it", s.pid,
		    db->where, WAIT_MS / 1000));
	return (fail(db, "the state database %s was busy for %d seconds",
	    db->where, WAIT_MS / 1000));
}

static int
open_files(struct db *db, enum db_mode mode)
{
	const int	 flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;

	if (db->lock_fd == -1 && (db->lock_fd = openat(db->dir_fd, db->lock,
	    flags, 0600)) == -1)
		return (fail_file(db, "open", db->lock));
	if (take_turn(db, mode) == -1)
		return (-1);
	/* Under the lock, since compact() puts another file in its place. */
	db->journal_fd = openat(db->dir_fd, db->journal, flags, 0600);
	if (db->journal_fd == -1)
		return (fail_file(db, "open", db->journal));
	return (0);
}

/*
 * Find the files in order or put them so. A reader who finds them in disorder
 * must become a writer for that, and looks again when it is his turn.
 */
static int
settle(struct db *db, enum db_mode mode, struct view *v)
{
	if (view_files(db, v) == -1)
		return (-1);
	if (v->kct_good && v->journal_good)
		return (0);
	if (!v->kct_there && db->journal_len == 0)
		return (0);
	if (mode == DB_READ) {
		turn_give(db->lock_fd);
		if (take_turn(db, DB_WRITE) == -1)
			return (-1);
		close(db->journal_fd);
		db->journal_fd = openat(db->dir_fd, db->journal,
		    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (db->journal_fd == -1)
			return (fail_file(db, "open", db->journal));
		if (view_files(db, v) == -1)
			return (-1);
	}
	if (!(v->kct_good && v->journal_good) && repair(db, v) == -1 &&
	    (!db->made_room || repair(db, v) == -1))
		return (-1);
	v->kct_there = true;
	return (mode == DB_READ ? take_turn(db, DB_READ) : 0);
}

static int
begin(struct db *db, enum db_mode mode)
{
	struct view	 v;

	if (open_files(db, mode) == -1 || settle(db, mode, &v) == -1)
		return (-1);
	if (mode == DB_READ)
		return (v.kct_there ? kc_open(db, db->kct, KCOREADER) : 0);
	if (stamp_busy(db) == -1)
		return (-1);
	if (!v.kct_there)
		(void)unlinkat(db->dir_fd, db->kct, 0);
	/* With auto transactions no "was open" mark is left in the file. */
	if (kc_open(db, db->kct, KCOWRITER | KCOCREATE | KCOAUTOTRAN) == -1)
		return (-1);
	db->settled = true;
	if (!kcdbbegintran(db->kc, 0))
		return (fail_file(db, "write", db->kct));
	db->settled = false;
	return (0);
}

int
db_begin(struct db *db, enum db_mode mode)
{
	int	 saved;

	db->mode = mode;
	db->begun = true;
	db->failed = db->settled = db->made_room = false;
	db->changes.len = 0;
	db->error[0] = '\0';
	if (begin(db, mode) == 0)
		return (0);
	saved = errno;
	(void)db_end(db);
	errno = saved;
	return (-1);
}

int
db_room(struct db *db)
{
	struct stat	 st;
	scoped_fd int	 fd = -1;

	if (fstatat(db->dir_fd, db->reserve, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return (0);
	fd = openat(db->dir_fd, db->reserve,
	    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd != -1 && (fallocate(fd, 0, 0, RESERVE) == 0 ||
	    errno == EOPNOTSUPP))
		return (0);
	return (fail_file(db, "write", db->reserve));
}

bool
db_made_room(const struct db *db)
{
	return (db->made_room);
}

int
db_commit(struct db *db, bool hard)
{
	int64_t	 end;

	if (db->failed || db->mode != DB_WRITE) {
		errno = db->failed ? errno : EINVAL;
		return (-1);
	}
	end = journal_append(db->journal_fd, db->journal_len, &db->changes);
	if (end == -1)
		return (fail_file(db, "write", db->journal));
	if (enter(db) == -1 || !kcdbendtran(db->kc, 1)) {
		(void)fail_file(db, "write", db->kct);
		journal_cut(db->journal_fd, db->journal_len);
		return (-1);
	}
	/* The very first makes the file itself durable, with its name. */
	db->sync_dir = db->journal_len == 0 && end > 0;
	db->sync_file = (hard && end > db->journal_len) || db->sync_dir;
	db->journal_len = end;
	db->settled = true;
	return (0);
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

	if ((db->sync_file && fdatasync(db->journal_fd) == -1) ||
	    (db->sync_dir && fsync(db->dir_fd) == -1))
		rc = fail_file(db, "sync", db->journal);
	db->sync_file = db->sync_dir = false;
	if (db->journal_fd != -1)
		close(db->journal_fd);
	db->journal_fd = -1;
	return (rc);
}

int
db_end(struct db *db)
{
	int	 saved = errno;

	if (db->kc != NULL && db->mode == DB_WRITE) {
		if (!db->settled)
			db->settled = enter(db) == 0 &&
			    kcdbendtran(db->kc, 0) != 0;
		if (db->settled && wants_compact(db))
			(void)compact(db);
		kc_close(db);
		if (db->settled)
			(void)stamp_clean(db);
	}
	kc_close(db);
	if (db->lock_fd != -1)
		turn_give(db->lock_fd);
	db->begun = false;
	if (close_journal(db) == -1)
		return (-1);
	errno = saved;
	return (0);
}

struct rec *
db_get(struct db *db, const char *key)
{
	size_t		 len = 0;
	char		*p;
	struct rec	*r;

	if (db->kc == NULL ||
	    (p = kcdbget(db->kc, key, strlen(key), &len)) == NULL) {
		errno = ENOENT;
		return (NULL);
	}
	r = rec_decode(p, len);
	kcfree(p);
	return (r);
}

bool
db_get_text(struct db *db, const char *key, char *out, size_t size)
{
	int32_t	 n;

	if (db->kc == NULL)
		return (false);
	n = kcdbgetbuf(db->kc, key, strlen(key), out, size - 1);
	if (n < 0 || (size_t)n >= size)
		return (false);
	out[n] = '\0';
	return (strlen(out) == (size_t)n);
}

bool
db_has(struct db *db, const char *key)
{
	return (db->kc != NULL && kcdbcheck(db->kc, key, strlen(key)) >= 0);
}

static int
put_bytes(struct db *db, const char *key, const void *data, size_t len)
{
	errno = 0;
	if (jbuf_add(&db->changes, key, data, len) == -1 ||
	    (data != NULL &&
	    !kcdbset(db->kc, key, strlen(key), data, len))) {
		db->failed = true;
		if (errno == 0)
			errno = EIO;
		return (fail_file(db, "write", db->kct));
	}
	if (data == NULL)
		(void)kcdbremove(db->kc, key, strlen(key));
	return (0);
}

int
db_put(struct db *db, const char *key, const struct rec *r)
{
	scoped_free void	*p = NULL;
	size_t			 len;

	if (r == NULL || rec_encode(r, &p, &len) == -1) {
		db->failed = true;
		errno = r == NULL ? ENOMEM : errno;
		return (fail(db, "cannot encode the record %s: %s", key,
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
		(void)kccurjumpkey(c->cur, prefix, strlen(prefix));
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
	if (c->key == NULL || key_len >= sizeof(c->name) ||
	    strncmp(c->key, c->prefix, strlen(c->prefix)) != 0)
		return (false);
	memcpy(c->name, c->key, key_len);
	c->name[key_len] = '\0';
	*key = c->name;
	*data = value;
	return (true);
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
