#include "waiting.h"

#include <stdint.h>
#include <unistd.h>

#include "exit.h"
#include "load.h"
#include "monitor.h"
#include "reconcile.h"
#include "record.h"
#include "running.h"
#include "session.h"

#define REAPER_TRIES	250		/* five seconds */
#define REAPER_PAUSE_US	20000

/*
 * The reaper of a container whose monitor was killed knows its status, and is
 * about to record it.
 */
static void
await_reaper(struct session *s, const char *id)
{
	for (int tries = 0; tries < REAPER_TRIES &&
	    running_has_reaper(s, id); tries++)
		(void)usleep(REAPER_PAUSE_US);
}

int
container_wait(struct session *s, const struct rec *row)
{
	const char		*id = rec_str(row, KEY(id), "");
	int64_t			 when = 0;
	int			 code = (int)rec_num(row, KEY(exit), 0), status;
	scoped_rec struct rec	*now = NULL;

	if (!container_is_running(row))
		return (code);
	/* The status is known also of one that goes at its end (--rm). */
	if (monitor_wait(&s->client, s->run_dir, row, INT64_MAX,
	    &status) == 0) {
		code = exit_code_of(status);
		/* `wait && rm` must not find it running. */
		(void)exit_read(s, id, &status, &when);
		(void)exit_record(s, row, status, when);
		return (code);
	}
	await_reaper(s, id);
	if ((now = container_reconciled(s, id)) != NULL)
		code = (int)rec_num(now, KEY(exit), code);
	return (code);
}
