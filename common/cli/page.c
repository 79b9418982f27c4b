/*
 * A command's manual page in mdoc, from the same tables as its help. What the
 * tables cannot say is in VERB.mdoc beside the source; tools/pages.sh puts the
 * two together.
 */
#include "command.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH		76

/* A word on a line of text; roff must not take its first one for a macro. */
static void
word(const char *s, size_t n, size_t *column)
{
	if (*column > 0 && *column + n + 1 > WIDTH) {
		putchar('\n');
		*column = 0;
	}
	if (*column > 0)
		putchar(' ');
	else if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	*column += n + (*column > 0);
	for (size_t i = 0; i < n; i++)
		if (s[i] == '\\')
			fputs("\\e", stdout);
		else
			putchar(s[i]);
}

/*
 * Running text: each sentence starts a line, no line is long, and where asked
 * for the last one has its full stop.
 */
static void
prose(const char *s, bool stop)
{
	size_t	 n, column = 0;
	bool	 ended = false;

	for (; *s != '\0'; s += n) {
		if (strncmp(s, "\n\n", 2) == 0) {
			fputs("\n.Pp\n", stdout);
			column = 0;
		}
		s += strspn(s, " \n");
		n = strcspn(s, " \n");
		if (n == 0)
			break;
		if (ended && column > 0 && isupper((unsigned char)*s)) {
			putchar('\n');
			column = 0;
		}
		word(s, n, &column);
		ended = s[n - 1] == '.';
	}
	puts(stop && !ended ? "." : "");
}

static const char *
argument(const struct opt *o)
{
	const char	*word = opt_words(o)->argument;

	if (word != NULL)
		return (word);
	if (strcmp(o->name, "detach-keys") == 0)
		return ("keys");
	return (o->complete != NULL && strcmp(o->complete, "file") == 0 ?
	    "file" : "value");
}

static void
option(const struct opt *o)
{
	const char	*arg = argument(o);

	fputs(".It ", stdout);
	if (o->letter != 0)
		printf("Fl %c , ", o->letter);
	printf("Fl -%s", o->name);
	if (*arg != '\0')
		printf(" Ar %s", arg);
	putchar('\n');
	prose(o->help, true);
	if (o->def != NULL)
		printf("The default is\n.Li %s .\n", o->def);
	if (o->complete != NULL && strchr(o->complete, '|') != NULL) {
		fputs("One of", stdout);
		for (const char *s = o->complete; *s != '\0'; ) {
			size_t	 n = strcspn(s, "|");

			printf("%s\n.Li %.*s", s == o->complete ? "" : " ,",
			    (int)n, s);
			s += n + (s[n] == '|');
		}
		puts(" .");
	}
}

static void
options(const struct command *c)
{
	const struct opt	*rows[OPT_ROWS];
	size_t			 n = opt_shown(c->options, OPT_TABLES, rows);

	if (n == 0)
		return;
	puts(".Pp\nThe options are as follows:\n.Bl -tag -width Ds");
	for (size_t i = 0; i < n; i++)
		if (*rows[i]->help != '\0')
			option(rows[i]);
	puts(".El");
}

/* "CONTAINER [CONTAINER...]" in mdoc. */
static void
operands(const char *s)
{
	bool	 optional;
	size_t	 n;

	for (; s != NULL && *s != '\0'; s += n) {
		optional = false;
		for (; *s != '\0' && strchr(" []{}", *s) != NULL; s++)
			optional = *s == '[';
		n = strcspn(s, " []{}");
		if (n == 0)
			continue;
		fputs(optional ? ".Op Ar " : ".Ar ", stdout);
		for (size_t i = 0; i < n; i++)
			putchar(tolower((unsigned char)s[i]));
		putchar('\n');
	}
}

static void
examples(const char *program, const char *s)
{
	size_t	 n;

	if (s == NULL)
		return;
	puts(".Sh EXAMPLES\n.Bd -literal -offset indent");
	for (; *s != '\0'; s += n) {
		n = strcspn(s, "\n");
		printf("%s %.*s\n", program, (int)n, s);
		n += s[n] == '\n';
	}
	puts(".Ed");
}

/* The command of that path, "run" or "system migrate"; NULL: there is none. */
static const struct command *
of_path(const struct program *p, const char *path)
{
	struct entry	 e = { 0 };
	char		 words[64], *word, *rest = words;

	(void)snprintf(words, sizeof(words), "%s", path);
	while ((word = strsep(&rest, " ")) != NULL)
		if (e.command != NULL || !command_find(p, e.noun, word, &e))
			return (NULL);
	return (e.command);
}

/*
 * What can be said without its noun is described under that name, and the
 * halves of `inspect` as one.
 */
static bool
has_page(const struct program *p, const struct command *c)
{
	struct entry	 e;

	if (c->at_top != NULL || c->same_as != NULL)
		return (false);
	return ((strcmp(c->noun, "container") != 0 &&
	    strcmp(c->noun, "image") != 0) ||
	    !command_find(p, NULL, c->verb, &e));
}

/* "rmi", and where its source is: "image/rm". */
static void
list_page(const struct program *p, const char *path, const struct entry *e)
{
	const struct command	*c = e->command;

	if (c != NULL && (strchr(path, ' ') == NULL || has_page(p, c)))
		printf("%s\t%s/%s\n", path, c->noun, c->verb);
}

int
page_print(const struct program *p, const char *name)
{
	const struct command	*found = of_path(p, name), *c;
	char			 title[64];

	if (strcmp(name, "-") == 0) {
		command_walk(p, NULL, list_page);
		return (0);
	}
	if (found == NULL)
		return (-1);
	c = command_body(found);
	snprintf(title, sizeof(title), "%s-%s", p->name, name);
	for (char *s = title; *s != '\0'; s++)
		*s = *s == ' ' ? '-' : (char)tolower((unsigned char)*s);
	printf(".Dd November 22, 2026\n.Dt ");
	for (const char *s = title; *s != '\0'; s++)
		putchar(toupper((unsigned char)*s));
	printf(" 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd %c%s\n.Sh SYNOPSIS\n"
	    ".Nm %s %s\n.Op Ar options\n", title,
	    tolower((unsigned char)c->brief[0]), c->brief + 1, p->name, name);
	operands(c->operands);
	puts(".Sh DESCRIPTION");
	prose(c->description, true);
	puts("@@");
	options(c);
	puts("@@");
	examples(p->name, command_examples(found, name));
	return (0);
}
