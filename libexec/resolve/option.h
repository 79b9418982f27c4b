/*
 * What overrides the files: STORAGE_DRIVER and STORAGE_OPTS, then the global
 * options, in the order in which they were given (S3, S22).
 */
#ifndef RESOLVE_OPTION_H
#define RESOLVE_OPTION_H

struct problem;
struct request;
struct settings;

/* 0, or -1 with one sentence; the first bad one ends it. */
int	options_apply(struct settings *, const struct request *,
	    struct problem *);

#endif
