/*
 * The states of a container: as they are stored, sent and shown.
 */
#ifndef PROTOCOL_STATES_H
#define PROTOCOL_STATES_H

/* What is true of a container in a state. */
enum state_is {
	STATE_LIVE = 1,		/* a reboot ends it: it has a process, or is
				 * to get one now */
	STATE_STARTED = 2,	/* it has a process that was started */
	STATE_RESTS = 4,	/* it does not change by itself */
};

/*
 * Constant, number, name, enum state_is. Numbers are stored: never reuse one.
 */
#define CTR_STATES(S)							\
	S(CREATING,	1,	"creating",	0)			\
	S(CREATED,	2,	"created",	STATE_RESTS)		\
	S(STARTING,	3,	"starting",	STATE_LIVE)		\
	S(RUNNING,	4,	"running",	STATE_LIVE | STATE_STARTED) \
	S(STOPPING,	5,	"stopping",	STATE_LIVE | STATE_STARTED) \
	S(EXITED,	6,	"exited",	STATE_RESTS)		\
	S(REMOVING,	7,	"removing",	0)			\
	S(PAUSED,	8,	"paused",	STATE_LIVE | STATE_STARTED) \
	/* shown only: its record cannot be read */			\
	S(DAMAGED,	15,	"damaged",	STATE_RESTS)

#define AS_STATE(id, no, name, is)	CTR_##id = (no),
enum ctr_state { CTR_STATES(AS_STATE) };

/* Bit masks of states, as in ctr_set. */
#define AS_LIVE(id, no, name, is)					\
	| (((is) & STATE_LIVE) != 0 ? 1 << (no) : 0)
#define AS_STARTED(id, no, name, is)					\
	| (((is) & STATE_STARTED) != 0 ? 1 << (no) : 0)
#define AS_RESTS(id, no, name, is)					\
	| (((is) & STATE_RESTS) != 0 ? 1 << (no) : 0)
enum ctr_states {
	CTR_LIVE = 0 CTR_STATES(AS_LIVE),
	CTR_STARTED = 0 CTR_STATES(AS_STARTED),
	CTR_RESTS = 0 CTR_STATES(AS_RESTS),
};
/* Is a state in a mask? */
#define CTR_IN(state, mask)	(((mask) >> ((state) & 31) & 1) != 0)

/* "running" for 4; "unknown" for a number that is no state. */
const char *ctr_state_name(unsigned int);
/* The state with a name, in letters of any case; 0: none. */
unsigned int ctr_state_find(const char *);

#endif
