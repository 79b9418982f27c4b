/*
 * Every key of containers.conf, storage.conf, registries.conf and the old
 * libpod.conf, with its type: the only place that defines the contents of
 * configuration files. Keys of registries.conf, most of which are in no table,
 * are named "registries.KEY".
 */
#ifndef RESOLVE_SCHEMA_H
#define RESOLVE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NAME_MAX_LEN = 256 };	/* of a setting, dotted */

enum key_type {
	KEY_BOOL,
	KEY_INT,
	KEY_UINT,
	KEY_STR,
	KEY_SCALAR,	/* string, boolean or number, kept as its text */
	KEY_LIST,	/* array of strings; {append=true} allowed */
	KEY_POOLS,	/* array of { base, size }, kept as "base,size" */
	KEY_MAP,	/* table of scalars, each a setting of its own */
	KEY_STRMAP,	/* table of strings */
	KEY_MAPLIST,	/* table of arrays of strings */
	KEY_TREE,	/* tables of scalars at any depth */
	KEY_REGISTRIES,	/* array of tables: see registry.h */
};

/*
 * The kind of a file, which determines its keys. Those from CONF_REGISTRIES on
 * are read only on request; the last three have no keys, and are only checked.
 */
enum conf_kind {
	CONF_CONTAINERS, CONF_STORAGE, CONF_LIBPOD, CONF_REGISTRIES,
	CONF_POLICY, CONF_MOUNTS, CONF_SECCOMP,
};

struct key {
	const char	*name;		/* dotted: "engine.num_locks" */
	enum key_type	 type;
	enum conf_kind	 conf;
	const char	*one_of;	/* "always|missing|never", or NULL */
	bool		 supported;	/* the value has an effect, ... */
	const char	*values;	/* ... if it is one of these; NULL: any.
					 * "/" is every absolute path */
};

extern const struct key	 schema[];
extern const size_t	 schema_len;

/* Hash of a name, so that a lookup rarely compares text. */
uint32_t name_hash(const char *);
/* The row of a dotted name, or NULL. */
const struct key *schema_find(enum conf_kind, const char *);
/* Is this the name of a table with keys? */
bool	schema_is_table(enum conf_kind, const char *);
/* The name in containers.conf of a key of libpod.conf, or NULL. */
const char *schema_legacy(const char *);
/* Has the key members that are settings of their own? */
bool	key_is_map(const struct key *);
/* "an integer", for messages. */
const char *schema_type_name(enum key_type);

#endif
