/*
 * What running a container takes, whichever front end asks for it: helpers,
 * directories and a few settings. All of it is borrowed.
 */
#ifndef RUNTIME_RUN_ENV_H
#define RUNTIME_RUN_ENV_H

#include <stdbool.h>

#include "client.h"

struct mac_key;

struct run_env {
	struct client	*client;
	struct mac_key	*cache;		/* of compiled filters */
	int		 run_dir;	/* below it are those of containers */
	bool		 system;	/* root started us */
	bool		 wants_systemd;	/* cgroups are to come from it */
};

#endif
