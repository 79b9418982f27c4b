/*
 * The option tables, by command.
 */
#ifndef BULKHEAD_TABLES_H
#define BULKHEAD_TABLES_H

#include "opt.h"

		/* run and create */
		/* run alone */


extern const struct opt	opts_load[], opts_import[], opts_rmi[];
extern const struct opt	opts_events[];
extern const struct opt	opts_info[],
			opts_migrate[], opts_shutdown[];
extern const struct opt	opts_config_show[], opts_config_explain[],
			opts_config_check[];

#endif
