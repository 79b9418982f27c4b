/*
 * The configuration of a session. resolve composes it from files, environment
 * and options; its answers are kept in the run directory until one of their
 * inputs changes.
 */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

#include "record.h"

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
 * After a change of the session's configuration: containers record the digest
 * of the changed one, and a clean-up inherits its memfd. 0, or -1 with an
 * error.
 */
int	config_seal(struct session *);
/* A key made of two words, in a buffer of CONFIG_KEY bytes. */
#define CONFIG_KEY	96
struct key_str config_key(char *, const char *, const char *);

#endif
