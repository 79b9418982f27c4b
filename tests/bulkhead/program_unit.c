/*
 * What the commands declare holds together.
 */
#include <stdio.h>
#include <string.h>

#include "command_session.h"
#include "harness.h"

/* Names once, letters once, a known kind. */
static void
check_options(const struct command *c)
{
	struct opt_set	 set = { .program = program.name, .command = c->verb,
			    .global = { program.global } };

	memcpy(set.tables, c->options, sizeof(set.tables));
	for (size_t i = 0; i < OPT_TABLES; i++)
		for (const struct opt *o = c->options[i];
		    o != NULL && o->name != NULL; o++) {
			if (opt_find(&set, o->name, strlen(o->name)) != o ||
			    (o->letter != 0 &&
			    opt_letter(&set, o->letter) != o)) {
				printf("# %s: %s twice\n", c->verb, o->name);
				CHECK(0);
			}
			CHECK(o->kind != OPT_ONLY || o->complete != NULL);
		}
}

static void
check_command(const struct command *c)
{
	const struct command	*body = command_body(c);
	struct entry		 e;

	CHECK(c->noun != NULL && c->verb != NULL);
	CHECK(!c->top_only || c->at_top != NULL);
	CHECK(body->brief != NULL && body->description != NULL);
	CHECK(body->run != NULL);
	if (!c->top_only) {
		CHECK(noun_find(&program, c->noun) != NULL);
		CHECK(command_find(&program, noun_find(&program, c->noun),
		    c->verb, &e) && e.command == c);
	}
	if (c->at_top != NULL)
		CHECK(command_find(&program, NULL, c->at_top, &e) &&
		    e.command == c);
	check_options(c);
}

int
main(void)
{
	struct entry	 list[ENTRIES_MAX];
	size_t		 n = command_list(&program, NULL, list);

	CHECK(n > 0 && n < ENTRIES_MAX);
	for (size_t i = 1; i < n; i++)
		CHECK(strcmp(list[i - 1].name, list[i].name) < 0);
	for (const struct opt *o = program.global; o->name != NULL; o++)
		CHECK(o->letter == 0);
	for (const struct command *const *c = program.commands; *c != NULL; c++)
		check_command(*c);
	return (finish());
}
