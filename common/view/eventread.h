/*
 * Reading events: the log that the state keeper writes, as it grows, with its
 * rotation; or systemd's journal, which journalctl reads.
 */
#ifndef VIEW_EVENTREAD_H
#define VIEW_EVENTREAD_H

#include <stdbool.h>

struct eventread;
struct eventview;
struct session;

/*
 * A reader of the events that a view wants, which is borrowed; with `stream`
 * it waits for more, and is silent about what is there already if asked to.
 * NULL: no memory.
 */
struct eventread *eventread_new(const struct eventview *, bool stream,
	    bool silent);
void	eventread_free(struct eventread *);
/*
 * The `privileged` of a session whose `arg` is the reader: open the source
 * while root's is still to be opened. 0, or -1 with the session's error.
 */
int	eventread_open(struct session *);
/* Read and print. 0, or -1 after telling the person why. */
int	eventread_run(struct eventread *);

#endif
