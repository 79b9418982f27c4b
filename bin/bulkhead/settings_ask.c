#include "settings_ask.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "command.h"
#include "command_session.h"
#include "format.h"
#include "part.h"
#include "record.h"
#include "say.h"
#include "session.h"

#define PINS_WAIT_MS	10000

/* In a process of its own: the keys that the database has pinned. */
static int
ask_pins(struct cli *cli, const struct rec *config, struct rec *out)
{
	struct session	 s = { .quiet = true };
	struct rec_item	 item;
	size_t		 it = 0;

	(void)config;
	if (command_open(&s, cli, NEED_STATE | NEED_IF_THERE, NULL) == -1)
		return (EXIT_ENGINE);
	while (rec_walk(s.config, &it, &item))
		if (item.text != NULL &&
		    strncmp(item.key, "pinned:", 7) == 0) {
			(void)rec_add(out, KEY_FROM(item.key), item.text);
			(void)rec_add(out, KEY_FROM(item.key + 7),
			    rec_str(s.config, KEY_FROM(item.key + 7), ""));
		}
	session_close(&s);
	return (0);
}

/* The configuration, and in it what is pinned. NULL: it has been said why. */
struct rec *
settings_ask(struct cli *cli)
{
	struct session	 s = { .config_flags = CONFIG_TEXT | CONFIG_ALL };
	struct part	 pins = { .run = ask_pins };
	struct rec_item	 item;
	struct rec	*config = NULL;
	size_t		 it = 0;

	part_start(&pins, cli, NULL);
	if (command_open(&s, cli, NEED_CONFIG | NEED_MORE, NULL) == 0 &&
	    (config = rec_new()) != NULL)
		(void)rec_add_all(config, s.config);
	session_close(&s);
	part_wait(&pins, clock_mono_ms() + PINS_WAIT_MS);
	if (config != NULL)
		confined_enter(false);
	if (config != NULL && pins.answer == NULL)
		say_warning("what the database has pinned is not known: %s",
		    pins.why);
	while (config != NULL && pins.answer != NULL &&
	    rec_walk(pins.answer, &it, &item))
		(void)rec_set(config, KEY_FROM(item.key), item.text);
	part_clear(&pins);
	return (config);
}

void
settings_warn(const struct rec *config)
{
	struct rec_item	 item;
	size_t		 it = 0;

	while (rec_walk(config, &it, &item))
		if (strncmp(item.key, "problem:", 8) == 0)
			say_warning("%s", item.text);
}

int
settings_wants_json(const struct cli *cli, const char *other)
{
	const char	*format = opt_str(cli->opts, "format", other);

	if (strcmp(format, "json") == 0)
		return (1);
	if (strcmp(format, other) == 0)
		return (0);
	(void)say_error("unknown format \"%s\": use json or %s", format, other);
	return (-1);
}

int
settings_print_json(json_t *j)
{
	if (j == NULL)
		return (say_error("out of memory"));
	format_json(stdout, j, 2, 0);
	putchar('\n');
	json_decref(j);
	return (0);
}
