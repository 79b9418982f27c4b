/*
 * Volumes: directories that outlive containers, <volumes>/.bulkhead/<name>
 * below the graph root. Beside _data there is a file "fresh" until a volume
 * is used for the first time, and "filling" while its first container fills
 * it with what the image has at its place.
 */
#ifndef STORE_VOLUME_H
#define STORE_VOLUME_H

#include <stdbool.h>

struct answer;
struct store;

/*
 * All take the name of a volume and whether it is where versions before this
 * one put it, and return -1 with an error when they fail.
 */

/* enum volume_state; made by the second where it is not there. */
int	volume_look(struct store *, const char *, bool, struct answer *);
int	volume_make(struct store *, const char *, bool, struct answer *);
/*
 * The caller, who holds the volume's lock, is going to fill it: the enum
 * volume_state that it was in. It must not be filled when that is VOLUME_USED.
 */
int	volume_fill(struct store *, const char *, bool, struct answer *);
/* And has filled it. 0. */
int	volume_filled(struct store *, const char *, bool, struct answer *);
/*
 * Move it to the trash. 0, also when there is none; 1 when it stays, because
 * it may be a volume of podman. One with a random name (true) cannot be.
 */
int	volume_remove(struct store *, const char *, bool, bool,
	    struct answer *);

#endif
