/*
 * Messages of helpers on stderr, a line each, which the front end passes on:
 * "NAME: TEXT", with "debug: ", "warning: " or "trace: " before the text.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum trace { TRACE_MSG = 1, TRACE_STATE = 2, TRACE_SYS = 4 };

/* The program's name; not 0: print log_debug; a mask of enum trace. */
void	log_init(const char *, int verbose, unsigned int tracing);
/* Was this asked for? */
int	log_tracing(enum trace);
/*
 * One line; log_debug and log_trace only if it was asked for. log_warn adds the
 * text of errno.
 */
void	log_debug(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_info(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_warn(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_warnx(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_trace(enum trace, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/*
 * One line, and the end of the program: with the text of errno and EX_OSERR, or
 * with an exit status.
 */
_Noreturn void fatal(const char *, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fatalx(int, const char *, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
