#include "sealed.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "scope.h"

#define ALL_SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

int
sealed_fd(const char *name, const void *data, size_t len)
{
	scoped_fd int	 fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	const char	*p = data;
	ssize_t		 n;

	if (fd == -1)
		return (-1);
	while (len > 0) {
		if ((n = write(fd, p, len)) == -1) {
			if (errno == EINTR)
				continue;
			return (-1);
		}
		p += n;
		len -= (size_t)n;
	}
	if (fcntl(fd, F_ADD_SEALS, ALL_SEALS) == -1)
		return (-1);
	return (take_fd(&fd));
}

int
sealed_seal(int fd)
{
	return (fcntl(fd, F_ADD_SEALS, ALL_SEALS));
}

void *
sealed_map(int fd, size_t max, size_t *len)
{
	struct stat	 st;
	int		 seals = fcntl(fd, F_GET_SEALS);
	void		*p;

	if (seals == -1 || (seals & ALL_SEALS) != ALL_SEALS) {
		errno = EPERM;
		return (NULL);
	}
	if (fstat(fd, &st) == -1)
		return (NULL);
	if (st.st_size <= 0 || (size_t)st.st_size > max) {
		errno = EMSGSIZE;
		return (NULL);
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return (NULL);
	*len = (size_t)st.st_size;
	return (p);
}

void
sealed_unmap(void *p, size_t len)
{
	if (p != NULL)
		(void)munmap(p, len);
}
