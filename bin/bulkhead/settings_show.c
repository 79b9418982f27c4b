#include "settings_show.h"

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "command_session.h"
#include "error.h"
#include "format.h"
#include "say.h"
#include "session.h"

int
settings_show(struct cli *cli, const char *other, settings_fn *fn)
{
	const char	*format = opt_str(cli->opts, "format", other);
	bool		 as_json = strcmp(format, "json") == 0;
	struct error	 failed[SESSION_PARTS];
	struct session	*s = cli->session;
	json_t		*json = NULL;
	int		 code;

	if (!as_json && strcmp(format, other) != 0)
		return (say_error(ERR_INVALID_ARG, "unknown format \"%s\": use "
		    "json or %s", format, other));
	s->config_flags = CONFIG_TEXT | CONFIG_ALL;
	s->failed = failed;
	/* A damaged database takes nothing else with it. */
	if (command_open(s, cli, NEED_STATE | NEED_IF_THERE, NULL) == -1)
		return (session_error(s));
	session_confine(s);
	if (failed[0].text[0] != '\0')
		say_warning("what the database has pinned is not known: %s",
		    failed[0].text);
	code = fn(cli, s->config, as_json ? &json : NULL);
	if (code == 0 && as_json && json == NULL)
		code = say_error(ERR_NO_MEMORY, "out of memory");
	else if (code == 0 && as_json) {
		format_json(stdout, json, 2, 0);
		putchar('\n');
	}
	json_decref(json);
	return (code);
}
