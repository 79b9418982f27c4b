/*
 * Making a container from a request: the options of run and create, by name.
 * In this order: create_prepare; the session is opened with NEED_CREATE, and
 * for run with NEED_LAUNCH and NEED_MORE; create_container. Then create ends
 * with create_complete, run with start_container. All return 0, or -1 with an
 * error, which is the session's but for create_prepare.
 */
#ifndef ENGINE_CREATE_H
#define ENGINE_CREATE_H

#include <stdbool.h>

#include "record.h"

struct error;
struct session;
struct start;

#define NEED_CREATE							\
	(NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS | NEED_WRITE)

struct create {
	/* Of the caller, who keeps them. */
	struct session	*s;
	const struct rec *request;
	/* the image or, with rootfs, its path */
	const char	*what;
	char		**command;	/* and its arguments */
	int		 ncommand;
	struct start	*start;		/* of run, or NULL */

	char		 id[ID_TEXT];
	struct rec	*def;		/* its definition */
	bool		 rootfs;
	bool		 rm;		/* it goes at its end */
	bool		 layer_asked;	/* the store makes its layer */
	char		*rootfs_path;	/* absolute */
	struct rec	*wants;		/* the request, with what the
					 * configuration has for the rest */
	struct rec	*mounts;	/* what is to be mounted */
	struct rec	*image;
};

/*
 * With the rights of the person: choose an ID, open small files, list the
 * mounts, and have the session call back where it is root and when launch is
 * there.
 */
int	create_prepare(struct create *, struct error *);
/*
 * Define and record it: afterwards its state is CTR_CREATING, and its lock is
 * held. On -1 nothing is left of it.
 */
int	create_container(struct create *);
/*
 * It is to be started later: its layer and volumes are made now, so that a full
 * disk is found now. On -1 it is removed.
 */
int	create_complete(struct create *);
/*
 * start_container failed: it stays as created, unless it goes at its end or
 * its name is taken; then it is removed, and *gone is set.
 */
int	create_failed(struct create *, bool *gone);
/* Its first run has ended: record it. */
int	create_ended(struct create *);
void	create_clear(struct create *);

#endif
