/*
 * A container being built, by the process that will become it. The files of
 * this program each add their part, in the order that build.c gives.
 */
#ifndef LAUNCH_BUILD_H
#define LAUNCH_BUILD_H

#include <sys/resource.h>
#include <sys/types.h>

#include <linux/filter.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user.h"

struct spec;
struct given;
struct fault;
struct mounting;

enum { NODE_NULL, NODE_ZERO, NODE_FULL, NODE_RANDOM, NODE_URANDOM, NODE_TTY,
    NODES };

/* A mount that was made, and how it must look when all is done. */
struct planned {
	uint64_t	 id;
	char		*path;
	bool		 readonly;
	bool		 seen;
};

/*
 * Everything is held by descriptor: detached mounts until they are attached,
 * and the same descriptors afterwards.
 */
struct build {
	const struct spec	*spec;
	struct given		*given;
	struct fault		*fault;
	bool			 single;	/* one id only is mapped */
	bool			 keep_groups;	/* they cannot be changed */
	bool			 host_net;	/* no network namespace made */
	bool			 attached;	/* root is in the namespace */
	uid_t			 host_uid;
	gid_t			 host_gid;
	unsigned int		 rows;
	unsigned int		 cols;
	int			 graph;
	int			 root;
	int			 proc;
	int			 self_fd;	/* self/fd beneath proc */
	int			 sys;
	int			 cgroup;
	int			 mqueue;
	int			 shm;
	int			 dev;
	int			 pts;
	int			 node[NODES];
	int			 empty;		/* to mask directories by */
	struct mounting		*mounts;	/* see mount.c */
	size_t			 nmounts;
	int			*files;		/* of spec->files */
	int			 passwd;	/* a file, if it is needed */
	int			 passwd_mount;
	bool			 passwd_written;
	int			 slave;
	int			 master;
	int			 channel;	/* to the helper launch */
	int			 init;		/* the --init program, or -1 */
	struct sock_fprog	 filter;	/* seccomp; len 0: none */
	struct rlimit		 nofile;	/* as launch was started */
	struct planned		*plan;
	size_t			 nplan;
	struct identity		 who;
};

/* Prepare for build_run. 0 or -1. */
int	build_init(struct build *);
/*
 * Before anything is known about the container, or mapped: what every one has,
 * and what belongs to its namespaces, not to an id. 0, or -1 with the fault
 * filled.
 */
int	build_begin(struct build *);
/* Ids are mapped: build all of it. 0, or -1 with the fault filled. */
int	build_run(struct build *);

/* --- the parts, each 0 or -1 with the fault filled --- */

/* idmap.c: map the one id we have; become root of the namespace. */
int	idmap_single(struct build *);
int	idmap_become_root(struct build *);

/* root.c: the root file system. */
int	root_open(struct build *);	/* with the caller's rights */
int	root_make(struct build *);
/* What root_open and root_make needed of the host is closed. */
void	root_release(struct build *);
int	root_enter(struct build *);	/* the host is gone afterwards */
int	root_finish(struct build *, int);	/* of the root given */
/*
 * Put a detached mount where it is ours to copy from, or stack on, until
 * the host's tree goes, and it with it. Not on the root itself, as a stack
 * of roots does not go at once.
 */
int	root_park(int);
/*
 * A mount that was handed over may still be a peer of the host's: what is
 * mounted beneath it here would appear there. Make it a listener at most.
 */
int	root_unshare(int);

/* kernfs.c: proc and sys; then cgroup, mqueue, shm. */
int	kernfs_begin(struct build *);
int	kernfs_make(struct build *);
int	kernfs_attach(struct build *);

/* dev.c: /dev, its devices, terminals and console. */
int	dev_open(struct build *);
int	dev_make(struct build *);
int	dev_attach(struct build *);
int	dev_console(struct build *);

/* mount.c: what the user mounts. */
int	mount_open(struct build *);
bool	mount_has_volumes(const struct spec *);
int	mount_open_volumes(struct build *);	/* once the store is open */
int	mount_attach(struct build *);
int	mount_chown(struct build *);	/* once the user is known */
/* Does the user mount something of their own at exactly this place? */
bool	mount_claimed(const struct build *, const char *);

/* files.c: hosts, resolv.conf, hostname; the passwd entry. */
int	files_make(struct build *);
int	files_attach(struct build *);
/* The container's passwd with the user's entry, once it is written. */
int	files_passwd(struct build *);
/*
 * Write the passwd of this root, and an entry for the user, to a descriptor:
 * 1. 0: the user is to have none. -1 with errno.
 */
int	files_passwd_fill(const struct build *, int, int,
	    const struct identity *);

/* mask.c: what is hidden and what may not be written. */
int	mask_attach(struct build *);

/* plan.c */
/*
 * Attach a detached mount to a target and note it. The path is where that
 * must turn out to be; NULL: wherever the kernel says the target is.
 */
int	plan_attach(struct build *, int, int, const char *, bool);
/* Compare the kernel's list of mounts with what was noted. */
int	plan_check(struct build *);

/* net.c: the loopback interface; then the host name, sysctls. */
int	net_loopback(struct build *);
int	net_setup(struct build *);

#endif
