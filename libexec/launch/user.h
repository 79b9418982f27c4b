/* The ids of the container's process, by the container's own files. */
#ifndef LAUNCH_USER_H
#define LAUNCH_USER_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

struct fault;

#define GROUPS_MAX	1024

struct identity {
	uid_t	 uid;
	gid_t	 gid;
	gid_t	*groups;	/* supplementary, the primary one included */
	size_t	 ngroups;
	char	*name;		/* NULL: not in the passwd file; set only in
				 * the process that read it */
	char	*home;
};

/*
 * Look up "user[:group]", numbers or names, in this root. 0, or -1 with the
 * fault filled; the memory is never freed.
 */
int	user_resolve(int, const char *, struct identity *, struct fault *);

/*
 * Read a file of the container that only root inside may change: a regular
 * file, not a link, at most 1 MiB. NULL with errno.
 */
char	*user_slurp(int, const char *, size_t *);

/* --- for tests --- */
/* Only parse the text: 0, or -1 and the fault. */
struct user_text {
	const char	*user;		/* NULL: by number */
	const char	*group;		/* NULL: by number, or none */
	uid_t		 uid;
	gid_t		 gid;
	bool		 has_group;
	char		 copy[256];
};
int	user_parse(const char *, struct user_text *, struct fault *);

#endif
