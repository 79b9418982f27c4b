/*
 * OCI runtimes and monitors: which are configured, and where they are. Bulkhead
 * runs containers with its own `launch`; the others can only be named. A lookup
 * costs a few stat(2), executes nothing, and is made only on request.
 */
#ifndef ENGINE_RUNTIMES_H
#define ENGINE_RUNTIMES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct error;
struct rec;

#define RUNTIME_OWN	"launch"
#define RUNTIME_SHOWN	"bulkhead launch"	/* its name in `info` */

struct runtime {
	char	 name[256];
	char	 path[PATH_MAX];	/* empty: our own */
	bool	 own;
	bool	 json;			/* writes its log as JSON on demand */
	bool	 nocgroups;		/* can run without cgroups */
	bool	 kvm;			/* runs virtual machines */
};

/*
 * One by the name or absolute path that a person gave. 0, or -1 with podman's
 * message: EINVAL: not known, or no executable; else stat(2)'s errno.
 */
int	runtimes_find(const struct rec *, const char *, struct runtime *,
	    struct error *);
/*
 * The one that the configuration names or, where it names none, the one that
 * podman would choose: crun on cgroup v2, else runc. As above.
 */
int	runtimes_default(const struct rec *, struct runtime *, struct error *);
/*
 * The next name in the table, once each; false at the end. The position starts
 * at 0, the name at NULL; it lives as the record does.
 */
bool	runtimes_next(const struct rec *, size_t *, const char **);
/*
 * The first regular file of a list of paths (all values of a key), or of PATH
 * under a name. 0; or -1 with ENOENT, or stat(2)'s errno and that path.
 */
int	runtimes_path(const struct rec *, const char *key, const char *name,
	    char *, size_t);
/* The n-th candidate for that; false when there is none left. */
bool	runtimes_candidate(const struct rec *, const char *key,
	    const char *name, size_t n, char *, size_t);

/*
 * Check --runtime: one that is not known is an error of any command, one that
 * is not our own of those that start containers. 0, or -1 with an error.
 */
int	runtimes_check(const struct rec *, const char *, bool starts,
	    struct error *);

/*
 * Check the runtime that a file names: it must be known, as by option. It is
 * used for nothing else; resolve warns of that. 0, or -1 with an error.
 */
int	runtimes_check_file(const struct rec *, struct error *);

/* Is what `conmon --version` printed version 2.0.1 or later? */
bool	runtimes_conmon_fits(const char *);

#endif
