/* States: names, numbers, and the sets that they are in. */
#include <stdio.h>
#include <string.h>

#include "harness.h"

#include "states.h"

#define AS_CASE(id, no, name, is)					\
	CHECK(CTR_##id == (no) && strcmp(ctr_state_name(no), name) == 0); \
	CHECK(ctr_state_find(name) == (no));				\
	CHECK(CTR_IN((no), CTR_LIVE) == (((is) & STATE_LIVE) != 0));	\
	CHECK(CTR_IN((no), CTR_STARTED) == (((is) & STATE_STARTED) != 0)); \
	CHECK(CTR_IN((no), CTR_RESTS) == (((is) & STATE_RESTS) != 0));

int
main(void)
{
	CTR_STATES(AS_CASE)
	CHECK(ctr_state_find("Running") == CTR_RUNNING);
	CHECK(ctr_state_find("") == 0 && ctr_state_find("stopped") == 0);
	CHECK(strcmp(ctr_state_name(0), "unknown") == 0);
	CHECK(strcmp(ctr_state_name(14), "unknown") == 0);
	/* They are stored: a number is never given another meaning. */
	CHECK(CTR_CREATING == 1 && CTR_CREATED == 2 && CTR_STARTING == 3 &&
	    CTR_RUNNING == 4 && CTR_STOPPING == 5 && CTR_EXITED == 6 &&
	    CTR_REMOVING == 7 && CTR_PAUSED == 8 && CTR_DAMAGED == 15);
	CHECK(CTR_LIVE == (1u << 3 | 1u << 4 | 1u << 5 | 1u << 8));
	CHECK(CTR_STARTED == (1u << 4 | 1u << 5 | 1u << 8));
	return (finish());
}
