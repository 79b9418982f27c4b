#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "visible.h"

static bool	 trace;

static void say(const char *, const char *, va_list)
    __attribute__((format(printf, 2, 0)));

static void
say(const char *prefix, const char *fmt, va_list ap)
{
	scoped_free char	*line = NULL, *safe = NULL;
	size_t			 size;

	if (vasprintf(&line, fmt, ap) == -1)
		line = NULL;
	/* A character that is not shown as it is takes up to six. */
	size = line == NULL ? 0 : strlen(line) * 6 + 1;
	if (line != NULL && (safe = malloc(size)) != NULL)
		visible_word(safe, size, line);
	/* In the order in which it was said, when both go to one place. */
	fflush(stdout);
	fprintf(stderr, "%s%s\n", prefix, safe == NULL ? "out of memory" :
	    safe);
}

int
say_error(enum error_code code, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	say("Error: ", fmt, ap);
	va_end(ap);
	if (trace && error_name(code) != NULL)
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
