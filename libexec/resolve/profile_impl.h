/*
 * A profile while it is compiled: what its rules say of each system call, for
 * profile.c and layer.c.
 */
#ifndef RESOLVE_PROFILE_IMPL_H
#define RESOLVE_PROFILE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct problem;
struct profile_for;
struct verdict;

enum { ARCHES_MAX = 4, RULES_MAX = 8192 };

/* What one architecture's calls come to. */
struct call {
	struct call	*next;
	uint32_t	 nr;
	bool		 decided;	/* whatever the arguments are */
	uint32_t	 action;
	struct verdict	*first, *last;
};

enum { BUCKETS = 512 };

struct arch {
	uint32_t	 token;		/* libseccomp's */
	uint32_t	 audit;
	struct call	*calls[BUCKETS];
	size_t		 ncalls;
};

struct profile {
	const char		*name;
	const struct profile_for *who;
	struct problem		*pr;
	uint32_t		 fallback;
	struct arch		 arches[ARCHES_MAX];
	size_t			 narches;
	bool			 has_x32;
	unsigned int		 nrules;
};

/*
 * What is known of a call of an architecture, made if nothing is: not decided,
 * without verdicts. It is the profile's. NULL with a sentence: no memory.
 */
struct call	*profile_call(struct profile *, struct arch *, uint32_t);

#endif
