/*
 * The lock files of containers/storage, which podman, buildah and skopeo
 * take too: locks on the open file (they end with us, however we end), and
 * in each file 64 bytes that say who wrote last.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <stdbool.h>

struct answer;
struct store;

/*
 * Take "<driver>-<kind>/<kind>.lock" for writing or reading. Waits for a
 * minute at most. A descriptor that holds the lock until it is closed, or
 * -1 with an error. Order, as podman has it: layers, images, containers.
 */
int	lock_take(struct store *, const char *, bool, struct answer *);
/* The same for writing, without waiting: a descriptor, or -1 and errno. */
int	lock_take_now(struct store *, const char *);
/*
 * Write a new value, so that other engines read the index again. 0, or -1 with
 * a message.
 */
int	lock_touch(int, struct answer *);
/* Try a write lock on a file of our own. 0, or -1 (EAGAIN: held). */
int	lock_try(int);

#endif
