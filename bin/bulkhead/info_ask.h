/*
 * The questions of `info`, each asked in a process of its own (part.h), which
 * opens what it needs, as any command does, and may fail alone.
 */
#ifndef BULKHEAD_INFO_ASK_H
#define BULKHEAD_INFO_ASK_H

struct cli;
struct rec;

/* As part.run: the configuration (may be NULL), and the answer. */
int	info_config(struct cli *, const struct rec *, struct rec *);
int	info_state(struct cli *, const struct rec *, struct rec *);
int	info_store(struct cli *, const struct rec *, struct rec *);
int	info_disk(struct cli *, const struct rec *, struct rec *);
int	info_ids(struct cli *, const struct rec *, struct rec *);
int	info_locks(struct cli *, const struct rec *, struct rec *);
int	info_programs(struct cli *, const struct rec *, struct rec *);
int	info_registries(struct cli *, const struct rec *, struct rec *);

#endif
