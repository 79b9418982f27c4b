#include "sealed.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cleanup.h"
#include "writeall.h"

#ifndef MFD_EXEC
#define MFD_EXEC	0x0010U
#endif
#define ALL_SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | \
			    F_SEAL_WRITE)

int
sealed_fd(const char *name, const void *data, size_t len)
{
	scoped_fd int	 fd = memfd_create(name, MFD_CLOEXEC |
			    MFD_ALLOW_SEALING);

	if (fd == -1 || write_all(fd, data, len) == -1 ||
	    sealed_seal(fd) == -1)
		return (-1);
	return (take_fd(&fd));
}

/*
 * Since Linux 6.3 an executable memfd must be requested; before, each is
 * executable.
 */
static int
executable_memfd(const char *name)
{
	int	 fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING |
		    MFD_EXEC);

	if (fd == -1 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return (fd);
}

int
sealed_program(int dir, const char *file)
{
	scoped_fd int	 in = openat(dir, file, O_RDONLY | O_CLOEXEC |
			    O_NONBLOCK | O_NOCTTY);
	scoped_fd int	 out = -1;
	char		 buf[4096];	/* a monitor keeps written pages */
	struct stat	 st;
	ssize_t		 n;

	if (in == -1 || fstat(in, &st) == -1)
		return (-1);
	if (!S_ISREG(st.st_mode)) {
		errno = ENOEXEC;
		return (-1);
	}
	if ((out = executable_memfd(file)) == -1)
		return (-1);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write_all(out, buf, (size_t)n) == -1)
			return (-1);
	if (n == -1 || sealed_seal(out) == -1)
		return (-1);
	return (take_fd(&out));
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
