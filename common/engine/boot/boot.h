/*
 * The first command of a boot refreshes the store that it works with: it
 * puts in order what the last boot left. Nothing depends on it for what is
 * true (each record says which boot it is of); it removes what is left over.
 */
#ifndef ENGINE_BOOT_H
#define ENGINE_BOOT_H

struct rec;
struct session;

/*
 * Under the store's lock, in the order state, containers, pods, volumes,
 * network leases, images; then note that it is done. What fails for one
 * object is said, and the rest is done. Does nothing if another command was
 * first. What was done is added to the record, if there is one, as in
 * boot_plan. 0, or -1 if some object failed, or (with a sentence in the
 * error) nothing could be done.
 */
int	boot_refresh(struct session *, struct rec *);
/*
 * What boot_refresh would do, one nested `item` each: kind, id, name, was,
 * then, why; nothing, when it is done already. Nothing is changed. -1 with a
 * sentence.
 */
int	boot_plan(struct session *, struct rec *);

#endif
