#include "caps.h"

#include <sys/prctl.h>

#include <errno.h>

#include "log.h"

static uint64_t	permitted;

static int
set_effective(uint64_t effective)
{
	return (procaps_set(&(struct procaps){ permitted, effective, 0 }));
}

/* Remember what is permitted; returns what is effective. */
static uint64_t
look(void)
{
	struct procaps	 now;

	if (procaps_get(&now) == -1)
		fatal("capget");
	permitted = now.permitted;
	return (now.effective);
}

void
caps_lower(void)
{
	if (set_effective(0) == -1 || look() != 0)
		fatal("capabilities are still effective");
}

void
caps_drop_effective(void)
{
	(void)look();
	caps_lower();
}

void
caps_unbound(void)
{
	if (caps_raise(CAP_BIT(CAP_SETPCAP)) == -1)
		return;
	for (unsigned long c = 0; c < 64; c++)
		if (prctl(PR_CAPBSET_READ, c, 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, c, 0, 0, 0) == -1)
			fatal("bounding set");
	caps_lower();
}

bool
caps_have(uint64_t want)
{
	return ((permitted & want) == want);
}

int
caps_raise(uint64_t want)
{
	errno = EPERM;
	return (caps_have(want) ? set_effective(want) : -1);
}
