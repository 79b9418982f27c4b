/*
 * What an archive does not bring itself: a manifest for one in docker's
 * format, a configuration for an imported root filesystem.
 */
#ifndef ENGINE_MANIFEST_H
#define ENGINE_MANIFEST_H

#include "parse.h"

struct rec;

/*
 * A docker schema 2 manifest for a config and nested `layer` {digest,
 * diff_id, size}. Text for the caller to free, or NULL.
 */
char	*manifest_docker(const char *, const struct rec *);
/*
 * An image configuration for one layer, from the options of import (--arch,
 * --os, --variant, --change, --message) and the layer's record. Text for the
 * caller to free, or NULL with an error.
 */
char	*manifest_import(const struct rec *, const struct rec *, const char *,
	    struct parse_err *);

#endif
