/*
 * The system call filter of a container: one that an earlier start in this
 * boot has kept in the run directory, or one that resolve compiles. To compile
 * a profile takes longer than to start everything else of a container, and
 * nearly every container has the same.
 */
#ifndef RUNTIME_FILTERS_H
#define RUNTIME_FILTERS_H

#include <stdbool.h>

#include "cache.h"

struct rec;
struct run_env;

struct seccomp_filter {
	int	 fd;			/* the program, or -1 */
	char	 name[CACHE_NAME];	/* in the cache; "": it has none */
	bool	 sought;		/* in the cache */
	bool	 compiling;		/* resolve was asked */
};

/*
 * Is the filter kept that `cap` of this definition and this profile (a name,
 * or the path of a file) make? Its name is made of what is asked of resolve,
 * the kernel and the program that compiles.
 */
bool	filter_find(struct seccomp_filter *, const struct run_env *,
	    const struct rec *def, const char *profile);
/*
 * Have it compiled, unless it is there or kept; later, take it and keep it. 0,
 * or -1 with an error.
 */
int	filter_begin(struct seccomp_filter *, const struct run_env *,
	    const struct rec *def, const char *profile);
int	filter_end(struct seccomp_filter *, const struct run_env *);

#endif
