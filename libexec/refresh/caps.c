#include "caps.h"

#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "log.h"

static uint64_t	permitted;

static int
cap_set(uint64_t effective)
{
	struct __user_cap_header_struct	 h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct	 d[2];

	memset(d, 0, sizeof(d));
	d[0].permitted = (uint32_t)permitted;
	d[1].permitted = (uint32_t)(permitted >> 32);
	d[0].effective = (uint32_t)effective;
	d[1].effective = (uint32_t)(effective >> 32);
	return ((int)syscall(SYS_capset, &h, d));
}

static void
cap_get(uint64_t *effective)
{
	struct __user_cap_header_struct	 h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct	 d[2];

	if (syscall(SYS_capget, &h, d) == -1)
		fatal("capget");
	permitted = d[0].permitted | (uint64_t)d[1].permitted << 32;
	*effective = d[0].effective | (uint64_t)d[1].effective << 32;
}

void
caps_lower(void)
{
	uint64_t	 effective;

	if (cap_set(0) == -1)
		fatal("lower capabilities");
	cap_get(&effective);
	if (effective != 0)
		fatalx(EX_SOFTWARE, "capabilities are still effective");
}

void
caps_drop_effective(void)
{
	uint64_t	 effective;

	cap_get(&effective);
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
	if (!caps_have(want)) {
		errno = EPERM;
		return (-1);
	}
	return (cap_set(want));
}
