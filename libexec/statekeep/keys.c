#include "keys.h"

#include <stdio.h>
#include <string.h>

const char *
key_make(char *out, const char *kind, const char *name)
{
	(void)snprintf(out, KEY_SIZE, "%s:%s", kind, name);
	return (out);
}

enum record_type
key_type(const char *key)
{
	static const struct {
		const char		*kind;
		enum record_type	 type;
	} kinds[] = {
		{ KEY_ROW, RECORD(row) }, { KEY_OVER, RECORD(row) },
		{ KEY_DEF, RECORD(definition) }, { KEY_POD, RECORD(pod) },
		{ KEY_VOLUME, RECORD(volume) }, { KEY_EXEC, RECORD(session) },
		{ KEY_NETWORK, RECORD(network) },
		{ KEY_SECRET, RECORD(secret) },
		{ KEY_PAYLOAD, RECORD(secret) },
		{ KEY_HISTORY, RECORD(entry) },
	};
	size_t	 n = strcspn(key, ":");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].kind) == n &&
		    memcmp(kinds[i].kind, key, n) == 0)
			return (kinds[i].type);
	return (RECORD(any));
}
