#include "pods.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "calls.h"
#include "cgroup.h"
#include "cgroup_pod.h"
#include "clock.h"
#include "locks.h"
#include "reconcile.h"
#include "record.h"
#include "remove.h"
#include "session.h"
#include "states.h"

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

/* Copies, so that what is known of the members can be added. */
static size_t
copy_pods(struct counted *pods, const struct rec *all)
{
	struct rec	*pod;
	size_t		 n = 0, it = 0;

	while ((pod = rec_sub(all, KEY(obj), &it)) != NULL) {
		if ((pods[n].pod = rec_new()) != NULL)
			(void)rec_add_all(pods[n++].pod, pod);
		rec_free(pod);
	}
	return (n);
}

static void
add_members(struct counted *pods, size_t n, const struct rec *rows)
{
	struct counted	*c;
	struct rec	*row;
	size_t		 it = 0;

	while ((row = rec_sub(rows, KEY(ctr), &it)) != NULL) {
		if ((c = find_pod(pods, n, rec_get(row, KEY(pod)))) != NULL) {
			(void)rec_add_rec(c->pod, KEY(ctr), row);
			c->count[rec_num(row, KEY(state), 0) & (STATES - 1)]++;
			c->all++;
		}
		rec_free(row);
	}
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

static struct rec *
join(const struct rec *all, const struct rec *rows)
{
	struct rec	*out = rec_new();
	struct counted	*pods = calloc(rec_count(all, KEY(obj)) + 1,
			    sizeof(*pods));
	size_t		 n = pods == NULL ? 0 : copy_pods(pods, all);

	add_members(pods, n, rows);
	for (size_t i = 0; i < n; i++) {
		(void)rec_set(pods[i].pod, KEY_IN(pod, state),
		    state_of(&pods[i]));
		(void)rec_add_rec(out, KEY(obj), pods[i].pod);
		rec_free(pods[i].pod);
	}
	free(pods);
	return (out);
}

struct rec *
pods_with_members(struct session *s)
{
	scoped_rec struct rec	*all = state_objects(&s->client, OBJ_POD);
	struct rec		*rows, *out = NULL;

	if (all != NULL && (rows = containers_reconciled(s)) != NULL) {
		out = join(all, rows);
		rec_free(rows);
	}
	return (out);
}

struct rec *
pods_get_whole(struct session *s, const char *ref)
{
	struct rec	*one = state_object_get(&s->client, OBJ_POD, 0, ref);
	struct rec	*all, *pod = NULL, *p;
	size_t		 it = 0;

	if (one == NULL || (all = pods_with_members(s)) == NULL) {
		rec_free(one);
		return (NULL);
	}
	errno = ENOENT;
	while (pod == NULL && (p = rec_sub(all, KEY(obj), &it)) != NULL) {
		if (strcmp(rec_str(p, KEY(id), ""), rec_str(one, KEY(id),
		    "")) == 0 && (pod = rec_new()) != NULL)
			(void)rec_add_all(pod, p);
		rec_free(p);
	}
	rec_free(all);
	rec_free(one);
	return (pod);
}

/* Remove the pod that has this very name, if there is one. */
static int
remove_named(struct session *s, const char *name)
{
	scoped_rec struct rec	*have = NULL;
	int			 rc = 0;

	if (*name == '\0')
		return (error_set(&s->client.error, EINVAL, "cannot replace "
		    "pod without --name being set"));
	if ((have = state_object_get(&s->client, OBJ_POD, 0, name)) == NULL)
		return (errno == ENOENT ? 0 : -1);
	if (strcmp(rec_str(have, KEY(name), ""), name) == 0)
		rc = pods_remove(s, have, true, -1);
	return (rc);
}

int
pods_create(struct session *s, struct rec *pod, bool replace)
{
	const char	*id = rec_str(pod, KEY(id), ""), *v;
	struct error	 why;
	char		 group[1024];
	size_t		 it = 0;

	(void)rec_add_num(pod, KEY(created), clock_real_ns());
	while (rec_next(s->options.line, KEY(arg), &it, &v))
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
	size_t		 it = 0;
	int64_t		 best = INT64_MIN;

	*id = '\0';
	while ((pod = rec_sub(all, KEY(obj), &it)) != NULL) {
		if (rec_num(pod, KEY(created), 0) > best) {
			best = rec_num(pod, KEY(created), 0);
			(void)strlcpy(id, rec_str(pod, KEY(id), ""), 65);
		}
		rec_free(pod);
	}
	return (*id == '\0' ? -1 : 0);
}

static bool
is_up(const struct rec *row)
{
	return CTR_IN(rec_num(row, KEY(state), 0), CTR_LIVE);
}

/* Call something for each member that still is there. */
static int
each_member(struct session *s, const struct rec *pod,
    int (*fn)(struct session *, const struct rec *, int64_t), int64_t arg)
{
	const char	*id;
	struct rec	*row;
	size_t		 it = 0;
	int		 rc = 0;

	while (rc == 0 && rec_next(pod, KEY(user), &it, &id)) {
		if ((row = container_reconciled(s, id)) == NULL) {
			rc = errno == ENOENT ? 0 : -1;
			continue;
		}
		rc = fn(s, row, arg);
		rec_free(row);
	}
	return (rc);
}

static int
refuse_up(struct session *s, const struct rec *row, int64_t arg)
{
	(void)arg;
	if (!is_up(row))
		return (0);
	return (error_set(&s->client.error, EBUSY, "pod %s has containers that "
	    "are not ready to be removed: cannot remove container %s as it is "
	    "%s - running or paused containers cannot be removed without "
	    "force: container state improper", rec_str(row, KEY(pod), ""),
	    rec_str(row, KEY(id), ""), rec_str(row, KEY(state_name),
	    "running")));
}

static int
remove_member(struct session *s, const struct rec *row, int64_t timeout)
{
	return (remove_container(s, row, true, timeout));
}

/* Another command may make a member meanwhile: with force remove it too. */
static int
remove_all(struct session *s, const struct rec *pod, bool force,
    int64_t timeout)
{
	const char	*id = rec_str(pod, KEY(id), "");
	struct rec	*now = NULL;
	int		 rc = -1;

	for (int tries = 0; tries < TRIES; tries++) {
		rc = each_member(s, now != NULL ? now : pod, remove_member,
		    timeout);
		if (rc == 0)
			rc = state_object_remove(&s->client, OBJ_POD,
			    OBJ_WHOLE, id, "");
		rec_free(now);
		now = NULL;
		if (rc == 0 || errno != EBUSY || !force ||
		    (now = state_object_get(&s->client, OBJ_POD, 0,
		    id)) == NULL)
			break;
	}
	rec_free(now);
	return (rc);
}

int
pods_remove(struct session *s, const struct rec *pod, bool force,
    int64_t timeout)
{
	const char	*id = rec_str(pod, KEY(id), "");

	if (!force && each_member(s, pod, refuse_up, 0) == -1)
		return (-1);
	if (remove_all(s, pod, force, timeout) == -1)
		return (-1);
	(void)cgroup_pod_remove(session_run_env(s), rec_str(pod, KEY(cgroup),
	    ""));
	locks_free_id(s, "pod", id);
	error_clear(&s->client.error);
	return (0);
}

int
pods_remove_damaged(struct session *s, const char *id)
{
	if (state_object_remove(&s->client, OBJ_POD, OBJ_WHOLE, id, "") == -1)
		return (-1);
	locks_free_id(s, "pod", id);
	error_clear(&s->client.error);
	return (0);
}

/* The record says where it is now. */
static int
put_cgroup(struct session *s, const char *id, const char *path)
{
	scoped_rec struct rec	*r = rec_new();

	(void)rec_add(r, KEY(id), id);
	(void)rec_add(r, KEY(cgroup), path);
	return (state_object_put(&s->client, OBJ_POD, OBJ_UPDATE, r, NULL));
}

static int
refresh_one(struct session *s, const struct rec *pod)
{
	const char	*id = rec_str(pod, KEY(id), "");
	const char	*was = rec_get(pod, KEY(cgroup));
	char		 path[1024];

	if (was == NULL)
		return (0);
	if (cgroup_pod_make(session_run_env(s), id, path, sizeof(path)) == -1)
		return (-1);
	return (strcmp(was, path) == 0 ? 0 : put_cgroup(s, id, path));
}

int
pods_refresh(struct session *s)
{
	struct rec	*all = state_objects(&s->client, OBJ_POD), *pod;
	size_t		 it = 0;
	int		 rc = all == NULL ? -1 : 0;

	while (all != NULL && (pod = rec_sub(all, KEY(obj), &it)) != NULL) {
		/* Another command has removed it. */
		if (refresh_one(s, pod) == -1 && errno != ENOENT) {
			session_warn(s, "pod %s could not be refreshed: %s",
			    rec_str(pod, KEY(name), ""), s->client.error.text);
			rc = -1;
		}
		rec_free(pod);
	}
	rec_free(all);
	return (rc);
}

int
pods_define(struct session *s, const char *ref, struct rec *def)
{
	scoped_rec struct rec	*pod = NULL;

	if (strncmp(ref, "new:", 4) == 0)
		return (error_set(&s->client.error, EINVAL, "--pod new:NAME is "
		    "not supported by bulkhead yet: use `bulkhead pod create "
		    "--infra=false --name NAME` first"));
	if ((pod = state_object_get(&s->client, OBJ_POD, 0, ref)) == NULL)
		return (-1);
	(void)rec_add(def, KEY(pod), rec_str(pod, KEY(id), ""));
	(void)rec_add(def, KEY(pod_name), rec_str(pod, KEY(name), ""));
	return (0);
}
