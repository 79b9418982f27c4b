/*
 * What `info` knows, and podman's fields of it. Each part may be missing: then
 * the reason stands in the fields that come from it.
 */
#ifndef VIEW_INFO_H
#define VIEW_INFO_H

#include <sys/vfs.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "records.h"
#include "tmpl.h"

struct rec;
struct session;

enum info_part {
	/* as a session numbers what may be missing: session.failed */
	INFO_STATE, INFO_STORE, INFO_LOCKS, INFO_IDS,
	INFO_DISK,		/* the file system of the storage */
	INFO_REGISTRIES,	/* registries.conf */
	INFO_CONFIG,		/* then the others are missing, too */
	INFO_PARTS
};

struct info {
	struct error		 failed[INFO_PARTS]; /* no text: it is there */
	const struct rec	*config;
	bool			 rootless;
	int64_t			 containers, running, paused;
	int64_t			 images;
	int64_t			 locks;		/* in use */
	int64_t			 ids;		/* of each container */
	struct statfs		 disk;
	const char		*d_type;	/* does it have the type of an
						 * entry? "true", "false" */
	json_t			*programs;	/* objects, as in "host" */
};

/* Is this part missing? */
bool	info_misses(const struct info *, enum info_part);
/*
 * session.privileged, with the struct as its `arg`: look at the disk. As root
 * only where the directories have been checked, else it is called once more.
 */
int	info_look_at_disk(struct session *);
/*
 * Find the programs of the host and execute those whose version is not known
 * yet: as the account, before the command is confined.
 */
void	info_find_programs(struct info *, const struct session *);
/* Ask the helpers of a session, confined. */
void	info_ask(struct info *, struct session *);
/* All of it, which the caller owns; NULL: no memory. */
json_t	*info_document(const struct info *);
/* For a template: the fields that Go knows by another name than JSON. */
void	info_add_names(const struct tmpl *, json_t *);

/* Its sections of the storage and the registries, which the caller owns. */
json_t	*info_storage(const struct info *);
json_t	*info_registries(const struct info *);

/* A value, which is taken; of a missing part it is "unknown (why)". */
json_t	*info_value(const struct info *, enum info_part, json_t *);
/* The same of a key of the configuration. */
json_t	*info_setting(const struct info *, struct key_str);
/* A number; null if the part is missing. */
json_t	*info_number(const struct info *, enum info_part, uint64_t);
/* Add "error" to an object if the part is missing; returns the object. */
json_t	*info_note(const struct info *, enum info_part, json_t *);

#endif
