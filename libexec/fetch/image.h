/* The contents of an archive: images, made of layers, which are blobs in it. */
#ifndef FETCH_IMAGE_H
#define FETCH_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "members.h"

struct answer;
struct rec;

#define LAYERS_MAX	500u		/* of one image */
#define IMAGES_MAX	100u		/* in one archive */
#define BLOBS_MAX	10000u		/* of all of them */

struct layer {
	size_t			 index;		/* number for blob_send */
	char			 digest[72];	/* as stored, or "" */
	char			 diff_id[72];
	uint64_t		 size;		/* as stored */
	char			 media_type[128];
};

struct image {
	char		*config, *manifest;
	size_t		 config_len, manifest_len;
	char		 manifest_media[128];
	char		**names;
	size_t		 nnames;
	struct layer	*layers;	/* the lowest first */
	size_t		 nlayers;
};

struct images {
	struct members		 members;
	const struct member	**blobs;	/* by index */
	size_t			 nblobs;
	struct image		*list;
	size_t			 n;
	const char		*kind;		/* docker, oci, tar */
};

/* Add a new, empty image; NULL with a message. */
struct image	*images_add(struct images *, struct answer *);
void		 images_clear(struct images *);
/* Add a layer with this blob. NULL with a message. */
struct layer	*image_add_layer(struct images *, struct image *,
		    const struct member *, struct answer *);
int		 image_add_name(struct image *, const char *, struct answer *);
/*
 * Set the diff_ids of the layers from the configuration; the numbers must
 * agree. 0, or -1 with a message.
 */
int		 image_diff_ids(struct image *, const json_t *,
		    struct answer *);
/* The images as the record of archive_open, or NULL. */
struct rec	*images_record(const struct images *);

/* Make the manifest that docker-archives lack, from config and layers. */
int		 docker_manifest(struct image *, const uint64_t *,
		    struct answer *);

/* Read the images of a docker-archive or an oci-archive. 0 or -1. */
int		 docker_read(struct images *, struct answer *);
int		 oci_read(struct images *, struct answer *);
/* The same for an archive of Docker before 1.10, without manifest.json. */
int		 legacy_read(struct images *, struct answer *);

#endif
