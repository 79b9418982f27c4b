/*
 * Names and digests of images.
 */
#ifndef VIEW_IMAGE_H
#define VIEW_IMAGE_H

#include <stdbool.h>

struct rec;

/*
 * The length of the repository part of a name: the tag, if there is one,
 * begins with the ':' behind it.
 */
int	image_repository_len(const char *);
/* Does a pattern (shell wildcards) name it, in any of podman's short forms? */
bool	image_matches(const char *, const char *);
/*
 * Add to an image's record what podman shows of it: `repo_digest`, a
 * "name@digest" for each name, and `name_history`, if it has none.
 */
void	image_derive(struct rec *);

#endif
