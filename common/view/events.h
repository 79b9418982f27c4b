/*
 * Events: read from the log that the state keeper writes, as it grows, with its
 * rotation, or from systemd's journal, which journalctl reads; and printed. An
 * event is the JSON object of a line of the log.
 */
#ifndef VIEW_EVENTS_H
#define VIEW_EVENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "list.h"

/* Which events are wanted, and in which form. */
struct eventview {
	struct filter	 filter;
	struct tmpl	*tmpl;		/* NULL: podman's own line */
	bool		 json;
	bool		 no_trunc;
	bool		 stream;	/* wait for more */
	bool		 silent;	/* about what is there already */
	int64_t		 since;		/* ns; INT64_MIN: any */
	int64_t		 until;		/* ns; INT64_MAX: for ever */
	const char	*ns;		/* of the state, or "" for all */
};

/*
 * From the options, which must outlive it. 0, or -1 after telling the person
 * why. eventview_close is due in both cases.
 */
int	eventview_open(struct eventview *, const struct rec *);
void	eventview_close(struct eventview *);
/* When it was, in ns; 0 if it does not say. */
int64_t	eventview_time(const json_t *);
/* Print it, if it is wanted. 0, or -1 after telling the person why. */
int	eventview_print(const struct eventview *, json_t *);

struct events;

/* A reader for these options. NULL after telling the person why. */
struct events *events_new(const struct rec *);
void	events_free(struct events *);
/*
 * The `privileged` of a session whose `arg` is the reader: open the source
 * while root's is still to be opened. 0, or -1 with the session's error.
 */
int	events_open(struct session *);
/* Read and print. 0, or -1 after telling the person why. */
int	events_run(struct events *);

#endif
