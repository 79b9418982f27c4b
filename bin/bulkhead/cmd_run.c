/*
 * run and create: from a command line to a container.
 */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "cmd.h"
#include "define.h"
#include "error.h"
#include "exit.h"
#include "grant.h"
#include "hostpath.h"
#include "lock.h"
#include "locks.h"
#include "pods.h"
#include "reaper.h"
#include "reconcile.h"
#include "record.h"
#include "remove.h"
#include "restart.h"
#include "rundir.h"
#include "say.h"
#include "session.h"
#include "spec.h"
#include "start.h"
#include "state.h"
#include "storage.h"
#include "store.h"
#include "volmounts.h"
#include "volumes.h"

struct making {
	struct session	 s;
	struct cli	*g;
	const char	*what;		/* image or root directory */
	bool		 rootfs;
	char		*rootfs_path;	/* what, made absolute */
	char		 id[65];
	struct rec	*mounts;	/* what the options want mounted */
	struct rec	*image;
	struct rec	*def;
	struct start	*start;		/* of run */
	bool		 layer_asked;
	bool		 rm;
	int		 cid_fd;
	int		 pid_fd;
};

static int
grant(struct session *s)
{
	struct making	*m = s->arg;

	if (volmounts_find(s, m->mounts) == -1)
		return (-1);
	return (grant_make(s, m->id, m->mounts, m->rm));
}

static bool
compiles(struct session *s)
{
	struct making	*m = s->arg;
	struct rec	*wants = define_security(m->g->opts, s->config);
	bool		 kept;

	kept = wants != NULL && start_has_filter(m->start, wants);
	rec_free(wants);
	return (!kept);
}

static int
launched(struct session *s)
{
	struct making	*m = s->arg;

	m->start->host_net = define_host_net(m->g->opts);
	return (start_process(m->start));
}

/*
 * An empty file that nobody holds was left by a command of root's that made
 * no container: being the engine's account by then, it could not remove it.
 */
static int
take_empty(const char *path)
{
	scoped_fd int	 fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK |
			    O_CLOEXEC);
	struct stat	 st;

	if (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
	    fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0)
		return (take_fd(&fd));
	errno = EEXIST;
	return (-1);
}

/* The file must be new: two containers may not believe it is theirs. */
static int
open_cidfile(struct making *m)
{
	const char	*path = opt_str(m->g->opts, "cidfile", NULL);

	if (path == NULL)
		return (0);
	m->cid_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (m->cid_fd != -1)
		(void)flock(m->cid_fd, LOCK_EX | LOCK_NB);
	else if (errno == EEXIST)
		m->cid_fd = take_empty(path);
	if (m->cid_fd != -1)
		return (0);
	if (errno == EEXIST)
		(void)say_error("container id file exists. Ensure another "
		    "container is not using it or delete %s", path);
	else
		(void)say_error("cannot make the container id file %s: %s",
		    path, strerror(errno));
	return (-1);
}

static void
write_text(int fd, const char *text)
{
	if (fd != -1 && write(fd, text, strlen(text)) == -1)
		say_warning("cannot write a file of the container: %s",
		    strerror(errno));
}

/* Opened as whoever started us; written when there is a number. */
static int
open_pidfile(struct making *m)
{
	const char	*path = opt_str(m->g->opts, "pidfile", NULL);

	if (path == NULL)
		return (0);
	m->pid_fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC, 0644);
	if (m->pid_fd == -1)
		(void)say_error("cannot make the pid file %s: %s", path,
		    strerror(errno));
	return (m->pid_fd == -1 ? -1 : 0);
}

static void
write_pidfile(struct making *m, pid_t pid)
{
	char	 text[32];

	if (m->pid_fd == -1)
		return;
	(void)snprintf(text, sizeof(text), "%ld", (long)pid);
	if (ftruncate(m->pid_fd, 0) == 0)
		write_text(m->pid_fd, text);
}

