/*
 * What `info` knows, in parts. A part that failed has no answer but a
 * sentence, which then stands in the fields that were to come from it.
 */
#ifndef VIEW_INFO_ANSWER_H
#define VIEW_INFO_ANSWER_H

#include <jansson.h>

#include "records.h"

struct rec;

enum info_id {
	P_CONFIG,		/* the configuration */
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
	struct info_part {
		const struct rec	*answer;	/* NULL: it failed */
		const char		*why;		/* then its sentence */
	}	 part[P_COUNT];
};

/*
 * A key of a part's answer; if the part failed, "unknown (why)". Borrowed until
 * the next call.
 */
const char *info_text(const struct info *, enum info_id, struct key_str);
/* The same as a value; tmpl_text of it. */
json_t	*info_json(const struct info *, enum info_id, struct key_str);
/* The same as a number; null if the part failed. */
json_t	*info_num(const struct info *, enum info_id, struct key_num);
/* Add "error" to an object if the part failed; returns the object. */
json_t	*info_note(const struct info *, enum info_id, json_t *);

#endif
