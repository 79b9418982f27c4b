#include "finding.h"

#include <stdbool.h>
#include <string.h>

#include "record.h"
#include "settings.h"
#include "toml.h"

enum { NEAR_MAX = 48 };

/* The text at a line and column, to the end of the line, made printable. */
static void
quote(const struct findings *f, unsigned int line, unsigned int col,
    char *out)
{
	const char	*p = f->text, *end = f->text + f->len;

	for (; line > 1 && p < end; line--)
		p = (p = memchr(p, '\n', (size_t)(end - p))) == NULL ? end :
		    p + 1;
	for (; col > 1 && p < end && *p != '\n'; col--)
		p++;
	toml_quote(p, end, out, NEAR_MAX);
}

int
finding_add(struct findings *f, const char *kind, unsigned int line,
    unsigned int col, const char *what)
{
	scoped_rec struct rec	*r = NULL;
	char			 near[NEAR_MAX] = "";

	if (f->n == FINDINGS_MAX || (r = rec_new()) == NULL)
		return (-1);
	f->n++;
	if (line > 0)
		quote(f, line, col, near);
	(void)rec_add(r, KEY(kind), kind);
	(void)rec_add_num(r, KEY(line), line);
	(void)rec_add_num(r, KEY(col), col);
	(void)rec_add(r, KEY(what), what);
	(void)rec_add(r, KEY(near), near);
	return (rec_add_rec(f->out, KEY(finding), r));
}

int
finding_take(struct findings *f, struct problem *pr)
{
	if (f == NULL || finding_add(f, "error", pr->line, pr->col,
	    pr->text + pr->what) == -1)
		return (-1);
	*pr = (struct problem){ .line = 0 };
	return (0);
}