static int
no_image(struct making *m)
{
	if (errno != ENOENT)
		return (session_error(&m->s));
	(void)say_error("%s; bulkhead cannot pull from registries yet: bring "
	    "it with `bulkhead load -i FILE`", m->s.client.error.text);
	say_code(ERR_NO_SUCH_IMAGE);
	return (-1);
}

static int
ask_image(struct making *m)
{
	struct parse_err	 e;
	const char		*pull = opt_str(m->g->opts, "pull", NULL);

	if (pull != NULL && spec_pull(pull, &e) == -1)
		return (say_error("%s", e.text), say_code(ERR_INVALID_ARG),
		    -1);
	return (m->rootfs || store_image_get_begin(&m->s.client, m->what) == 0 ?
	    0 : no_image(m));
}

static int
take_image(struct making *m)
{
	return (m->rootfs || (m->image = store_image_get_end(&m->s.client)) !=
	    NULL ? 0 : no_image(m));
}

static const char *
image_name(const struct making *m)
{
	if (m->rootfs)
		return (m->what);
	return (rec_str(m->image, "found_name",
	    rec_str(m->image, "name", m->what)));
}

/*
 * The lock says, for as long as this command lives, that it is at work. It is
 * held before the container is known to anybody.
 */
static int
ask_lock(struct making *m)
{
	char	 name[LOCKS_NAME];

	(void)snprintf(name, sizeof(name), "ctr:%s", m->id);
	/* One that goes with its command has no number to remember. */
	return (lock_take_begin(&m->s.client, name, 10000, !m->rm));
}

/* Its number is the container's, once that is recorded. */
static int
lock_taken(struct making *m)
{
	uint64_t	 number;

	if (lock_take_end(&m->s.client, &number) == -1)
		return (-1);
	return (number == 0 ? 0 : rec_set_num(m->def, "lock",
	    (int64_t)number - 1));
}

static int
ask_create(struct making *m, struct state_made *made)
{
	return (state_container_create(&m->s.client, m->id, m->def, m->rm ||
	    rec_num(m->def, "transient", 0) != 0, m->s.system, made));
}

/* The name may be that of one whose maker was killed: look, and try again. */
static int
ask_again(struct making *m, struct state_made *made)
{
	const char	*name = rec_str(m->def, "name", "");
	struct error	 f;

	if (errno != EEXIST || *name == '\0')
		return (-1);
	error_save(&m->s.client.error, &f);
	rec_free(container_reconciled(&m->s, name));
	if (ask_create(m, made) == 0)
		return (0);
	error_restore(&m->s.client.error, &f);
	return (-1);
}

/* Its row, as far as ending it needs to know. */
static struct rec *
own_row(const struct making *m)
{
	struct rec	*row = rec_new();

	(void)rec_add(row, "id", m->id);
	(void)rec_add_num(row, "rm", m->rm);
	if (restart_wanted(m->def))
		(void)rec_add(row, "restart", rec_get(m->def, "restart"));
	(void)rec_add_rec(row, "def", m->def);
	return (row);
}

static int
drop_record(struct making *m)
{
	struct rec	*row = own_row(m);
	int		 rc;

	m->s.rm_volumes = true;
	rc = exit_remove(&m->s, row);
	rec_free(row);
	return (rc);
}

/* The layer is made meanwhile; where it must not be, it goes again. */
static int
create_row(struct making *m, struct state_made *made)
{
	struct error	 f;

	if (!m->rootfs && storage_layer_begin(&m->s, m->id,
	    m->def, true) == -1)
		return (-1);
	m->layer_asked = !m->rootfs;
	if (ask_create(m, made) == 0)
		return (0);
	error_save(&m->s.client.error, &f);
	if (m->layer_asked)
		rec_free(store_rw_make_end(&m->s.client));
	m->layer_asked = false;
	error_restore(&m->s.client.error, &f);
	if (ask_again(m, made) == 0)
		return (0);
	error_save(&m->s.client.error, &f);
	(void)drop_record(m);
	error_restore(&m->s.client.error, &f);
	return (-1);
}

