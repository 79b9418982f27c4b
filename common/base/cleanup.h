#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Local variables that are released at the end of their scope. They start at -1
 * or NULL; take_* moves the value out.
 */
#define scoped_fd	__attribute__((cleanup(scope_close)))
#define scoped_free	__attribute__((cleanup(scope_free)))

static inline void
scope_close(int *fd)
{
	int	 saved = errno;

	if (*fd != -1)
		close(*fd);
	errno = saved;
}

static inline void
scope_free(void *where)
{
	void	*p;

	memcpy(&p, where, sizeof(p));
	free(p);
}

static inline int
take_fd(int *fd)
{
	int	 out = *fd;

	*fd = -1;
	return (out);
}

#define take_ptr(pp) __extension__ ({		\
	__typeof__(*(pp)) took_ = *(pp);	\
	*(pp) = NULL;				\
	took_;					\
})

#endif
