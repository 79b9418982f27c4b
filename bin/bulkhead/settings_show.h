/*
 * What config show and config explain share.
 */
#ifndef BULKHEAD_SETTINGS_SHOW_H
#define BULKHEAD_SETTINGS_SHOW_H

#include <jansson.h>

struct cli;
struct rec;

/*
 * Print the configuration, in which the keys stand that the state's database
 * has pinned: with --format json what the function stores, which is taken;
 * else (NULL) in the other format what it prints. The exit code.
 */
typedef int settings_fn(const struct cli *, const struct rec *, json_t **);
int	settings_show(struct cli *, const char *other, settings_fn *);

#endif
