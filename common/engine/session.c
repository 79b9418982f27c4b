#include "session.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "calls.h"
#include "cleanup.h"
#include "grant.h"
#include "hostroot.h"
#include "path.h"
#include "record.h"

#define OVERFLOW_ID	65534		/* of users outside of the namespace */
#define BOOT_ID		"/proc/sys/kernel/random/boot_id"

void
session_warn(const struct session *s, const char *fmt, ...)
{
	scoped_free char	*text = NULL;
	va_list			 ap;
	int			 n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n == -1)
		text = NULL;
	else
		s->options.warn(text);
}

void
session_notice(const struct session *s, enum error_code code, const char *fmt,
    ...)
{
	char	 text[4096];
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	s->options.notice(code, text);
}

int
session_errno(struct session *s, const char *what, const char *name)
{
	return (error_set(&s->client.error, errno, "%s %s: %s", what, name,
	    strerror(errno)));
}

bool
session_in_memory(const struct session *s)
{
	return (strcmp(session_text(s, state_type), "memory") == 0);
}

enum events_backend
session_events(const struct session *s)
{
	const char	*v = session_text(s, events_logger);

	if (strcasecmp(v, "none") == 0)
		return (EVENTS_NONE);
	return (strcasecmp(v, "journald") == 0 ? EVENTS_JOURNALD :
	    EVENTS_FILE);
}

bool
session_trusts(const struct session *s, const struct stat *st)
{
	struct stat	 top;

	return (st->st_uid == 0 || st->st_uid == geteuid() ||
	    (s->client.uid != 0 && st->st_uid == s->client.uid) ||
	    (lstat("/", &top) == 0 && st->st_uid == top.st_uid));
}

/*
 * In a user namespace all users who are not in it have one number, which is
 * that of the owner of /, too. A directory of this number is the system's if
 * all above it are, and only root writes to them; and so are three by name,
 * with the sticky bit. below: the next one is below another kind.
 */
