/*
 * Speaking to the person: podman's "Error: ..." on stderr, with everything
 * that could drive a terminal made visible.
 */
#ifndef PRINT_SAY_H
#define PRINT_SAY_H

#include "exitcode.h"

/* "Error: ...". Returns EXIT_ENGINE, so that callers can return it. */
int	say_error(const char *, ...) __attribute__((format(printf, 1, 2)));
/* "Warning: ...", or a plain line, on stderr. */
void	say_warning(const char *, ...) __attribute__((format(printf, 1, 2)));
/* What helpers have written on stderr, on ours; safe for a terminal. */
void	say_helpers(const char *);
/* Print a text on stdout, safe for a terminal. */
void	say_out(const char *);
/*
 * Print the number of an error (error.h) after its message, if the person
 * asked for traces. ERR_NONE prints nothing.
 */
void	say_code(unsigned int);
void	say_trace(void);

#endif
