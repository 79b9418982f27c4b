/*
 * Paths of this host that a person names relative to the working directory.
 */
#ifndef VALUE_HOSTPATH_H
#define VALUE_HOSTPATH_H

struct parse_err;

/*
 * The absolute form of a path, as podman makes it: the working directory in
 * front, then "." and ".." and empty components resolved as text, so that
 * nothing is looked up (root's command may run as the engine's account, which
 * cannot search root's directories). The caller frees it. NULL with a
 * message: the working directory has no path.
 */
char	*hostpath_absolute(const char *, struct parse_err *);
/* Resolve an absolute path as text, in place: it never gets longer. */
void	hostpath_clean(char *);

#endif