static int
reserve(struct making *m)
{
	struct state_made	 made;

	if (lock_taken(m) == -1 || create_row(m, &made) == -1)
		return (session_error(&m->s));
	(void)rec_set(m->def, "name", made.name);
	if (m->s.system)
		(void)rec_set_num(m->def, "slot", made.slot);
	return (0);
}

static int
replace(struct making *m)
{
	const char	*name = opt_str(m->g->opts, "name", NULL);
	struct rec	*row;
	int		 rc;

	if (!opt_flag(m->g->opts, "replace", false))
		return (0);
	if (name == NULL) {
		(void)say_error("cannot replace container without --name "
		    "being set");
		return (-1);
	}
	if ((row = container_reconciled(&m->s, name)) == NULL)
		return (errno == ENOENT ? 0 : (session_error(&m->s), -1));
	if (strcmp(rec_str(row, "name", ""), name) != 0)
		rc = 0;
	else if ((rc = remove_container(&m->s, row, true, -1)) == -1)
		(void)session_error(&m->s);
	rec_free(row);
	return (rc);
}

static int
open_session(struct making *m, unsigned int need)
{
	static char	 word1[] = "container", word2[] = "cleanup",
			 option[] = "--restart";
	bool		 again = opt_given(m->g->opts, "restart");
	char		*cleanup[] = { word1, word2, m->id,
			    again ? option : NULL, NULL };
	struct parse_err e;

	if (volumes_name(m->id) == -1 || (m->mounts = rec_new()) == NULL)
		return (say_error("%s", strerror(errno)), -1);
	if (define_mounts(m->g->opts, m->mounts, &e) == -1) {
		(void)say_error("%s", e.text);
		say_code(ERR_INVALID_ARG);
		return (-1);
	}
	if (m->rootfs)
		(void)rec_add(m->mounts, "rootfs", m->what);
	m->s.privileged = grant;
	m->s.compiles = compiles;
	m->s.launched = m->start == NULL ? NULL : launched;
	m->s.arg = m;
	return (command_open(&m->s, m->g, need | NEED_STATE | NEED_STORE |
	    NEED_LOCK | NEED_IDS | NEED_WRITE, cleanup));
}

static void
undo_cidfile(struct making *m)
{
	if (m->cid_fd != -1)
		(void)unlink(opt_str(m->g->opts, "cidfile", ""));
}

static int
define(struct making *m, int argc, char **argv)
{
	m->def = define_container(&m->s, m->g->opts, m->id, m->image,
	    image_name(m), argc, argv);
	return (m->def != NULL ? 0 : (session_error(&m->s), -1));
}

/* Volumes and pods, for a container that has to do with any. */
static int
define_used(struct making *m)
{
	if (volmounts_define(&m->s, m->def, m->mounts, m->image) == 0 &&
	    grant_copy(m->def, m->mounts) == 0 &&
	    pods_define(&m->s, m->g->opts, m->def) == 0)
		return (0);
	(void)session_error(&m->s);
	return (-1);
}

/* With a state that ends with the command, a container does as well. */
static int
suits_memory(struct making *m, bool runs)
{
	if (!session_in_memory(&m->s))
		return (0);
	if (runs && !opt_flag(m->g->opts, "detach", false)) {
		m->rm = true;
		return (rec_set(m->g->opts, "rm", "true"));
	}
	(void)say_error("the state type memory is forgotten when a command "
	    "ends: containers can only be run in the foreground with it");
	return (-1);
}

/* What takes time, and no more than the options to begin with. */
static int
begin(struct making *m)
{
	struct start	*st = m->start;
	int		 dir;

	/* First what a sweep looks at, so that nothing is forgotten. */
	if ((dir = rundir_open(&m->s, m->id)) == -1)
		return (session_error(&m->s));
	close(dir);
	if (st != NULL) {
		st->tty = opt_flag(m->g->opts, "tty", false);
		st->stdin_open = opt_flag(m->g->opts, "interactive", false);
	}
	if ((st != NULL && start_begin(st) == -1) || ask_lock(m) == -1)
		return (session_error(&m->s));
	/* While they work, and before anything of a stranger's is looked at. */
	if (st != NULL)
		session_confine(&m->s);
	return (0);
}

