/*
 * The headers of the constants that the rows of policies name: included by
 * policyc, and by what it makes of a policy.
 */
#ifndef POLICY_WORDS_H
#define POLICY_WORDS_H

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/nsfs.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>

#include "policy.h"

#ifndef SYS_futex_waitv			/* musl's headers are older */
#define SYS_futex_waitv	449
#endif

#endif