static bool
is_strange(const struct stat *st, const char *dir, bool *below)
{
	struct stat	 top;
	bool		 any = lstat("/", &top) == 0 && top.st_uid != 0 &&
			    st->st_uid == top.st_uid &&
			    (st->st_uid != geteuid() ||
			    st->st_uid == OVERFLOW_ID);
	bool		 shared = (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;
	bool		 strange = any && (*below || (shared &&
			    strcmp(dir, "/tmp") != 0 &&
			    strcmp(dir, "/var/tmp") != 0 &&
			    strcmp(dir, "/dev/shm") != 0));

	*below = *below || !any || shared;
	return (strange);
}

/*
 * In a directory without the sticky bit, every user who can write to it can
 * rename entries.
 */
static int
check_owner(struct session *s, const char *what, const char *path,
    const char *dir, bool *below)
{
	struct stat	 st;

	if (lstat(dir, &st) == -1)
		return (session_errno(s, "cannot look at", dir));
	if (!session_trusts(s, &st))
		(void)error_set(&s->client.error, EPERM, "the %s %.400s cannot "
		    "be used: %.400s belongs to user %u, who could put "
		    "something else in its place", what, path, dir, st.st_uid);
	else if (is_strange(&st, dir, below))
		(void)error_set(&s->client.error, EPERM, "the %s %.400s cannot "
		    "be used: %.400s may belong to any user outside of this "
		    "user namespace, who could put something else in its "
		    "place", what, path, dir);
	else if ((st.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH)
		(void)error_set(&s->client.error, EPERM, "the %s %.400s cannot "
		    "be used: every user can write to %.400s (mode %04o) and "
		    "put something else in its place", what, path, dir,
		    st.st_mode & 07777);
	else
		return (0);
	return (-1);
}

/*
 * Check the directories above a path. The path itself is checked by the
 * function that opens it.
 */
static int
check_way(struct session *s, const char *what, const char *path)
{
	char		 real[PATH_MAX], *slash = real, saved;
	const char	*rest;
	bool		 below = false;
	int		 rc = check_owner(s, what, path, "/", &below);

	if (rc == -1 || (rest = path_real(path, real)) == NULL)
		return (rc);
	if (*rest == '\0')
		*strrchr(real, '/') = '\0';
	while (rc == 0 && *slash != '\0' && slash[1] != '\0') {
		slash += 1 + strcspn(slash + 1, "/");
		saved = *slash;
		*slash = '\0';
		rc = check_owner(s, what, path, real, &below);
		*slash = saved;
	}
	return (rc);
}

static const char *
kind_of(mode_t mode)
{
	return (S_ISLNK(mode) ? "symbolic link" : S_ISDIR(mode) ? "directory" :
	    S_ISREG(mode) ? "file" : S_ISFIFO(mode) ? "FIFO" : "special file");
}

/*
 * Where every user may make names, as in /tmp, another one may have taken that
 * of the run directory. A link is looked at itself: its owner could turn it.
 */
static int
check_run_name(struct session *s, const char *path)
{
	struct stat	 st, to;
	bool		 below = true;

	if (lstat(path, &st) == -1)
		return (0);
	if (!session_trusts(s, &st) || is_strange(&st, path, &below))
		return (error_set(&s->client.error, EPERM, "the run directory "
		    "%.400s cannot be used: it is a %s of user %u's", path,
		    kind_of(st.st_mode), st.st_uid));
	if (S_ISDIR(st.st_mode) || (S_ISLNK(st.st_mode) &&
	    (stat(path, &to) == -1 || S_ISDIR(to.st_mode))))
		return (0);
	return (error_set(&s->client.error, ENOTDIR, "the run directory "
	    "%.400s cannot be used: it is a %s", path, kind_of(st.st_mode)));
}

int
session_check_dirs(struct session *s)
{
	/* A clean-up works with directories that its container has open. */
	if (s->inherit)
		return (0);
	return (check_way(s, "graph root", s->graph) == -1 ||
	    check_way(s, "state directory", session_text(s,
	    path_state)) == -1 ||
	    check_way(s, "run directory", session_text(s, path_run)) == -1 ||
	    check_run_name(s, session_text(s, path_run)) == -1 ? -1 : 0);
}

const char *
session_makes(struct session *s, const char *path)
{
	char		 real[PATH_MAX], *slash;
	const char	*rest;
	size_t		 top;

	if (access(path, F_OK) == 0 || (rest = path_real(path, real)) == NULL)
		return (path);
	top = strlen(real);
	if (strlcat(real, rest, PATH_MAX) >= PATH_MAX)
		return (path);
	if (s->made == NULL)
		s->made = rec_new();
	while (s->made != NULL && strlen(real) > top &&
	    rec_add(s->made, KEY(path), real) == 0 &&
	    (slash = strrchr(real, '/')) != NULL)
		*slash = '\0';
	return (path);
}

/*
 * Without following a link, as root too: a directory is removed where it was
 * made, and only if it is empty.
 */
static void
remove_made(const char *path)
{
	char		 parent[PATH_MAX];
	const char	*name = strrchr(path, '/') + 1;
	int		 len = (int)(name - path);
	scoped_fd int	 fd = -1;

	(void)snprintf(parent, sizeof(parent), "%.*s", len > 1 ? len - 1 : len,
	    path);
	if ((fd = path_open_place(parent, O_PATH | O_DIRECTORY)) != -1)
		(void)unlinkat(fd, name, AT_REMOVEDIR);
}

void
session_unmake(struct session *s)
{
	const char	*path;

	/* Twice: one that was noted first may be above another. */
	for (int i = 0; i < 2; i++)
		rec_each_text(path, s->made, KEY(path))
			remove_made(path);
}

int
session_record(struct session *s)
{
	if (!s->unrecorded || !s->state_open)
		return (0);
	s->unrecorded = false;
	return (state_record(&s->client));
}

int
session_own_dir(struct session *s, const char *path)
{
	scoped_fd int	 fd = host_root() ? grant_own_dir(s, path) :
			    path_private_dir(session_makes(s, path), false);
	struct stat	 st;
	uid_t		 want = s->client.uid != 0 ? s->client.uid : geteuid();

	if (fd == -1 && host_root())
		return (-1);
	if (fd == -1 || fstat(fd, &st) == -1)
		return (session_errno(s, faccessat(AT_FDCWD, path, F_OK,
		    AT_SYMLINK_NOFOLLOW) == 0 ? "cannot use the directory" :
		    "cannot make the directory", path));
	if (st.st_uid != want || (st.st_mode & 022) != 0)
		return (error_set(&s->client.error, EPERM, "%s must belong to "
		    "uid %u and not writable by others", path, (unsigned
		    int)want));
	return (take_fd(&fd));
}

/* musl has no statx. */
int
session_dir_id(int dir, char *out, size_t size)
{
	struct statx	 st = { 0 };

	if (syscall(SYS_statx, dir, "", AT_EMPTY_PATH,
	    STATX_INO | STATX_BTIME, &st) == -1)
		return (-1);
	(void)snprintf(out, size, "%x.%x-%llx-%llx.%x", st.stx_dev_major,
	    st.stx_dev_minor, (unsigned long long)st.stx_ino,
	    (unsigned long long)st.stx_btime.tv_sec, st.stx_btime.tv_nsec);
	return (0);
}

bool
session_run_dir_gone(const struct session *s)
{
	struct stat	 st;

	return (s->run_dir != -1 && fstat(s->run_dir, &st) == 0 &&
	    st.st_nlink == 0);
}

int
session_boot_id(struct session *s)
{
	char		 buf[sizeof(s->boot_id)];
	scoped_fd int	 fd = -1;
	ssize_t		 got = -1;

	if (s->boot_id[0] != '\0')
		return (0);
	if ((fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC)) != -1)
		while ((got = read(fd, buf, sizeof(buf) - 1)) == -1 &&
		    errno == EINTR)
			;
	buf[got > 0 ? got : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	if (got >= 0 && buf[0] == '\0')
		errno = ENODATA;
	if (buf[0] == '\0')
		return (session_errno(s, "cannot read the boot ID",
		    BOOT_ID));
	(void)strlcpy(s->boot_id, buf, sizeof(s->boot_id));
	return (0);
}

int
session_inherited_fd(const struct session *s, enum inherited_fd which)
{
	return ((s->inherited & 1u << which) != 0 ?
	    INHERIT_BASE + (int)which : -1);
}

int
session_see_all(struct session *s)
{
	if (*session_text(s, engine_namespace) == '\0')
		return (0);
	if (s->sees_all == 0 && state_scope(&s->client, true) == -1)
		return (-1);
	s->sees_all++;
	return (0);
}

void
session_see_own(struct session *s)
{
	if (s->sees_all > 0 && --s->sees_all == 0)
		state_scope_end(&s->client, false);
}

bool
session_hides(const struct session *s, const struct rec *row)
{
	const char	*own = session_text(s, engine_namespace);

	return (*own != '\0' && strcmp(rec_str(row, KEY(namespace), ""),
	    own) != 0);
}

const struct run_env *
session_run_env(struct session *s)
{
	s->run_env = (struct run_env){
	    .client = &s->client, .cache = &s->cache, .run_dir = s->run_dir,
	    .system = s->system, .wants_systemd = strcmp(session_text(s,
	    cgroup_manager), "systemd") == 0 };
	return (&s->run_env);
}

void
session_confine(const struct session *s)
{
	s->options.confine(s->containers);
}

void
session_leave(struct session *s)
{
	client_drain(&s->client);
	rec_free(s->config);
	rec_free(s->made_with);
	rec_free(s->chosen);
	rec_free(s->made);
	s->config = s->made_with = s->chosen = s->made = NULL;
	s->open = false;
}

void
session_close(struct session *s)
{
	session_leave(s);
	client_stop_all(&s->client);
}
