/*
 * Marks: empty files beside upper and work of a writable layer, by which a
 * later boot finds layers to remove: "rm.BOOT" for a container that is removed
 * when it ends, "new.BOOT.STATE" while the record of the container in that
 * state may not be on the disk yet.
 */
#ifndef STORE_MARK_H
#define STORE_MARK_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct store;

/* What the marks of one layer say, if they are all of earlier boots. */
struct marks {
	bool	 ephemeral;
	char	 fresh[NAME_MAX + 1];	/* the "new" of this state, or "" */
};

/*
 * Put a mark (enum layer_mark) into the directory of a layer. Nothing is put
 * for LAYER_KEPT, nor for LAYER_NEW where this session does not see all
 * records. 0, or -1 and errno.
 */
int	mark_put(const struct store *, int, uint32_t);
/* Remove the mark LAYER_NEW. 0, also when there is none, or -1 and errno. */
int	mark_drop(const struct store *, int);
/* Read the marks of a layer beneath a directory, as they are in this boot. */
struct marks mark_read(const struct store *, const char *, int, const char *);

#endif
