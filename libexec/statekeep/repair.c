/*
 * Checking the files of a database against its stamp, and making the index
 * again from the journal, or the journal from the index.
 */
#include "inside.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "log.h"
#include "nitems.h"

#define STAMP_LEN	256

void
repair_stamp(struct db *db, struct stamp *s)
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
	/* Older versions wrote a clean stamp after an error too. */
	else if (sscanf(text, "clean2 %64s %" SCNd64, s->boot,
	    &s->journal_len) == 2)
		s->kind = STAMP_BUSY;
	else if (sscanf(text, "clean3 %64s %" SCNd64 " %" SCNd64 " %" SCNd64
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
	return (db_fail_file(db, "write", db->lock));
}

int
repair_busy(struct db *db)
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

/* Stamp the files, as they are now, as clean. */
int
repair_clean(struct db *db)
{
	struct stat	 st;
	char		 text[STAMP_LEN];

	if (fstatat(db->dir_fd, db->kct, &st, 0) == -1)
		return (db_fail_file(db, "look at", db->kct));
	(void)snprintf(text, sizeof(text), "clean3 %s %" PRId64 " %" PRId64
	    " %" PRId64 " %" PRIu64, db->boot, db->journal_len,
	    (int64_t)st.st_size, mtime_ns(&st), (uint64_t)st.st_ino);
	return (stamp_write(db, text));
}

int
repair_distrust(struct db *db)
{
	if (db->damaged)
		log_warnx("%s/%s is damaged and will be made again from %s",
		    db->where, db->kct, db->journal);
	if ((!db->read_only && repair_busy(db) == 0) ||
	    unlinkat(db->dir_fd, db->kct, 0) == 0 || errno == ENOENT)
		return (0);
	return (-1);
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
	if (damaged)
		log_warnx("%s/%s: the record %.*s is damaged", db->where,
		    db->journal, (int)key_len, key);
	if (db_store(db, key, key_len, data, len, damaged) == 0)
		return (0);
	return (db_fail_kc(db, db->kct_new));
}

/*
 * Read the journal into the open database and log what is lost. The stamp has
 * the expected length. 0 or -1.
 */
static int
fill(struct db *db, const struct stamp *s, struct replay *r)
{
	errno = 0;
	db->error[0] = '\0';
	*r = (struct replay){ 0 };
	if (db->journal_fd != -1 && journal_replay(db->journal_fd,
	    replay_change, db, strcmp(s->boot, db->boot) != 0, r) == -1)
		return (*db->error != '\0' ? -1 :
		    db_fail_file(db, "read", db->journal));
	if (r->changes == 0 && s->journal_len > 0) {
		errno = EUCLEAN;
		return (db_fail(db, "the state database %s is damaged: neither "
		    "%s nor %s is what statekeep wrote; restore the directory "
		    "from a backup, or move both files away to start empty",
		    db->where, db->kct, db->journal));
	}
	/* After a reboot an end that was not synced may be missing. */
	if (strcmp(s->boot, db->boot) == 0 && r->end < s->journal_len)
		r->skipped += s->journal_len - r->end;
	if (r->skipped > 0)
		log_warnx("%s/%s: %lld bytes are damaged, their changes are "
		    "lost", db->where, db->journal, (long long)r->skipped);
	return (0);
}

/* Cut off the unreadable end of the journal. */
static int
shorten(struct db *db, const struct replay *r)
{
	struct stat	 st;

	/* Do not truncate to the same length: that would free the reserve. */
	if (fstat(db->journal_fd, &st) == -1 || (st.st_size != r->end &&
	    ftruncate(db->journal_fd, r->end) == -1))
		return (db_fail_file(db, "shorten", db->journal));
	db->journal_len = r->end;
	return (0);
}

/* Remove files of earlier attempts, of Kyoto Cabinet or of older versions. */
static int
remove_leftovers(struct db *db)
{
	const char	*names[] = { db->kct, db->kct_new };
	char		 tmp[sizeof(db->kct) + 8];
	struct stat	 st;

	for (size_t i = 0; i < NITEMS(names); i++) {
		(void)snprintf(tmp, sizeof(tmp), "%s.tmpkch", names[i]);
		(void)unlinkat(db->dir_fd, tmp, 0);
		(void)snprintf(tmp, sizeof(tmp), "%s.tmpkct", names[i]);
		(void)unlinkat(db->dir_fd, tmp, 0);
		(void)snprintf(tmp, sizeof(tmp), "%s.wal", names[i]);
		(void)unlinkat(db->dir_fd, tmp, 0);
	}
	(void)unlinkat(db->dir_fd, db->kct_new, 0);
	(void)unlinkat(db->dir_fd, db->journal_new, 0);
	(void)unlinkat(db->dir_fd, db->reserve, 0);
	/* Kyoto Cabinet would replay an old log into the new index. */
	if (fstatat(db->dir_fd, db->kct_wal, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return (0);
	errno = EEXIST;
	return (db_fail_file(db, "remove", db->kct_wal));
}

/* Remove the incomplete new index. errno and the message are preserved. */
static int
give_new_up(struct db *db, bool any)
{
	int	 saved = errno;

	(void)unlinkat(db->dir_fd, db->kct_new, 0);
	/* The disk has no room for two indexes: remove the old one. */
	if (saved == ENOSPC && any)
		(void)unlinkat(db->dir_fd, db->kct, 0);
	errno = saved;
	return (-1);
}

/* Make the index again from the journal. The lock is held exclusively. */
static int
rebuild(struct db *db, const struct stamp *s)
{
	struct replay	 r;
	int		 rc;

	if (remove_leftovers(db) == -1 ||
	    db_kc_open(db, db->kct_new, KCOWRITER | KCOCREATE) == -1)
		return (give_new_up(db, false));
	rc = fill(db, s, &r);
	if (rc == 0) {
		db->journal_len = r.end;	/* what shorten() leaves */
		rc = db_mark_end(db) == 0 ? 0 : db_fail_kc(db, db->kct_new);
	}
	db->finished = true;
	errno = rc == -1 ? errno : 0;
	db_kc_close(db);
	if (rc == 0 && !db->finished) {
		errno = errno == 0 ? EIO : errno;
		rc = db_fail_file(db, "write", db->kct_new);
	}
	if (rc == -1)
		return (give_new_up(db, r.changes > 0));
	if (shorten(db, &r) == -1)
		return (give_new_up(db, false));
	if (renameat(db->dir_fd, db->kct_new, db->dir_fd, db->kct) == -1) {
		(void)db_fail_file(db, "rename", db->kct_new);
		return (give_new_up(db, false));
	}
	return (repair_clean(db));
}

/* Kyoto Cabinet's tree in memory. */
static int
open_memory(struct db *db)
{
	db_kc_close(db);
	if ((db->kc = kcdbnew()) != NULL &&
	    kcdbopen(db->kc, "+", KCOWRITER | KCOCREATE))
		return (0);
	errno = ENOMEM;
	return (db_fail(db, "out of memory"));
}

int
repair_replay(struct db *db, enum db_mode mode, const struct view *v)
{
	static const struct stamp	 unknown;
	struct replay			 r;

	/* Without this the index would be used, which lacks the change. */
	if (mode == DB_WRITE && v != NULL && v->kct_same &&
	    repair_distrust(db) == -1)
		return (-1);
	log_debug("%s/%s is read into memory", db->where, db->journal);
	if (open_memory(db) == 0 &&
	    fill(db, v == NULL ? &unknown : &v->stamp, &r) == 0 &&
	    (mode == DB_READ || shorten(db, &r) == 0)) {
		db->replayed = true;
		return (0);
	}
	db_kc_close(db);
	return (-1);
}

/* -1 with EUCLEAN for a value with a wrong checksum. */
static int
write_one(struct jbuf *b, const char *name, size_t name_len, const void *data,
    size_t len)
{
	switch (db_unseal(name, name_len, data, &len)) {
	case SEALED_GOOD:
		return (jbuf_add(b, name, data, len));
	case SEALED_DAMAGED:
		return (jbuf_add_damaged(b, name));
	case SEALED_BROKEN:
		break;
	}
	errno = EUCLEAN;
	return (-1);
}

/*
 * Write the contents of the open index, each record as a transaction of its
 * own: what tears the end off loses no other record. All records must be
 * readable: this replaces the journal.
 */
static int64_t
write_all(struct db *db, int fd)
{
	struct jbuf	 b = { 0 };
	KCCUR		*cur = kcdbcursor(db->kc);
	char		*key, name[1100];
	const char	*data;
	size_t		 key_len, len;
	int64_t		 end = 0, n = 0;

	(void)kccurjump(cur);
	while (end != -1 &&
	    (key = kccurget(cur, &key_len, &data, &len, 1)) != NULL) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)key_len, key);
		if (strcmp(name, DB_END) != 0)
			end = write_one(&b, name, key_len, data, len) == -1 ?
			    -1 : journal_append(fd, end, &b);
		b.len = 0;
		kcfree(key);
		n++;
	}
	kccurdel(cur);
	if (end != -1 && n != kcdbcount(db->kc)) {
		errno = EUCLEAN;
		end = -1;
	}
	if (end == -1 && errno == EUCLEAN)
		db->broken = true;
	jbuf_clear(&b);
	return (end);
}

