#include "format.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "say.h"
#include "table.h"

/* "json", or a template that says only that. */
static bool
is_json(const char *s)
{
	if (strcmp(s, "json") == 0)
		return (true);
	if (strncmp(s, "{{", 2) != 0)
		return (false);
	s += 2 + strspn(s + 2, " ");
	if (strncmp(s, "json", 4) != 0 || (s[4] != ' ' && s[4] != '}'))
		return (false);
	s += 4 + strspn(s + 4, " ");
	s += *s == '.';
	s += strspn(s, " ");
	return (strcmp(s, "}}") == 0);
}

/* Does it start with {{range ...}}? Then it wants all rows at once. */
static bool
is_range(const char *s)
{
	if (strncmp(s, "{{", 2) != 0)
		return (false);
	s += 2;
	s += *s == '-';
	s += strspn(s, " ");
	return (strncmp(s, "range", 5) == 0 && !isalnum((unsigned char)s[5]));
}

static int
no_memory(void)
{
	return (say_error("%s", strerror(ENOMEM)), -1);
}

int
format_open(struct format *f, const struct tmpl_about *about,
    const char *text, size_t indent)
{
	struct parse_err	 err;

	*f = (struct format){ .tty = isatty(STDOUT_FILENO) == 1,
	    .indent = indent };
	if (text == NULL || *text == '\0' || strcmp(text, "table") == 0)
		return (0);
	if (is_json(text)) {
		f->kind = FORMAT_JSON;
		return (0);
	}
	f->kind = about->rows && is_range(text) ? FORMAT_WHOLE :
	    FORMAT_TEMPLATE;
	if (strncmp(text, "table ", 6) == 0) {
		f->kind = FORMAT_TABLE;
		text += 6;
		text += strspn(text, " ");
	}
	if ((f->tmpl = tmpl_parse(about, text, &err)) == NULL) {
		say_error("%s", err.text);
		return (-1);
	}
	if ((f->kind == FORMAT_TABLE && (f->table = table_new()) == NULL) ||
	    (f->kind == FORMAT_WHOLE && (f->all = json_array()) == NULL))
		return (no_memory());
	return (0);
}

/*
 * A table's template has its columns by tabs or, as podman reads it, by the
 * blanks between its actions.
 */
static int
render(struct format *f, json_t *row, unsigned int flags)
{
	scoped_free char	*text = NULL;
	struct parse_err	 err;
	size_t			 size;
	FILE			*m;
	int			 r;

	if (f->kind != FORMAT_TABLE) {
		r = tmpl_exec(f->tmpl, row, stdout, flags, &err);
		if (r == 0 && f->kind == FORMAT_TEMPLATE)
			putchar('\n');
	} else if ((m = open_memstream(&text, &size)) == NULL)
		r = parse_fail(&err, "%s", strerror(errno));
	else {
		r = tmpl_exec(f->tmpl, row, m, flags, &err);
		if (fclose(m) == EOF)
			r = parse_fail(&err, "%s", strerror(errno));
		if (r == 0) {
			table_text(f->table, text);
			table_row(f->table);
		}
	}
	if (r == -1)
		say_error("%s", err.text);
	return (r);
}

int
format_heading(struct format *f, json_t *o)
{
	int	 r = 0;

	if (f->kind == FORMAT_TABLE)
		r = o == NULL ? no_memory() : render(f, o, TMPL_MAP);
	json_decref(o);
	return (r);
}

static void
json_row(struct format *f, json_t *row)
{
	scoped_free char	*line = NULL;

	if (f->indent > 0) {
		fputs(f->count++ == 0 ? "[\n" : ",\n", stdout);
		format_json(stdout, row, f->indent, f->indent);
	} else if ((line = tmpl_json(row)) != NULL)
		printf("%c%s", f->count++ == 0 ? '[' : ',', line);
}

int
format_row(struct format *f, json_t *row)
{
	int	 r = 0;

	if (row == NULL)
		return (no_memory());
	if (f->kind == FORMAT_WHOLE)
		return (json_array_append_new(f->all, row));
	if (f->kind == FORMAT_JSON)
		json_row(f, row);
	else
		r = render(f, row, f->tty ? TMPL_TTY : 0);
	json_decref(row);
	return (r);
}

void
format_clear(struct format *f)
{
	table_free(f->table);
	json_decref(f->all);
	tmpl_free(f->tmpl);
	*f = (struct format){ 0 };
}

int
format_close(struct format *f)
{
	int	 r = 0;

	if (f->kind == FORMAT_JSON)
		puts(f->count == 0 ? "[]" : f->indent == 0 ? "]" : "\n]");
	if (f->kind == FORMAT_TABLE && f->table != NULL)
		r = table_print(f->table, stdout);
	if (f->kind == FORMAT_WHOLE && f->all != NULL) {
		r = render(f, f->all, f->tty ? TMPL_TTY : 0);
		if (r == 0)
			putchar('\n');
	}
	format_clear(f);
	return (r);
}

void
format_json(FILE *f, json_t *j, size_t indent, size_t margin)
{
	scoped_free char	*text = NULL;
	size_t			 flags = JSON_ENCODE_ANY | JSON_INDENT(indent);

	if (isatty(STDOUT_FILENO) == 1)
		flags |= JSON_ENSURE_ASCII;
	if ((text = json_dumps(j, flags)) == NULL)
		return;
	fprintf(f, "%*s", (int)margin, "");
	for (const char *s = text; *s != '\0'; s++) {
		if (*s == 0x7f)
			fputs("\\u007f", f);
		else
			fputc(*s, f);
		if (*s == '\n')
			fprintf(f, "%*s", (int)margin, "");
	}
}
