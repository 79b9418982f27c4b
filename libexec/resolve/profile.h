/*
 * A seccomp profile as podman and docker write them (JSON), made into the
 * BPF program for one container. Also linked into tools/seccompc, which does
 * the same for the built-in profile when bulkhead is built.
 */
#ifndef RESOLVE_PROFILE_H
#define RESOLVE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

struct filter;
struct problem;

/* What a profile's "includes" and "excludes" ask about. */
struct profile_for {
	const char *const	*caps;		/* CAP_ names it will have */
	size_t			 ncaps;
	unsigned int		 kernel[2];	/* 6, 1; 0, 0: any is new enough */
};

enum { PROFILE_MAX = 1 << 20 };

/* 0, or -1 with one sentence; the name is what the sentence calls it. */
int	profile_compile(const char *, const char *, size_t,
	    const struct profile_for *, struct filter *, struct problem *);

/* Before any JSON is read. */
void	profile_seed(void);

#endif
