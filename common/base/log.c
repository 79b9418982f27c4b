#include "log_impl.h"

#include <errno.h>
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
void
log_emit(const char *level, int err, const char *fmt, va_list ap)
{
	char	 text[1280], line[1400];
	int	 n;

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	/* What it quotes may be a stranger's, and begins no line. */
	for (char *c = text; *c != '\0'; c++)
		if (*c == '\n' || *c == '\r')
			*c = '?';
	n = snprintf(line, sizeof(line), "%s: %s%s%s%s\n", procname, level,
	    text, err != 0 ? ": " : "", err != 0 ? strerror(err) : "");
	if (n > (int)sizeof(line) - 1)
		n = (int)sizeof(line) - 1;
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) == -1)
		return;
}

void
log_debug(const char *fmt, ...)
{
	LOG_BODY("debug: ", 0, verbose > 0);
}

void
fatal(const char *fmt, ...)
{
	int	 saved = errno;
	va_list	 ap;

	va_start(ap, fmt);
	log_emit("fatal: ", saved, fmt, ap);
	va_end(ap);
	exit(EX_OSERR);
}

void
fatalx(int code, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	log_emit("fatal: ", 0, fmt, ap);
	va_end(ap);
	exit(code);
}
