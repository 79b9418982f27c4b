/*
 * What several commands say about an image.
 */
#ifndef VIEW_IMAGE_H
#define VIEW_IMAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct rec;

/*
 * The length of the repository part of a name: the tag, if there is one,
 * begins with the ':' behind it.
 */
size_t	image_repository_len(const char *);
/* Does a pattern (shell wildcards) name it, in any of podman's short forms? */
bool	image_matches(const char *, const char *);
/* "name@digest" for each name; podman's RepoDigests. */
json_t	*image_repo_digests(const struct rec *);
/* All names that it ever had. */
json_t	*image_names_history(const struct rec *);

#endif
