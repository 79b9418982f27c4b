/*
 * A container while it is built, by the process that becomes it. Each file of
 * this program adds its part, in the order that build.c gives.
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

/* A mount that was made, and what the kernel's list of mounts must show. */
struct planned {
	uint64_t	 id;
	char		*path;
	bool		 readonly;
	bool		 seen;
};

/*
 * All mounts are held by descriptor: detached ones until they are attached, and
 * by the same descriptors afterwards.
 */
struct build {
	const struct spec	*spec;
	struct given		*given;
	struct fault		*fault;
	bool			 single;	/* only one id is mapped */
	bool			 keep_groups;	/* setgroups is denied */
	bool			 host_net;	/* no own network namespace */
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
	int			 empty;		/* mounted over masked
						 * directories */
	struct mounting		*mounts;	/* see mount.c */
	size_t			 nmounts;
	int			*files;		/* of spec->files */
	int			 passwd;	/* the passwd file, or -1 */
	int			 passwd_mount;
	bool			 passwd_written;
	int			 slave;
	int			 master;
	int			 channel;	/* to the helper launch */
	int			 init;		/* the --init program, or -1 */
	struct sock_fprog	 filter;	/* seccomp; len 0: none */
	struct rlimit		 nofile;	/* the limit when launch was
						 * started */
	struct planned		*plan;
	size_t			 nplan;
	struct identity		 who;
};

/* Prepare for build_run. 0 or -1. */
int	build_init(struct build *);
/*
 * Before the definition has come and ids are mapped: make what every container
 * has, and set up what belongs to its namespaces and to no id. 0, or -1 with
 * the fault filled.
 */
int	build_begin(struct build *);
/* After ids are mapped: build the container. 0, or -1 with the fault filled. */
int	build_run(struct build *);

/* --- the parts, each 0 or -1 with the fault filled --- */

/* idmap.c: map the caller's id; become root of the namespace. */
int	idmap_single(struct build *);
int	idmap_become_root(struct build *);

/* root.c: the root file system. */
int	root_open(struct build *);	/* with the caller's rights */
int	root_make(struct build *);
/* Close what root_open and root_make needed of the host. */
void	root_release(struct build *);
int	root_enter(struct build *);	/* the host is gone afterwards */
int	root_finish(struct build *, int);	/* of this root */
/*
 * Attach a detached mount to the host's tree, which is needed to copy from it
 * or to stack on it; it is detached with that tree. Not on the root itself,
 * because pivot_root does not detach a stack of roots.
 */
int	root_park(int);
/*
 * A mount that was handed over may be a peer of the host's: what is mounted
 * beneath it here would appear there. Make it a slave or private.
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
int	mount_open_volumes(struct build *);	/* after the store was opened */
int	mount_attach(struct build *);
int	mount_chown(struct build *);	/* after the user was looked up */
/* Does the definition mount something at exactly this place? */
bool	mount_claimed(const struct build *, const char *);

/* files.c: hosts, resolv.conf, hostname; the passwd entry. */
int	files_make(struct build *);
int	files_attach(struct build *);
/* Mount the passwd file with the user's entry over the container's. */
int	files_passwd(struct build *);
/*
 * Write the passwd file of this root, with an entry for the user, to a
 * descriptor. 1: written. 0: the user needs no entry. -1 with errno.
 */
int	files_passwd_fill(const struct build *, int, int,
	    const struct identity *);

/* mask.c: masked and read-only paths. */
int	mask_attach(struct build *);

/* plan.c */
/*
 * Attach a detached mount to a target and record it. The path is the expected
 * place; NULL: the path that the kernel gives for the target.
 */
int	plan_attach(struct build *, int, int, const char *, bool);
/* Compare the kernel's list of mounts with the recorded ones. */
int	plan_check(struct build *);

/* net.c: the loopback interface; then the host name, sysctls. */
int	net_loopback(struct build *);
int	net_setup(struct build *);

#endif
