#include "pods.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "calls.h"
#include "cgroup.h"
#include "cleanup.h"
#include "clock.h"
#include "locks.h"
#include "reconcile.h"
#include "record.h"
#include "session.h"
#include "states.h"
#include "stop.h"

#define STATES	16		/* more than enum ctr_state has */
#define TRIES	20		/* against commands that add members */

/* A pod, and how many of its members are in each state. */
struct counted {
	struct rec	*pod;
	unsigned int	 count[STATES];
	unsigned int	 all;
};

static struct counted *
find_pod(struct counted *pods, size_t n, const char *id)
{
	for (size_t i = 0; id != NULL && i < n; i++)
		if (strcmp(rec_str(pods[i].pod, KEY(id), ""), id) == 0)
			return (&pods[i]);
	return (NULL);
}

/* podman's rules, in its order. */
static const char *
state_of(const struct counted *c)
{
	unsigned int	 up = c->count[CTR_RUNNING] + c->count[CTR_STOPPING];
	unsigned int	 made = c->count[CTR_CREATED] +
			    c->count[CTR_CREATING] + c->count[CTR_STARTING];
	unsigned int	 paused = c->count[CTR_PAUSED];
	unsigned int	 exited = c->count[CTR_EXITED];

	if (c->all == 0)
		return ("Created");
	if (up > 0)
		return (up == c->all ? "Running" : "Degraded");
	if (paused == c->all)
		return ("Paused");
	if (exited > 0)
		return (exited == c->all ? "Exited" : "Stopped");
	return (made + paused < c->all ? "Error" : "Created");
}

/* Add to each pod the rows of its members, and the state that these make. */
static void
add_members(struct counted *pods, size_t n, const struct rec *rows)
{
	struct counted	*c;
	struct rec	*row;

	rec_each(row, rows, KEY(ctr)) {
		if ((c = find_pod(pods, n, rec_get(row, KEY(pod)))) == NULL)
			continue;
		(void)rec_add_rec(c->pod, KEY(ctr), row);
		c->count[rec_num(row, KEY(state), 0) & (STATES - 1)]++;
		c->all++;
	}
	for (size_t i = 0; i < n; i++)
		(void)rec_set(pods[i].pod, KEY_IN(pod, state),
		    state_of(&pods[i]));
}

struct rec *
pods_with_members(struct session *s)
{
	scoped_rec struct rec		*all = state_objects(&s->client,
					    OBJ_POD);
	scoped_rec struct rec		*rows = all == NULL ? NULL :
					    containers_reconciled(s);
	scoped_free struct counted	*pods = NULL;
	struct rec			*out = NULL;
	size_t				 n = 0, it = 0;

	if (rows == NULL || (pods = calloc(rec_count(all, KEY(obj)) + 1,
	    sizeof(*pods))) == NULL || (out = rec_new()) == NULL)
		return (NULL);
	while ((pods[n].pod = rec_sub(all, KEY(obj), &it)) != NULL)
		n++;
	add_members(pods, n, rows);
	for (size_t i = 0; i < n; i++) {
		(void)rec_add_rec(out, KEY(obj), pods[i].pod);
		rec_free(pods[i].pod);
	}
	return (out);
}

struct rec *
pods_get_whole(struct session *s, const char *ref)
{
	scoped_rec struct rec	*pod = state_object_get(&s->client, OBJ_POD,
				    0, ref);
	scoped_rec struct rec	*rows = pod == NULL ? NULL :
				    containers_reconciled(s);

	if (rows == NULL)
		return (NULL);
	add_members(&(struct counted){ .pod = pod }, 1, rows);
	return (take_ptr(&pod));
}

/* Remove the pod that has this very name, if there is one. */
static int
remove_named(struct session *s, const char *name)
{
	scoped_rec struct rec	*have = NULL;

	if (*name == '\0')
		return (error_set(&s->client.error, EINVAL, "cannot replace "
		    "pod without --name being set"));
	if ((have = state_object_get(&s->client, OBJ_POD, OBJ_REMAINS,
	    name)) == NULL)
		return (errno == ENOENT ? 0 : -1);
	return (strcmp(rec_str(have, KEY(name), ""), name) != 0 ? 0 :
	    pods_remove(s, have, true, -1));
}

int
pods_create(struct session *s, struct rec *pod, bool replace)
{
	const char	*id = rec_str(pod, KEY(id), ""), *v;
	struct error	 why;
	char		 group[1024];

	(void)rec_add_num(pod, KEY(created), clock_real_ns());
	rec_each_text(v, s->options.line, KEY(arg))
		(void)rec_add(pod, KEY(create_command), v);
	/* podman logs that, and makes the pod all the same. */
	if (cgroup_pod_make(session_run_env(s), id, group, sizeof(group)) == -1)
		session_warn(s, "%s", s->client.error.text);
	(void)rec_add(pod, KEY(cgroup), group);
	session_confine(s);
	if ((!replace || remove_named(s, rec_str(pod, KEY(name), "")) == 0) &&
	    locks_alloc(s, "pod", id, pod) == 0 &&
	    state_object_put(&s->client, OBJ_POD, 0, pod, NULL) == 0)
		return (0);
	error_save(&s->client.error, &why);
	(void)cgroup_pod_remove(session_run_env(s), group);
	locks_free_id(s, "pod", id);
	error_restore(&s->client.error, &why);
	return (-1);
}

