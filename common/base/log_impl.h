/* Shared by log.c, which every program links, and log_more.c. */
#ifndef BASE_LOG_IMPL_H
#define BASE_LOG_IMPL_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>

#include "log.h"

/* One line on stderr; with the text of an errno that is not 0. */
void	log_emit(const char *level, int err, const char *, va_list)
	    __attribute__((format(printf, 3, 0)));

#define LOG_BODY(level, err, cond) do {		\
	int	saved = errno;			\
	va_list	ap;				\
						\
	if (!(cond))				\
		return;				\
	va_start(ap, fmt);			\
	log_emit(level, err, fmt, ap);		\
	va_end(ap);				\
	errno = saved;				\
} while (0)

#endif
