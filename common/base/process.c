#include "process.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"

/* The beginning of a file of /proc/PID as text. 0 or -1. */
static int
read_proc(pid_t pid, const char *name, char *buf, size_t size)
{
	scoped_fd int	 fd = -1;
	char		 path[64];
	ssize_t		 n;

	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1 ||
	    (n = read(fd, buf, size - 1)) == -1)
		return (-1);
	buf[n] = '\0';
	return (0);
}

/*
 * Fields of /proc/PID/stat from the one of this number, counted from 1, in a
 * buffer; NULL if the process has ended. The name may have any character; the
 * fields follow its last ')'. A zombie has ended; its parent has not waited for
 * it yet.
 */
static const char *
stat_field(pid_t pid, int number, char buf[1024])
{
	char	*p;

	if (read_proc(pid, "stat", buf, 1024) == -1)
		return (NULL);
	p = strrchr(buf, ')');
	if (p != NULL && (strncmp(p, ") Z", 3) == 0 ||
	    strncmp(p, ") X", 3) == 0))
		return (NULL);
	for (int field = 2; field < number && p != NULL; field++)
		p = strchr(p + 1, ' ');
	return (p == NULL ? NULL : p + 1);
}

uint64_t
process_start_time(pid_t pid)
{
	char		 buf[1024];
	const char	*field = stat_field(pid, 22, buf);

	return (field == NULL ? 0 : strtoull(field, NULL, 10));
}

uint64_t
process_cpu_time(pid_t pid)
{
	char		 buf[1024], *end;
	const char	*field = stat_field(pid, 14, buf);
	uint64_t	 user;

	if (field == NULL)
		return (0);
	user = strtoull(field, &end, 10);
	return (user + strtoull(end, NULL, 10));
}

int
process_open(pid_t pid, uint64_t start_time)
{
	scoped_fd int	 fd = -1;

	errno = ESRCH;
	if (pid <= 1 || start_time == 0)
		return (-1);
	if ((fd = (int)syscall(SYS_pidfd_open, pid, 0)) == -1)
		return (-1);
	if (process_start_time(pid) != start_time) {
		errno = ESRCH;
		return (-1);
	}
	return (take_fd(&fd));
}

uint64_t
process_own_pid_ns(void)
{
	struct stat	 st;

	return (stat("/proc/self/ns/pid", &st) == -1 ? 0 : st.st_ino);
}

/* A process of a namespace below ours has a number in each of them. */
bool
process_shares_pid_ns(pid_t pid)
{
	scoped_fd int	 process = -1;
	char		 name[48], buf[1024], *p, *end;

	if (pid <= 0 ||
	    (process = (int)syscall(SYS_pidfd_open, pid, 0)) == -1)
		return (false);
	(void)snprintf(name, sizeof(name), "fdinfo/%d", process);
	if (read_proc(getpid(), name, buf, sizeof(buf)) == -1 ||
	    (p = strstr(buf, "\nNSpid:\t")) == NULL)
		return (false);
	return (strtol(p + 8, &end, 10) == pid && *end == '\n');
}

int
process_pid_namespace(pid_t pid, uint64_t start_time)
{
	scoped_fd int	 process = process_open(pid, start_time), fd = -1;
	struct pollfd	 pfd = { process, POLLIN, 0 };
	char		 path[48];

	if (process == -1)
		return (-1);
	(void)snprintf(path, sizeof(path), "/proc/%ld/ns/pid", (long)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return (-1);
	/* Alive now, so the number was its own when the file was opened. */
	if (poll(&pfd, 1, 0) == 0)
		return (take_fd(&fd));
	errno = ESRCH;
	return (-1);
}

static bool
is_child(pid_t pid, pid_t parent)
{
	char		 buf[1024];
	const char	*field = stat_field(pid, 4, buf);

	return (field != NULL && strtol(field, NULL, 10) == parent);
}

static bool
has_name(pid_t pid, const char *name)
{
	char	 comm[64];

	if (read_proc(pid, "comm", comm, sizeof(comm)) == -1)
		return (false);
	comm[strcspn(comm, "\n")] = '\0';
	return (strcmp(comm, name) == 0);
}

int
process_open_child(pid_t parent, const char *name, pid_t *pid)
{
	char	 list[4096], file[48], *s;
	int	 fd;

	(void)snprintf(file, sizeof(file), "task/%ld/children",
	    (long)parent);
	if (read_proc(parent, file, list, sizeof(list)) == -1)
		return (-1);
	for (s = list; (*pid = (pid_t)strtol(s, &s, 10)) > 0;) {
		if ((fd = (int)syscall(SYS_pidfd_open, *pid, 0)) == -1)
			continue;
		/* Looked at when it can no longer become another's number. */
		if (is_child(*pid, parent) && has_name(*pid, name))
			return (fd);
		close(fd);
	}
	errno = ESRCH;
	return (-1);
}
