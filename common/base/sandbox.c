/* Apart from confine.c, for programs that take its steps one by one. */
#include "confine.h"
#include "log.h"

void
confine_sandbox(const struct policy *p, const int *dirs, size_t ndirs)
{
	confine_limits(p);
	confine_landlock(p, dirs, ndirs);
	confine_seccomp(p);
	log_debug("confined");
}
