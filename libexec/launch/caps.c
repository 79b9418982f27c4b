#include "caps.h"

#include <sys/prctl.h>

#include <linux/capability.h>

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "nitems.h"
#include "procaps.h"

#define BIT(n)	((capset)1 << (n))

static const char *const names[] = {
	[CAP_CHOWN] = "CAP_CHOWN",
	[CAP_DAC_OVERRIDE] = "CAP_DAC_OVERRIDE",
	[CAP_DAC_READ_SEARCH] = "CAP_DAC_READ_SEARCH",
	[CAP_FOWNER] = "CAP_FOWNER",
	[CAP_FSETID] = "CAP_FSETID",
	[CAP_KILL] = "CAP_KILL",
	[CAP_SETGID] = "CAP_SETGID",
	[CAP_SETUID] = "CAP_SETUID",
	[CAP_SETPCAP] = "CAP_SETPCAP",
	[CAP_LINUX_IMMUTABLE] = "CAP_LINUX_IMMUTABLE",
	[CAP_NET_BIND_SERVICE] = "CAP_NET_BIND_SERVICE",
	[CAP_NET_BROADCAST] = "CAP_NET_BROADCAST",
	[CAP_NET_ADMIN] = "CAP_NET_ADMIN",
	[CAP_NET_RAW] = "CAP_NET_RAW",
	[CAP_IPC_LOCK] = "CAP_IPC_LOCK",
	[CAP_IPC_OWNER] = "CAP_IPC_OWNER",
	[CAP_SYS_MODULE] = "CAP_SYS_MODULE",
	[CAP_SYS_RAWIO] = "CAP_SYS_RAWIO",
	[CAP_SYS_CHROOT] = "CAP_SYS_CHROOT",
	[CAP_SYS_PTRACE] = "CAP_SYS_PTRACE",
	[CAP_SYS_PACCT] = "CAP_SYS_PACCT",
	[CAP_SYS_ADMIN] = "CAP_SYS_ADMIN",
	[CAP_SYS_BOOT] = "CAP_SYS_BOOT",
	[CAP_SYS_NICE] = "CAP_SYS_NICE",
	[CAP_SYS_RESOURCE] = "CAP_SYS_RESOURCE",
	[CAP_SYS_TIME] = "CAP_SYS_TIME",
	[CAP_SYS_TTY_CONFIG] = "CAP_SYS_TTY_CONFIG",
	[CAP_MKNOD] = "CAP_MKNOD",
	[CAP_LEASE] = "CAP_LEASE",
	[CAP_AUDIT_WRITE] = "CAP_AUDIT_WRITE",
	[CAP_AUDIT_CONTROL] = "CAP_AUDIT_CONTROL",
	[CAP_SETFCAP] = "CAP_SETFCAP",
	[CAP_MAC_OVERRIDE] = "CAP_MAC_OVERRIDE",
	[CAP_MAC_ADMIN] = "CAP_MAC_ADMIN",
	[CAP_SYSLOG] = "CAP_SYSLOG",
	[CAP_WAKE_ALARM] = "CAP_WAKE_ALARM",
	[CAP_BLOCK_SUSPEND] = "CAP_BLOCK_SUSPEND",
	[CAP_AUDIT_READ] = "CAP_AUDIT_READ",
	[CAP_PERFMON] = "CAP_PERFMON",
	[CAP_BPF] = "CAP_BPF",
	[CAP_CHECKPOINT_RESTORE] = "CAP_CHECKPOINT_RESTORE",
};
#define NAMES	((int)NITEMS(names))

int
caps_find(const char *name)
{
	for (int i = 0; i < NAMES; i++)
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			return (i);
	return (-1);
}

const char *
caps_name(int n)
{
	return (n >= 0 && n < NAMES ? names[n] : NULL);
}

int
caps_bound(capset keep, struct fault *f)
{
	for (int i = 0; i < 64; i++) {
		int	 held = prctl(PR_CAPBSET_READ, i, 0, 0, 0);

		if (held == -1)
			break;
		if ((keep & BIT(i)) != 0) {
			if (held == 0)
				return (fault_set(f, EPERM, "capability %s "
				    "cannot be given: the engine itself was "
				    "started without it in its bounding set",
				    caps_name(i)));
			continue;
		}
		if (held == 1 && (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == -1 ||
		    prctl(PR_CAPBSET_READ, i, 0, 0, 0) != 0))
			return (fault_errno(f, "dropping capability %d", i));
	}
	return (0);
}

static int
read_back(const struct procaps *want, capset ambient)
{
	struct procaps	 got;

	if (procaps_get(&got) == -1)
		return (-1);
	errno = EPERM;
	if (memcmp(want, &got, sizeof(got)) != 0)
		return (-1);
	if (ambient == 0)
		return (0);
	for (int i = 0; i < NAMES; i++)
		if ((ambient & BIT(i)) != 0 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) != 1)
			return (-1);
	return (0);
}

/*
 * The ambient set needs no step of its own: the kernel removes from it what
 * leaves the permitted or the inheritable set.
 */
int
caps_set(capset permitted, capset effective, capset inheritable,
    capset ambient, struct fault *f)
{
	const struct procaps	 want = { permitted, effective, inheritable };

	if (procaps_set(&want) == -1)
		return (fault_errno(f, "setting the container's capabilities"));
	for (int i = 0; i < NAMES; i++)
		if ((ambient & BIT(i)) != 0 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) == -1)
			return (fault_errno(f, "giving %s to a user that is "
			    "not root", caps_name(i)));
	if (read_back(&want, ambient) == -1)
		return (fault_errno(f, "the kernel did not set the "
		    "container's capabilities as asked"));
	return (0);
}
