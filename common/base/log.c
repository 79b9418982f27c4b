#include "log.h"

#include <errno.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const char	*procname = "?";
static int		 verbose;
static unsigned int	 tracing;

void
log_init(const char *name, int v, unsigned int t)
{
	procname = name;
	verbose = v;
	tracing = t;
}

int
log_tracing(enum trace t)
{
	return ((tracing & t) != 0);
}

/* One write, so that lines of several processes in one pipe do not mix. */
static void
emit(const char *level, int err, const char *fmt, va_list ap)
{
	char	 text[1280], line[1400];
	int	 n;

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	n = snprintf(line, sizeof(line), "%s: %s%s%s%s\n", procname, level,
	    text, err != 0 ? ": " : "", err != 0 ? strerror(err) : "");
	if (n > (int)sizeof(line) - 1)
		n = (int)sizeof(line) - 1;
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) == -1)
		return;
}

#define LOG_BODY(level, err, cond) do {		\
	int	saved = errno;			\
	va_list	ap;				\
						\
	if (!(cond))				\
		return;				\
	va_start(ap, fmt);			\
	emit(level, err, fmt, ap);		\
	va_end(ap);				\
	errno = saved;				\
} while (0)

void
log_debug(const char *fmt, ...)
{
	LOG_BODY("debug: ", 0, verbose > 0);
}

void
log_info(const char *fmt, ...)
{
	LOG_BODY("", 0, true);
}

void
log_warn(const char *fmt, ...)
{
	LOG_BODY("warning: ", saved, true);
}

void
log_warnx(const char *fmt, ...)
{
	LOG_BODY("warning: ", 0, true);
}

void
log_trace(enum trace t, const char *fmt, ...)
{
	LOG_BODY("trace: ", 0, log_tracing(t));
}

void
fatal(const char *fmt, ...)
{
	int	 saved = errno;
	va_list	 ap;

	va_start(ap, fmt);
	emit("fatal: ", saved, fmt, ap);
	va_end(ap);
	exit(EX_OSERR);
}

void
fatalx(int code, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	emit("fatal: ", 0, fmt, ap);
	va_end(ap);
	exit(code);
}
