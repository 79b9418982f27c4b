/*
 * What `info` knows, and making podman's fields of it. A part that failed has
 * no answer but a sentence, which then stands in the fields that were to come
 * from it.
 */
#ifndef VIEW_INFO_H
#define VIEW_INFO_H

#include <jansson.h>

#include "part.h"
#include "records.h"

struct cli;
struct rec;

enum info_part {
	P_CONFIG,		/* the settled configuration */
	P_STATE,		/* containers, counted by state */
	P_STORE,		/* images, counted */
	P_DISK,			/* the file system of the storage */
	P_IDS,			/* which ids containers get */
	P_LOCKS,		/* how many locks are free */
	P_PROGRAMS,		/* runtimes and monitors, and what they say */
	P_REGISTRIES,		/* registries.conf */
	P_COUNT
};

struct info {
	struct part	 part[P_COUNT];
};

/* The questions, each asked in a process of its own. As part.run. */
int	info_config(struct cli *, const struct rec *, struct rec *);
int	info_state(struct cli *, const struct rec *, struct rec *);
int	info_store(struct cli *, const struct rec *, struct rec *);
int	info_disk(struct cli *, const struct rec *, struct rec *);
int	info_ids(struct cli *, const struct rec *, struct rec *);
int	info_locks(struct cli *, const struct rec *, struct rec *);
int	info_programs(struct cli *, const struct rec *, struct rec *);
int	info_registries(struct cli *, const struct rec *, struct rec *);

/* A key of a part's answer; if the part failed, "unknown (why)". Borrowed
 * until the next call. */
const char *info_text(const struct info *, enum info_part, struct key_str);
/* The same as a value; tmpl_text of it. */
json_t	*info_json(const struct info *, enum info_part, struct key_str);
/* The same as a number; null if the part failed. */
json_t	*info_num(const struct info *, enum info_part, struct key_num);
/* Add "error" to an object if the part failed; returns the object. */
json_t	*info_note(const struct info *, enum info_part, json_t *);

/* podman's sections. NULL: no memory. The caller owns them. */
json_t	*info_host(const struct info *);
json_t	*info_programs_into(const struct info *, json_t *);
json_t	*info_storage(const struct info *);
json_t	*info_registry_list(const struct info *);

#endif
