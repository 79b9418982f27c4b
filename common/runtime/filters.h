/*
 * Compiled seccomp filters, kept in the run directory until the next boot. To
 * compile a profile takes longer than to start everything else of a
 * container, and nearly every container has the same.
 */
#ifndef RUNTIME_FILTERS_H
#define RUNTIME_FILTERS_H

#include "cache.h"

struct rec;
struct run_env;

#define FILTER_NAME	CACHE_NAME

/*
 * A name for the filter that answers this question to resolve: of what is
 * asked, the profile's file as it is now, the kernel, and the program that
 * compiles. 0, or -1 when it cannot be told.
 */
int	filters_name(const struct run_env *, const struct rec *, char *);
/* A sealed copy of the filter of that name, or -1: it is not kept. */
int	filters_find(const struct run_env *, const char *);
/* Keep a filter that resolve has compiled. It is no loss when that fails. */
void	filters_keep(const struct run_env *, const char *, int);

#endif
