/*
 * Speaking to the person: podman's "Error: ..." on stderr, with everything
 * that could drive a terminal made visible.
 */
#ifndef PRINT_SAY_H
#define PRINT_SAY_H

#include <stdbool.h>

#include "error.h"
#include "exitcode.h"
#include "parse.h"

/*
 * "Error: ...", and, if the person asked for traces, the number of its code on
 * a line of its own. The text is one line: a newline in it is a stranger's, who
 * could begin a line that looks like ours, and is shown as an escape. Returns
 * EXIT_ENGINE, so that callers can return it.
 */
int	say_error(enum error_code, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/* The same for an error that has its message already. */
int	say_failure(const struct error *);
int	say_parse(const struct parse_err *);
/* "Warning: ...", or a plain line, on stderr. */
void	say_warning(const char *, ...) __attribute__((format(printf, 1, 2)));
/* What helpers have written on stderr, on ours; safe for a terminal. */
void	say_helpers(const char *);
/* Print a text on stdout, safe for a terminal. */
void	say_out(const char *);
/* Whether numbers of errors are printed from now on. */
void	say_trace(bool);

#endif
