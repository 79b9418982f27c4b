#include "state.h"

#include <errno.h>

#include "call.h"

int
state_open_begin(struct client *c, const struct state_options *o, int dir,
    int run_dir, int settings_fd)
{
	const int	 fds[3] = { dir, run_dir, settings_fd };
	union msg	 m = { .state_open = { .uid = o->uid,
			    .events = o->events, .events_max = o->events_max,
			    .memory = o->memory } };

	SET(m.state_open.command, o->command);
	SET(m.state_open.events_file, o->events_file);
	SET(m.state_open.boot_id, o->boot_id);
	if (!FITS(m.state_open.ns, o->ns))
		return (error_set(&c->error, ENAMETOOLONG, "cannot use the "
		    "state namespace \"%.64s...\": it is too long", o->ns));
	return (call_begin(c, H_STATE, MSG_state_open, &m, fds, 3));
}

int
state_open_end(struct client *c, unsigned int *flags, struct rec **made_with)
{
	struct packet	 p;

	if (call_end(c, H_STATE, &p) == -1)
		return (-1);
	if (p.nfds == 1)
		return ((*made_with = call_take_rec(c, H_STATE, &p,
		    RECORD(settings))) == NULL ?
		    -1 : 1);
	*flags = (unsigned int)p.body.reply.value;
	packet_clear(&p);
	return (0);
}

struct rec *
state_refresh(struct client *c, enum refresh_step step)
{
	union msg	 m = { .state_refresh = { .step = step } };

	return (call_rec(c, H_STATE, MSG_state_refresh, &m, NULL, 0,
	    RECORD(items)));
}

int
state_refresh_done(struct client *c)
{
	union msg	 m = { .state_refresh = { .step = REFRESH_DONE } };

	return (call_void(c, H_STATE, MSG_state_refresh, &m, NULL, 0));
}

struct rec *
state_history(struct client *c, const char *ref)
{
	union msg	 m = { .history_get = { .ref = "" } };

	SET(m.history_get.ref, ref);
	return (call_rec(c, H_STATE, MSG_history_get, &m, NULL, 0,
	    RECORD(entries)));
}

int
state_renumber(struct client *c, const struct rec *locks)
{
	return (call_put(c, H_STATE, MSG_state_renumber, NULL, locks));
}
