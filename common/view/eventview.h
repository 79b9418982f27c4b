/*
 * One event as a person sees it: which ones are wanted, and in which form.
 * An event is the JSON object of a line of the log.
 */
#ifndef VIEW_EVENTVIEW_H
#define VIEW_EVENTVIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tmpl.h"

struct rec;

struct eventview {
	const struct rec	*opts;		/* `filter` values */
	struct tmpl		*tmpl;		/* NULL: podman's own line */
	bool			 json;
	bool			 no_trunc;
	int64_t			 since;		/* ns; INT64_MIN: any */
	int64_t			 until;		/* ns; INT64_MAX: for ever */
};

/* From the options. 0, or -1 after telling the person why. */
int	eventview_open(struct eventview *, const struct rec *);
void	eventview_close(struct eventview *);
/* When it was, in ns; 0 if it does not say. */
int64_t	eventview_time(const json_t *);
/* Does it pass the filters and lie between the two moments? */
bool	eventview_wants(const struct eventview *, const json_t *);
/* Print it. 0, or -1 after telling the person why. */
int	eventview_print(const struct eventview *, json_t *);

#endif
