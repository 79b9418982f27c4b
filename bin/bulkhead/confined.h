/*
 * The command's own confinement, once its helpers run.
 */
#ifndef BULKHEAD_CONFINED_H
#define BULKHEAD_CONFINED_H

#include <stdbool.h>

/*
 * Confine this process for good: with bulkhead-connect.policy if it asks
 * monitors about containers, else with bulkhead.policy. A call that the policy
 * does not allow ends the command with a sentence and the engine's exit code.
 */
void	confined_enter(bool connects);
/* Both policies in words, for `bulkhead -P`. */
void	confined_print(void);

#endif
