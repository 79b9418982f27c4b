#include "stateid.h"

#include <sys/syscall.h>

#include <linux/fcntl.h>
#include <linux/stat.h>

#include <stdio.h>
#include <unistd.h>

/* musl has no statx, and the kernel's header is not to be had with its own. */
int
state_id(int dir_fd, char *out, size_t size)
{
	struct statx	 st = { 0 };

	if (syscall(SYS_statx, dir_fd, "", AT_EMPTY_PATH,
	    STATX_INO | STATX_BTIME, &st) == -1)
		return (-1);
	(void)snprintf(out, size, "%x.%x-%llx-%llx.%x", st.stx_dev_major,
	    st.stx_dev_minor, (unsigned long long)st.stx_ino,
	    (unsigned long long)st.stx_btime.tv_sec, st.stx_btime.tv_nsec);
	return (0);
}
