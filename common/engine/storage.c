#include "storage.h"

#include <string.h>

#include <bsd/string.h>

#include "calls.h"
#include "record.h"
#include "session.h"

int
storage_userns(struct session *s)
{
	if (s->userns)
		return (0);
	if (ids_give_userns(&s->client, H_STORE, s->single) == -1)
		return (-1);
	s->userns = true;
	return (0);
}

int
storage_tidied(struct session *s, char why[TIDY_WHY])
{
	int64_t	 left;

	(void)storage_userns(s);
	why[0] = '\0';
	if ((left = store_tidy(&s->client, why)) == -1)
		(void)strlcpy(why, error_message(&s->client.error),
		    TIDY_WHY);
	s->untidy = false;
	error_clear(&s->client.error);
	return (left == 0 ? 0 : -1);
}

void
storage_tidy(struct session *s)
{
	char	 why[TIDY_WHY];

	(void)storage_tidied(s, why);
}

static bool
ends_with_boot(const struct rec *def)
{
	return (rec_num(def, KEY(rm), 0) != 0 ||
	    rec_num(def, KEY(transient), 0) != 0);
}

int
storage_layer_begin(struct session *s, const char *id, const struct rec *def,
    bool made_now)
{
	enum layer_mark	 mark = made_now ? LAYER_NEW : LAYER_KEPT;

	/* The vfs driver copies, and gives away files of several owners. */
	if (!s->single && strcmp(session_text(s, storage_driver), "vfs") == 0 &&
	    storage_userns(s) == -1)
		return (-1);
	return (store_rw_make_begin(&s->client, id, rec_str(def, KEY(image),
	    ""), ends_with_boot(def) ? LAYER_EPHEMERAL : mark));
}

int
storage_list_begin(struct session *s, const char *id, const struct rec *def,
    bool given)
{
	const char	*image = rec_str(def, KEY(image), "");

	return (*image == '\0' ? 0 : store_rw_list_send(&s->client, id, image,
	    rec_str(def, KEY(name), ""), given));
}

/* The reply is not awaited: a mark that stays is removed by the next boot. */
void
storage_layer_keep(struct session *s, const char *id, const struct rec *def)
{
	if (!ends_with_boot(def))
		store_rw_keep_unread(&s->client, id);
}

void
storage_join_userns(struct session *s)
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
