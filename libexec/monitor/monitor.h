/*
 * The object of the monitor. There is exactly one, static: nothing is allocated
 * after start.
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "ctl.h"
#include "helper.h"
#include "io.h"
#include "logfile.h"
#include "spawn.h"
#include "viewer.h"

/* The states of the dispatch tables, one bit each. */
enum {
	EMPTY	= 1 << 0,	/* only the channel is open */
	READY	= 1 << 1,	/* opened and confined, no container yet */
	RUNNING	= 1 << 2,	/* a container was adopted */
	ENDED	= 1 << 3,	/* its first process has ended */
};

struct monitor {
	struct helper	 h;
	unsigned int	 state;
	struct child	 launch;
	int		 run_dir;
	int		 note_fd;	/* file for the exit status, or -1 */
	int		 payload;	/* pidfd, until it is reaped */
	int		 wait_status;	/* as from wait(2) */
	int64_t		 finished_ns;
	bool		 drained;	/* its output is delivered */
	struct io	 io;
	struct logfile	 log;
	uint64_t	 lost_noted;	/* log.lost as recorded in `lost` */
	struct viewers	 viewers;
	struct ctl	 ctl;
};

#endif
