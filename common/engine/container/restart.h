/*
 * Restart policies: the values of --restart, and their effect when a container
 * has ended. The process that records an end decides, in the transaction that
 * records it; the container's reaper carries it out.
 *
 * A row then has `restart_due`, a word of its own for each decision, which only
 * one start can take; `restart_count` and `restart_delay` go with it. These end
 * with the boot. `user_stopped` does not: a container that its user stopped and
 * that is to stay so (unless-stopped) does so for good.
 */
#ifndef ENGINE_RESTART_H
#define ENGINE_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#include "parse.h"

struct rec;
struct session;

/* --restart POLICY[:N]: sets restart and restart_max. 0, or a sentence. */
int	restart_parse(const char *, struct rec *, struct parse_err *);
/* True of a row (or definition) with a policy that may start it again. */
bool	restart_wanted(const struct rec *);
/* True if it is to run again when the machine has started. */
bool	restart_at_boot(const struct rec *);
/*
 * It has ended with this exit code at this time (ns): add what follows to the
 * keys that record it. The row must have been read after the end.
 */
void	restart_decide(const struct rec *, int, int64_t, struct rec *);
/* Keys for a start by a person, and for one by policy. */
void	restart_begin(const struct rec *, struct rec *);
void	restart_again(const struct rec *, struct rec *);
/*
 * It is being stopped on purpose: for good, or (true) until the machine or
 * a person starts it again. Before any signal is sent. 0 or -1.
 */
int	restart_forbid(struct session *, const struct rec *, bool);

#endif
