#include "create.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "cleanup.h"
#include "ctrfiles.h"
#include "defaults.h"
#include "define.h"
#include "grant.h"
#include "hostpath.h"
#include "locks.h"
#include "pods.h"
#include "random.h"
#include "reconcile.h"
#include "record.h"
#include "row.h"
#include "session.h"
#include "spec.h"
#include "start.h"
#include "states.h"
#include "stop.h"
#include "storage.h"
#include "volmounts.h"

/* The session's `privileged`. */
static int
grant_mount_sources(struct session *s)
{
	struct create	*c = s->arg;

	if (volmounts_find(s, c->mounts) == -1)
		return (-1);
	return (!s->system ? grant_look(s, c->mounts) :
	    grant_make(s, c->id, c->mounts, c->rm));
}

/* The session's `needs_compiler`. */
static bool
needs_compiler(struct session *s)
{
	struct create		*c = s->arg;
	scoped_rec struct rec	*has = define_security(c->request,
				    s->config);

	return (has == NULL || !start_has_filter(c->start, has));
}

/* The session's `launch_started`. */
static int
begin_process(struct session *s)
{
	struct create	*c = s->arg;

	c->start->host_net = strcmp(rec_str(c->wants, KEY(network), ""),
	    "host") == 0;
	return (start_process(c->start));
}

/* List the mounts of a request anew. 0, or -1 with a message. */
static int
list_mounts(struct create *c, const struct rec *request, struct parse_err *e)
{
	rec_free(c->mounts);
	if ((c->mounts = rec_new()) == NULL)
		return (parse_no_memory(e));
	if (define_mounts(c->s, request, c->mounts, e) == -1)
		return (-1);
	return (!c->rootfs || rec_add(c->mounts, KEY(rootfs), c->what) == 0 ?
	    0 : parse_no_memory(e));
}

/* The session's `configured`. */
static int
complete_request(struct session *s)
{
	struct create		*c = s->arg;
	struct parse_err	 e;

	rec_free(c->wants);
	if ((c->wants = defaults_complete(c->request, s->config,
	    s->system)) == NULL)
		return (session_errno(s, "cannot use", "the configuration"));
	if (list_mounts(c, c->wants, &e) == -1)
		return (parse_error(&e, &s->client.error));
	return (0);
}

int
create_prepare(struct create *c, struct error *error)
{
	struct parse_err	 e;

	c->rootfs = rec_flag(c->request, KEY_IN(request, rootfs), false);
	c->rm = rec_flag(c->request, KEY_IN(request, rm), false);
	define_open_files(c->request);
	/* As in podman; a file's no_hosts does not count here. */
	if (rec_flag(c->request, KEY_AS(ask_no_hosts), false) &&
	    rec_count(c->request, KEY_AS(ask_add_host)) > 0)
		return (error_set_code(error, ERR_INVALID_ARG, EINVAL,
		    "--no-hosts and --add-host cannot be set together"));
	if (random_hex(c->id, 32) == -1)
		return (error_set(error, errno, "%s", strerror(errno)));
	c->s->ctr_new = c->id;
	if (c->rootfs &&
	    (c->rootfs_path = hostpath_absolute(c->what, &e)) == NULL)
		return (parse_error(&e, error));
	/* Recorded by its absolute path, as a volume's is. */
	if (c->rootfs)
		c->what = c->rootfs_path;
	if (list_mounts(c, c->request, &e) == -1)
		return (parse_error(&e, error));
	c->s->configured = complete_request;
	c->s->privileged = grant_mount_sources;
	c->s->needs_compiler = needs_compiler;
	c->s->launch_started = c->start == NULL ? NULL : begin_process;
	c->s->arg = c;
	return (0);
}

static int
ask_image(struct create *c)
{
	struct parse_err	 e;

	if (spec_pull(rec_str(c->wants, KEY(pull), "missing"), &e) == -1 ||
	    spec_image_volume(rec_str(c->wants, KEY_AS(ask_image_volume), ""),
	    &e) == -1)
		return (parse_error(&e, &c->s->client.error));
	return (c->rootfs ? 0 : store_image_get_begin(&c->s->client, c->what));
}

static int
take_image(struct create *c)
{
	struct error	*e = &c->s->client.error;

	if (c->rootfs ||
	    (c->image = store_image_get_end(&c->s->client)) != NULL)
		return (0);
	if (errno != ENOENT)
		return (-1);
	return (error_set_code(e, ERR_NO_SUCH_IMAGE, ENOENT, "%s; bulkhead "
	    "cannot pull from registries yet: bring it with `bulkhead load "
	    "-i FILE`", e->text));
}

