#include "image_remove.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bsd/string.h>

#include "calls.h"
#include "event.h"
#include "reconcile.h"
#include "record.h"
#include "session.h"
#include "stop.h"

/* A container of this image, as a new record; or NULL. */
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
			(void)error_set(&s->client.error, EBUSY, "image used "
			    "by %s: image is in use by a container: consider "
			    "listing external containers and force-removing "
			    "image", rec_str(row, KEY(id), ""));
			rec_free(row);
			rc = -1;
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

/* podman's events: each name that is gone, then that something was removed. */
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

struct rec *
image_remove(struct session *s, const char *ref, bool force)
{
	struct rec	*image, *result = NULL;
	char		 id[65];
	bool		 by_id;
	int		 rc = 0;

	if ((image = store_image_get(&s->client, ref)) == NULL)
		return (NULL);
	/* Taking one of several names away leaves the image where it is. */
	by_id = is_id_of(image, ref);
	(void)strlcpy(id, rec_str(image, KEY(id), ""), sizeof(id));
	if (rec_count(image, KEY(name)) <= 1 || by_id)
		rc = free_image(s, image, force);
	rec_free(image);
	if (rc == 0 &&
	    (result = store_image_remove(&s->client, ref, force)) != NULL)
		tell_results(s, result, id, ref, by_id);
	return (result);
}
