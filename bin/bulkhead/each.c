#include "each.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "cleanup.h"
#include "command.h"
#include "given.h"
#include "layout.h"
#include "lists.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "session_error.h"
#include "states.h"

struct walk {
	struct cli		*cli;
	struct session		*s;
	const struct each	*each;
	void			*ctx;
	int			 code;
};

static int
exit_code(int code)
{
	return (code != 0 ? code : EXIT_ENGINE);
}

static void
say_failure(const struct walk *w)
{
	if (!w->each->mute)
		(void)session_error(w->s);
}

static void
run_one(struct walk *w, const struct rec *row, const char *say)
{
	if (w->each->fn(w->s, row, w->ctx) == -1) {
		say_failure(w);
		w->code = exit_code(w->each->failed);
		return;
	}
	if (w->each->print)
		printf("%s\n", say);
}

/*
 * A row for a container whose record is damaged, with the keys that removal
 * needs: its id and the place of its log. The caller frees it; NULL: none.
 */
static struct rec *
remains(struct session *s, const char *ref)
{
	struct rec	*row = rec_new(), *def = rec_new();
	char		 id[65];

	if (row == NULL || def == NULL || state_container_find(&s->client, ref,
	    id) == -1) {
		rec_free(row);
		rec_free(def);
		return (NULL);
	}
	(void)rec_add(row, KEY(id), id);
	(void)rec_add_num(row, KEY(state), CTR_DAMAGED);
	(void)rec_addf(def, KEY(log_path), "%s/" LAYOUT_LOG,
	    session_config(s, KEY_AS(path_state), ""), id);
	(void)rec_add_rec(row, KEY(def), def);
	rec_free(def);
	return (row);
}

/* A container, or as much of it as there is. NULL as container_reconciled. */
static struct rec *
find(struct walk *w, const char *ref)
{
	struct rec	*row = container_reconciled(w->s, ref);

	if (row == NULL && errno == EUCLEAN && w->each->damaged)
		row = remains(w->s, ref);
	return (row);
}

static void
by_name(struct walk *w, const char *ref)
{
	const struct rec *opts = w->cli->opts;
	/* As in podman: rm -f of a missing container is no error. */
	bool		 ignore = opt_flag(opts, "ignore", false) ||
			    opt_flag(opts, "force", false);
	struct rec	*row = find(w, ref);
	bool		 missing = row == NULL && errno == ENOENT;

	if (row != NULL) {
		run_one(w, row, ref);
		rec_free(row);
		return;
	}
	if (missing && (ignore || w->each->quiet_missing))
		return;
	say_failure(w);
	if (w->code == 0)
		w->code = exit_code(missing ? w->each->missing :
		    w->each->failed);
}

static void
by_files(struct walk *w)
{
	const char	*id;
	size_t		 it = 0;

	while (rec_next(w->cli->opts, KEY_AS(from_cidfile), &it, &id))
		by_name(w, id);
}

int
each_read_files(struct cli *cli)
{
	const char	*path;
	size_t		 it = 0;

	while (rec_next(cli->opts, KEY(cidfile), &it, &path)) {
		struct parse_err	 e;
		size_t			 len;
		scoped_free char	*text = given_read(path, &len, &e);

		if (text == NULL)
			return (say_error("reading CIDFile: %s", e.text));
		text[strcspn(text, "\n")] = '\0';
		if (rec_add(cli->opts, KEY_AS(from_cidfile), text) == -1)
			return (say_error("%s", strerror(errno)));
	}
	return (0);
}

/* Rows are small; what acts on one needs its definition too. */
static void
whole(struct walk *w, const struct rec *row)
{
	struct rec	*full;
	const char	*id = rec_str(row, KEY(id), "");

	if ((full = find(w, id)) == NULL) {
		if (errno == EUCLEAN) {
			say_failure(w);
			w->code = exit_code(w->each->failed);
		}
		return;		/* gone meanwhile */
	}
	run_one(w, full, id);
	rec_free(full);
}

struct rec *
each_latest(const struct rec *rows)
{
	struct rec	*row, *best = NULL;
	size_t		 it = 0;

	while ((row = rec_sub(rows, KEY(ctr), &it)) != NULL)
		if (best == NULL || rec_num(row, KEY(created), 0) >
		    rec_num(best, KEY(created), 0)) {
			rec_free(best);
			best = row;
		} else
			rec_free(row);
	if (best == NULL)
		(void)say_error("no containers exist");
	return (best);
}

static void
latest(struct walk *w, const struct rec *rows)
{
	struct rec	*best = each_latest(rows);

	if (best != NULL)
		whole(w, best);
	else
		w->code = EXIT_ENGINE;
	rec_free(best);
}

static void
by_filter(struct walk *w, const struct rec *rows, const struct filter *f)
{
	struct rec		*row;
	size_t			 it = 0;
	int64_t			 state;

	while ((row = rec_sub(rows, KEY(ctr), &it)) != NULL) {
		state = rec_num(row, KEY(state), 0);
		if (w->each->due && rec_num(row, KEY(restart_due), 0) != 0)
			state = CTR_RUNNING;
		if (filter_passes(f, row) && (f->n > 0 ||
		    CTR_IN(state, w->each->all_states)))
			whole(w, row);
		rec_free(row);
	}
}

static void
by_state(struct walk *w)
{
	const struct rec	*opts = w->cli->opts;
	struct rec		*rows = containers_reconciled(w->s);
	struct filter		 f = { 0 };
	struct parse_err	 e;

	if (rows == NULL) {
		w->code = session_error(w->s);
		return;
	}
	if (opt_flag(opts, "latest", false))
		latest(w, rows);
	else if (filter_open(&f, &ctr_filters, opts, rows, &e) == -1)
		w->code = say_error("%s", e.text);
	else
		by_filter(w, rows, &f);
	filter_close(&f);
	rec_free(rows);
}

/* Is there a container of that name? Anything else is found out later. */
static bool
is_there(struct walk *w, const char *ref)
{
	char	 id[65];

	if (state_container_find(&w->s->client, ref, id) == 0 ||
	    errno != ENOENT)
		return (true);
	say_failure(w);
	w->code = exit_code(w->each->missing);
	return (false);
}

/*
 * podman's rule: of several names, each is looked up before anything is done,
 * unless those that are missing do not matter.
 */
static bool
all_there(struct walk *w)
{
	const struct rec	*opts = w->cli->opts;
	const char		*id;
	size_t			 it = 0;

	if (opt_flag(opts, "ignore", false) || opt_flag(opts, "force", false) ||
	    w->each->quiet_missing ||
	    (size_t)w->cli->argc + rec_count(opts, KEY_AS(from_cidfile)) < 2)
		return (true);
	for (int i = 0; i < w->cli->argc; i++)
		if (!is_there(w, w->cli->argv[i]))
			return (false);
	while (rec_next(opts, KEY_AS(from_cidfile), &it, &id))
		if (!is_there(w, id))
			return (false);
	return (true);
}

int
each_container(struct cli *cli, struct session *s, const struct each *each,
    void *ctx)
{
	struct walk	 w = { cli, s, each, ctx, 0 };

	if (!all_there(&w))
		return (w.code);
	for (int i = 0; i < cli->argc; i++)
		by_name(&w, cli->argv[i]);
	by_files(&w);
	if (cli->argc == 0 && !opt_given(cli->opts, "cidfile"))
		by_state(&w);
	return (w.code);
}
