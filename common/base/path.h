/*
 * Open files beneath a directory by descriptor, never by comparing prefixes.
 * Every name is relative; the kernel refuses "..", links that lead out and
 * magic links.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <sys/types.h>

#include <dirent.h>
#include <stdbool.h>

/* openat2 BENEATH | NO_MAGICLINKS. A descriptor (close-on-exec) or -1. */
int	path_open(int, const char *, int, mode_t);
/*
 * Takes the result of an open with O_NONBLOCK (so that a FIFO is not waited
 * for): the descriptor, if it is of a regular file. Of another file -1, with
 * EISDIR or EMEDIUMTYPE; of -1 itself -1, and errno stays.
 */
int	path_regular(int);					/* takes */
/* strerror, but for EMEDIUMTYPE as path_regular and path_slurp set it. */
const char *path_why(int);
/*
 * Open an absolute path without links in it, or fail with ELOOP. A descriptor
 * (close-on-exec) or -1.
 */
int	path_open_place(const char *, int);
/* A directory beneath another, for readdir. NULL and errno. */
DIR	*path_open_dir(int, const char *);
/* Does a directory have an entry of this name, be it a link to nowhere? */
bool	path_is_there(int, const char *);
/* Has a directory no entries? 1 or 0; -1 and errno: it cannot be read. */
int	path_is_empty(int, const char *);
/*
 * Resolve links of an absolute path as far as it exists, into a buffer of
 * PATH_MAX. The rest of the path, or NULL: nothing of it is there, or it is
 * not absolute or too long.
 */
const char *path_real(const char *, char *);
/* Is this one plain component: not empty, no slash, not "." or ".."? */
bool	path_is_name(const char *);
/*
 * Open a directory below another; make it and its parents, with this mode, if
 * they do not exist. A descriptor or -1.
 */
int	path_mkdirs(int, const char *, mode_t);
/*
 * Make and open an absolute directory with parents. The last component must
 * be a directory owned by us and closed to others (EPERM otherwise) when
 * `own` is set.
 */
int	path_private_dir(const char *, bool own);
/*
 * Remove a tree below a directory. Links are not followed, other devices not
 * entered, directories of ours that are closed to us are opened first. All
 * that may be removed is, also when something may not: 0, or -1 with errno
 * of the first failure. What is not there is removed already.
 */
int	path_remove(int, const char *);
/*
 * Read a regular file of at most max bytes, with a NUL behind them. NULL or
 * errno.
 */
char	*path_slurp(int, const char *, size_t, size_t *);
/* Write a file with a temporary name, (sync it) and rename it. 0 or -1. */
int	path_replace(int, const char *, const void *, size_t, mode_t, bool);

#endif
