#include "listing.h"

#include "command_session.h"
#include "record.h"
#include "say.h"

int
listing_run(struct cli *cli)
{
	const struct listing	*what = command_body(cli->command)->about;
	scoped_rec struct rec	*rows = NULL;
	struct list		 l;

	if (list_open(&l, what->list, cli->opts) == -1 ||
	    (what->prepare != NULL && what->prepare(&l, cli->opts) == -1) ||
	    command_open(cli->session, cli, what->need | (what->more == NULL ?
	    0 : what->more(&l)), NULL) == -1)
		return (list_close(&l, EXIT_ENGINE));
	rows = what->rows(cli, &l);
	return (list_close(&l, rows == NULL ? session_error(cli->session) :
	    what->print != NULL ? what->print(cli, &l, rows) :
	    list_rows(&l, rows, rows)));
}
