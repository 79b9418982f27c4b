#include "keys.h"

#include <stdio.h>

const char *
key_make(char *out, const char *kind, const char *name)
{
	(void)snprintf(out, KEY_SIZE, "%s:%s", kind, name);
	return (out);
}
