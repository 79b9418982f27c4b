/*
 * Help in podman's layout, made from the tables.
 */
#include "command.h"
#include "nitems.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NEAR		2	/* edits between a word and a suggestion */

static size_t
least(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return (c < a ? c : a);
}

/* How many letters must change to make one word of the other. */
static size_t
distance(const char *a, const char *b)
{
	size_t	 row[32], la = strlen(a), lb = strlen(b), corner, up;

	if (la >= NITEMS(row) || lb >= NITEMS(row))
		return (NITEMS(row));
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		corner = row[0];
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			up = row[j];
			row[j] = least(up + 1, row[j - 1] + 1,
			    corner + (a[i - 1] != b[j - 1]));
			corner = up;
		}
	}
	return (row[lb]);
}

void
help_suggest(const struct program *p, const char *name)
{
	struct entry	 list[ENTRIES_MAX];
	size_t		 n = command_list(p, NULL, list);
	bool		 any = false;

	for (size_t i = 0; i < n; i++) {
		if (distance(list[i].name, name) > NEAR &&
		    strncasecmp(list[i].name, name, strlen(name)) != 0)
			continue;
		if (!any)
			fprintf(stderr, "\nDid you mean this?\n");
		any = true;
		fprintf(stderr, "\t%s\n", list[i].name);
	}
	if (any)
		fputc('\n', stderr);
}

/* Lines, each two in; an example with the program's name in front. */
static void
indented(const char *text, const char *program)
{
	size_t	 n;

	for (; *text != '\0'; text += n) {
		n = strcspn(text, "\n");
		if (n == 0)
			putchar('\n');
		else
			printf("  %s%s%.*s\n", program,
			    *program != '\0' ? " " : "", (int)n, text);
		n += text[n] == '\n';
	}
}

static const char *
brief_of(const struct entry *e)
{
	return (e->noun != NULL ? e->noun->brief :
	    command_body(e->command)->brief);
}

static void
list_commands(const struct program *p, const struct noun *noun)
{
	struct entry	 list[ENTRIES_MAX];
	size_t		 n = command_list(p, noun, list);

	printf("Available Commands:\n");
	for (size_t i = 0; i < n; i++)
		printf("  %-11s %s\n", list[i].name, brief_of(&list[i]));
}

void
help_noun(const struct program *p, const struct noun *noun)
{
	printf("%s\n\nDescription:\n  %s\n\nUsage:\n  %s %s [command]\n\n",
	    noun->brief, noun->description, p->name, noun->name);
	list_commands(p, noun);
	putchar('\n');
}

void
help_command(const struct program *p, const struct command *c,
    const char *path)
{
	const struct command	*body = command_body(c);
	const char		*examples = command_examples(c, path);
	const struct opt	*rows[OPT_ROWS];
	bool			 options = opt_shown(body->options, OPT_TABLES,
				    rows) > 0;

	printf("%s\n\nDescription:\n", body->brief);
	indented(body->description, "");
	printf("\nUsage:\n  %s %s%s%s%s\n", p->name, path,
	    options ? " [options]" : "", body->operands ? " " : "",
	    body->operands ? body->operands : "");
	if (c->aliases != NULL && strchr(path, ' ') != NULL)
		printf("\nAliases:\n  %s, %s\n", c->verb, c->aliases);
	if (examples != NULL) {
		printf("\nExamples:\n");
		indented(examples, p->name);
	}
	if (options) {
		printf("\nOptions:\n");
		opt_help(body->options, OPT_TABLES);
	}
	putchar('\n');
}

void
help_program(const struct program *p)
{
	const struct opt	*tables[] = { p->global, p->before, p->own };

	printf("%s\n\nUsage:\n  %s [options] [command]\n\n", p->brief,
	    p->name);
	list_commands(p, NULL);
	printf("\nOptions:\n");
	opt_help(tables, NITEMS(tables));
}

static void
dump_table(const char *path, const struct opt *o)
{
	for (; o != NULL && o->name != NULL; o++)
		printf("option\t%s\t%s\t%c\t%s\t%s\t%s\n", path, o->name,
		    o->letter ? o->letter : '-', opt_words(o)->takes,
		    o->complete ? o->complete : "-", o->help ? o->help : "-");
}

static void
dump_entry(const struct program *p, const char *path, const struct entry *e)
{
	const struct command	*c;
	const char		*also;

	(void)p;
	if (e->noun != NULL) {
		printf("group\t%s\t%s\t-\t-\n", path, e->noun->brief);
		return;
	}
	c = command_body(e->command);
	also = strchr(path, ' ') == NULL ? NULL : e->command->aliases;
	printf("command\t%s\t%s\t%s\t%s\n", path, c->brief,
	    c->operand ? c->operand : "-", also ? also : "-");
	for (size_t i = 0; i < OPT_TABLES; i++)
		dump_table(path, c->options[i]);
}

void
help_dump(const struct program *p)
{
	dump_table("-", p->global);
	dump_table("-", p->before);
	dump_table("-", p->own);
	command_walk(p, NULL, dump_entry);
}
