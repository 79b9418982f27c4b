/*
 * Images from archives: load (an archive of images, which docker, podman or
 * skopeo wrote) and import (a tar archive of a root filesystem).
 */
#ifndef ENGINE_ARCHIVE_H
#define ENGINE_ARCHIVE_H

#include "layers.h"
#include "pipeline.h"

struct rec;
struct session;

/* An image is loaded: its name, or "sha256:ID" if it has none. */
typedef void loaded_fn(const char *name);

/*
 * Load all images of an archive (the answer of fetch_archive). The functions
 * are called for each layer, if not NULL, and each name. 0, or -1 with an
 * error; the images before the one that failed stay.
 */
int	archive_load(struct session *, const struct rec *, struct limits *,
	    layer_fn *, loaded_fn *);

/* What an image is made of that is imported. */
struct import {
	const struct rec *options;	/* manifest.h */
	const char	*from;		/* for its history */
	const char	*name;		/* or NULL */
};

/* Its ID, in a buffer of ID_TEXT bytes. 0, or -1 with an error. */
int	archive_import(struct session *, const struct rec *,
	    const struct import *, struct limits *, layer_fn *, char *);

#endif