int
pods_latest(const struct rec *all, char *id)
{
	struct rec	*pod;
	int64_t		 best = INT64_MIN;

	*id = '\0';
	rec_each(pod, all, KEY(obj))
		if (rec_num(pod, KEY(created), 0) > best) {
			best = rec_num(pod, KEY(created), 0);
			(void)strlcpy(id, rec_str(pod, KEY(id), ""), ID_TEXT);
		}
	return (*id == '\0' ? -1 : 0);
}

/* Refuse when a member is up. */
static int
check_down(struct session *s, const struct rec *pod)
{
	const char	*id;

	rec_each_text(id, pod, KEY(user)) {
		scoped_rec struct rec	*row = container_again(s, id);

		if (row == NULL && errno != ENOENT)
			return (-1);
		if (row != NULL &&
		    CTR_IN(rec_num(row, KEY(state), 0), CTR_LIVE))
			return (error_set(&s->client.error, EBUSY, "pod %s has "
			    "containers that are not ready to be removed: "
			    "cannot remove container %s as it is %s - running "
			    "or paused containers cannot be removed without "
			    "force: container state improper",
			    rec_str(row, KEY(pod), ""),
			    rec_str(row, KEY(id), ""),
			    rec_str(row, KEY(state_name), "running")));
	}
	return (0);
}

/* Another command may make a member meanwhile: with force remove it too. */
static int
remove_all(struct session *s, const struct rec *pod, bool force,
    int64_t timeout)
{
	const char		*id = rec_str(pod, KEY(id), "");
	scoped_rec struct rec	*now = NULL;

	for (int tries = 0; tries < TRIES; tries++) {
		if (remove_users(s, now != NULL ? now : pod, timeout) == 0 &&
		    state_object_remove(&s->client, OBJ_POD, OBJ_WHOLE, id,
		    "") == 0)
			return (0);
		rec_free(take_ptr(&now));
		if (errno != EBUSY || !force || (now = state_object_get(
		    &s->client, OBJ_POD, OBJ_REMAINS, id)) == NULL)
			break;
	}
	return (-1);
}

int
pods_remove(struct session *s, const struct rec *pod, bool force,
    int64_t timeout)
{
	const char	*group = rec_str(pod, KEY(cgroup), "");
	bool		 damaged = rec_get(pod, KEY(error)) != NULL;
	char		 path[1024];

	if (!force && damaged)
		return (error_set(&s->client.error, EUCLEAN, "the record of "
		    "pod %s (%s) is damaged; remove it with --force",
		    rec_str(pod, KEY(id), ""), rec_str(pod, KEY(name), "")));
	if (!force && check_down(s, pod) == -1)
		return (-1);
	if (remove_all(s, pod, force, timeout) == -1)
		return (-1);
	/* Its record does not say where it was. */
	if (damaged && cgroup_pod_make(session_run_env(s), rec_str(pod,
	    KEY(id), ""), path, sizeof(path)) == 0)
		group = path;
	(void)cgroup_pod_remove(session_run_env(s), group);
	locks_free_id(s, "pod", rec_str(pod, KEY(id), ""));
	error_clear(&s->client.error);
	return (0);
}

static int
refresh_one(struct session *s, const struct rec *pod)
{
	const char		*id = rec_str(pod, KEY(id), "");
	const char		*was = rec_get(pod, KEY(cgroup));
	scoped_rec struct rec	*r = rec_new();
	char			 path[1024];

	if (was == NULL)
		return (0);
	if (cgroup_pod_make(session_run_env(s), id, path, sizeof(path)) == -1)
		return (-1);
	if (strcmp(was, path) == 0)
		return (0);
	(void)rec_add(r, KEY(id), id);
	(void)rec_add(r, KEY(cgroup), path);
	/* Another command may have removed it. */
	return (state_object_put(&s->client, OBJ_POD, OBJ_UPDATE, r, NULL) ==
	    -1 && errno != ENOENT ? -1 : 0);
}

int
pods_refresh(struct session *s)
{
	scoped_rec struct rec	*all = state_objects(&s->client, OBJ_POD);
	struct rec		*pod;
	int			 rc = all == NULL ? -1 : 0;

	rec_each(pod, all, KEY(obj))
		if (refresh_one(s, pod) == -1) {
			session_warn(s, "pod %s could not be refreshed: %s",
			    rec_str(pod, KEY(name), ""), s->client.error.text);
			rc = -1;
		}
	return (rc);
}

int
pods_define(struct session *s, const char *ref, struct rec *def)
{
	scoped_rec struct rec	*pod = NULL;

	if (strncmp(ref, "new:", 4) == 0)
		return (error_set_code(&s->client.error, ERR_NOT_IMPLEMENTED,
		    EINVAL, "--pod new:NAME is not supported by bulkhead yet: "
		    "use `bulkhead pod create --infra=false --name NAME` "
		    "first"));
	if ((pod = state_object_get(&s->client, OBJ_POD, 0, ref)) == NULL)
		return (-1);
	(void)rec_add(def, KEY(pod), rec_str(pod, KEY(id), ""));
	(void)rec_add(def, KEY(pod_name), rec_str(pod, KEY(name), ""));
	return (0);
}
