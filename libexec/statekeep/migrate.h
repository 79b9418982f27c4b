/*
 * The schema: the version of the keys and values in the durable database. The
 * per-boot database has no version, because this statekeep understands what an
 * older one has written in the same boot.
 */
#ifndef STATEKEEP_MIGRATE_H
#define STATEKEEP_MIGRATE_H

struct state;

/*
 * The version of the open durable database; 0 if it is new. -1 with a message
 * if this statekeep cannot work with it.
 */
int	migrate_schema(struct state *);
/*
 * In a write transaction: convert the database from this version to ours, and
 * set the new number. The caller commits. 0 or -1.
 */
int	migrate_run(struct state *, int);

#endif
