/*
 * The configuration of a session. resolve composes it from files, environment
 * and options; its answers are kept in the run directory until one of their
 * inputs changes. A store keeps the settings that it was made with: values that
 * are not chosen this time are taken from it, and chosen ones must be its own.
 */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

struct rec;
struct session;

/*
 * Take the answer to the same question that was kept in this boot, if all its
 * inputs are unchanged; its run directory is opened with it. 0; -1: resolve
 * has to be asked.
 */
int	config_find_cached(struct session *);
/* Keep an answer of resolve where config_find_cached looks. */
void	config_cache_put(struct session *);
/* Ask resolve, and later take its answer. 0, or -1 with an error. */
int	config_ask(struct session *);
int	config_take(struct session *);
/*
 * What state_open is told: the configuration's values, or those that the
 * store was made with, once they are merged. With root's key, what root says
 * of each path, too. A sealed memfd, the caller's to close; or -1.
 */
int	config_settings_fd(struct session *);
/*
 * Merge what the store was made with, which this takes, into the session's
 * configuration. For each value taken from there, `pinned:KEY` is what it would
 * have been. Root takes no path that root has not chosen before. 1: everything
 * begins once more, with directories that are the store's; or -1 with the
 * message that names both values.
 */
int	config_merge(struct session *, struct rec *);

#endif
