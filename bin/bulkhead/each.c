#include "each.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "calls.h"
#include "cleanup.h"
#include "command_session.h"
#include "given.h"
#include "layout.h"
#include "lists.h"
#include "nitems.h"
#include "reconcile.h"
#include "record.h"
#include "say.h"
#include "states.h"
#include "stop.h"

struct walk {
	struct cli		*cli;
	const struct each	*each;
	bool			 ignore;	/* missing is no error */
	int			 code;
	struct turn		*turns;		/* STOP_AT_ONCE that have begun,
						 * as a ring */
	size_t			 next;
};

static void
failed(struct walk *w, int code)
{
	if (!w->each->mute)
		(void)session_error(w->cli->session);
	w->code = code != 0 ? code : EXIT_ENGINE;
}

/*
 * A row for a container whose record is damaged, with the keys that removal
 * needs: its id and the place of its log. The caller frees it; NULL: none.
 */
static struct rec *
remains(struct session *s, const char *ref)
{
	scoped_rec struct rec	*row = rec_new(), *def = rec_new();
	char			 id[ID_TEXT];

	if (row == NULL || def == NULL || state_container_find(&s->client, ref,
	    id) == -1 || !rec_is_id(id))
		return (NULL);
	(void)rec_add(row, KEY(id), id);
	(void)rec_add_num(row, KEY(state), CTR_DAMAGED);
	(void)rec_addf(def, KEY(log_path), "%s/" LAYOUT_LOG,
	    session_text(s, path_state), id);
	(void)rec_add_rec(row, KEY(def), def);
	return (take_ptr(&row));
}

/* A container, or as much of it as there is. NULL as container_reconciled. */
static struct rec *
find(const struct walk *w, const char *ref)
{
	struct rec	*row = container_reconciled(w->cli->session, ref);

	return (row == NULL && errno == EUCLEAN && w->each->damaged &&
	    opt_flag(w->cli->opts, "force", false) ?
	    remains(w->cli->session, ref) : row);
}

/* One container, found, and what was begun with it. */
struct turn {
	char		*ref;
	bool		 named;
	struct rec	*row;
	int		 error;		/* errno where there is no row */
	int		 begun;		/* what each.begin returned */
	struct error	 why;		/* ... or why there is no row */
	struct stop	 stop;
};

/* A turn's result, which is the session's error if rc is -1. */
static void
finish(struct walk *w, const struct turn *t, int rc)
{
	bool	 missing = t->row == NULL && t->error == ENOENT;
	int	 before = w->code;

	if (rc == 0) {
		if (w->each->print)
			printf("%s\n", t->ref);
	} else if (t->row != NULL || t->error == EUCLEAN)
		failed(w, w->each->failed);
	else if (t->named && !(missing && w->ignore))
		failed(w, missing ? w->each->missing : 0);
	if (t->row == NULL && t->named && before != 0)
		w->code = before;
}

/*
 * Look an object up and begin its stop. That it is gone is an error only if the
 * command line named it.
 */
static void
begin_turn(struct walk *w, struct turn *t, const char *ref, bool named)
{
	struct session	*s = w->cli->session;

	*t = (struct turn){ .ref = strdup(ref), .named = named };
	if (t->ref == NULL)
		(void)error_set(&s->client.error, ENOMEM, "out of memory");
	else
		t->row = find(w, ref);
	t->error = t->row == NULL ? errno : 0;
	if (t->row == NULL)
		t->begun = -1;
	else if (w->each->begin != NULL)
		t->begun = w->each->begin(w->cli, t->row, &t->stop);
	error_save(&s->client.error, &t->why);
	error_clear(&s->client.error);
}

static void
end_turn(struct walk *w, struct turn *t)
{
	int	 rc;

	if (t->begun == -1) {
		error_restore(&w->cli->session->client.error, &t->why);
		rc = -1;
	} else if (t->begun == 1)
		rc = w->each->end(w->cli, &t->stop);
	else
		rc = w->each->fn(w->cli, t->row);
	finish(w, t, rc);
	free(t->ref);
	rec_free(t->row);
	t->ref = NULL;
}

/* Act on a container, at the latest when the walk is over. */
static void
act(struct walk *w, const char *ref, bool named)
{
	struct turn	*t = &w->turns[w->next];
	struct turn	 alone;

	if (w->each->begin == NULL) {
		begin_turn(w, &alone, ref, named);
		end_turn(w, &alone);
		return;
	}
	if (t->ref != NULL)
		end_turn(w, t);
	begin_turn(w, t, ref, named);
	/* Without memory for the name the place stays free. */
	if (t->ref == NULL)
		end_turn(w, t);
	else
		w->next = (w->next + 1) % STOP_AT_ONCE;
}

/* The rest, the oldest first. */
static void
act_all(struct walk *w)
{
	for (size_t i = 0; i < STOP_AT_ONCE; i++) {
		if (w->turns[w->next].ref != NULL)
			end_turn(w, &w->turns[w->next]);
		w->next = (w->next + 1) % STOP_AT_ONCE;
	}
}

