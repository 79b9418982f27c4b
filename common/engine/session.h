/*
 * What a command works with: its client, the configuration, the opened
 * state and store. Opened once, in the order that privilege needs.
 */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "cache.h"
#include "client.h"
#include "mac.h"
#include "records.h"
#include "run_env.h"

struct rec;

enum {
	NEED_CONFIG	= 0,
	NEED_STATE	= 1 << 0,
	NEED_STORE	= 1 << 1,
	NEED_LOCK	= 1 << 2,
	NEED_IDS	= 1 << 3,	/* refresh */
	/* What stops and removes containers. */
	NEED_END	= NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS,
	NEED_LAUNCH	= 1 << 4,	/* reaper, monitor, launch */
	NEED_FETCH	= 1 << 5,
	NEED_WRITE	= 1 << 6,	/* the store may be created, changed */
	NEED_CGROUP	= 1 << 9,	/* what moves processes */
	NEED_MORE	= 1 << 7,	/* starts more helpers: will confine
					 * itself with session_confine */
	NEED_AS_IS	= 1 << 10,	/* what was left over stays so */
	NEED_SETTINGS	= 1 << 11,	/* the store's own; with NEED_STORE */
	NEED_RUN_ROOT	= 1 << 12,	/* the store's, as podman of root has
					 * it; rootless it is the same */
	NEED_IF_THERE	= 1 << 8,	/* of a state that is not there yet,
					 * none is made */
};

/*
 * What the program that opens a session knows and the engine does not. All of
 * it is borrowed, and lives as long as the session.
 */
struct session_options {
	const struct rec *settings;	/* root, runroot, ...: by the names of
					 * the options that every command has */
	const struct rec *line;		/* the command line, a word per `arg` */
	const char	*command;	/* its name in the history of events */
	bool		 private_args;	/* the history has the name alone */
	bool		 starts;	/* it starts containers */
	unsigned int	 trace, verbose;
	/* Messages to a person: see session_warn and session_notice. */
	void		 (*warn)(const char *);
	void		 (*notice)(const char *);
	void		 (*helpers)(const char *); /* stderr of helpers */
	/* Enter the program's sandbox: see session_confine. */
	void		 (*confine)(bool connects);
};

struct session {
	struct client		 client;
	struct session_options	 options;
	struct rec		*config;
	unsigned int		 config_flags;	/* enum config_flags */
	bool			 quiet;		/* without its warnings */
	int			 config_fd;	/* the memfd it came in */
	int			 fresh_fd;	/* from resolve, to be kept */
	char			 config_name[CACHE_NAME]; /* under this */
	struct cache		 cache;		/* of filters, and of that */
	struct mac_key		 root_key;	/* while we are root: grant.h */
	struct rec		*made_with;	/* NULL, or what the store has
						 * instead of ours */
	struct rec		*chosen;	/* see trust.h */
	bool			 system;	/* root started us */
	bool			 single;	/* containers get one id only */
	bool			 userns;	/* store is root of its own */
	bool			 untidy;	/* the store can tidy up */
	int			 userns_fd;	/* of our container */
	bool			 containers;	/* may ask their monitors */
	bool			 rm_volumes;	/* what is removed takes its own
						 * volumes with it */
	bool			 locks;		/* the lock broker is ready */
	bool			 locks_any;	/* with a table of any size:
						 * to look, or to renumber */
	bool			 locks_stale;	/* locks_retrieve is due */
	bool			 inherit;	/* a reaper started us: use
						 * what it kept */
	unsigned int		 kept;		/* mask of enum inherited_fd */
	const char		*reaped_id;	/* the container whose wait
						 * status was told, or NULL */
	int			 reaped;
	char			 boot_id[65];
	bool			 stale;		/* refresh is due: boot.h */
	bool			 lost;		/* the run directory is not
						 * of this boot: running.h */
	int			 state_dir;	/* durable */
	int			 run_dir;	/* per boot */
	struct run_env		 run_env;	/* session_run_env */
	int			 graph_fd;	/* graph root; system: mount */
	int			 run_root_fd;	/* run root; or -1 */
	int			 ctr_fd;	/* run directory we locked */
	char			 ctr_id[65];	/* whose it is */
	const char		*graph;		/* its path */
	int			 (*privileged)(struct session *); /* open.h */
	bool			 (*needs_compiler)(struct session *);
	int			 (*launch_started)(struct session *);
	void			*arg;
};

/* Stop its helpers and let go of everything. */
void	session_close(struct session *);
/*
 * The same where nothing but the end of this process follows: its channels
 * close with it, at once, and no helper that ends is in its way.
 */
void	session_leave(struct session *);
/*
 * From here on no more helpers are started, and this process may do only what
 * its policy says; a session that looks at containers may connect to their
 * monitors.
 */
void	session_confine(const struct session *);
/*
 * Find out which boot this is; the session opens with it. 0, or -1 with a
 * sentence: another answer would make everything that runs look ended.
 */
int	session_boot_id(struct session *);
/*
 * Was the run directory removed since it was opened? Then this command can
 * record nothing any more, but the next one can.
 */
bool	session_run_dir_gone(const struct session *);
/* Tell the person about something that this session goes on in spite of. */
void	session_warn(const struct session *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/* The same for an error that is not the operation's result. */
void	session_notice(const struct session *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));

/*
 * A descriptor that a reaper has kept for its clean-up: borrowed; -1: it kept
 * none, or this is no clean-up.
 */
int	session_kept(const struct session *, enum inherited_fd);
/* Is the state this command's alone, and gone with it? */
bool	session_in_memory(const struct session *);
/* "WHAT NAME: strerror" as the client's error; always -1, errno kept. */
int	session_sentence(struct session *, const char *, const char *);
/* What running containers takes of this session: it lives as that does. */
const struct run_env *session_run_env(struct session *);
/* Text of a configuration key, or the fallback. */
const char *session_config(const struct session *, struct key_str,
    const char *);

#endif
