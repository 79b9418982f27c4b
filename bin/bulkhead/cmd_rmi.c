/*
 * rmi: remove images, but not from under a container.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bsd/string.h>

#include "cmd.h"
#include "event.h"
#include "reconcile.h"
#include "record.h"
#include "remove.h"
#include "say.h"
#include "session.h"
#include "storage.h"
#include "store.h"

/* Which container stands on this image? A new record, or NULL. */
static struct rec *
user_of(struct rec *rows, const char *image)
{
	struct rec	*row;
	size_t		 it = 0;

	while ((row = rec_sub(rows, KEY(ctr), &it)) != NULL) {
		if (strcmp(rec_str(row, KEY(image), ""), image) == 0)
			return (row);
		rec_free(row);
	}
	return (NULL);
}

/*
 * podman's rule: an image in use loses a name when it has others; else it
 * stays, unless force removes the containers first.
 */
static int
free_image(struct session *s, const struct rec *image, bool force)
{
	const char	*id = rec_str(image, KEY(id), "");
	struct rec	*rows, *row, *full;
	int		 rc = 0;

	if ((rows = containers_reconciled(s)) == NULL)
		return (-1);
	while (rc == 0 && (row = user_of(rows, id)) != NULL) {
		if (!force) {
			(void)error_set(&s->client.error, errno, "image used "
			    "by %s: image is in use by a container: consider "
			    "listing external containers and force-removing "
			    "image", rec_str(row, KEY(id), ""));
			rec_free(row);
			rc = -2;
			break;
		}
		full = container_reconciled(s, rec_str(row, KEY(id), ""));
		rec_free(row);
		if (full != NULL)
			rc = remove_container(s, full, true, -1);
		rec_free(full);
		rec_free(rows);
		if ((rows = containers_reconciled(s)) == NULL)
			return (-1);
	}
	rec_free(rows);
	return (rc);
}

static void
print_results(const struct rec *r)
{
	struct rec_item	 item;
	size_t		 it = 0;

	while (rec_walk(r, &it, &item))
		if (item.text != NULL && strcmp(item.key, "untagged") == 0)
			printf("Untagged: %s\n", item.text);
	for (it = 0; rec_walk(r, &it, &item);)
		if (item.text != NULL && strcmp(item.key, "deleted") == 0)
			printf("Deleted: %s\n", item.text);
}

/* podman's: each name that is gone, then that something was removed. */
static void
tell_results(struct session *s, const struct rec *r, const char *id,
    const char *ref, bool by_id)
{
	struct rec	*events = rec_new();
	const char	*name, *last = ref;
	size_t		 it = 0;

	while (events != NULL && rec_next(r, KEY(untagged), &it, &name)) {
		event_add(events, "image", "untag", id, name);
		last = by_id ? ref : name;
	}
	if (events != NULL) {
		event_add(events, "image", "remove", id, last);
		event_send(s, events);
	}
	rec_free(events);
}

static bool
is_id_of(const struct rec *image, const char *ref)
{
	const char	*id = rec_str(image, KEY(id), "");

	if (strncmp(ref, "sha256:", 7) == 0)
		ref += 7;
	return (strncmp(id, ref, strlen(ref)) == 0);
}

static int
remove_image(struct session *s, const char *ref, bool force)
{
	struct rec	*image, *result;
	char		 id[65];
	bool		 by_id;
	int		 rc = 0;

	if ((image = store_image_get(&s->client, ref)) == NULL)
		return (-1);
	/* Taking one of several names away leaves the image where it is. */
	by_id = is_id_of(image, ref);
	(void)strlcpy(id, rec_str(image, KEY(id), ""), sizeof(id));
	if (rec_count(image, KEY(name)) <= 1 || by_id)
		rc = free_image(s, image, force);
	rec_free(image);
	if (rc != 0)
		return (rc);
	result = store_image_remove(&s->client, ref, force);
	if (result == NULL)
		return (-1);
	print_results(result);
	tell_results(s, result, id, ref, by_id);
	rec_free(result);
	return (0);
}

static struct rec *
all_images(struct session *s)
{
	struct rec	*images = store_images(&s->client), *ids, *image;
	size_t		 it = 0;

	if (images == NULL || (ids = rec_new()) == NULL)
		return (NULL);
	while ((image = rec_sub(images, KEY_IN(images, image), &it)) != NULL) {
		(void)rec_add(ids, KEY(id), rec_str(image, KEY(id), ""));
		rec_free(image);
	}
	rec_free(images);
	return (ids);
}

static int
remove_all(struct session *s, struct rec *ids, bool force, bool ignore)
{
	const char	*id;
	size_t		 it = 0;
	int		 code = 0, rc;

	while (rec_next(ids, KEY(id), &it, &id)) {
		if ((rc = remove_image(s, id, force)) == 0)
			continue;
		if (errno == ENOENT && ignore)
			continue;
		code = rc == -2 || errno == EBUSY ? 2 : (errno == ENOENT && code == 0 ? 1 :
		    EXIT_ENGINE);
		(void)session_error(s);
	}
	return (code);
}

int
cmd_rmi(struct cli *g, int argc, char **argv)
{
	struct session	 s = { 0 };
	struct rec	*ids;
	bool		 all = opt_flag(g->opts, "all", false);
	bool		 force = opt_flag(g->opts, "force", false);
	int		 code;

	if (command_open(&s, g, NEED_STATE | NEED_STORE | NEED_LOCK |
	    NEED_IDS | NEED_WRITE | NEED_RUN_ROOT, NULL) == -1)
		return (EXIT_ENGINE);
	/* Layers hold files of every owner: delete them as root of the ids. */
	if (storage_userns(&s) == -1) {
		code = session_error(&s);
		session_close(&s);
		return (code);
	}
	ids = all ? all_images(&s) : rec_new();
	for (int i = 0; i < argc; i++)
		(void)rec_add(ids, KEY(id), argv[i]);
	code = ids == NULL ? session_error(&s) :
	    remove_all(&s, ids, force, force ||	/* podman: gone already */
	    opt_flag(g->opts, "ignore", false));
	rec_free(ids);
	session_close(&s);
	return (code);
}
