#ifndef BASE_LOG_H
#define BASE_LOG_H

enum trace { TRACE_MSG = 1, TRACE_STATE = 2, TRACE_SYS = 4 };

void	log_init(const char *, int, unsigned int);
int	log_tracing(enum trace);
void	log_debug(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_info(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_warn(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_warnx(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_trace(enum trace, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
_Noreturn void fatal(const char *, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void fatalx(int, const char *, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
