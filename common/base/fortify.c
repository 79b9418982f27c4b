/*
 * Debian's static libraries are compiled with _FORTIFY_SOURCE against glibc,
 * and call the checking functions of the Linux Standard Base. musl has none, so
 * programs that are linked with musl use these: they end the program if the
 * size that the compiler knew is exceeded.
 */
#include <features.h>

#ifndef __GLIBC__
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char	*__strncpy_chk(char *, const char *, size_t, size_t);
int	 __snprintf_chk(char *, size_t, int, size_t, const char *, ...)
	    __attribute__((format(printf, 5, 6)));
int	 __vsnprintf_chk(char *, size_t, int, size_t, const char *, va_list)
	    __attribute__((format(printf, 5, 0)));
int	 __fprintf_chk(FILE *, int, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
ssize_t	 __read_chk(int, void *, size_t, size_t);

static void
want(size_t need, size_t have)
{
	if (need > have)
		abort();
}

char *
__strncpy_chk(char *dst, const char *src, size_t n, size_t size)
{
	want(n, size);
	return (strncpy(dst, src, n));
}

int
__vsnprintf_chk(char *dst, size_t n, int flag, size_t size, const char *fmt,
    va_list ap)
{
	(void)flag;
	want(n, size);
	return (vsnprintf(dst, n, fmt, ap));
}

int
__snprintf_chk(char *dst, size_t n, int flag, size_t size, const char *fmt,
    ...)
{
	va_list	 ap;
	int	 len;

	va_start(ap, fmt);
	len = __vsnprintf_chk(dst, n, flag, size, fmt, ap);
	va_end(ap);
	return (len);
}

int
__fprintf_chk(FILE *f, int flag, const char *fmt, ...)
{
	va_list	 ap;
	int	 len;

	(void)flag;
	va_start(ap, fmt);
	len = vfprintf(f, fmt, ap);
	va_end(ap);
	return (len);
}

ssize_t
__read_chk(int fd, void *buf, size_t n, size_t size)
{
	want(n, size);
	return (read(fd, buf, n));
}
#else
typedef int	 glibc_has_its_own;
#endif
