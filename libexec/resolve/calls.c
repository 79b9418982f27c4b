#include "calls.h"

#include <seccomp.h>
#include <stddef.h>
#include <string.h>

#include "nitems.h"

#define X32_BIT		0x40000000

struct number {
	const char	*name;
	int		 nr;
};

/*
 * Calls newer than the libseccomp of Debian 12. From 424 on, a new call has the
 * same number on all architectures.
 */
static const struct number	 newer[] = {
	{ "set_mempolicy_home_node", 450 },
	{ "cachestat", 451 },
	{ "fchmodat2", 452 },
	{ "map_shadow_stack", 453 },
	{ "futex_wake", 454 },
	{ "futex_wait", 455 },
	{ "futex_requeue", 456 },
	{ "statmount", 457 },
	{ "listmount", 458 },
	{ "lsm_get_self_attr", 459 },
	{ "lsm_set_self_attr", 460 },
	{ "lsm_list_modules", 461 },
	{ "mseal", 462 },
	{ "setxattrat", 463 },
	{ "getxattrat", 464 },
	{ "listxattrat", 465 },
	{ "removexattrat", 466 },
	{ "open_tree_attr", 467 },
	{ "file_getattr", 468 },
	{ "file_setattr", 469 },
};

/*
 * Calls that libseccomp has on 32-bit x86 only as parts of socketcall and ipc.
 * Most have had their own numbers since Linux 4.3 and 5.1.
 */
static const struct number	 x86_direct[] = {
	{ "recvmmsg", 337 }, { "sendmmsg", 345 }, { "socket", 359 },
	{ "socketpair", 360 }, { "bind", 361 }, { "connect", 362 },
	{ "listen", 363 }, { "accept4", 364 },
	{ "getsockopt", 365 }, { "setsockopt", 366 }, { "getsockname", 367 },
	{ "getpeername", 368 }, { "sendto", 369 }, { "sendmsg", 370 },
	{ "recvfrom", 371 }, { "recvmsg", 372 }, { "shutdown", 373 },
	{ "semget", 393 }, { "semctl", 394 }, { "shmget", 395 },
	{ "shmctl", 396 }, { "shmat", 397 }, { "shmdt", 398 },
	{ "msgget", 399 }, { "msgsnd", 400 }, { "msgrcv", 401 },
	{ "msgctl", 402 },
};

static int64_t
look_up(const struct number *t, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(t[i].name, name) == 0)
			return (t[i].nr);
	return (-1);
}

int64_t
calls_number(uint32_t arch, const char *name)
{
	int64_t	 nr = seccomp_syscall_resolve_name_arch(arch, name);

	if (nr >= 0)
		return (nr);
	if (arch == SCMP_ARCH_X86 &&
	    (nr = look_up(x86_direct, NITEMS(x86_direct), name)) != -1)
		return (nr);
	nr = look_up(newer, NITEMS(newer), name);
	return (nr != -1 && arch == SCMP_ARCH_X32 ? nr | X32_BIT : nr);
}