int
each_read_files(struct cli *cli)
{
	static const char *const	 options[][2] = {
		{ "cidfile", "CIDFile" }, { "pod-id-file", "pod ID file" }
	};
	const char			*path;

	for (size_t i = 0; i < NITEMS(options); i++)
		rec_each_text(path, cli->opts, KEY_FROM(options[i][0])) {
			struct parse_err	 e;
			size_t			 len;
			scoped_free char	*text = given_read(path, &len,
						    &e);

			if (text == NULL)
				return (say_error(e.code, "reading "
				    "%s: %s", options[i][1], e.text));
			text[strcspn(text, "\n")] = '\0';
			if (rec_add(cli->opts, KEY_AS(from_file), text) ==
			    -1)
				return (say_error(error_of_errno(errno), "%s",
				    strerror(errno)));
		}
	return (0);
}

struct rec *
each_named(const struct cli *cli)
{
	struct rec	*refs = rec_new();
	const char	*ref;

	for (int i = 0; i < cli->argc; i++)
		(void)rec_add(refs, KEY(ref), cli->argv[i]);
	rec_each_text(ref, cli->opts, KEY_AS(from_file))
		(void)rec_add(refs, KEY(ref), ref);
	return (refs);
}

int
each_latest(const struct rec *rows, char *id)
{
	struct rec	*row;
	int64_t		 best = INT64_MIN, created;

	rec_each(row, rows, KEY(ctr))
		if ((created = rec_num(row, KEY(created), 0)) > best) {
			best = created;
			(void)strlcpy(id, rec_str(row, KEY(id), ""), ID_TEXT);
		}
	return (best == INT64_MIN ? -1 : 0);
}

/* An error of what selects the containers. */
static void
refuse(struct walk *w, enum error_code code, const char *text)
{
	w->code = w->each->mute ? EXIT_ENGINE : say_error(code, "%s", text);
}

static void
by_filter(struct walk *w, const struct rec *rows, const struct filter *f)
{
	struct rec	*row;
	int64_t		 state;

	rec_each(row, rows, KEY(ctr)) {
		state = rec_num(row, KEY(state), 0);
		if (w->each->due && rec_num(row, KEY(restart_due), 0) != 0)
			state = CTR_RUNNING;
		if (filter_passes(f, row) && (f->n > 0 ||
		    CTR_IN(state, w->each->all_states)))
			act(w, rec_str(row, KEY(id), ""), false);
	}
}

static void
by_state(struct walk *w)
{
	const struct rec	*opts = w->cli->opts;
	scoped_rec struct rec	*rows = containers_reconciled(w->cli->session);
	struct filter		 f = { 0 };
	struct parse_err	 e;
	char			 id[ID_TEXT];

	if (rows == NULL)
		failed(w, 0);
	else if (!opt_flag(opts, "latest", false)) {
		if (filter_open(&f, &ctr_filters, opts, rows, &e) == -1)
			refuse(w, e.code, e.text);
		else
			by_filter(w, rows, &f);
		filter_close(&f);
	} else if (each_latest(rows, id) == 0)
		act(w, id, false);
	else
		refuse(w, ERR_NO_SUCH_CTR, EACH_NO_LATEST);
}

/*
 * podman's rule: of several names, each is looked up before anything is done,
 * unless those that are missing do not matter. Other errors come later.
 */
static bool
all_there(struct walk *w, const struct rec *refs)
{
	const char	*ref;
	char		 id[ID_TEXT];

	if (w->ignore || rec_count(refs, KEY(ref)) < 2)
		return (true);
	rec_each_text(ref, refs, KEY(ref))
		if (state_container_find(&w->cli->session->client, ref, id) ==
		    -1 && errno == ENOENT) {
			failed(w, w->each->missing);
			return (false);
		}
	return (true);
}

int
each_container(struct cli *cli, const struct each *each)
{
	/* As in podman: rm -f of a missing container is no error. */
	struct walk		 w = { .cli = cli, .each = each,
				    .ignore = each->quiet_missing ||
				    opt_flag(cli->opts, "ignore", false) ||
				    opt_flag(cli->opts, "force", false) };
	scoped_rec struct rec	*refs = each_named(cli);
	scoped_free struct turn	*turns = calloc(STOP_AT_ONCE, sizeof(*turns));
	const char		*ref;

	if ((w.turns = turns) == NULL)
		return (say_error(ERR_NO_MEMORY, "out of memory"));
	if (!all_there(&w, refs))
		return (w.code);
	rec_each_text(ref, refs, KEY(ref))
		act(&w, ref, true);
	if (cli->argc == 0 && !opt_given(cli->opts, "cidfile"))
		by_state(&w);
	act_all(&w);
	return (w.code);
}

int
each_run(struct cli *cli)
{
	return (each_container(cli, command_body(cli->command)->about));
}
