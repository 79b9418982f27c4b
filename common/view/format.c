#include "format.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "say.h"
#include "visible.h"

#define MIN_WIDTH	12
#define PADDING		2
/* Formats: JSON; a template that starts with a range. */
#define JSON		"^(json|\\{\\{ *json( +\\.? *)?\\}\\})$"
#define RANGE		"^\\{\\{-? *range([^[:alnum:]]|$)"

/* --- tables --- */

static void
append(struct table *t, const char *s, size_t n)
{
	size_t	 cap = t->cap == 0 ? 4096 : t->cap;
	char	*text;

	while (cap - t->len < n)
		cap *= 2;
	if (cap != t->cap) {
		if ((text = realloc(t->text, cap)) == NULL) {
			t->failed = true;
			return;
		}
		t->text = text;
		t->cap = cap;
	}
	memcpy(t->text + t->len, s, n);
	t->len += n;
}

static size_t
characters(const char *s, size_t n)
{
	size_t	 count = 0;

	for (size_t i = 0; i < n; i++)
		count += (s[i] & 0xc0) != 0x80;
	return (count);
}

/* A tab behind the open cell makes it part of a column. */
static void
close_cell(struct table *t)
{
	if (t->column < TABLE_COLUMNS &&
	    t->wide + PADDING > t->width[t->column])
		t->width[t->column] = t->wide + PADDING;
	append(t, "\t", 1);
	t->column++;
	t->wide = 0;
}

void
table_cell(struct table *t, const char *s)
{
	char	 safe[8192];
	size_t	 n = visible_word(safe, sizeof(safe), s);

	if (t->started)
		close_cell(t);
	t->started = true;
	append(t, safe, n);
	t->wide = characters(safe, n);
}

void
table_row(struct table *t)
{
	append(t, "\n", 1);
	t->started = false;
	t->column = 0;
	t->wide = 0;
}

void
table_text(struct table *t, const char *s)
{
	for (size_t n;; s += n + 1) {
		n = strcspn(s, "\t\n");
		append(t, s, n);
		t->wide += characters(s, n);
		if (s[n] == '\0')
			return;
		if (s[n] == '\t')
			close_cell(t);
		else
			table_row(t);
	}
}

int
table_print(const struct table *t, FILE *f)
{
	const char	*s = t->text, *end = s + t->len, *nl, *tab;
	size_t		 wide, want;

	if (t->failed)
		return (-1);
	for (; s < end && (nl = memchr(s, '\n', (size_t)(end - s))) != NULL;
	    s = nl + 1) {
		for (size_t c = 0; (tab = memchr(s, '\t', (size_t)(nl - s))) !=
		    NULL; s = tab + 1, c++) {
			wide = characters(s, (size_t)(tab - s));
			want = c < TABLE_COLUMNS ? t->width[c] : wide + PADDING;
			if (want < MIN_WIDTH)
				want = MIN_WIDTH;
			fwrite(s, 1, (size_t)(tab - s), f);
			fprintf(f, "%*s", (int)(want > wide ? want - wide : 0),
			    "");
		}
		fwrite(s, 1, (size_t)(nl + 1 - s), f);
	}
	return (0);
}

/* --- formats --- */

static bool
fits(const char *text, const char *pattern)
{
	regex_t	 re;
	bool	 is;

	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return (false);
	is = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return (is);
}

static int
no_memory(void)
{
	(void)say_error(ERR_NO_MEMORY, "%s", strerror(ENOMEM));
	return (-1);
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
	if (fits(text, JSON)) {
		f->kind = FORMAT_JSON;
		return (0);
	}
	/* What starts with {{range ...}} wants all rows at once. */
	f->kind = about->rows && fits(text, RANGE) ? FORMAT_WHOLE :
	    FORMAT_TEMPLATE;
	if (strncmp(text, "table ", 6) == 0) {
		f->kind = FORMAT_TABLE;
		text += 6 + strspn(text + 6, " ");
	}
	if ((f->tmpl = tmpl_parse(about, text, &err)) == NULL) {
		(void)say_parse(&err);
		return (-1);
	}
	if (f->kind == FORMAT_WHOLE && (f->all = json_array()) == NULL)
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
	FILE			*out = stdout;
	int			 r;

	if (f->kind == FORMAT_TABLE &&
	    (out = open_memstream(&text, &size)) == NULL)
		return (no_memory());
	r = tmpl_exec(f->tmpl, row, out, flags, &err);
	if (f->kind == FORMAT_TABLE && fclose(out) == EOF)
		r = parse_no_memory(&err);
	if (r == -1) {
		(void)say_parse(&err);
		return (-1);
	}
	if (f->kind == FORMAT_TABLE) {
		table_text(&f->table, text);
		table_row(&f->table);
	} else
		putchar('\n');
	return (0);
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
	free(f->table.text);
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
	else if (f->kind == FORMAT_WHOLE && f->all != NULL)
		r = render(f, f->all, f->tty ? TMPL_TTY : 0);
	else if (table_print(&f->table, stdout) == -1)
		r = no_memory();
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
