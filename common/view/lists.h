/*
 * The lists that there are, for list_rows unless there is a function here,
 * which takes what its list is about, and prints the rows that are wanted: 0,
 * or the exit code after telling the person why. One object as podman's inspect
 * shows it.
 */
#ifndef VIEW_LISTS_H
#define VIEW_LISTS_H

#include "list.h"

/* Containers, nested `ctr`. `damaged` is given those with such a record. */
extern const struct list_about	list_of_ctrs;
extern const struct filter_about ctr_filters;
extern const struct order	ctr_orders[];

/*
 * Images, nested `image`, a row for each name; of them those that `reference`
 * names, if it is not NULL. The containers are counted by image; NULL: they
 * are not.
 */
extern const struct list_about	list_of_images;
extern const struct order	image_orders[];
int	list_images(struct list *, const struct rec *, const struct rec *ctrs);
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

/*
 * Volumes, nested `obj`, of a session. One as an object, to which keys are
 * added: JSON, or what templates see.
 */
extern const struct list_about	list_of_volumes;
extern const struct filter_about volume_filters;
json_t	*volume_object(struct session *, struct rec *, bool json);

/* Pods with members, nested `obj` (pods_with_members). One as an object. */
extern const struct list_about	list_of_pods;
extern const struct filter_about pod_filters;
extern const struct order	pod_orders[];
json_t	*pod_object(const struct rec *, bool json);

/*
 * The steps of an image, which are looked up among all images (nested
 * `image`; NULL: not known); what happened to a container (nested `entry`).
 */
extern const struct list_about	list_of_steps, list_of_entries;
int	list_steps(struct list *, const struct rec *image,
	    const struct rec *all);

/*
 * Locks (nested `lock`, of the lock broker), a row for each holder, with the
 * names of objects (nested `lock`, of locks_objects; NULL: not known).
 */
extern const struct list_about	list_of_locks;
int	list_locks(struct list *, const struct rec *,
	    const struct rec *objects);
/* "container", "pod" or "volume" for what a lock's name begins with; or "". */
const char *lock_kind(const char *);

/*
 * A container from its row with nested `def`, and the configuration. With
 * `filled`, members that podman's JSON leaves out are there, empty, so that
 * templates may name them. The caller owns it; NULL: no memory.
 */
json_t	*inspect_container(const struct rec *, const struct rec *, bool);
/*
 * An image from its record, to which keys are added; graph root and driver
 * are of the configuration.
 */
json_t	*inspect_image(struct rec *, const struct rec *, bool);

#endif
