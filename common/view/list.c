#include "list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "record.h"
#include "say.h"
#include "table.h"

#define CELL_MAX	256		/* of what is not in the record */

static const struct column *
find_column(const struct list_about *about, const char *name, size_t n)
{
	const struct column	*c = about->columns;

	for (; c->member.name != NULL; c++)
		if (c->member.how != SHOW_NOT &&
		    strlen(c->member.name) == n &&
		    memcmp(c->member.name, name, n) == 0)
			return (c);
	return (NULL);
}

void
list_add_column(struct list *l, const char *name)
{
	l->plain[l->nplain++] = find_column(l->about, name, strlen(name));
}

static bool
flag(const struct rec *request, struct key_flag key)
{
	return (rec_flag(request, key, false));
}

int
list_open(struct list *l, const struct list_about *about,
    const struct rec *request)
{
	const char	*name = about->plain;
	size_t		 n;

	*l = (struct list){ .about = about, .quiet = flag(request, KEY(quiet)),
	    .heading = !flag(request, KEY(noheading)),
	    .shown = { .now = clock_real_ns(),
	    .no_trunc = flag(request, KEY_AS(ask_no_trunc)) } };
	if (format_open(&l->format, &about->tmpl, rec_get(request, KEY(format)),
	    about->indent) == -1)
		return (-1);
	l->shown.as_json = l->format.kind == FORMAT_JSON && !l->quiet;
	for (; *name != '\0'; name += n + (name[n] == ' ')) {
		n = strcspn(name, " ");
		l->plain[l->nplain++] = find_column(about, name, n);
	}
	if (l->format.kind == FORMAT_PLAIN && (l->table = table_new()) == NULL)
		return (say_error("%s", strerror(errno)), -1);
	return (0);
}

bool
list_shows(const struct list *l, const char *name)
{
	return (l->shown.as_json || (l->format.tmpl != NULL &&
	    tmpl_mentions(l->format.tmpl, name)));
}

/* All headings as a template's object. */
static int
template_heading(struct list *l)
{
	json_t	*o = json_object();

	for (const struct column *c = l->about->columns;
	    c->member.name != NULL; c++)
		if (c->heading != NULL)
			(void)json_object_set_new(o, c->member.name,
			    json_string(c->heading));
	return (format_heading(&l->format, o));
}

/* Once, before the first row or at the end. */
static int
print_heading(struct list *l)
{
	if (!l->heading)
		return (0);
	l->heading = false;
	if (l->format.kind != FORMAT_PLAIN)
		return (template_heading(l));
	for (size_t i = 0; i < l->nplain; i++)
		table_cell(l->table, l->plain[i]->heading);
	table_row(l->table);
	return (0);
}

static void
plain_row(struct list *l)
{
	char	 buf[CELL_MAX];

	for (size_t i = 0; i < l->nplain; i++)
		table_cell(l->table, show_text(&l->shown,
		    &l->plain[i]->member, buf, sizeof(buf)));
	table_row(l->table);
}

json_t *
list_object(const struct column *c, const struct shown *s)
{
	json_t		*o = json_object();
	struct member	 m;

	for (; c->member.name != NULL; c++) {
		m = c->member;
		m.how = s->as_json ? c->json : m.how;
		if (show_add(s, &m, o) == -1) {
			json_decref(o);
			return (NULL);
		}
	}
	return (o);
}

int
list_row(struct list *l, const struct rec *rec)
{
	char	 buf[CELL_MAX];

	l->shown.rec = rec;
	if (l->quiet) {
		puts(show_text(&l->shown, &l->about->quiet, buf,
		    sizeof(buf)));
		return (0);
	}
	if (print_heading(l) == -1)
		return (-1);
	if (l->format.kind == FORMAT_PLAIN)
		plain_row(l);
	else
		return (format_row(&l->format, list_object(l->about->columns,
		    &l->shown)));
	return (0);
}

static int
print_end(struct list *l)
{
	if ((l->format.kind != FORMAT_PLAIN || !l->about->heading_with_rows) &&
	    print_heading(l) == -1)
		return (-1);
	if (l->table != NULL && table_print(l->table, stdout) == -1)
		return (say_error("%s", strerror(ENOMEM)), -1);
	return (0);
}

int
list_close(struct list *l, int code)
{
	if (code == 0 && !l->quiet && print_end(l) == -1)
		code = EXIT_ENGINE;
	table_free(l->table);
	if (code != 0 || l->quiet)
		format_clear(&l->format);
	else if (format_close(&l->format) == -1)
		code = EXIT_ENGINE;
	return (code);
}
