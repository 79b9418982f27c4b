/*
 * A seccomp profile while it is compiled, and the action of each system call:
 * for the files profile*.c and layer.c.
 */
#ifndef RESOLVE_PROFILE_IMPL_H
#define RESOLVE_PROFILE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct filter;
struct problem;
struct profile_for;
struct verdict;

enum { ARCHES_MAX = 4, RULES_MAX = 8192 };

/* A system call of one architecture. */
struct call {
	struct call	*next;
	uint32_t	 nr;
	bool		 decided;	/* no later rule changes the action */
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
 * The entry of a call of an architecture; a new one is not decided and has no
 * verdicts. The profile owns it. NULL with a message: no memory.
 */
struct call	*profile_call(struct profile *, struct arch *, uint32_t);

/* Set the message of a profile that is wrong, with the value or NULL. -1. */
int	profile_bad(struct profile *, const char *, const char *);
int	profile_no_memory(struct profile *);
/* Read `architectures` and `archMap`. 0, or -1 with a message. */
int	profile_take_arches(struct profile *, const json_t *);
/* This machine's architecture as "includes" and "excludes" name it. */
const char *profile_native(void);
/* Read `defaultAction` and `syscalls`. 0, or -1 with a message. */
int	profile_take_rules(struct profile *, const json_t *);
/* Make the BPF program, after each call has been decided. 0 or -1. */
int	profile_generate(struct profile *, struct filter *);

#endif
