#include "deadline.h"

#include <limits.h>
#include <time.h>

#include "process.h"

#define LATE_MS		2000	/* poll returns sooner, if we are running */

static int64_t
now_ms(void)
{
	struct timespec	 ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

void
deadline_start(struct deadline *d, int64_t allowed_ms, pid_t pid)
{
	d->allowed_ms = allowed_ms;
	d->at_ms = now_ms() + allowed_ms;
	d->pid = pid;
	d->cpu = pid == 0 ? 0 : process_cpu_time(pid);
}

int
deadline_left_ms(const struct deadline *d)
{
	int64_t	 left = d->at_ms - now_ms();

	if (d->allowed_ms == 0)
		return (-1);
	return (left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left);
}

bool
deadline_missed(struct deadline *d)
{
	int64_t	 over = now_ms() - d->at_ms;

	if (d->allowed_ms == 0 || over < 0)
		return (false);
	if (over < LATE_MS &&
	    (d->pid == 0 || process_cpu_time(d->pid) == d->cpu))
		return (true);
	deadline_start(d, d->allowed_ms, d->pid);
	return (false);
}
