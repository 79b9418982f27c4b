#ifndef BASE_WAITCHILD_H
#define BASE_WAITCHILD_H

#include <sys/types.h>

/* Wait until this child ends. Its wait(2) status, or -1 with errno. */
int	waitchild(pid_t);

#endif
