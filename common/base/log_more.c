#include "log_impl.h"

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
