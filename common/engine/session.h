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
#include "record.h"
#include "run_env.h"

#define SESSION_PARTS	4	/* may be missing: the first NEED_* */

enum {
	NEED_STATE	= 1 << 0,
	NEED_STORE	= 1 << 1,
	NEED_LOCK	= 1 << 2,
	NEED_IDS	= 1 << 3,	/* refresh */
	/* What stops and removes containers. */
	NEED_END	= NEED_STATE | NEED_STORE | NEED_LOCK | NEED_IDS,
	NEED_LAUNCH	= 1 << 4,	/* reaper, monitor, launch */
	NEED_FETCH	= 1 << 5,
	NEED_CGROUP	= 1 << 6,	/* what moves processes */
	NEED_RESOLVE	= 1 << 7,	/* alone: it is asked nothing yet */
	NEED_WRITE	= 1 << 8,	/* the store may be created, changed */
	NEED_RUN_ROOT	= 1 << 9,	/* the store's, as podman of root has
					 * it; rootless it is the same */
	NEED_SETTINGS	= 1 << 10,	/* the store's own; with NEED_STORE */
	NEED_IF_THERE	= 1 << 11,	/* of a state that is not there yet,
					 * none is made */
	NEED_AS_IS	= 1 << 12,	/* what was left over stays so */
	NEED_MORE	= 1 << 13,	/* starts more helpers: will confine
					 * itself with session_confine */
	NEED_CONFIG	= 1 << 14,	/* the configuration alone */
};

/*
 * What the program that opens a session knows and the engine does not. All of
 * it is borrowed, and lives as long as the session.
 */
struct session_options {
	const struct rec *settings;	/* root, runroot, ...: by the names of
					 * the options that every command has */
	const struct rec *line;		/* the command line, a word per `arg` */
	size_t		 before;	/* words of it before the command */
	const char	*command;	/* its name in the history of events */
	bool		 private_args;	/* the history has the name alone */
	bool		 starts;	/* it starts containers */
	unsigned int	 trace, verbose;
	/* Messages to a person: see session_warn and session_notice. */
	void		 (*warn)(const char *);
	void		 (*notice)(enum error_code, const char *);
	void		 (*helpers)(const char *); /* stderr of helpers */
	/* Enter the program's sandbox: see session_confine. */
	void		 (*confine)(bool connects);
};

struct session {
	struct client		 client;
	struct session_options	 options;
	bool			 open;		/* not closed or left yet */
	unsigned int		 need;		/* NEED_*: what is open of it */
	char *const		*cleanup;	/* arguments of a clean-up */
	struct error		*failed;	/* NULL, or SESSION_PARTS:
						 * it goes on without what
						 * cannot be opened, and puts
						 * here why */
	/* The configuration. */
	struct rec		*config;
	unsigned int		 config_flags;	/* enum config_flags */
	bool			 quiet;		/* without its warnings */
	int			 config_fd;	/* the memfd it came in */
	int			 fresh_fd;	/* from resolve, to be kept */
	char			 config_name[CACHE_NAME]; /* under this */
	struct mac_key		 cache;		/* of filters, and of that */
	struct rec		*made_with;	/* NULL, or what the state has
						 * instead of ours: pins.h */
	bool			 looked;	/* at the settings of the state,
						 * before the run directory */
	bool			 unrecorded;	/* the state lacks settings */
	struct rec		*made;		/* session_makes */
	/* Root. */
	bool			 system;	/* root started us */
	struct mac_key		 root_key;	/* while we are root: grant.h */
	struct rec		*chosen;	/* see grant.h */
	const char		*log_path;	/* what root_open_log opened */
	int			 log_fd[2];	/* its log and old log, or -1 */
	/* The state. */
	char			 boot_id[65];
	int			 state_dir;	/* durable */
	int			 run_dir;	/* per boot */
	bool			 state_open;
	unsigned int		 sees_all;	/* session_see_all calls */
	bool			 stale;		/* refresh is due: boot.h */
	bool			 lost;		/* the run directory is not
						 * of this boot: running.h */
	bool			 containers;	/* may ask their monitors */
	/* The store, and the ids of containers. */
	const char		*graph;		/* path of the graph root */
	int			 graph_fd;	/* system mode: a mount of it */
	int			 run_root_fd;	/* run root; or -1 */
	bool			 single;	/* containers get one id only */
	bool			 userns;	/* store is root of its own */
	bool			 untidy;	/* the store can tidy up */
	int			 userns_fd;	/* of our container */
	bool			 fixed_hostname; /* no container may set one */
	/* Locks. */
	bool			 locks;		/* the lock broker is ready */
	bool			 locks_any;	/* with a table of any size:
						 * to look, or to renumber */
	bool			 locks_stale;	/* locks_retrieve is due */
	/* A clean-up: a reaper started us. */
	bool			 inherit;	/* use what it kept */
	unsigned int		 inherited;	/* mask of enum inherited_fd */
	const char		*reaped_id;	/* the container whose wait
						 * status was told, or NULL */
	int			 reaped;
	/* Containers. */
	int			 ctr_fd;	/* run directory we locked */
	char			 ctr_id[ID_TEXT];	/* whose it is */
	const char		*ctr_new;	/* the ID of one that this
						 * command makes, or NULL */
	bool			 rm_volumes;	/* what is removed takes its own
						 * volumes with it */
	struct run_env		 run_env;	/* session_run_env */
	/* What session_open calls; each is set before, or NULL. */
	/* The configuration is known; again, if the store's is another. */
	int			 (*configured)(struct session *);
	/* Open what the command line names, as root if we are. 0 or -1. */
	int			 (*privileged)(struct session *);
	/* Is resolve needed to compile a filter? NULL: yes. */
	bool			 (*needs_compiler)(struct session *);
	/* launch has been started: send it the first requests. 0 or -1. */
	int			 (*launch_started)(struct session *);
	void			*arg;		/* theirs */
};

