/*
 * Complete the settings: directories and other values that depend on the user
 * and on the machine, and on other settings.
 */
#ifndef RESOLVE_CONFIG_H
#define RESOLVE_CONFIG_H

#include "request.h"

struct problem;
struct settings;

enum { SET_MAX = 6 };

struct places {
	char		 graph[PATH_LEN];	/* images and layers */
	char		 run_storage[PATH_LEN];
	char		 state[PATH_LEN];	/* ours, durable */
	char		 state_next[PATH_LEN];	/* if state is another graph
						 * root's */
	char		 run[PATH_LEN];		/* ours, until reboot */
	char		 seccomp[PATH_LEN];	/* "" is the built-in profile */
	char		 policy_json[PATH_LEN];
	char		 registries[PATH_LEN];
	char		 mounts[PATH_LEN];
	const char	*state_type;
	/* Settings of a store that an option or a file chose; NULL ends. */
	const char	*set[SET_MAX + 1];
};

/* Fill in the places, and complete the settings. 0, or -1 with a message. */
int	config_complete(struct settings *, const struct request *,
	    struct places *, struct problem *);

#endif
