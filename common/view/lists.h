/*
 * The lists that there are. Each takes an open list and what it is about, and
 * prints the rows that a request (the command's options) wants: 0, or the
 * exit code after telling the person why.
 */
#ifndef VIEW_LISTS_H
#define VIEW_LISTS_H

#include "list.h"

struct rec;
struct session;

/*
 * Containers: rows, nested `ctr`. The filters are given all rows, for before=
 * and since=. A row whose record is damaged is given to the function as well.
 */
extern const struct list_about	list_of_ctrs;
extern const struct filter_about ctr_filters;
extern const struct order	ctr_orders[];
int	list_ctrs(struct list *, const struct rec *request, const struct rec *,
	    void (*damaged)(const struct rec *));

/*
 * Images, nested `image`, a row for each name; of them those that the
 * reference names, if it is not NULL. The containers are counted by image;
 * NULL: they are not.
 */
extern const struct list_about	list_of_images;
extern const struct order	image_orders[];
int	list_images(struct list *, const struct rec *request,
	    const struct rec *, const struct rec *ctrs, const char *reference);

/* Volumes, nested `obj`. One as an object: JSON, or what templates see. */
extern const struct list_about	list_of_volumes;
extern const struct filter_about volume_filters;
int	list_volumes(struct list *, struct session *, const struct rec *,
	    const struct filter *);
json_t	*volume_object(struct session *, const struct rec *, bool json);

/* Pods with members, nested `obj` (pods_with_members). One as an object. */
extern const struct list_about	list_of_pods;
extern const struct filter_about pod_filters;
extern const struct order	pod_orders[];
int	list_pods(struct list *, const struct rec *request, const struct rec *,
	    const struct filter *);
json_t	*pod_object(const struct rec *, bool json);

/*
 * The steps of an image, which are looked up among all images (nested
 * `image`; NULL: not known); what happened to a container (nested `entry`).
 */
extern const struct list_about	list_of_steps, list_of_entries;
int	list_steps(struct list *, const struct rec *image,
	    const struct rec *all);
int	list_entries(struct list *, const struct rec *);

/*
 * Locks (nested `lock`, of the lock broker), a row for each holder, with the
 * names of objects (nested `lock`, of locks_objects; NULL: not known).
 */
extern const struct list_about	list_of_locks;
int	list_locks(struct list *, const struct rec *,
	    const struct rec *objects);
/* "container", "pod" or "volume" for what a lock's name begins with; or "". */
const char *lock_kind(const char *);

#endif
