#include "confined.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

#include "confine.h"
#include "policy.h"
#include "say.h"
#include "sigsys.h"

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

static const struct rule rules[] = {
#include "bulkhead.policy"
};
#include "bulkhead.bpf.h"

static const struct rule rules_connect[] = {
#include "bulkhead-connect.policy"
};
#include "bulkhead-connect.bpf.h"

static const struct policy policies[] = {
	{ "bulkhead", rules, NITEMS(rules), bpf, NITEMS(bpf) },
	{ "bulkhead-connect", rules_connect, NITEMS(rules_connect),
	    bpf_connect, NITEMS(bpf_connect) },
};

void
confined_enter(bool connects)
{
	const struct policy	*p = &policies[connects];

	sigsys_exit(EXIT_ENGINE);
	confine_drop(p);
	confine_sandbox(p, NULL, 0);
}

void
confined_print(void)
{
	for (size_t i = 0; i < NITEMS(policies); i++) {
		printf("%s%s:\n", i == 0 ? "" : "\n", policies[i].name);
		policy_print(&policies[i]);
	}
}
