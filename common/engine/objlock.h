/*
 * The lock that a pod or a volume has for as long as it exists.
 */
#ifndef ENGINE_OBJLOCK_H
#define ENGINE_OBJLOCK_H

struct rec;
struct session;

/*
 * Allocate the lock "kind:id" (or find it, if a killed command has), and add
 * its number to the record as `lock`. 0, or -1 with a sentence.
 */
int	objlock_alloc(struct session *, const char *, const char *,
	    struct rec *);
/* Give it back; what cannot be done is mended by `system renumber`. */
void	objlock_free(struct session *, const char *, const char *);

#endif
