#include "states.h"

#include <stddef.h>
#include <strings.h>

#include "nitems.h"

#define AS_NAME(id, no, name, is)	{ (no), (name) },
static const struct {
	unsigned int	 state;
	const char	*name;
} states[] = { CTR_STATES(AS_NAME) };

#define NSTATES		NITEMS(states)

const char *
ctr_state_name(unsigned int state)
{
	for (size_t i = 0; i < NSTATES; i++)
		if (states[i].state == state)
			return (states[i].name);
	return ("unknown");
}

unsigned int
ctr_state_find(const char *name)
{
	for (size_t i = 0; i < NSTATES; i++)
		if (strcasecmp(states[i].name, name) == 0)
			return (states[i].state);
	return (0);
}
