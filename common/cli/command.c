/*
 * The commands of a program by name: nouns and their verbs, and at the top
 * the nouns and what can be said without one.
 */
#include "command.h"

#include <stdlib.h>
#include <string.h>

bool
command_word(const char *list, const char *word)
{
	size_t	 n, len = strlen(word);

	for (const char *s = list; s != NULL && *s != '\0'; s += n) {
		s += strspn(s, " ");
		n = strcspn(s, " ");
		if (n == len && memcmp(s, word, n) == 0)
			return (true);
	}
	return (false);
}

const struct command *
command_body(const struct command *c)
{
	return (c->same_as != NULL ? c->same_as : c);
}

const char *
command_examples(const struct command *c, const char *path)
{
	bool	 at_top = strchr(path, ' ') == NULL;

	return (at_top && c->top_examples != NULL ? c->top_examples :
	    c->examples);
}

/* The name under which a command is a member of the noun; NULL: it is none. */
static const char *
member(const struct command *c, const struct noun *noun)
{
	if (noun == NULL)
		return (c->at_top);
	return (!c->top_only && strcmp(c->noun, noun->name) == 0 ? c->verb :
	    NULL);
}

const struct noun *
noun_find(const struct program *p, const char *name)
{
	for (const struct noun *n = p->nouns; n->name != NULL; n++)
		if (strcmp(n->name, name) == 0)
			return (n);
	return (NULL);
}

bool
command_find(const struct program *p, const struct noun *noun,
    const char *name, struct entry *e)
{
	const char	*is;

	if (noun == NULL && (e->noun = noun_find(p, name)) != NULL) {
		*e = (struct entry){ e->noun->name, e->noun, NULL };
		return (true);
	}
	for (const struct command *const *c = p->commands; *c != NULL; c++)
		if ((is = member(*c, noun)) != NULL && (strcmp(is, name) == 0 ||
		    (noun != NULL && command_word((*c)->aliases, name)))) {
			*e = (struct entry){ is, NULL, *c };
			return (true);
		}
	return (false);
}

static int
by_name(const void *a, const void *b)
{
	const struct entry	*x = a, *y = b;

	return (strcmp(x->name, y->name));
}

size_t
command_list(const struct program *p, const struct noun *noun,
    struct entry list[ENTRIES_MAX])
{
	const char	*name;
	size_t		 n = 0;

	if (noun == NULL)
		for (const struct noun *m = p->nouns; m->name != NULL &&
		    n < ENTRIES_MAX; m++)
			list[n++] = (struct entry){ m->name, m, NULL };
	for (const struct command *const *c = p->commands; *c != NULL &&
	    n < ENTRIES_MAX; c++)
		if ((name = member(*c, noun)) != NULL)
			list[n++] = (struct entry){ name, NULL, *c };
	qsort(list, n, sizeof(list[0]), by_name);
	return (n);
}
