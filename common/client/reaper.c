#include "reaper.h"

#include "call.h"

int
reaper_hold_begin(struct client *c, enum inherited_fd which, int fd)
{
	union msg	 m = { .reap_hold = { .which = which } };

	return (call_async(c, H_REAPER, MSG_reap_hold, &m, &fd, 1));
}

void
reaper_done_begin(struct client *c)
{
	(void)call_begin(c, H_REAPER, MSG_reap_done, NULL, NULL, 0);
}

void
reaper_done(struct client *c)
{
	(void)call_void(c, H_REAPER, MSG_reap_done, NULL, NULL, 0);
}
