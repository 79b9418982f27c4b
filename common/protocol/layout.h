/*
 * Names on disk that more than one program, or more than one file of one,
 * knows. They are relative to the directory of their section: descriptors of
 * directories are passed on, not paths.
 */
#ifndef PROTOCOL_LAYOUT_H
#define PROTOCOL_LAYOUT_H

/* Of the engine as root. */
#define LAYOUT_ACCOUNT		"bulkhead"		/* its user and group */
#define LAYOUT_SYSTEM_STATE	"/var/lib/bulkhead"
#define LAYOUT_SYSTEM_RUN	"/run/bulkhead"
#define LAYOUT_ROOT_KEYS	"/var/lib/bulkhead-root" /* root's alone */

/* The state directory, which lasts. Rootless it is in the graph root. */
#define LAYOUT_STATE_NAME	"bulkhead.state"
#define LAYOUT_STATE_DB		"state"			/* statekeep's */
#define LAYOUT_STATE_JOURNAL	LAYOUT_STATE_DB ".journal"
#define LAYOUT_RUNNING		"running"		/* a file for each */
#define LAYOUT_RUNNING_AT	"at"	/* in it, a link: which run directory */
#define LAYOUT_RUN_INSTEAD	"run"	/* a lost run directory's, see open.c */
#define LAYOUT_LOGS		"logs"
#define LAYOUT_LOG		LAYOUT_LOGS "/%s.log"	/* of a container */
#define LAYOUT_LOG_OLD		LAYOUT_LOG ".old"	/* rotated out of it */

/* Events, in the state directory or where the configuration says. */
#define LAYOUT_EVENTS		"events"
#define LAYOUT_EVENTS_LOG	LAYOUT_EVENTS "/events.log"
#define LAYOUT_JOURNAL_SOCKET	"/run/systemd/journal/socket"

/* The run directory, which ends with the boot. */
#define LAYOUT_BOOT_DB		"boot"			/* statekeep's */
#define LAYOUT_BOOT_JOURNAL	LAYOUT_BOOT_DB ".journal"
#define LAYOUT_RUN_STORAGE	"storage"		/* store's run root */
#define LAYOUT_CTRS		"ctr"
#define LAYOUT_CTR		LAYOUT_CTRS "/%s"	/* of a container */

/* The run directory of a container. */
#define LAYOUT_CTR_EXIT		"exit"	/* monitor's record of its end */
#define LAYOUT_CTR_EXIT_NEW	"exit.new"	/* room for it */
#define LAYOUT_CTR_LOST		"lost"	/* what its log has lost so far */
#define LAYOUT_CTR_SOCKET	"ctl"	/* the monitor listens */
#define LAYOUT_CTR_CGROUP	"cgroup"	/* where its cgroup is */

/*
 * The storage, which is store's; the engine knows where volumes are mounted
 * from. podman refuses the name of LAYOUT_VOLUME_OWN for a volume, so neither
 * engine uses a directory of the other's.
 */
#define LAYOUT_VOLUMES		"volumes"	/* unless it is configured */
#define LAYOUT_VOLUME_OWN	".bulkhead/"	/* then the name */
#define LAYOUT_VOLUME_DATA	"_data"		/* what is mounted */
#define LAYOUT_LAYER_VOLUMES	"bulkhead/%s/volumes"	/* in one's layer */

/* Cgroups: in system mode below the first; a container's, a pod's. */
#define LAYOUT_CGROUP		"bulkhead"
#define LAYOUT_CGROUP_CTR	"libpod-"		/* then the ID */
#define LAYOUT_CGROUP_POD	"libpod_pod_"		/* then the ID */

/* The lock that is held alone to change the numbers of all others. */
#define LOCK_STORE		"store"
/* engine.num_locks is rounded up to a group, and is at most this. */
#define LOCK_GROUP		32
#define LOCK_MAX		(1u << 20)

#endif
