#include "row.h"

#include <string.h>

#include "calls.h"
#include "record.h"
#include "session.h"
#include "states.h"

/*
 * podman restarts without delay, however short the run. Here only the first
 * restart has none; a run shorter than STEADY_NS doubles the pause before the
 * next, from FIRST_MS up to MOST_MS.
 */
#define STEADY_NS	INT64_C(10000000000)
#define FIRST_MS	100
#define MOST_MS		60000

struct rec *
container_load(struct session *s, const char *ref)
{
	char	 id[ID_TEXT];

	return (state_container_find(&s->client, ref, id) == -1 ? NULL :
	    state_container_get(&s->client, id));
}

struct rec *
container_def(const struct rec *row)
{
	size_t	 it = 0;

	return (rec_sub(row, KEY(def), &it));
}

bool
container_is_running(const struct rec *row)
{
	return (CTR_IN(rec_num(row, KEY(state), 0), CTR_STARTED));
}

bool
container_is_starting(const struct rec *row)
{
	return (CTR_IN(rec_num(row, KEY(state), 0), 1 << CTR_CREATING |
	    1 << CTR_STARTING));
}

int
container_set(struct session *s, const char *id, unsigned int from,
    unsigned int to, const struct rec *keys)
{
	scoped_rec struct rec	*none = keys == NULL ? rec_new() : NULL;

	return (state_container_set(&s->client, id, from, to, keys == NULL ?
	    none : keys, false));
}

/* The row must have this number, or none. */
static void
expect(struct rec *keys, struct key_num is, const struct rec *row,
    struct key_num key)
{
	(void)(rec_has(row, key) ? rec_add_num(keys, is, rec_num(row, key, 0)) :
	    rec_clear(keys, is));
}

void
container_expect(struct rec *keys, const struct rec *row)
{
	expect(keys, KEY_AS(is_pid), row, KEY(pid));
	expect(keys, KEY_AS(is_pid_start), row, KEY(pid_start));
}

static bool
is_policy(const struct rec *row, const char *name)
{
	return (strcmp(rec_str(row, KEY(restart), ""), name) == 0);
}

bool
restart_wanted(const struct rec *row)
{
	return (rec_get(row, KEY(restart)) != NULL && !is_policy(row, "no"));
}

bool
restart_at_boot(const struct rec *row)
{
	return (is_policy(row, "always") ||
	    (is_policy(row, "unless-stopped") &&
	    rec_num(row, KEY(user_stopped), 0) == 0));
}

/* As podman: not what a person has stopped, and failures only so often. */
static bool
is_due(const struct rec *row, int code)
{
	int64_t	 max = rec_num(row, KEY(restart_max), 0);

	if (!restart_wanted(row) || rec_num(row, KEY(user_stopped), 0) != 0 ||
	    rec_num(row, KEY(halted), 0) != 0)
		return (false);
	return (!is_policy(row, "on-failure") || (code != 0 &&
	    (max == 0 || rec_num(row, KEY(restart_count), 0) < max)));
}

/* How long to wait this time, in ms. */
static int64_t
delay_after(const struct rec *row, int64_t finished)
{
	int64_t	 last = rec_num(row, KEY(restart_delay), -1);

	if (last == -1 || finished - rec_num(row, KEY(started), 0) >= STEADY_NS)
		return (0);
	if (last == 0)
		return (FIRST_MS);
	return (last * 2 > MOST_MS ? MOST_MS : last * 2);
}

void
restart_decide(const struct rec *row, int code, int64_t finished,
    struct rec *keys)
{
	if (!is_due(row, code))
		return;
	(void)rec_add_num(keys, KEY(restart_due), finished);
	(void)rec_add_num(keys, KEY(restart_delay), delay_after(row, finished));
}

int
restart_forbid(struct session *s, const struct rec *row, bool until_boot)
{
	scoped_rec struct rec	*keys = NULL;

	/* What a migration has not stopped in time, it would start again. */
	if (!restart_wanted(row) && (until_boot ||
	    rec_num(row, KEY(migrating), 0) == 0))
		return (0);
	keys = rec_new();
	(void)rec_add_num(keys, until_boot ? KEY(halted) : KEY(user_stopped),
	    1);
	if (!until_boot && rec_text(row, KEY(migrating)) != NULL)
		(void)rec_clear(keys, KEY(migrating));
	if (rec_text(row, KEY(restart_due)) != NULL)
		(void)rec_clear(keys, KEY(restart_due));
	return (container_set(s, rec_str(row, KEY(id), ""), 0, 0, keys));
}
