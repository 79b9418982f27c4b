/*
 * The request: environment, user, mode and global options, in one record. The
 * environment of this process is not used.
 */
#ifndef RESOLVE_REQUEST_H
#define RESOLVE_REQUEST_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

struct problem;
struct rec;

enum { PATH_LEN = 4096 };

struct request {
	const struct rec	*rec;
	uid_t			 uid;
	bool			 rootless;
	const char		*root;		/* a prefix in tests, else "" */
	char			 usr[PATH_LEN];	/* vendor's files */
	char			 etc[PATH_LEN];	/* administrator's files */
	char			 user[PATH_LEN];/* user's; "" in system mode */
	char			 config_home[PATH_LEN];
	char			 data_home[PATH_LEN];
	char			 runtime_dir[PATH_LEN];
	bool			 runtime_chosen; /* by the session */
	char			 home_run[PATH_LEN]; /* $HOME/rundir, or "" */
	char			 bus[PATH_LEN];	/* session bus address, or "" */
};

/*
 * Decode a record (borrowed) and find the user's directories, with podman's
 * rules for HOME and XDG_RUNTIME_DIR.
 */
int	request_init(struct request *, const struct rec *, struct problem *);
/* An environment variable; NULL when unset or empty. */
const char *request_env(const struct request *, const char *);
/* An absolute path: relative ones start at the caller's directory. */
int	request_path(const struct request *, const char *, char *, size_t,
	    struct problem *);
/*
 * The first existing file with this name of the user, the administrator and the
 * vendor, in a buffer of PATH_LEN, and whose it is: 0, 1, 2. -1 and an empty
 * string: there is none.
 */
int	request_find(const struct request *, const char *, char *);
/* Is this path in one of the three directories of configuration? */
bool	request_owns(const struct request *, const char *);
/* printf for paths: 0, or -1 when it does not fit. */
int	path_format(char *, size_t, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
/* Does it exist (as a directory)? */
bool	path_exists(const char *);
bool	path_is_dir(const char *);
/* The same for a path of the system. */
bool	system_has(const struct request *, const char *);
bool	system_has_dir(const struct request *, const char *);

#endif
