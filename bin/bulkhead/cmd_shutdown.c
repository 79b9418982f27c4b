/*
 * system shutdown: before the machine stops, or the engine is taken away.
 * Containers end in the order of their dependencies, deletions that were put
 * off are finished, and each failure is said once. There is no daemon whose
 * end this would be: the next command works as if nothing had been.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "errors.h"
#include "event.h"
#include "order.h"
#include "record.h"
#include "remove.h"
#include "say.h"
#include "session.h"

#define NEED_END	(NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS)
#define NAMED		5	/* as many are named where they hinder */

static bool
is_running(const struct rec *row)
{
	int64_t	 state = rec_num(row, "state", 0);

	return (state == CTR_RUNNING || state == CTR_PAUSED ||
	    state == CTR_STOPPING || state == CTR_STARTING);
}

/* Those that run, in starting order; the array's length in the last one. */
static struct rec **
running(const struct rec *rows, size_t *n)
{
	struct rec	**list = calloc(rec_count(rows, "ctr") + 1,
			    sizeof(*list)), *row;
	size_t		  it = 0;

	*n = 0;
	while (list != NULL && (row = rec_sub(rows, "ctr", &it)) != NULL)
		if (is_running(row))
			list[(*n)++] = row;
		else
			rec_free(row);
	if (list != NULL)
		(void)order_rows(list, *n);
	return (list);
}

static int
refuse(struct rec **list, size_t n)
{
	char	 names[1024] = "";
	size_t	 len = 0;

	for (size_t i = 0; i < n && i < NAMED; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len,
		    "%s%.120s", i > 0 ? ", " : "", rec_str(list[i], "name",
		    "?"));
	(void)say_error("%zu container%s still running (%s%s); stop %s, or "
	    "use --force: container state improper", n, n == 1 ? " is" :
	    "s are", names, n > NAMED ? ", ..." : "", n == 1 ? "it" : "them");
	say_code(ERR_CTR_STATE);
	return (EXIT_ENGINE);
}

/* One that has ended meanwhile, or gone, is as good as stopped. */
static int
stop_one(struct session *s, const char *id, int64_t timeout)
{
	struct rec	*row = session_container(s, id);
	int		 rc;

	if (row == NULL)
		return (errno == ENOENT ? 0 : -1);
	rc = stop_until_boot(s, row, timeout);
	rec_free(row);
	if (rc == 0)
		printf("%s\n", id);
	return (rc);
}

static int
stop_all(struct session *s, struct rec **list, size_t n, int64_t timeout)
{
	int	 code = 0;

	while (n-- > 0)
		if (stop_one(s, rec_str(list[n], "id", ""), timeout) == -1)
			code = session_error(s);
	return (code);
}

/* Deletions that were put off; what cannot go now is no failure. */
static int
tidy(struct session *s)
{
	session_join_userns(s);
	return (star_do(&s->star, H_STORE, MSG_store_tidy, NULL, NULL, 0));
}

/* Store, then state, as they were opened the other way round. */
static int
close_parts(struct session *s)
{
	int	 code = 0;

	if (tidy(s) == -1)
		code = session_error(s);
	event_tell(s, "system", "shutdown", NULL, NULL);
	if (star_stop(&s->star, H_STORE) != 0)
		code = say_error("the image store did not close in order");
	if (star_stop(&s->star, H_STATE) != 0)
		code = say_error("the state did not close in order");
	return (code);
}

static int
shut_down(struct session *s, bool force, int64_t timeout)
{
	struct rec	*rows = session_rows(s), **list;
	size_t		 n = 0;
	int		 code = 0, closed;

	/* What cannot be listed cannot be stopped; the rest is done anyway. */
	if (rows == NULL)
		code = session_error(s);
	list = running(rows, &n);
	if (list == NULL)
		code = say_error("out of memory");
	if (n > 0 && !force)
		code = refuse(list, n);
	else {
		if (n > 0)
			code = stop_all(s, list, n, timeout);
		closed = close_parts(s);
		code = code == 0 ? closed : code;
	}
	for (size_t i = 0; i < n; i++)
		rec_free(list[i]);
	free(list);
	rec_free(rows);
	return (code);
}

int
cmd_shutdown(struct globals *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	int64_t		 timeout;
	int		 code;

	(void)argc;
	(void)argv;
	if (session_open(&s, g, NEED_END, NULL) == -1)
		return (EXIT_ENGINE);
	timeout = opt_num(g->opts, "time", rec_num(s.config,
	    "engine.stop_timeout", 10));
	code = shut_down(&s, opt_flag(g->opts, "force", false), timeout);
	session_close(&s);
	return (code);
}
