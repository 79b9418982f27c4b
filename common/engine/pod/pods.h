/*
 * Pods: records that containers belong to.
 */
#ifndef ENGINE_PODS_H
#define ENGINE_PODS_H

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

/*
 * All pods, nested `obj`, with in each the rows of its members as nested
 * `ctr`, and `state`, in podman's word: Created, Running, Degraded, Exited,
 * Paused, Stopped, Error. Or one of them by name, ID or prefix. NULL with an
 * error.
 */
struct rec *pods_with_members(struct session *);
struct rec *pods_get_whole(struct session *, const char *);
/*
 * Record one, whose id, name and labels are in the record, and give it a
 * cgroup; with `replace` the pod of that name is removed first. The session
 * is confined before. 0, or -1 with an error, and nothing is left.
 */
int	pods_create(struct session *, struct rec *, bool replace);
/* The id of the youngest in a list, ID_TEXT bytes. 0, or -1: there is none. */
int	pods_latest(const struct rec *, char *);
/*
 * With its containers; running ones only by force, which stops them first,
 * in so many seconds (-1: their own timeout). What was begun is finished. Of
 * one whose record is damaged its id is enough. 0, or -1 with an error.
 */
int	pods_remove(struct session *, const struct rec *, bool, int64_t);
/*
 * After a boot, make the cgroup of each pod that has one again. A failure is
 * reported for its pod: -1.
 */
int	pods_refresh(struct session *);
/*
 * Put the pod of this name or ID into a container's definition. 0, or -1 with
 * an error.
 */
int	pods_define(struct session *, const char *ref, struct rec *def);

#endif
