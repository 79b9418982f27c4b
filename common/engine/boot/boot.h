/*
 * What a command puts in order before it does its own work: what commands that
 * were killed, and boots that have ended, left behind. Nothing depends on it
 * for what is true (each record says which boot it is of); it removes what is
 * left over.
 */
#ifndef ENGINE_BOOT_H
#define ENGINE_BOOT_H

struct rec;
struct session;

/*
 * Reconcile the containers (reconcile.h) that have a run directory which no
 * process has locked: none makes, watches or ends them. If they do not run,
 * remove the directory. Where nothing was left this costs next to nothing.
 */
void	sweep_containers(struct session *);
/* Remove layers that were made or deleted in part, and not a moment ago. */
void	sweep_store(struct session *);
/*
 * Under the store's lock, in the order state, containers, pods, volumes,
 * images; then note that it is done. What fails for one object is said, and
 * the rest is done. Does nothing if another command was first. What was done
 * is added to the record, if there is one, as in boot_plan. 0, or -1 if some
 * object failed, or (with the error set) nothing could be done.
 */
int	boot_refresh(struct session *, struct rec *);
/*
 * Only what it removes: for a refresh in a boot that had its own, after which
 * something was left. What cannot be removed is said. 0, or -1 if something is
 * left.
 */
int	boot_sweep(struct session *, struct rec *);
/*
 * What boot_refresh, or boot_sweep, would do, one nested `item` each: kind, id,
 * name, was, then, why. Nothing is changed. -1 with a message.
 */
int	boot_plan(struct session *, struct rec *);

#endif
