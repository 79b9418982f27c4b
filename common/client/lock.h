/*
 * Requests to lockbroker. Locks have names ("ctr:ID"); what has one is given
 * a number, which lasts as long as the object.
 *
 * All of these return 0, or a record that the caller frees; or -1, or NULL,
 * with the client's error set.
 */
#ifndef CLIENT_LOCK_H
#define CLIENT_LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct client;
struct rec;

/*
 * The directory of a store's locks, their type (shm, file) and how many there
 * may be. With `any` whatever the size of the table: to look, or to renumber.
 */
int	lock_open_begin(struct client *, int dir, const char *type,
	    const char *boot_id, uint32_t count, bool any);
/* *stale: lock_renumber has to say which number is whose. */
int	lock_open_end(struct client *, bool *stale);
/* Take one, waiting so long. ETIMEDOUT: another has it. */
int	lock_take(struct client *, const char *name, unsigned int wait_ms);
/*
 * The same, only sent. With `number`, it is given one if it has none.
 * lock_take_end: the number and one, or 0.
 */
int	lock_take_begin(struct client *, const char *name,
	    unsigned int wait_ms, bool number);
int	lock_take_end(struct client *, uint64_t *number);
int	lock_drop(struct client *, const char *name);
/* The same; the client's error and errno stay as they are. */
void	lock_drop_quiet(struct client *, const char *name);
/* The same, only sent: with this process it is dropped at the latest. */
void	lock_drop_begin(struct client *, const char *name);
/* Take its number away. */
int	lock_free(struct client *, const char *name);
/* Give it a number; EEXIST: it has one. Which has it? */
int	lock_alloc(struct client *, const char *name, int64_t *number);
int	lock_find(struct client *, const char *name, int64_t *number);
/* Nested `lock`; all, or only those that are held. */
struct rec *lock_list(struct client *, bool all);
/* The numbers of all locks, or (begin) that they are about to be given. */
int	lock_renumber(struct client *, const struct rec *, bool begin);

#endif
