#include "waitchild.h"

#include <sys/wait.h>

#include <errno.h>

int
waitchild(pid_t pid)
{
	int	 status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return (-1);
	return (status);
}
