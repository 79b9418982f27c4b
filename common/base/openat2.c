#include "openat2.h"

#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int
openat2_resolved(int dir, const char *name, int flags, mode_t mode,
    uint64_t resolve)
{
	struct open_how	 how = { .flags = (uint64_t)(flags | O_CLOEXEC),
			    .mode = (flags & O_CREAT) ? mode : 0,
			    .resolve = resolve };
	int		 fd;

	/* EAGAIN: the kernel asks for another try after such a race. */
	do {
		fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
	} while (fd == -1 && (errno == EAGAIN || errno == EINTR));
	return (fd);
}
