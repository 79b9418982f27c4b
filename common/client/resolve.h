/*
 * Requests to resolve: the configuration, and system call filters.
 *
 * All of these return 0, a descriptor that the caller closes, or a record that
 * the caller frees; or -1, or NULL, with the client's error set.
 */
#ifndef CLIENT_RESOLVE_H
#define CLIENT_RESOLVE_H

#include <stdint.h>

struct client;
struct rec;

/*
 * Before resolve_config_begin, a file to read: that of the question's `given`
 * of that number. Only sent: its answer is read with that.
 */
int	resolve_give_begin(struct client *, uint32_t index, int fd);
/* Environment and options; flags: enum config_flags. */
int	resolve_config_begin(struct client *, const struct rec *question,
	    unsigned int flags);
/* The sealed memfd with the configuration. */
int	resolve_config_end(struct client *);
/* After it: what that answer depends on besides its question (seen.h). */
struct rec *resolve_seen(struct client *);
/* Check one file: what was found in it. */
struct rec *resolve_check(struct client *, const struct rec *question);
/* Compile a seccomp profile: the sealed memfd with its program. */
int	resolve_filter_begin(struct client *, const struct rec *question);
int	resolve_filter_end(struct client *);

#endif
