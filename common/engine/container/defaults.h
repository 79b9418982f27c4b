/*
 * The settings of containers.conf that stand for options of run and create.
 */
#ifndef ENGINE_DEFAULTS_H
#define ENGINE_DEFAULTS_H

#include <stdbool.h>

struct parse_err;
struct rec;

/*
 * A request, completed with the values of a configuration for the options that
 * it does not have; with `system` without those that would show variables of
 * root's. `from:OPTION` is where such values were set. The caller frees; NULL:
 * no memory.
 */
struct rec *defaults_complete(const struct rec *request,
	    const struct rec *config, bool system);
/*
 * The parser of an option has refused a value. If the configuration has set it,
 * put where in front of the message.
 */
void	defaults_blame(const struct rec *completed, const char *option,
	    struct parse_err *);

#endif
