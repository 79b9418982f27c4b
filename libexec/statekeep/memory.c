/*
 * Kyoto Cabinet is C++: without memory it throws an exception, which passes
 * through its C interface. These functions replace the operators new, so that
 * statekeep exits with a message and not by a signal. The next process undoes
 * the open transaction.
 */
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "log.h"

#ifndef SANITIZED	/* the sanitizers have operators of their own */

/* operator new(size_t) and operator new[](size_t), as C++ mangles them. */
void	*_Znwm(size_t);
void	*_Znam(size_t);

void *
_Znwm(size_t size)
{
	void	*p = malloc(size == 0 ? 1 : size);

	if (p != NULL)
		return (p);
	log_warnx("out of memory");
	_exit(EX_OSERR);
}

void *
_Znam(size_t size)
{
	return (_Znwm(size));
}

#endif