/* Restamp: a journal that is shorter than in the stamp counts as damaged. */
static int
expect_less(struct db *db, int64_t end)
{
	struct stamp	 s;
	int64_t		 len = db->journal_len;
	int		 rc;

	repair_stamp(db, &s);
	if (s.kind != STAMP_BUSY || s.journal_len <= end)
		return (0);
	db->journal_len = end;
	rc = repair_busy(db);
	db->journal_len = len;
	return (rc);
}

/* Replace the journal by one that says only what is there now. */
int
repair_compact(struct db *db)
{
	scoped_fd int	 fd = -1;
	int64_t		 end;

	fd = openat(db->dir_fd, db->journal_new,
	    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1 || (end = write_all(db, fd)) == -1 || fsync(fd) == -1 ||
	    expect_less(db, end) == -1 || renameat(db->dir_fd,
	    db->journal_new, db->dir_fd, db->journal) == -1) {
		(void)db_fail_file(db, "write", db->journal_new);
		(void)unlinkat(db->dir_fd, db->journal_new, 0);
		return (-1);
	}
	if (db->journal_fd != -1)
		close(db->journal_fd);
	db->journal_fd = take_fd(&fd);
	db->journal_len = end;
	(void)db_mark_end(db);		/* else the index is not relied on */
	db->sync_file = false;			/* done above */
	/* Without this sync the old file could be back after a power cut. */
	db->sync_dir = fsync(db->dir_fd) == -1;
	return (0);
}

