/*
 * The schema: which version of keys and values the durable database has. The
 * per-boot one has no version, since readers understand what an older
 * statekeep of the same boot has left in it.
 */
#ifndef STATEKEEP_MIGRATE_H
#define STATEKEEP_MIGRATE_H

struct state;

/*
 * The version of the open durable database, 0 if it is new. -1 with the
 * sentence if this statekeep cannot work with it.
 */
int	migrate_schema(struct state *);
/*
 * In a write transaction: every step from that version to ours, and the new
 * number. Nothing is committed. 0 or -1.
 */
int	migrate_run(struct state *, int);

#endif
