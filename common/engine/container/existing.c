#include "existing.h"

#include <errno.h>

#include <bsd/string.h>

#include "calls.h"
#include "config.h"
#include "ctrfiles.h"
#include "exitcode.h"
#include "grant.h"
#include "locks.h"
#include "nitems.h"
#include "reconcile.h"
#include "record.h"
#include "row.h"
#include "running.h"
#include "session.h"
#include "states.h"

/* The session's `privileged`: root does nothing else about the container. */
static int
find_and_grant(struct session *s)
{
	struct existing		*e = s->arg;
	scoped_rec struct rec	*row = NULL, *def = NULL;

	if (!s->system)
		return (0);
	if ((row = container_load(s, e->ref)) == NULL ||
	    (def = container_def(row)) == NULL)
		return (-1);
	return (grant_again(s, rec_str(row, KEY(id), ""), def));
}

void
existing_prepare(struct existing *e)
{
	e->s->arg = e;
	if (e->due != 0)
		e->s->inherit = true;
	else
		e->s->privileged = find_and_grant;
	e->start.s = e->s;
	e->start.id = e->id;
	e->start.code = EXIT_ENGINE;
}

int
existing_find(struct existing *e)
{
	struct error	*error = &e->s->client.error;
	int64_t		 state;

	if ((e->row = container_reconciled(e->s, e->ref)) == NULL)
		return (-1);
	(void)strlcpy(e->id, rec_str(e->row, KEY(id), ""), sizeof(e->id));
	state = rec_num(e->row, KEY(state), 0);
	if (state == CTR_RUNNING && e->due == 0)
		return (1);
	if (state != CTR_CREATED && state != CTR_EXITED)
		return (error_set_code(error, ERR_CTR_STATE, EBUSY, "unable to "
		    "start container \"%s\": container must be in Created or "
		    "Stopped state to be started: container state improper",
		    e->id));
	if ((e->start.def = container_def(e->row)) == NULL)
		return (error_set(error, errno == ENOMEM ? ENOMEM : EUCLEAN,
		    "the definition of %s %s", e->ref, errno == ENOMEM ?
		    "cannot be read: out of memory" : "is damaged"));
	(void)rec_copy(e->start.def, e->row, KEY(namespace));
	return (0);
}

/* The keys for a start by a person: what the policy had decided is void. */
static void
forget_policy(const struct rec *row, struct rec *keys)
{
	const struct key_num	 names[] = { KEY(restart_due),
				    KEY(restart_delay), KEY(restart_count),
				    KEY(user_stopped), KEY(halted) };

	for (size_t i = 0; i < NITEMS(names); i++)
		if (rec_has(row, names[i]))
			(void)rec_clear(keys, names[i]);
}

/* The keys for a start by policy, if that is still decided. */
static void
follow_policy(const struct rec *row, int64_t due, struct rec *keys)
{
	(void)rec_add_num(keys, KEY_AS(is_restart_due), due);
	(void)rec_add(keys, KEY_IN(row, event), "restart");
	(void)rec_clear(keys, KEY(restart_due));
	(void)rec_add_num(keys, KEY(restart_count),
	    rec_num(row, KEY(restart_count), 0) + 1);
}

/*
 * Of two commands that start it, one finds it in a state that cannot be
 * started; what a policy has decided is done once, if it is still decided.
 */
static int
claim_start(struct existing *e)
{
	struct session		*s = e->s;
	const char		*id = e->id;
	scoped_rec struct rec	*keys = NULL;
	int64_t			 slot;

	/* While this process lives, recovery leaves the start alone. */
	if (locks_take(s, "ctr", id, LOCK_WAIT_MS) == -1)
		return (-1);
	if (running_is_alive(s, id) || running_is_hidden(s, id))
		return (error_set(&s->client.error, EBUSY, "container %s still "
		    "runs, whatever its record says; stop it first", id));
	keys = rec_new();
	if (e->due != 0)
		follow_policy(e->row, e->due, keys);
	else
		forget_policy(e->row, keys);
	if (rec_num(e->row, KEY(migrating), 0) != 0)	/* system migrate */
		(void)rec_clear(keys, KEY(migrating));
	slot = state_container_set_slot(&s->client, id, 1u << CTR_CREATED |
	    1u << CTR_EXITED, CTR_STARTING, keys, s->system);
	if (slot == -1)
		return (-1);
	return (s->system ? rec_set_num(e->start.def, KEY(slot), slot) : 0);
}

/* A container that never ran is as it was. */
static void
undo_claim(struct existing *e)
{
	struct error	 f;
	bool		 never = !e->start.recorded && rec_num(e->row,
			    KEY(state), CTR_EXITED) == CTR_CREATED;

	error_save(&e->s->client.error, &f);
	(void)start_failed(&e->start, CTR_STARTING, never ? CTR_CREATED :
	    CTR_EXITED);
	error_restore(&e->s->client.error, &f);
}

int
existing_start(struct existing *e, char *const *cleanup)
{
	struct start	*st = &e->start;
	struct client	*c = &e->s->client;
	int		 rc;

	if (!start_has_filter(st, st->def) && !client_has(c, H_RESOLVE) &&
	    (client_start(c, H_RESOLVE) == -1 || config_ask(e->s) == -1))
		return (-1);
	if (client_start_reaper(c, cleanup) == -1)
		return (-1);
	session_confine(e->s);
	(void)rec_set(st->def, KEY(name), rec_str(e->row, KEY(name), ""));
	if (e->detach_keys != NULL)
		(void)rec_set(st->def, KEY(detach_keys), e->detach_keys);
	st->attach_out = st->attach_err = e->attach;
	st->attach_in = e->attach && (e->attach_in ||
	    rec_num(st->def, KEY(stdin_open), 0) != 0);
	st->sig_proxy = e->sig_proxy;
	if ((rc = claim_start(e)) == 0 && (rc = start_container(st)) == -1)
		undo_claim(e);
	if (rc == 0 && st->ended) {
		/* The process that has ended is named: see exit_record. */
		(void)rec_set_num(e->row, KEY(pid), st->pid);
		(void)rec_set_num(e->row, KEY(pid_start),
		    (int64_t)st->pid_start);
		if (exit_record(e->s, e->row, st->wait_status,
		    st->finished) == -1)
			session_notice(e->s, error_code(&c->error), "%s",
			    error_message(&c->error));
	}
	/*
	 * Else the reaper finds the channel closed at our end, executes the
	 * clean-up, and starts the container again.
	 */
	if (rc == -1 || (st->ended && !restart_wanted(e->row)))
		reaper_done(c);
	return (rc);
}

void
existing_clear(struct existing *e)
{
	rec_free(e->start.def);
	rec_free(e->row);
}