/* A root directory is recorded by its absolute path, as a volume's is. */
static int
name_rootfs(struct making *m)
{
	struct parse_err	 e;

	if (!m->rootfs)
		return (0);
	if ((m->rootfs_path = hostpath_absolute(m->what, &e)) == NULL)
		return (say_error("%s", e.text), -1);
	m->what = m->rootfs_path;
	return (0);
}

/* What both commands do first. 0 with the container reserved. */
static int
make(struct making *m, struct cli *g, int argc, char **argv,
    unsigned int need)
{
	m->g = g;
	m->what = argv[0];
	m->rootfs = opt_flag(g->opts, "rootfs", false);
	m->rm = opt_flag(g->opts, "rm", false);
	define_open_files(g->opts);
	if (name_rootfs(m) == -1 || open_cidfile(m) == -1)
		return (-1);
	if (open_pidfile(m) == -1 || open_session(m, need) == -1) {
		undo_cidfile(m);
		return (-1);
	}
	if (suits_memory(m, (need & NEED_LAUNCH) != 0) == 0 &&
	    ask_image(m) == 0 && begin(m) == 0 && take_image(m) == 0 &&
	    replace(m) == 0 && define(m, argc - 1, argv + 1) == 0 &&
	    define_used(m) == 0 && reserve(m) == 0) {
		write_text(m->cid_fd, m->id);
		return (0);
	}
	/* A store that died may have made a layer, which a sweep finds here. */
	if (client_has(&m->s.client, H_STORE))
		rundir_remove(&m->s, m->id);
	volmounts_undo(&m->s, m->def);
	undo_cidfile(m);
	return (-1);
}

static void
finish(struct making *m)
{
	/* It need not answer: that it hears this before we are gone is all. */
	reaper_done_begin(&m->s.client);
	session_leave(&m->s);
}

static void
forget(struct making *m)
{
	rec_free(m->image);
	rec_free(m->def);
	rec_free(m->mounts);
	free(m->rootfs_path);
	if (m->cid_fd != -1)
		close(m->cid_fd);
	if (m->pid_fd != -1)
		close(m->pid_fd);
}

/* The writable layer is made now, so that a full disk is found now. */
static int
settle_created(struct making *m)
{
	struct rec	*rw = NULL, *keys;
	int		 rc;

	if (!m->rootfs && ((!m->layer_asked && storage_layer_begin(&m->s, m->id,
	    m->def, true) == -1) ||
	    (rw = store_rw_make_end(&m->s.client)) == NULL))
		return (-1);
	rec_free(rw);
	if (!m->rootfs && (storage_list_begin(&m->s, m->id, m->def,
	    opt_given(m->g->opts, "name")) == -1 ||
	    client_sync(&m->s.client, H_STORE) == -1))
		return (-1);
	if (volmounts_make(&m->s, m->def) == -1)
		return (-1);
	keys = rec_new();
	rc = state_container_set(&m->s.client, m->id, 1u << CTR_CREATING,
	    CTR_CREATED, keys, NULL);
	rec_free(keys);
	if (rc == -1)
		return (-1);
	if (!m->rootfs)
		storage_layer_keep(&m->s, m->id, m->def);
	rundir_remove(&m->s, m->id);
	return (0);
}

int
cmd_create(struct cli *g, int argc, char **argv)
{
	struct making	 m = { .cid_fd = -1, .pid_fd = -1 };
	int		 code = EXIT_ENGINE;

	if (make(&m, g, argc, argv, 0) == 0) {
		if (settle_created(&m) == 0) {
			locks_settle(&m.s, "ctr", m.id);
			printf("%s\n", m.id);
			code = 0;
		} else {
			(void)session_error(&m.s);
			(void)drop_record(&m);
			undo_cidfile(&m);
		}
	}
	if (m.s.config != NULL)
		session_close(&m.s);
	forget(&m);
	return (code);
}

