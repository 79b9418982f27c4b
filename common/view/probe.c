#include "probe.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "clock.h"
#include "path.h"
#include "record.h"
#include "waitchild.h"

#define FILE_NAME	"probes"
#define FILE_MAX	(1u << 20)
#define ANSWER_MS	5000	/* a program has that long to say its version */

struct probes {
	int		 dir;
	struct rec	*known;		/* nested `probe` */
	bool		 changed;
};

struct probes *
probes_new(int dir)
{
	struct probes		*p = calloc(1, sizeof(*p));
	scoped_free char	*text = NULL;
	size_t			 len;

	if (p == NULL)
		return (NULL);
	p->dir = dir;
	if (dir != -1 &&
	    (text = path_slurp(dir, FILE_NAME, FILE_MAX, &len)) != NULL)
		p->known = rec_decode(text, len, RECORD(probes), NULL);
	if (p->known == NULL)
		p->known = rec_new();
	return (p);
}

void
probes_end(struct probes *p)
{
	scoped_free void	*bytes = NULL;
	size_t			 len;

	if (p == NULL)
		return;
	/* A cache: when it cannot be written the next one asks again. */
	if (p->changed && p->dir != -1 && p->known != NULL &&
	    rec_encode(p->known, &bytes, &len) == 0)
		(void)path_replace(p->dir, FILE_NAME, bytes, len, 0600,
		    false);
	rec_free(p->known);
	free(p);
}

/* The very file that was asked: a new one has another time, size or number. */
static bool
is_same(const struct rec *r, const char *path, const struct stat *st)
{
	return (strcmp(rec_str(r, KEY(path), ""), path) == 0 &&
	    rec_num(r, KEY(mtime), -1) == st->st_mtim.tv_sec * 1000000000L +
	    st->st_mtim.tv_nsec && rec_num(r, KEY(size), -1) == st->st_size &&
	    rec_num(r, KEY(ino), -1) == (int64_t)st->st_ino);
}

static bool
recall(const struct probes *p, const char *path, const struct stat *st,
    struct probe *out)
{
	struct rec	*r;
	size_t		 it = 0;
	bool		 found = false;

	while (!found && (r = rec_sub(p->known, KEY(probe), &it)) != NULL) {
		if ((found = is_same(r, path, st))) {
			(void)strlcpy(out->version, rec_str(r, KEY(version),
			    ""),
			    sizeof(out->version));
			(void)strlcpy(out->package, rec_str(r, KEY(package),
			    ""),
			    sizeof(out->package));
			out->ran = rec_num(r, KEY(ran), 0) != 0;
		}
		rec_free(r);
	}
	return (found);
}

/* What was known of this path is forgotten, so that the file stays small. */
static void
remember(struct probes *p, const char *path, const struct stat *st,
    const struct probe *out)
{
	struct rec	*all = rec_new(), *r;
	size_t		 it = 0;

	while (all != NULL &&
	    (r = rec_sub(p->known, KEY(probe), &it)) != NULL) {
		if (strcmp(rec_str(r, KEY(path), ""), path) != 0)
			(void)rec_add_rec(all, KEY(probe), r);
		rec_free(r);
	}
	if (all == NULL || (r = rec_new()) == NULL) {
		rec_free(all);
		return;
	}
	(void)rec_add(r, KEY(path), path);
	(void)rec_add_num(r, KEY(mtime), st->st_mtim.tv_sec * 1000000000L +
	    st->st_mtim.tv_nsec);
	(void)rec_add_num(r, KEY(size), st->st_size);
	(void)rec_add_num(r, KEY(ino), (int64_t)st->st_ino);
	(void)rec_add(r, KEY(version), out->version);
	(void)rec_add(r, KEY(package), out->package);
	(void)rec_add_num(r, KEY(ran), out->ran);
	(void)rec_add_rec(all, KEY(probe), r);
	rec_free(r);
	rec_free(p->known);
	p->known = all;
	p->changed = true;
}

/*
 * In the child: nothing of ours but the end of a pipe, and the directory that
 * runtimes name when they are asked.
 */
