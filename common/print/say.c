#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
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
say_error(enum error_code code, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	say("Error: ", fmt, ap);
	va_end(ap);
	if (trace)
		fprintf(stderr, "bulkhead: trace: error %u %s: %s\n", code,
		    error_name(code), error_text(code));
	return (EXIT_ENGINE);
}

int
say_failure(const struct error *e)
{
	return (say_error(error_code(e), "%s", error_message(e)));
}

int
say_parse(const struct parse_err *e)
{
	return (say_error(e->code, "%s", e->text));
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
say_trace(bool on)
{
	trace = on;
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
