/*
 * How this program looks at the file system before its walls are up. What it
 * saw is kept: an answer holds for as long as the same would be seen.
 */
#ifndef RESOLVE_LOOK_H
#define RESOLVE_LOOK_H

#include <sys/stat.h>

#include <stdbool.h>

struct rec;

/* Is there a file or directory, as stat says? */
bool	look_at(const char *, struct stat *);
/* The same, of a link itself. */
bool	look_at_itself(const char *, struct stat *);
/*
 * Open to read or list, with these flags; what stat says of it comes along.
 * A descriptor of the caller's, or -1 with errno.
 */
int	look_inside(const char *, int, struct stat *);
/*
 * A file that the front end opened, which may be where this program cannot
 * look: takes the descriptor. 0, or -1 when that number was given already.
 */
int	look_give(unsigned int, int);
/* Their paths, `given` of this record, which is borrowed. */
void	look_named(const struct rec *);
/* The answer depends on the directory of whoever asks, which is this one. */
void	look_from(const char *);
/* Everything so far, for seen_same(): borrowed. NULL: memory was short. */
const struct rec *look_seen(void);

#endif
