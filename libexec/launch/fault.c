#include "fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
fault_errno(struct fault *f, const char *fmt, ...)
{
	int	 error = errno == 0 ? EIO : errno;
	size_t	 n;
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	n = strlen(f->text);
	(void)snprintf(f->text + n, sizeof(f->text) - n, ": %s",
	    strerror(error));
	f->error = error;
	errno = error;
	return (-1);
}

int
fault_set(struct fault *f, int error, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	f->error = error;
	errno = error;
	return (-1);
}
