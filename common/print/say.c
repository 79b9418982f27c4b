#include "say.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "error.h"
#include "visible.h"

#define LINE	4096		/* bytes of one message */

static bool	 trace;

static void say(const char *, const char *, va_list)
    __attribute__((format(printf, 2, 0)));

static void
say(const char *prefix, const char *fmt, va_list ap)
{
	char	 line[LINE];
	char	 safe[sizeof(line) * 2];

	vsnprintf(line, sizeof(line), fmt, ap);
	visible_text(safe, sizeof(safe), line);
	/* In the order in which it was said, when both go to one place. */
	fflush(stdout);
	fprintf(stderr, "%s%s\n", prefix, safe);
}

int
say_error(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	say("Error: ", fmt, ap);
	va_end(ap);
	return (EXIT_ENGINE);
}

void
say_warning(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	say("Warning: ", fmt, ap);
	va_end(ap);
}

void
say_trace(void)
{
	trace = true;
}

void
say_code(unsigned int code)
{
	if (trace && error_name(code) != NULL)
		fprintf(stderr, "bulkhead: trace: error %u %s: %s\n", code,
		    error_name(code), error_text(code));
}

void
say_helpers(const char *text)
{
	char	 safe[4 * 4096];

	if (isatty(STDERR_FILENO)) {
		(void)visible_text(safe, sizeof(safe), text);
		text = safe;
	}
	(void)fputs(text, stderr);
}

void
say_out(const char *text)
{
	size_t			 size = strlen(text) * 6 + 1;
	scoped_free char	*safe = malloc(size);

	if (safe == NULL)
		return;
	(void)visible_text(safe, size, text);
	fputs(safe, stdout);
}
