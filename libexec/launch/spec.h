/*
 * The definition record of a container, checked completely against a declared
 * table before it is used. Strings are borrowed from the record, which the spec
 * keeps for the life of the process.
 */
#ifndef LAUNCH_SPEC_H
#define LAUNCH_SPEC_H

#include <sys/resource.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "caps.h"

struct fault;

/* A list of texts with a NULL after the last. */
struct texts {
	const char	**v;
	size_t		  n;
};

/* What to copy from the image into a volume. */
enum copyup {
	COPYUP_NO = 0,
	COPYUP_FIRST = 1,		/* contents, into an empty volume */
	COPYUP_AGAIN = 2,		/* after an interrupted copy */
	COPYUP_OWNER = 3,		/* mode and owner only */
};

struct spec_mount {
	const char	*type;		/* bind or tmpfs */
	const char	*src;
	const char	*dst;
	const char	*sub;		/* of a volume: below the graph root */
	uint64_t	 copyup;	/* enum copyup */
	struct texts	 opt;
	uint32_t	 index;		/* its number in the definition */
};

struct spec_file {
	const char	*dst;
	const char	*content;	/* text... */
	const void	*data;		/* ... or, if not NULL, bytes */
	size_t		 len;
	uint64_t	 mode;
};

struct spec_limit {
	const char	*name;
	int		 resource;
	struct rlimit	 value;
	uint64_t	 soften;	/* reduce to the allowed maximum */
};

struct spec {
	const char	*cwd;
	const char	*user;
	const char	*hostname;
	const char	*net;
	const char	*seccomp;
	const char	*driver;
	const char	*rootfs;
	const char	*graph;
	const char	*upper;
	const char	*work;
	const char	*passwd_entry;
	const char	*oom_score_adj;	/* -1000 to 1000; NULL: as it is */
	struct texts	 arg;
	struct texts	 env;
	struct texts	 lower;
	struct texts	 mask;
	struct texts	 ropath;
	struct texts	 sysctl;
	capset		 cap;
	capset		 ambient;
	uint64_t	 tty;
	uint64_t	 init;
	uint64_t	 readonly;
	uint64_t	 readonly_tmpfs;
	uint64_t	 nnp;
	uint64_t	 rm;
	uint64_t	 workdir_make;
	uint64_t	 shm_size;
	uint64_t	 umask;
	struct spec_mount *mounts;
	size_t		 nmounts;
	struct spec_file *files;
	size_t		 nfiles;
	struct spec_limit *limits;
	size_t		 nlimits;
};

struct rec;

/* Check and decode a record, which is kept. 0, or -1 and the fault. */
int	spec_read(struct spec *, const struct rec *, struct fault *);
/* Only digits, no sign, at most max: true and the number. */
bool	spec_number(const char *, uint64_t, uint64_t *);

#endif
