#include "lookup.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "fault.h"
#include "kernel.h"
#include "spec.h"
#include "waitchild.h"

#define ANSWER_FD	3
#define PASSWD_FD	4
#define HOME_MAX	4096

/*
 * The answer of the looking process. That process has parsed text of the image,
 * so the receiver checks every number.
 */
struct found {
	struct fault	 fault;
	uint32_t	 uid;
	uint32_t	 gid;
	uint32_t	 known;		/* the user is in the passwd file */
	uint32_t	 written;	/* the new passwd file has an entry */
	uint32_t	 ngroups;
	gid_t		 groups[GROUPS_MAX];
	char		 home[HOME_MAX];
};

/* --- the process that looks --- */

/*
 * Close all but the standard streams, the pipe and the new passwd file; the
 * channels too.
 */
static int
hold_two(int answer, int passwd)
{
	int	 up = fcntl(answer, F_DUPFD, PASSWD_FD + 1);

	if (up == -1 || (passwd != -1 && dup2(passwd, PASSWD_FD) == -1) ||
	    dup2(up, ANSWER_FD) == -1)
		return (-1);
	return (k_close_from(passwd == -1 ? PASSWD_FD : PASSWD_FD + 1));
}

static void
describe(const struct identity *who, struct found *f)
{
	f->uid = who->uid;
	f->gid = who->gid;
	f->known = who->name != NULL;
	f->ngroups = (uint32_t)who->ngroups;
	if (who->ngroups != 0)
		memcpy(f->groups, who->groups,
		    who->ngroups * sizeof(*who->groups));
	if (who->home != NULL && strlen(who->home) < sizeof(f->home))
		memcpy(f->home, who->home, strlen(who->home) + 1);
}

static int
look(struct build *b, struct found *f)
{
	scoped_fd int	 root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct identity	 who;

	if (root == -1)
		return (fault_errno(&f->fault, "opening the container's root"));
	if (user_resolve(root, b->spec->user, &who, &f->fault) == -1)
		return (-1);
	describe(&who, f);
	if (b->passwd == -1 || who.name != NULL)
		return (0);
	switch (files_passwd_fill(b, root, PASSWD_FD, &who)) {
	case 1:
		f->written = 1;
		return (0);
	case 0:
		return (0);
	default:
		return (fault_errno(&f->fault, "adding the user to the "
		    "container's /etc/passwd"));
	}
}

static _Noreturn void
look_and_leave(struct build *b, int answer)
{
	static struct found	 f;
	const char		*p = (const char *)&f;
	size_t			 left = sizeof(f);
	ssize_t			 n;

	if (hold_two(answer, b->passwd) == -1)
		k_exit(1);
	(void)look(b, &f);
	while (left > 0 && (n = write(ANSWER_FD, p, left)) > 0) {
		p += n;
		left -= (size_t)n;
	}
	k_exit(left != 0);
}

/* --- the process that becomes the container --- */

/*
 * The container's next process is to have pid 2, as with other engines. Where
 * the kernel does not offer this it has pid 3.
 */
static void
give_number_back(struct lookup *l)
{
	if (l->last_pid != -1) {
		(void)!write(l->last_pid, "1", 1);
		close(l->last_pid);
	}
}

int
lookup_begin(struct build *b, struct lookup *l)
{
	int	 pipe_fd[2];

	l->answer = -1;
	/* Open it now: /proc/sys is write-protected before the process ends. */
	l->last_pid = openat(b->proc, "sys/kernel/ns_last_pid",
	    O_WRONLY | O_CLOEXEC);
	if (pipe2(pipe_fd, O_CLOEXEC) == -1)
		return (fault_errno(b->fault, "making a pipe"));
	if ((l->pid = fork()) == 0)
		look_and_leave(b, pipe_fd[1]);
	close(pipe_fd[1]);
	l->answer = pipe_fd[0];
	if (l->pid == -1)
		return (fault_errno(b->fault, "starting the process that reads "
		    "the image's users"));
	return (0);
}

/* 0, or -1 when the process ended without an answer. */
static int
hear(int fd, struct found *f)
{
	char	*p = (char *)f;
	size_t	 left = sizeof(*f);
	ssize_t	 n;

	while (left > 0) {
		n = read(fd, p, left);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return (-1);
		p += n;
		left -= (size_t)n;
	}
	return (0);
}

static bool
plausible(const struct found *f)
{
	return (f->uid <= INT32_MAX && f->gid <= INT32_MAX &&
	    f->ngroups <= GROUPS_MAX && f->known <= 1 && f->written <= 1 &&
	    memchr(f->home, '\0', sizeof(f->home)) != NULL &&
	    memchr(f->fault.text, '\0', sizeof(f->fault.text)) != NULL);
}

static int
take(struct build *b, const struct found *f)
{
	struct identity	*who = &b->who;

	*who = (struct identity){ .uid = f->uid, .gid = f->gid,
	    .ngroups = f->ngroups };
	who->groups = calloc(f->ngroups + 1, sizeof(*who->groups));
	who->home = f->known ? strdup(f->home) : NULL;
	if (who->groups == NULL || (f->known && who->home == NULL))
		return (fault_errno(b->fault, "reading the image's users"));
	memcpy(who->groups, f->groups, f->ngroups * sizeof(*who->groups));
	b->passwd_written = f->written == 1;
	return (0);
}

int
lookup_end(struct build *b, struct lookup *l)
{
	static struct found	 f;
	int			 heard = hear(l->answer, &f);

	close(l->answer);
	(void)waitchild(l->pid);
	give_number_back(l);
	if (heard == -1 || !plausible(&f))
		return (fault_set(b->fault, EIO, "the process that reads the "
		    "image's users ended without an answer"));
	if (f.fault.error != 0)
		return (fault_set(b->fault, f.fault.error, "%s",
		    f.fault.text));
	return (take(b, &f));
}
