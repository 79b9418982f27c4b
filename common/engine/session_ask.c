#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "end.h"
#include "ids.h"
#include "record.h"
#include "state.h"
#include "store.h"

/* Look after rows whose processes may be gone. True if any was changed. */
static bool
reconcile(struct session *s, struct rec *rows)
{
	struct rec	*row;
	size_t		 it = 0;
	bool		 changed = false;

	while ((row = rec_sub(rows, "ctr", &it)) != NULL) {
		changed |= end_reconcile(s, row);
		rec_free(row);
	}
	return (changed);
}

struct rec *
session_rows(struct session *s)
{
	uint64_t	 active;
	struct rec	*rows = state_containers(&s->client, &active);

	if (rows == NULL || active == 0 || !reconcile(s, rows))
		return (rows);
	rec_free(rows);
	return (state_containers(&s->client, NULL));
}

struct rec *
session_row(struct session *s, const char *ref)
{
	char	 id[65];

	return (state_container_find(&s->client, ref, id) == -1 ? NULL :
	    state_container_get(&s->client, id));
}

struct rec *
session_container(struct session *s, const char *ref)
{
	struct rec	*row = session_row(s, ref);

	if (row == NULL || !end_reconcile(s, row))
		return (row);
	rec_free(row);
	return (session_row(s, ref));
}

int
session_store_userns(struct session *s)
{
	if (s->userns)
		return (0);
	if (ids_give_userns(&s->client, H_STORE, s->single) == -1)
		return (-1);
	s->userns = true;
	return (0);
}

void
session_tidy_store(struct session *s)
{
	(void)session_store_userns(s);
	(void)store_tidy(&s->client);
	s->untidy = false;
	error_clear(&s->client.error);
}

/* The vfs driver copies, so it has to give away files of several owners. */
static int
copying_userns(struct session *s)
{
	if (s->single || strcmp(session_config(s, "storage.driver", ""),
	    "vfs") != 0)
		return (0);
	return (session_store_userns(s));
}

static bool
ends_with_boot(const struct rec *def)
{
	return (rec_num(def, "rm", 0) != 0 ||
	    rec_num(def, "transient", 0) != 0);
}

int
session_ask_layer(struct session *s, const char *id, const struct rec *def,
    bool made_now)
{
	enum layer_mark	 mark = made_now ? LAYER_NEW : LAYER_KEPT;

	if (copying_userns(s) == -1)
		return (-1);
	return (store_rw_make_begin(&s->client, id, rec_str(def, "image", ""),
	    ends_with_boot(def) ? LAYER_EPHEMERAL : mark));
}

int
session_post_list(struct session *s, const char *id, const struct rec *def,
    bool given)
{
	const char	*image = rec_str(def, "image", "");

	return (*image == '\0' ? 0 : store_rw_list_begin(&s->client, id, image,
	    rec_str(def, "name", ""), given));
}

/* The reply is not awaited: a mark that stays is removed by the next boot. */
void
session_keep_layer(struct session *s, const char *id, const struct rec *def)
{
	if (!ends_with_boot(def))
		store_rw_keep_begin(&s->client, id);
}

void
session_join_userns(struct session *s)
{
	if (s->userns || !client_has(&s->client, H_STORE))
		return;
	/* In system mode containers have other ids than the storage. */
	if (!s->system && s->userns_fd != -1)
		s->userns = ids_join_userns(&s->client, H_STORE, s->userns_fd,
		    s->single) == 0;
	else if (client_has(&s->client, H_REFRESH))
		s->userns = ids_give_userns(&s->client, H_STORE,
		    s->single) == 0;
}
