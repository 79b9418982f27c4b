/*
 * The commands that have no file of their own yet.
 */
#ifndef BULKHEAD_CMD_H
#define BULKHEAD_CMD_H

#include "command.h"
#include "command_session.h"

typedef int cmd_fn(struct cli *, int argc, char **argv);

cmd_fn	cmd_load, cmd_import, cmd_rmi;	/* the flows */
cmd_fn	cmd_config_show, cmd_config_explain, cmd_config_check;
cmd_fn	cmd_info, cmd_migrate, cmd_shutdown,
	cmd_events;

#endif