/* Record it, with the name and the ids that it got. */
static int
record_container(struct create *c)
{
	struct session	*s = c->s;
	char		 name[256];
	int64_t		 slot;

	if ((slot = state_container_create(&s->client, c->id,
	    rec_str(c->def, KEY(name), ""), c->def, c->rm ||
	    rec_num(c->def, KEY(transient), 0) != 0, s->system, name)) == -1)
		return (-1);
	(void)rec_set(c->def, KEY(name), name);
	if (*session_text(s, engine_namespace) != '\0')
		(void)rec_set(c->def, KEY(namespace), session_text(s,
		    engine_namespace));
	if (s->system)
		(void)rec_set_num(c->def, KEY(slot), slot);
	return (0);
}

/* The keys of its row that ending it needs. */
static struct rec *
own_row(const struct create *c)
{
	struct rec	*row = rec_new();

	(void)rec_add(row, KEY(id), c->id);
	(void)rec_add_num(row, KEY(rm), c->rm);
	if (restart_wanted(c->def))
		(void)rec_add(row, KEY(restart), rec_get(c->def, KEY(restart)));
	(void)rec_add_rec(row, KEY(def), c->def);
	return (row);
}

static int
remove_created(struct create *c)
{
	scoped_rec struct rec	*row = own_row(c);

	c->s->rm_volumes = true;
	return (exit_remove(c->s, row, 0));
}

/* Remove it, because of the client's error, which stays. Returns -1. */
static int
undo_create(struct create *c)
{
	struct error	 f;

	error_save(&c->s->client.error, &f);
	(void)remove_created(c);
	error_restore(&c->s->client.error, &f);
	return (-1);
}

/* The store makes the layer meanwhile; it goes again if this fails. */
static int
record_with_layer(struct create *c)
{
	struct session	*s = c->s;
	const char	*name = rec_str(c->def, KEY(name), "");
	struct error	 f;
	uint64_t	 number;

	/* The lock's number is the container's, once that is recorded. */
	if (client_sync(&s->client, H_LOCK) == -1)
		return (-1);
	number = s->client.value[H_LOCK];
	if (number != 0 &&
	    rec_set_num(c->def, KEY(lock), (int64_t)number - 1) == -1)
		return (-1);
	if (!c->rootfs && storage_layer_begin(s, c->id, c->def, true) == -1)
		return (-1);
	c->layer_asked = !c->rootfs;
	if (record_container(c) == 0)
		return (0);
	error_save(&s->client.error, &f);
	if (c->layer_asked)
		rec_free(store_rw_make_end(&s->client));
	c->layer_asked = false;
	error_restore(&s->client.error, &f);
	/*
	 * The name may be of a container whose maker was killed: looking at it
	 * removes it.
	 */
	if (errno == EEXIST && *name != '\0') {
		rec_free(container_reconciled(s, name));
		if (record_container(c) == 0)
			return (0);
		error_restore(&s->client.error, &f);
	}
	return (undo_create(c));
}

/* --replace: the container that has the name goes. */
static int
replace_named(struct create *c)
{
	const char		*name = rec_get(c->request, KEY(name));
	scoped_rec struct rec	*row = NULL;

	if (!rec_flag(c->request, KEY(replace), false))
		return (0);
	if (name == NULL)
		return (error_set(&c->s->client.error, EINVAL, "cannot "
		    "replace container without --name being set"));
	if ((row = container_reconciled(c->s, name)) == NULL)
		return (errno == ENOENT ? 0 : -1);
	return (strcmp(rec_str(row, KEY(name), ""), name) != 0 ? 0 :
	    remove_container(c->s, row, true, -1));
}

/* With the volumes and the pod that it uses. */
static int
make_definition(struct create *c)
{
	const char	*pod, *name = rec_str(c->image, KEY(found_name),
			    rec_str(c->image, KEY(name), c->what));

	c->def = define_container(c->s, c->wants, c->id, c->image, name,
	    c->ncommand, c->command);
	if (c->def == NULL ||
	    volmounts_define(c->s, c->def, c->mounts, c->image,
	    rec_str(c->wants, KEY_AS(ask_image_volume), "bind")) == -1 ||
	    (c->s->system && grant_copy(c->def, c->mounts) == -1))
		return (-1);
	pod = rec_str(c->request, KEY(pod), "");
	return (*pod == '\0' ? 0 : pods_define(c->s, pod, c->def));
}