static void __attribute__((noreturn))
become(char *const *argv, int out)
{
	static char	 path[] = "PATH=/usr/local/sbin:/usr/local/bin:"
			    "/usr/sbin:/usr/bin:/sbin:/bin";
	static char	 lang[] = "LC_ALL=C";
	static char	 dir[PATH_MAX] = "XDG_RUNTIME_DIR=";
	const char	*own = getenv("XDG_RUNTIME_DIR");
	char		*env[] = { path, lang, own == NULL ? NULL : dir, NULL };
	int		 null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (own != NULL)
		(void)strlcat(dir, own, sizeof(dir));
	/* In a session of its own, it has no terminal to type into. */
	if (setsid() == -1 || null == -1 || dup2(null, 0) == -1 ||
	    dup2(out, 1) == -1 || dup2(null, 2) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		_exit(126);
	(void)execve(argv[0], argv, env);
	_exit(127);
}

/* What it writes, until it ends, has written too much, or takes too long. */
static void
collect(int fd, char *out, size_t size)
{
	struct pollfd	 pfd = { fd, POLLIN, 0 };
	int64_t		 end = clock_mono_ms() + ANSWER_MS, left;
	size_t		 have = 0;
	ssize_t		 n;

	while (have + 1 < size && (left = end - clock_mono_ms()) > 0 &&
	    poll(&pfd, 1, (int)left) > 0) {
		if ((n = read(fd, out + have, size - 1 - have)) <= 0)
			break;
		have += (size_t)n;
	}
	/* It is text, and of one piece. */
	out[have] = '\0';
	while (have > 0 && (out[have - 1] == '\n' || out[have - 1] == ' '))
		out[--have] = '\0';
}

/*
 * Its end, for which it has a second when it has written all that it will.
 * Whatever it has started ends with it: as long as it is not reaped, the
 * group that we name is its.
 */
static bool
finish(pid_t pid)
{
	siginfo_t	 si = { .si_pid = 0 };
	int		 status = -1;

	for (int i = 0; i < 1000 && si.si_pid == 0; i++) {
		if (i > 0)
			(void)usleep(1000);
		if (waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG |
		    WNOWAIT) == -1)
			break;
	}
	(void)kill(-pid, SIGKILL);
	status = waitchild(pid);
	return (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Run one and take what it prints. True if it ended with 0. */
static bool
ask(char *const *argv, char *out, size_t size)
{
	int	 fds[2];
	pid_t	 pid;
	bool	 ok = false;

	*out = '\0';
	if (pipe2(fds, O_CLOEXEC) == -1)
		return (false);
	if ((pid = fork()) == 0)
		become(argv, fds[1]);
	close(fds[1]);
	if (pid != -1) {
		collect(fds[0], out, size);
		ok = finish(pid);
	}
	close(fds[0]);
	return (ok);
}

static bool
ask_words(const char *a, const char *b, const char *c, const char *d,
    char *out, size_t size)
{
	const char	*words[4] = { a, b, c, d };
	char		*argv[5] = { NULL };
	bool		 ok = true;

	for (size_t i = 0; i < 4 && words[i] != NULL; i++)
		ok &= (argv[i] = strdup(words[i])) != NULL;
	ok = ok && ask(argv, out, size);
	for (size_t i = 0; i < 4; i++)
		free(argv[i]);
	return (ok);
}

/* "crun: /usr/bin/crun", or with several packages, or "crun:amd64: ...". */
static bool
debian(const char *path, char *out, size_t size)
{
	static const char	 dpkg[] = "/usr/bin/dpkg-query";
	char			 owner[1024];

	if (!ask_words(dpkg, "-S", path, NULL, owner, sizeof(owner)))
		return (false);
	owner[strcspn(owner, ":, ")] = '\0';
	return (*owner != '\0' && *owner != '-' && ask_words(dpkg, "-Wf",
	    "${Package}_${Version}_${Architecture}", owner, out, size));
}

static void
package_of(const char *path, char *out, size_t size)
{
	if (access("/usr/bin/dpkg-query", X_OK) == 0 &&
	    debian(path, out, size))
		return;
	if (access("/usr/bin/rpm", X_OK) == 0 && ask_words("/usr/bin/rpm",
	    "-qf", path, NULL, out, size))
		return;
	(void)strlcpy(out, "Unknown", size);
}

static bool
ask_file(struct probes *p, const char *path, bool run, struct probe *out)
{
	struct stat	 st;

	memset(out, 0, sizeof(*out));
	if (stat(path, &st) == -1)
		return (false);
	if (recall(p, path, &st, out))
		return (true);
	if (run)
		out->ran = ask_words(path, "--version", NULL, NULL,
		    out->version, sizeof(out->version));
	package_of(path, out->package, sizeof(out->package));
	remember(p, path, &st, out);
	return (true);
}

bool
probes_ask(struct probes *p, const char *path, struct probe *out)
{
	return (ask_file(p, path, true, out));
}

bool
probes_package(struct probes *p, const char *path, struct probe *out)
{
	return (ask_file(p, path, false, out));
}