/*
 * A start that failed: as podman, the container stays, unless with --rm or
 * a name that is taken.
 */
static int
settle_failed(struct making *m)
{
	if (m->rm || m->start->name_taken) {
		undo_cidfile(m);
		return (drop_record(m));
	}
	if (start_failed(m->start, CTR_CREATING, CTR_CREATED) == 0 &&
	    m->layer_asked)
		storage_layer_keep(&m->s, m->id, m->def);
	locks_settle(&m->s, "ctr", m->id);
	return (0);
}

/* What could not be cleaned up is left to the reaper. */
static int
settle_ended(struct making *m, const struct start *st)
{
	struct rec	*row = own_row(m);
	int		 rc;

	(void)rec_add_num(row, "pid", st->pid);
	(void)rec_add_num(row, "pid_start", (int64_t)st->pid_start);
	rc = exit_record(&m->s, row, st->wait_status, st->finished);
	rec_free(row);
	if (rc == -1) {
		rc = session_run_dir_gone(&m->s) ? exit_code_of(st->wait_status) :
		    session_error(&m->s);
		session_close(&m->s);
		return (rc);
	}
	finish(m);
	return (exit_code_of(st->wait_status));
}

/* --attach names streams; without it, everything that -i and -t allow. */
static int
what_to_attach(struct making *m, struct start *st)
{
	const struct rec	*opts = m->g->opts;
	const char		*v;
	size_t			 it = 0;
	bool			 detach = opt_flag(opts, "detach", false);

	if (detach && opt_given(opts, "attach"))
		return (say_error("invalid combination of --detach and "
		    "--attach"), -1);
	if (detach)
		return (0);
	st->attach_in = opt_flag(opts, "interactive", false);
	st->attach_out = st->attach_err = !opt_given(opts, "attach");
	while (rec_next(opts, "attach", &it, &v)) {
		if (strcasecmp(v, "stdin") == 0)
			st->attach_in = true;
		else if (strcasecmp(v, "stdout") == 0)
			st->attach_out = true;
		else if (strcasecmp(v, "stderr") == 0)
			st->attach_err = true;
		else
			return (say_error("invalid stream \"%s\" for "
			    "--attach - must be one of stdin, stdout, or "
			    "stderr: invalid argument", v), -1);
	}
	st->sig_proxy = opt_flag(opts, "sig-proxy", true);
	return (0);
}

static int
run_made(struct making *m, struct start *st)
{
	int	 code;

	if (start_container(st) == -1) {
		(void)session_error(&m->s);
		if (settle_failed(m) == -1)
			session_close(&m->s);
		else
			finish(m);
		return (st->code);
	}
	write_pidfile(m, st->pid);
	if (st->ended) {
		code = settle_ended(m, st);
		/* To start it again is its reaper's. */
		if (restart_wanted(m->def))
			session_close(&m->s);
		else
			finish(m);
		return (code);
	}
	if (!start_attached(st))
		printf("%s\n", m->id);
	/* It runs on; its reaper learns from our silence that we left. */
	session_close(&m->s);
	return (st->left ? st->code : 0);
}

int
cmd_run(struct cli *g, int argc, char **argv)
{
	struct making	 m = { .cid_fd = -1, .pid_fd = -1, .g = g };
	struct start	 st = { .id = m.id, .s = &m.s };
	int		 code = EXIT_ENGINE;

	if (what_to_attach(&m, &st) == -1)
		return (EXIT_ENGINE);
	m.start = &st;
	if (make(&m, g, argc, argv, NEED_LAUNCH | NEED_MORE) == 0) {
		st.def = m.def;
		st.named = opt_given(g->opts, "name");
		st.layer_asked = m.layer_asked;
		code = run_made(&m, &st);
	} else if (m.s.config != NULL)
		finish(&m);
	forget(&m);
	return (code);
}
