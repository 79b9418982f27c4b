#include "streams.h"

#include <fcntl.h>
#include <unistd.h>

void
streams_fill(int status)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 &&
		    open("/dev/null", O_RDWR) != fd)
			_exit(status);
}
