#include "deadline.h"

#include <limits.h>

#include "clock.h"
#include "process.h"

#define LATE_MS		2000	/* poll returns sooner, if we are running */

void
deadline_start(struct deadline *d, int64_t ms, pid_t pid)
{
	*d = (struct deadline){ .allowed_ms = ms, .pid = pid,
	    .at_ms = clock_mono_ms() + ms };
}

int
deadline_left_ms(const struct deadline *d)
{
	int64_t	 left = d->at_ms - clock_mono_ms();

	if (d->allowed_ms == 0)
		return (-1);
	return (left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left);
}

/*
 * What the process has used is read only when its time is over, and not where
 * answers come at once: the first time, whatever it has used counts.
 */
static bool
has_progressed(struct deadline *d)
{
	uint64_t	 was = d->cpu;

	if (d->pid == 0)
		return (false);
	d->cpu = process_cpu_time(d->pid);
	return (d->cpu != was);
}

bool
deadline_missed(struct deadline *d)
{
	int64_t	 now = clock_mono_ms(), over = now - d->at_ms;

	if (d->allowed_ms == 0 || over < 0)
		return (false);
	if (over < LATE_MS && !has_progressed(d))
		return (true);
	d->at_ms = now + d->allowed_ms;
	return (false);
}
