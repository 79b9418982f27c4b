#ifndef STATEKEEP_NAME_H
#define STATEKEEP_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* [a-zA-Z0-9][a-zA-Z0-9_.-]* */
bool	name_valid(const char *);
/* Lower-case hex digits, as many as the last argument says. */
bool	name_is_id(const char *, size_t);
/* Make up a name: adjective_name, with a number behind it after some tries. */
void	name_make(char *, size_t, unsigned int);

#endif
