/*
 * The option tables, by command.
 */
#ifndef BULKHEAD_TABLES_H
#define BULKHEAD_TABLES_H

#include "opt.h"

extern const struct opt	opts_create[];		/* run and create */
extern const struct opt	opts_run[];		/* run alone */
extern const struct opt	opts_create_refused[];


extern const struct opt	opts_load[], opts_import[], opts_images[], opts_rmi[];
extern const struct opt	opts_events[], opts_history[];
extern const struct opt	opts_info[],
			opts_migrate[], opts_shutdown[];
extern const struct opt	opts_locks[], opts_renumber[];
extern const struct opt	opts_config_show[], opts_config_explain[],
			opts_config_check[];

extern const struct opt	opts_volume_create[], opts_volume_ls[],
			opts_volume_inspect[], opts_volume_rm[],
			opts_volume_prune[], opts_exists[];
extern const struct opt	opts_pod_create[], opts_pod_ps[], opts_pod_inspect[],
			opts_pod_rm[];

#endif
