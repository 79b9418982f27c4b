#include "table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "visible.h"

#define COLUMNS		64
#define MIN_WIDTH	12
#define PADDING		2

/* The text is kept with its tabs; widths grow as it comes. */
struct table {
	char	*text;
	size_t	 len, cap;
	bool	 started;		/* the row has a cell */
	size_t	 column;
	size_t	 wide;			/* characters in the open cell */
	size_t	 width[COLUMNS];
	bool	 failed;
};

struct table *
table_new(void)
{
	return (calloc(1, sizeof(struct table)));
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	free(t->text);
	free(t);
}

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
	if (t->column < COLUMNS && t->wide + PADDING > t->width[t->column])
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
	size_t	 n;

	for (; *s != '\0'; s++) {
		n = strcspn(s, "\t\n");
		append(t, s, n);
		t->wide += characters(s, n);
		s += n;
		if (*s == '\0')
			return;
		if (*s == '\t')
			close_cell(t);
		else
			table_row(t);
	}
}

static void
print_row(const struct table *t, const char *s, size_t len, FILE *f)
{
	const char	*tab;
	size_t		 n, wide, want;

	for (size_t c = 0; (tab = memchr(s, '\t', len)) != NULL; c++) {
		n = (size_t)(tab - s);
		wide = characters(s, n);
		want = c < COLUMNS ? t->width[c] : wide + PADDING;
		if (want < MIN_WIDTH)
			want = MIN_WIDTH;
		fwrite(s, 1, n, f);
		fprintf(f, "%*s", (int)(want > wide ? want - wide : 0), "");
		s = tab + 1;
		len -= n + 1;
	}
	fwrite(s, 1, len, f);
	fputc('\n', f);
}

int
table_print(const struct table *t, FILE *f)
{
	const char	*s = t->text, *end = s + t->len, *nl;

	if (t->failed)
		return (-1);
	while (s < end && (nl = memchr(s, '\n', (size_t)(end - s))) != NULL) {
		print_row(t, s, (size_t)(nl - s), f);
		s = nl + 1;
	}
	return (0);
}
