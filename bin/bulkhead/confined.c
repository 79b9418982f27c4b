#include "confined.h"

#include <stdio.h>

#include "bulkhead-connect.policy.h"
#include "bulkhead.policy.h"
#include "confine.h"
#include "say.h"
#include "sigsys.h"

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

static const struct policy *const	 policies[] = {
	&bulkhead_policy, &bulkhead_connect_policy,
};

void
confined_enter(bool connects)
{
	const struct policy	*p = policies[connects];

	sigsys_exit(EXIT_ENGINE);
	confine_drop(p);
	confine_sandbox(p, NULL, 0);
}

void
confined_print(void)
{
	for (size_t i = 0; i < NITEMS(policies); i++) {
		printf("%s%s:\n", i == 0 ? "" : "\n", policies[i]->name);
		(void)fputs(policies[i]->words, stdout);
	}
}
