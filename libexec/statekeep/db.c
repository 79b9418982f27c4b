#include "db.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "inside.h"
#include "log.h"
#include "path.h"

/*
 * Do not map the file: a write to a mapping of a file that cannot grow ends in
 * SIGBUS, and mapped pages count as this process's. A page has a dozen rows, so
 * a list reads 10,000 of them in a few hundred reads. The buckets are for
 * pages, not for records.
 */
#define TUNING		"#bnum=4096#psiz=8192#pccap=512k#msiz=0#fpow=8"
#define TUNING_REBUILD	"#bnum=4096#psiz=8192#pccap=5m#msiz=0#fpow=8"

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

bool
db_no_room(int error)
{
	return (error == ENOSPC || error == EDQUOT || error == EFBIG);
}

int
db_fail_file(struct db *db, const char *what, const char *file)
{
	if (errno == EFBIG)
		return (db_fail(db, "cannot write %s/%s: %s; raise the limit "
		    "on the size of files (ulimit -f) and try again, nothing "
		    "was changed", db->where, file, strerror(errno)));
	if (db_no_room(errno))
		return (db_fail(db, "cannot write %s/%s: %s; free some space "
		    "and try again, nothing was changed", db->where, file,
		    strerror(errno)));
	return (db_fail(db, "cannot %s %s/%s: %s", what, db->where, file,
	    path_why(errno)));
}

int
db_fail_kc(struct db *db, const char *file)
{
	int	 code = kcdbecode(db->kc);

	db->failed = true;
	db->broken = !db->memory;
	if (code == KCESYSTEM || code == KCENOPERM || code == KCENOREPOS ||
	    db_no_room(errno)) {
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
 * Kyoto Cabinet opens its files, and removes its log, by name: the working
 * directory selects one of the two directories. fchdir fails only when the
 * file system is gone.
 */
int
db_enter(struct db *db)
{
	if (db->memory)
		return (0);
	return (fchdir(db->dir_fd) == 0 ? 0 : db_fail_file(db, "enter", "."));
}

int
db_kc_open(struct db *db, const char *file, uint32_t mode)
{
	char	 path[sizeof(db->kct) + sizeof(TUNING)];
	bool	 fill = file == db->kct_new;	/* larger cache */

	if (db_enter(db) == -1)
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
	if (db_enter(db) == -1 || !kcdbclose(db->kc))
		db->finished = false;
	kcdbdel(db->kc);
	db->kc = NULL;
}

/*
 * Kyoto Cabinet is C++: without memory it throws an exception, which passes
 * through its C interface. These functions replace the operators new, so that
 * statekeep exits with a message and not by a signal. The next process undoes
 * the open transaction.
 */
#ifndef SANITIZED	/* the sanitizers have operators of their own */

/* operator new(size_t) and operator new[](size_t), as C++ mangles them. */
void	*_Znwm(size_t);
void	*_Znam(size_t);

void *
_Znwm(size_t size)
{
	void	*p = malloc(size == 0 ? 1 : size);

	if (p != NULL)
		return (p);
	log_warnx("out of memory");
	_exit(EX_OSERR);
}

void *
_Znam(size_t size)
{
	return (_Znwm(size));
}

#endif
