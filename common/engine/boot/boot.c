#include "boot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "calls.h"
#include "cleanup.h"
#include "locks.h"
#include "path.h"
#include "pods.h"
#include "reconcile.h"
#include "record.h"
#include "session.h"
#include "sweep.h"
#include "volumes.h"

#define LOCK_NAME	"refresh"
#define WAIT_MS		120000		/* for another command's refresh */
#define ALIVE		"alive"

/* Looked at, what was half made or half removed goes (reconcile_row). */
static int
finish_removal(struct session *s, const struct rec *item)
{
	scoped_rec struct rec	*row = container_reconciled(s, rec_str(item,
	    KEY(id),
	    ""));

	if (row == NULL && errno != ENOENT)
		return (-1);
	return (0);
}

static int
container(struct session *s, const struct rec *item)
{
	if (rec_get(item, KEY(error)) != NULL)
		return (error_set(&s->client.error, errno, "%s", rec_get(item,
		    KEY(error))));
	/* A damaged container stays until it is removed by name. */
	if (strcmp(rec_str(item, KEY(then), ""), "damaged") == 0)
		return (0);
	return (strcmp(rec_str(item, KEY(then), ""), "removed") == 0 ?
	    finish_removal(s, item) : 0);
}

/* All items of one kind. */
static int
each(struct session *s, const struct rec *items, const char *kind,
    int (*fn)(struct session *, const struct rec *), struct rec *done)
{
	struct rec	*item;
	size_t		 it = 0;
	int		 rc = 0;

	while ((item = rec_sub(items, KEY(item), &it)) != NULL) {
		if (strcmp(rec_str(item, KEY(kind), ""), kind) == 0) {
			if (fn(s, item) == -1) {
				session_warn(s, "%s %s could not be "
				    "refreshed: %s", kind, rec_str(item,
				    KEY(id), "?"),
				    error_message(&s->client.error));
				rc = -1;
			} else if (done != NULL)
				(void)rec_add_rec(done, KEY(item), item);
		}
		rec_free(item);
	}
	return (rc);
}

/* For tools that look for it. What decides stands in the state. */
static void
write_alive(struct session *s)
{
	scoped_free char *have = path_slurp(s->run_dir, ALIVE, 80, NULL);

	if (have == NULL || strcmp(have, s->boot_id) != 0)
		(void)path_replace(s->run_dir, ALIVE, s->boot_id,
		    strlen(s->boot_id), 0644, false);
}

static void
add_item(struct rec *out, const char *kind, const char *id, const char *name,
    const char *then, const char *why)
{
	struct rec	*item = rec_new();

	(void)rec_add(item, KEY(kind), kind);
	(void)rec_add(item, KEY(id), id);
	(void)rec_add(item, KEY(name), name);
	(void)rec_add(item, KEY(then), then);
	(void)rec_add(item, KEY(why), why);
	(void)rec_add_rec(out, KEY(item), item);
	rec_free(item);
}

static void
add_swept(void *ctx, const char *kind, const char *id, const char *why)
{
	add_item(ctx, kind, id, "", "removed", why);
}

/* Those that have a cgroup of their own. */
static void
add_pods(struct session *s, struct rec *out)
{
	struct rec	*all = state_objects(&s->client, OBJ_POD), *pod;
	size_t		 it = 0;

	while (all != NULL && (pod = rec_sub(all, KEY(obj), &it)) != NULL) {
		if (rec_get(pod, KEY(cgroup)) != NULL)
			add_item(out, "pod", rec_str(pod, KEY(id), ""),
			    rec_str(pod, KEY(name), ""), "cgroup made again",
			    "none outlives its boot");
		rec_free(pod);
	}
	rec_free(all);
}

static int
refresh(struct session *s, struct rec *done)
{
	struct rec	*items;
	int		 rc;

	if ((items = state_refresh(&s->client, REFRESH_APPLY)) == NULL)
		return (-1);
	rc = each(s, items, "container", container, done);
	if (done != NULL)
		add_pods(s, done);
	if (pods_refresh(s) == -1)
		rc = -1;
	if (volumes_refresh(s) == -1)
		rc = -1;
	if (done != NULL)
		sweep_plan(s, add_swept, done);
	sweep_boot(s);
	rec_free(items);
	write_alive(s);
	if (state_refresh_done(&s->client, REFRESH_DONE) == -1)
		return (-1);
	s->stale = false;
	error_clear(&s->client.error);
	return (rc);
}

int
boot_refresh(struct session *s, struct rec *done)
{
	int	 rc;

	/* The lock of a command that is killed is free: the next refreshes. */
	if (locks_ready(s) == -1 ||
	    lock_take(&s->client, LOCK_NAME, false, WAIT_MS, false) == -1)
		return (-1);
	rc = refresh(s, done);
	lock_drop(&s->client, LOCK_NAME);
	return (rc);
}

int
boot_plan(struct session *s, struct rec *out)
{
	struct rec	*items;
	int		 rc;

	if (!s->stale)
		return (0);
	if ((items = state_refresh(&s->client, REFRESH_PLAN)) == NULL)
		return (-1);
	rc = rec_add_all(out, items);
	rec_free(items);
	add_pods(s, out);
	if (client_has(&s->client, H_STORE))
		sweep_plan(s, add_swept, out);
	return (rc);
}
