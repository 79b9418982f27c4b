/*
 * What no file says: where things are for this user on this machine, and
 * what follows from it.
 */
#ifndef RESOLVE_CONFIG_H
#define RESOLVE_CONFIG_H

#include "request.h"

struct problem;
struct settings;

struct places {
	char		 graph[PATH_LEN];	/* images and layers */
	char		 run_storage[PATH_LEN];
	char		 state[PATH_LEN];	/* ours, durable */
	char		 run[PATH_LEN];		/* ours, until reboot */
	char		 seccomp[PATH_LEN];	/* "" is the built-in profile */
	char		 policy_json[PATH_LEN];
	char		 registries[PATH_LEN];
	char		 mounts[PATH_LEN];
	const char	*state_type;
};

/* Fill in, and complete the settings. 0, or -1 with one sentence. */
int	config_complete(struct settings *, const struct request *, struct places *,
	    struct problem *);

#endif