/* The index is in order and the journal is not: write a new journal from it. */
static int
rejournal(struct db *db)
{
	int	 rc;

	log_warnx("%s/%s is not as it was left and is written anew from %s",
	    db->where, db->journal, db->kct);
	if (db_kc_open(db, db->kct, KCOWRITER | KCOAUTOTRAN) == -1)
		return (-1);
	rc = repair_compact(db);
	db_kc_close(db);
	return (rc == -1 ? -1 : repair_clean(db));
}

/* Count the damaged changes of a journal. */
static int
count_damaged(void *ctx, const char *key, size_t key_len, const void *data,
    size_t len, bool damaged)
{
	size_t	*n = ctx;

	(void)key;
	(void)key_len;
	(void)data;
	(void)len;
	*n += damaged;
	return (0);
}

/* Does the open index have all changes up to the stamp's end of the journal? */
static bool
has_all_changes(struct db *db, const struct view *v)
{
	size_t		 len;
	char		*value = kcdbget(db->kc, DB_END, strlen(DB_END), &len),
			 text[32] = "";
	bool		 has = v->kct_same;	/* an older version's */

	if (value != NULL) {
		if (db_unseal(DB_END, strlen(DB_END), value, &len) ==
		    SEALED_GOOD)
			(void)snprintf(text, sizeof(text), "%.*s", (int)len,
			    value);
		has = strtoll(text, NULL, 10) == v->stamp.journal_len;
		kcfree(value);
	}
	return (has);
}

