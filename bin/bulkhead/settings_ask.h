/*
 * What config show and config explain share: asking for the configuration.
 */
#ifndef BULKHEAD_SETTINGS_ASK_H
#define BULKHEAD_SETTINGS_ASK_H

#include <jansson.h>

struct cli;
struct rec;

/*
 * The configuration, with the keys that the state's database has pinned: these
 * are asked for on their own, so that a damaged database takes nothing else
 * with it. NULL after telling the person why.
 */
struct rec *settings_ask(struct cli *);
/* Warn of what is wrong with it. */
void	settings_warn(const struct rec *);
/* Does --format ask for JSON, or for this? 1, 0, or -1 after an error. */
int	settings_wants_json(const struct cli *, const char *other);
/* Print JSON, which is taken (NULL: no memory). The exit code. */
int	settings_print_json(json_t *);		/* takes */

#endif
