/*
 * Settings that override files: STORAGE_DRIVER and STORAGE_OPTS, then the
 * global options in their order.
 */
#ifndef RESOLVE_OPTION_H
#define RESOLVE_OPTION_H

struct problem;
struct request;
struct settings;

/* 0, or -1 with a message for the first wrong one. */
int	options_apply(struct settings *, const struct request *,
	    struct problem *);

#endif