/* state_type memory: only a foreground container, removed at its end. */
static int
suits_memory(struct create *c)
{
	if (!session_in_memory(c->s))
		return (0);
	if (c->start == NULL || rec_flag(c->request, KEY(detach), false))
		return (error_set(&c->s->client.error, EINVAL, "the state "
		    "type memory is forgotten when a command ends: containers "
		    "can only be run in the foreground with it"));
	c->rm = true;
	return (rec_set_flag(c->wants, KEY_IN(request, rm), true));
}

/* Begin what takes time and needs only the options. */
static int
begin_helpers(struct create *c)
{
	struct start	*st = c->start;
	scoped_fd int	 dir = -1;
	char		 name[LOCKS_NAME];

	/* A sweep removes what is left of containers with a run directory. */
	if ((dir = rundir_open(c->s, c->id)) == -1)
		return (-1);
	if (st != NULL) {
		st->tty = rec_flag(c->request, KEY_IN(request, tty), false);
		st->stdin_open = rec_flag(c->request, KEY(interactive), false);
		if (start_begin(st) == -1)
			return (-1);
	}
	/*
	 * The lock is held from before the container is recorded until this
	 * process ends: recovery by another command leaves the container alone
	 * so long. One that goes with its command has no number to remember.
	 */
	(void)snprintf(name, sizeof(name), "ctr:%s", c->id);
	if (lock_take_send(&c->s->client, name, false,
	    LOCK_WAIT_MS, !c->rm) == -1)
		return (-1);
	/* While the helpers work, and before anything of the image is read. */
	if (st != NULL)
		session_confine(c->s);
	return (0);
}

int
create_container(struct create *c)
{
	struct error	 f;

	if (suits_memory(c) == 0 && ask_image(c) == 0 &&
	    begin_helpers(c) == 0 && take_image(c) == 0 &&
	    replace_named(c) == 0 && make_definition(c) == 0 &&
	    record_with_layer(c) == 0)
		return (0);
	error_save(&c->s->client.error, &f);
	/* A store that died may have made a layer, which a sweep finds here. */
	if (client_has(&c->s->client, H_STORE))
		rundir_remove(c->s, c->id);
	volmounts_undo(c->s, c->def);
	error_restore(&c->s->client.error, &f);
	return (-1);
}

/* The layer, unless it is on its way; and the list of other engines. */
static int
make_layer(struct create *c)
{
	struct session		*s = c->s;
	scoped_rec struct rec	*rw = NULL;

	if (c->rootfs)
		return (0);
	if (!c->layer_asked &&
	    storage_layer_begin(s, c->id, c->def, true) == -1)
		return (-1);
	if ((rw = store_rw_make_end(&s->client)) == NULL ||
	    storage_list_begin(s, c->id, c->def,
	    rec_get(c->request, KEY(name)) != NULL) == -1)
		return (-1);
	return (client_sync(&s->client, H_STORE));
}

int
create_complete(struct create *c)
{
	struct session	*s = c->s;

	if (make_layer(c) == -1 || volmounts_make(s, c->def) == -1 ||
	    container_set(s, c->id, 1u << CTR_CREATING, CTR_CREATED,
	    NULL) == -1)
		return (undo_create(c));
	if (!c->rootfs)
		storage_layer_keep(s, c->id, c->def);
	rundir_remove(s, c->id);
	locks_release(s, "ctr", c->id);
	return (0);
}

int
create_failed(struct create *c, bool *gone)
{
	if ((*gone = c->rm || c->start->name_taken))
		return (remove_created(c));
	if (start_failed(c->start, CTR_CREATING, CTR_CREATED) == 0 &&
	    c->layer_asked)
		storage_layer_keep(c->s, c->id, c->def);
	locks_release(c->s, "ctr", c->id);
	return (0);
}

int
create_ended(struct create *c)
{
	const struct start	*st = c->start;
	scoped_rec struct rec	*row = own_row(c);

	(void)rec_add_num(row, KEY(pid), st->pid);
	(void)rec_add_num(row, KEY(pid_start), (int64_t)st->pid_start);
	return (exit_record(c->s, row, st->wait_status, st->finished));
}

void
create_clear(struct create *c)
{
	rec_free(c->image);
	rec_free(c->def);
	rec_free(c->mounts);
	rec_free(c->wants);
	free(c->rootfs_path);
}
