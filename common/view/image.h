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
/* Values of a key as an array of strings; K=V values as an object. */
json_t	*image_texts(const struct rec *, const char *);
json_t	*image_pairs(const struct rec *, const char *);
/* "name@digest" for each name; podman's RepoDigests. */
json_t	*image_repo_digests(const struct rec *);

#endif
