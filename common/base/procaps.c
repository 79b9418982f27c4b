#include "procaps.h"

#include <sys/syscall.h>

#include <linux/capability.h>

#include <unistd.h>

int
procaps_get(struct procaps *c)
{
	struct __user_cap_header_struct	 h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct	 d[2];

	if (syscall(SYS_capget, &h, d) == -1)
		return (-1);
	c->permitted = d[0].permitted | (uint64_t)d[1].permitted << 32;
	c->effective = d[0].effective | (uint64_t)d[1].effective << 32;
	c->inheritable = d[0].inheritable | (uint64_t)d[1].inheritable << 32;
	return (0);
}

int
procaps_set(const struct procaps *c)
{
	struct __user_cap_header_struct	 h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct	 d[2];

	for (int i = 0; i < 2; i++) {
		d[i].permitted = (uint32_t)(c->permitted >> 32 * i);
		d[i].effective = (uint32_t)(c->effective >> 32 * i);
		d[i].inheritable = (uint32_t)(c->inheritable >> 32 * i);
	}
	return ((int)syscall(SYS_capset, &h, d));
}