/*
 * Start the helpers that a mask of NEED_* takes, open directories, give up
 * root; with NEED_LAUNCH for a container with this clean-up. 0, or -1 with an
 * error; then nothing is open. session_enter and session_confine follow.
 */
int	session_open(struct session *, const struct session_options *,
	    unsigned int need, char *const *cleanup);
/*
 * The first command after a boot, or after one that was killed, puts numbers of
 * locks, the store and remains in order. What fails is warned of.
 */
void	session_enter(struct session *);
/*
 * Start no more helpers, and do only what the policy allows; a session that
 * looks at containers may connect to their monitors.
 */
void	session_confine(const struct session *);
/* Stop its helpers and let go of everything. */
void	session_close(struct session *);
/* The same where this process ends now, and its channels with it. */
void	session_leave(struct session *);

/* Tell the person of something that is no reason to stop. */
void	session_warn(const struct session *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/* The same for an error that is not the operation's result. */
void	session_notice(const struct session *, enum error_code, const char *,
	    ...) __attribute__((format(printf, 3, 4)));
/* "WHAT NAME: strerror" as the client's error; always -1, errno kept. */
int	session_errno(struct session *, const char *, const char *);

/* Text of a configuration key, by its name in records.h, or "". */
#define session_text(s, key)	rec_str((s)->config, KEY_AS(key), "")
/* Where events are written, in any case of letters in the configuration. */
enum events_backend	session_events(const struct session *);
/* Is the state this command's alone, and gone with it? */
bool	session_in_memory(const struct session *);

/*
 * A command in a namespace of the state sees the objects of that one. Between
 * these two it sees all: for what keeps the whole state in order, and for
 * checks that an object is not in use. They nest. 0, or -1 with an error.
 */
int	session_see_all(struct session *);
void	session_see_own(struct session *);
/* Is this row, of a container or another object, in another namespace? */
bool	session_hides(const struct session *, const struct rec *row);

/* Is its owner root, this user, the account, or root seen from a namespace? */
bool	session_trusts(const struct session *, const struct stat *);
/*
 * Could another user replace a directory on the way to the storage, the state
 * or the run directory, or has one taken the name of the latter? 0, or -1 with
 * an error.
 */
int	session_check_dirs(struct session *);
/*
 * Make and open a directory that belongs to the engine, or to its account. The
 * caller's descriptor, or -1 with an error.
 */
int	session_own_dir(struct session *, const char *);
/*
 * Before a directory is made: note which of its components are missing, for
 * session_unmake. The argument.
 */
const char *session_makes(struct session *, const char *);
/* Remove these directories, if they are empty: the command was refused. */
void	session_unmake(struct session *);
/*
 * The command has succeeded: have the state record the settings that it lacks.
 * 0, or -1 with an error.
 */
int	session_record(struct session *);
/*
 * A file name that tells an open directory from every other, also from one that
 * was removed and made again there. 0, or -1 and errno.
 */
int	session_dir_id(int, char *, size_t);
/*
 * Was the run directory removed since it was opened? Then this command can
 * record nothing any more, but the next one can.
 */
bool	session_run_dir_gone(const struct session *);

/*
 * Read the boot ID into the session. 0, or -1 with an error: another ID would
 * make everything that runs look ended.
 */
int	session_boot_id(struct session *);
/* A descriptor that a reaper kept for this clean-up, borrowed; or -1. */
int	session_inherited_fd(const struct session *, enum inherited_fd);
/* The part of the session that runtime needs; valid as long as the session. */
const struct run_env *session_run_env(struct session *);

#endif
