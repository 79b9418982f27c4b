/* What --restart says, and what follows from an end. */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "record.h"
#include "row.h"
#include "spec.h"

#define SECOND	INT64_C(1000000000)

static bool
says(const char *text, const char *policy, int64_t max)
{
	struct rec		*def = rec_new();
	struct parse_err	 e;
	bool			 ok;

	ok = spec_restart(text, def, &e) == 0 &&
	    strcmp(rec_str(def, KEY(restart), ""), policy) == 0 &&
	    rec_num(def, KEY(restart_max), 0) == max;
	rec_free(def);
	return (ok);
}

static bool
refused(const char *text, const char *part)
{
	struct rec		*def = rec_new();
	struct parse_err	 e = { .text = "" };
	bool			 ok;

	ok = spec_restart(text, def, &e) == -1 &&
	    strstr(e.text, part) != NULL;
	rec_free(def);
	return (ok);
}

static void
test_parse(void)
{
	CHECK(says("", "", 0));
	CHECK(says("no", "no", 0));
	CHECK(says("never", "no", 0));
	CHECK(says("always", "always", 0));
	CHECK(says("unless-stopped", "unless-stopped", 0));
	CHECK(says("on-failure", "on-failure", 0));
	CHECK(says("on-failure:0", "on-failure", 0));
	CHECK(says("on-failure:2147483647", "on-failure", 2147483647));
	CHECK(refused("on-failure:2147483648", "retry count"));
	CHECK(refused("on-failure:", "retry count"));
	CHECK(refused("on-failure:1x", "retry count"));
	CHECK(refused("on-failure:-1", "greater than 0"));
	CHECK(refused("on-failure:1:2", "at most once"));
	CHECK(refused("always:1", "only be specified with on-failure"));
	CHECK(refused("Always", "not a valid restart policy"));
	CHECK(refused("al", "not a valid restart policy"));
}

/* The pause that is decided on (ms), or -1: it is left alone. */
static int64_t
decided(const char *policy, int64_t ran, int code, const char *key,
    const char *value)
{
	struct rec	*row = rec_new(), *keys = rec_new();
	struct parse_err e;
	int64_t		 ms = -1;

	(void)spec_restart(policy, row, &e);
	(void)rec_set_num(row, KEY(started), 100 * SECOND);
	if (key != NULL)
		(void)rec_set(row, KEY_FROM(key), value);
	restart_decide(row, code, 100 * SECOND + ran, keys);
	if (rec_text(keys, KEY(restart_due)) != NULL)
		ms = rec_num(keys, KEY(restart_delay), -2);
	rec_free(row);
	rec_free(keys);
	return (ms);
}

static void
test_decide(void)
{
	CHECK(decided("no", SECOND, 1, NULL, NULL) == -1);
	CHECK(decided("always", SECOND, 0, NULL, NULL) == 0);
	CHECK(decided("unless-stopped", SECOND, 0, NULL, NULL) == 0);
	CHECK(decided("on-failure", SECOND, 0, NULL, NULL) == -1);
	CHECK(decided("on-failure", SECOND, 1, "restart_count", "99") == 0);
	CHECK(decided("on-failure:2", SECOND, 1, "restart_count", "1") == 0);
	CHECK(decided("on-failure:2", SECOND, 1, "restart_count", "2") == -1);
	/* A stop suspends the policy: for this boot, or for good. */
	CHECK(decided("always", SECOND, 1, "user_stopped", "1") == -1);
	CHECK(decided("always", SECOND, 1, "halted", "1") == -1);
	/* Short runs: the pause doubles, up to a minute. */
	CHECK(decided("always", SECOND, 1, "restart_delay", "0") == 100);
	CHECK(decided("always", SECOND, 1, "restart_delay", "100") == 200);
	CHECK(decided("always", SECOND, 1, "restart_delay", "40000") == 60000);
	CHECK(decided("always", SECOND, 1, "restart_delay", "60000") == 60000);
	CHECK(decided("always", 10 * SECOND, 1, "restart_delay", "60000") ==
	    0);
}

static void
test_boot(void)
{
	struct rec	*row = rec_new();

	CHECK(!restart_at_boot(row));
	(void)rec_set(row, KEY(restart), "on-failure");
	CHECK(!restart_at_boot(row));
	(void)rec_set(row, KEY(restart), "unless-stopped");
	CHECK(restart_at_boot(row));
	(void)rec_set_num(row, KEY(halted), 1);
	CHECK(restart_at_boot(row));
	(void)rec_set_num(row, KEY(user_stopped), 1);
	CHECK(!restart_at_boot(row));
	(void)rec_set(row, KEY(restart), "always");
	CHECK(restart_at_boot(row));
	rec_free(row);
}

int
main(void)
{
	test_parse();
	test_decide();
	test_boot();
	return (finish());
}
