#include "restart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "record.h"
#include "session.h"

/*
 * podman starts at once whatever ends at once, as fast as the machine can.
 * Here the first time is at once, too; a run shorter than STEADY_NS doubles
 * the pause before the next, from FIRST_MS up to MOST_MS.
 */
#define STEADY_NS	INT64_C(10000000000)
#define FIRST_MS	100
#define MOST_MS		60000

int
restart_parse(const char *text, struct rec *def, struct parse_err *e)
{
	static const char *const names[] = { "no", "never", "always",
				    "on-failure", "unless-stopped" };
	const char	*colon = strchr(text, ':'), *end;
	size_t		 n = strcspn(text, ":"), i;
	uint64_t	 max = 0;

	if (*text == '\0')
		return (0);
	if (colon != NULL && strchr(colon + 1, ':') != NULL)
		return (parse_fail(e, "invalid restart policy: may specify "
		    "retries at most once"));
	if (colon != NULL && (n != 10 || strncmp(text, "on-failure", n) != 0))
		return (parse_fail(e, "restart policy retries can only be "
		    "specified with on-failure restart policy"));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == n && strncmp(text, names[i], n) == 0)
			break;
	if (i == sizeof(names) / sizeof(names[0]))
		return (parse_fail(e, "\"%s\" is not a valid restart policy: "
		    "invalid argument", text));
	end = colon == NULL ? "0" : colon + 1;
	if (*end == '-')
		return (parse_fail(e, "must specify restart policy retry "
		    "count as a number greater than 0"));
	if (parse_digits(end, INT32_MAX, &max) == -1)
		return (parse_fail(e, "parsing restart policy retry count: "
		    "\"%s\" is not a number", end));
	/* "never" is docker's older word for it. */
	(void)rec_set(def, KEY(restart), i == 1 ? "no" : names[i]);
	if (max > 0)
		(void)rec_set_num(def, KEY(restart_max), (int64_t)max);
	return (0);
}

bool
restart_wanted(const struct rec *row)
{
	const char	*policy = rec_get(row, KEY(restart));

	return (policy != NULL && strcmp(policy, "no") != 0);
}

static bool
is_policy(const struct rec *row, const char *name)
{
	return (strcmp(rec_str(row, KEY(restart), ""), name) == 0);
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

/* An empty value takes a key away. */
void
restart_begin(const struct rec *row, struct rec *keys)
{
	const struct key_num	 names[] = { KEY(restart_due),
				    KEY(restart_delay), KEY(restart_count),
				    KEY(user_stopped), KEY(halted) };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (rec_has(row, names[i]))
			(void)rec_clear(keys, names[i]);
}

void
restart_again(const struct rec *row, struct rec *keys)
{
	(void)rec_add(keys, KEY_IN(row, event), "restart");
	(void)rec_clear(keys, KEY(restart_due));
	(void)rec_add_num(keys, KEY(restart_count),
	    rec_num(row, KEY(restart_count), 0) + 1);
}

int
restart_forbid(struct session *s, const struct rec *row, bool until_boot)
{
	scoped_rec struct rec	*keys = NULL;

	if (!restart_wanted(row))
		return (0);
	keys = rec_new();
	(void)rec_add_num(keys, until_boot ? KEY(halted) : KEY(user_stopped),
	    1);
	if (rec_text(row, KEY(restart_due)) != NULL)
		(void)rec_clear(keys, KEY(restart_due));
	return (state_container_set(&s->client, rec_str(row, KEY(id), ""), 0, 0,
	    keys, false));
}
