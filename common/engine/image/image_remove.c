#include "image_remove.h"

#include <errno.h>
#include <string.h>

#include "calls.h"
#include "event.h"
#include "reconcile.h"
#include "record.h"
#include "session.h"
#include "stop.h"

/*
 * The row of a container of this image, the caller's: of one in another
 * namespace, if there is any. NULL: there is none.
 */
static struct rec *
user_of(const struct session *s, const struct rec *rows, const char *image)
{
	struct rec	*row, *user = NULL;
	size_t		 it = 0;

	while ((row = rec_sub(rows, KEY(ctr), &it)) != NULL) {
		if (strcmp(rec_str(row, KEY(image), ""), image) != 0 ||
		    (user != NULL && !session_hides(s, row))) {
			rec_free(row);
			continue;
		}
		rec_free(user);
		user = row;
	}
	return (user);
}

/* The rows of all containers, also of other namespaces; NULL with an error. */
static struct rec *
all_containers(struct session *s)
{
	struct rec	*rows = NULL;

	if (session_see_all(s) == 0) {
		rows = containers_reconciled(s);
		session_see_own(s);
	}
	return (rows);
}

/* Remove the container; or -1 with the error for which the image stays. */
static int
free_of(struct session *s, const struct rec *row, bool force)
{
	const char		*id = rec_str(row, KEY(id), "");
	scoped_rec struct rec	*full = NULL;

	if (session_hides(s, row))
		return (error_set_code(&s->client.error, ERR_IMAGE_IN_USE,
		    EBUSY, "image used by %s in namespace \"%s\": image is in "
		    "use by a container", id, rec_str(row, KEY(namespace),
		    "")));
	if (!force)
		return (error_set_code(&s->client.error, ERR_IMAGE_IN_USE,
		    EBUSY, "image used by %s: image is in use by a container: "
		    "consider listing external containers and force-removing "
		    "image", id));
	if ((full = container_again(s, id)) == NULL)
		return (errno == ENOENT ? 0 : -1);
	return (remove_container(s, full, true, -1));
}

/*
 * podman's rule: an image in use loses a name when it has others; else it
 * stays, unless force removes the containers first.
 */
static int
free_image(struct session *s, const char *id, bool force)
{
	for (;;) {
		scoped_rec struct rec	*rows = all_containers(s);
		scoped_rec struct rec	*user = NULL;

		if (rows == NULL)
			return (-1);
		if ((user = user_of(s, rows, id)) == NULL)
			return (0);
		if (free_of(s, user, force) == -1)
			return (-1);
	}
}

/* podman's events: each name that is gone, then that something was removed. */
static void
tell_results(struct session *s, const struct rec *r, const char *id,
    const char *ref, bool by_id)
{
	scoped_rec struct rec	*events = rec_new();
	const char		*name, *last = ref;

	if (events == NULL)
		return;
	rec_each_text(name, r, KEY(untagged)) {
		event_add(events, "image", "untag", id, name);
		last = by_id ? ref : name;
	}
	event_add(events, "image", "remove", id, last);
	event_send(s, events);
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
	scoped_rec struct rec	*image = store_image_get(&s->client, ref);
	struct rec		*result;
	const char		*id = rec_str(image, KEY(id), "");
	bool			 by_id;

	if (image == NULL)
		return (NULL);
	/* Taking one of several names away leaves the image where it is. */
	by_id = is_id_of(image, ref);
	if ((rec_count(image, KEY(name)) <= 1 || by_id) &&
	    free_image(s, id, force) == -1)
		return (NULL);
	if ((result = store_image_remove(&s->client, ref, force)) != NULL)
		tell_results(s, result, id, ref, by_id);
	return (result);
}
