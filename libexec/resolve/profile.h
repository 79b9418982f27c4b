/*
 * Compile a seccomp profile in podman's and docker's format (JSON) to the BPF
 * program for one container. tools/seccompc links this too, for the built-in
 * profile.
 */
#ifndef RESOLVE_PROFILE_H
#define RESOLVE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

struct filter;
struct problem;

/* The container's properties that "includes" and "excludes" test. */
struct profile_for {
	const char *const	*caps;		/* the container's CAP_ names */
	size_t			 ncaps;
	unsigned int		 kernel[2];	/* 6, 1; 0, 0: the newest */
};

enum { PROFILE_MAX = 1 << 20 };

/* 0, or -1 with a message; the name is for the message. */
int	profile_compile(const char *, const char *, size_t,
	    const struct profile_for *, struct filter *, struct problem *);

/* Call it before any JSON is read. */
void	profile_seed(void);

#endif
