#include "process.h"

#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"

uint64_t
process_start_time(pid_t pid)
{
	scoped_fd int	 fd = -1;
	char		 path[32], buf[1024], *p;
	ssize_t		 n;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1 ||
	    (n = read(fd, buf, sizeof(buf) - 1)) <= 0)
		return (0);
	buf[n] = '\0';
	/* The name may have any character; the fields follow its last ')'. */
	p = strrchr(buf, ')');
	/* A zombie has ended; its parent has not waited for it yet. */
	if (p != NULL && (strncmp(p, ") Z", 3) == 0 ||
	    strncmp(p, ") X", 3) == 0))
		return (0);
	for (int field = 2; field < 22 && p != NULL; field++)
		p = strchr(p + 1, ' ');
	return (p == NULL ? 0 : strtoull(p + 1, NULL, 10));
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
	/* Alive now, so the pid was its own when the file was opened. */
	if (poll(&pfd, 1, 0) == 0)
		return (take_fd(&fd));
	errno = ESRCH;
	return (-1);
}
