/*
 * Access to the file system before the process is confined. Everything that is
 * looked at is recorded: a cached answer is valid while it is unchanged.
 */
#ifndef RESOLVE_LOOK_H
#define RESOLVE_LOOK_H

#include <sys/stat.h>

#include <stdbool.h>

struct rec;

/* Does the file or directory exist (stat)? */
bool	look_at(const char *, struct stat *);
/* The same for a link itself (lstat). */
bool	look_at_itself(const char *, struct stat *);
/*
 * Open for reading, with these flags, and stat. A descriptor of the caller's,
 * or -1 with errno.
 */
int	look_inside(const char *, int, struct stat *);
/*
 * Take the descriptor of a file that the front end opened, because this program
 * may not be able to. 0, or -1 when the number was given already.
 */
int	look_give(unsigned int, int);
/* Set the paths of these files, `given` of this record, which is borrowed. */
void	look_named(const struct rec *);
/* Record that the answer depends on the caller's working directory. */
void	look_from(const char *);
/* All records so far, for seen_same(): borrowed. NULL: out of memory. */
const struct rec *look_seen(void);

#endif