/*
 * Is the journal damaged, and the index complete? The contents decide, not the
 * times and numbers of the files, which a copy may have by chance. In another
 * boot than the one that wrote it an index may have lost pages: then it is only
 * used if nothing is left of the journal.
 */
static bool
is_index_better(struct db *db, const struct view *v)
{
	bool		 crashed = strcmp(v->stamp.boot, db->boot) != 0, better;
	struct replay	 r = { 0 };
	size_t		 damaged = 0;

	if (!v->kct_there || v->stamp.kind != STAMP_CLEAN ||
	    v->kct_size != v->stamp.size || (db->journal_fd != -1 &&
	    journal_replay(db->journal_fd, count_damaged, &damaged, crashed,
	    &r) == -1))
		return (false);
	if (crashed ? r.changes > 0 : damaged == 0 && r.skipped == 0 &&
	    r.end >= v->stamp.journal_len && v->journal_good)
		return (false);
	better = db_kc_open(db, db->kct, KCOREADER) == 0 &&
	    has_all_changes(db, v);
	db_kc_close(db);
	db->failed = db->broken = db->damaged = false;
	return (better);
}

/* An empty file, made just before a power cut. */
static bool
is_blank(struct db *db, const char *file)
{
	scoped_fd int	 fd = openat(db->dir_fd, file,
			    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char		 head[64];
	ssize_t		 n;

	if (fd == -1 || (n = read(fd, head, sizeof(head))) == -1)
		return (false);
	for (ssize_t i = 0; i < n; i++)
		if (head[i] != 0)
			return (false);
	return (true);
}

int
repair_view(struct db *db, struct view *v)
{
	struct stat	 st;

	*v = (struct view){ 0 };
	repair_stamp(db, &v->stamp);
	if (fstatat(db->dir_fd, db->kct, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		v->kct_there = true;
		v->kct_size = st.st_size;
		v->kct_same = v->stamp.kind == STAMP_CLEAN &&
		    S_ISREG(st.st_mode) && st.st_size == v->stamp.size &&
		    mtime_ns(&st) == v->stamp.mtime_ns &&
		    st.st_ino == v->stamp.ino;
		v->kct_good = v->kct_same &&
		    strcmp(v->stamp.boot, db->boot) == 0;
		if (!v->kct_same && is_blank(db, db->kct))
			v->kct_there = false;
	} else if (errno != ENOENT)
		return (db_fail_file(db, "look at", db->kct));
	st.st_size = 0;
	if (db->journal_fd != -1 && fstat(db->journal_fd, &st) == -1)
		return (db_fail_file(db, "look at", db->journal));
	db->journal_len = st.st_size;
	v->journal_good = v->stamp.kind == STAMP_CLEAN &&
	    db->journal_len == v->stamp.journal_len;
	return (0);
}

/* Bring files that are not in order into order. Exclusively. */
int
repair_files(struct db *db, const struct view *v)
{
	if (is_index_better(db, v)) {
		if (rejournal(db) == 0)
			return (0);
		if (!db->broken)	/* no room, or the like */
			return (-1);
		db->failed = db->broken = db->damaged = false;
	}
	if (db->journal_len == 0 && v->kct_there && !v->journal_good &&
	    (v->stamp.kind != STAMP_BUSY || v->stamp.journal_len > 0)) {
		errno = EUCLEAN;
		return (db_fail(db, "the state database %s/%s is damaged or "
		    "not ours and %s is empty; restore the directory from a "
		    "backup, or move both files away to start empty",
		    db->where, db->kct, db->journal));
	}
	if (v->stamp.kind == STAMP_CLEAN && !v->kct_same && v->kct_there)
		log_warnx("%s/%s is not as it was left and is made again from "
		    "%s", db->where, db->kct, db->journal);
	return (rebuild(db, &v->stamp));
}
