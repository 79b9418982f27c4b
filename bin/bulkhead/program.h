/*
 * bulkhead, as common/cli dispatches it.
 */
#ifndef BULKHEAD_PROGRAM_H
#define BULKHEAD_PROGRAM_H

#include "command.h"

extern const struct program	program;

#endif
