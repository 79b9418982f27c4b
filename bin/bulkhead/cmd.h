/*
 * The commands that have no file of their own yet.
 */
#ifndef BULKHEAD_CMD_H
#define BULKHEAD_CMD_H

#include "command.h"
#include "command_session.h"

typedef int cmd_fn(struct cli *, int argc, char **argv);

cmd_fn	cmd_run, cmd_create, cmd_load, cmd_import, cmd_rmi;	/* the flows */
cmd_fn	cmd_config_show, cmd_config_explain, cmd_config_check;
cmd_fn	cmd_locks, cmd_renumber;
cmd_fn	cmd_images, cmd_info, cmd_migrate, cmd_shutdown,
	cmd_events, cmd_history;
cmd_fn	cmd_volume_create, cmd_volume_exists, cmd_volume_inspect,
	cmd_volume_ls, cmd_volume_prune, cmd_volume_rm;
cmd_fn	cmd_pod_create, cmd_pod_exists, cmd_pod_inspect, cmd_pod_ps,
	cmd_pod_rm;

#endif
