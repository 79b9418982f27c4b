#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "end.h"
#include "record.h"
#include "sweep.h"

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
	struct rec	*rows;
	struct packet	 p;
	bool		 at_rest;

	if (call(&s->client, H_STATE, MSG_ctr_list, NULL, NULL, 0,
	    &p) == -1)
		return (NULL);
	at_rest = p.body.reply_fd.value == 0;
	rows = p.nfds == 1 ? rec_from_fd(p.fds[0]) : NULL;
	packet_clear(&p);
	if (rows == NULL)
		(void)session_sentence(s, "damaged answer of", "statekeep");
	if (rows == NULL || at_rest || !reconcile(s, rows))
		return (rows);
	rec_free(rows);
	return (call_rec(&s->client, H_STATE, MSG_ctr_list, NULL, NULL, 0));
}

struct rec *
session_images(struct session *s)
{
	return (call_rec(&s->client, H_STORE, MSG_image_list, NULL, NULL,
	    0));
}

int
session_find(struct session *s, const char *ref, char *id)
{
	union msg	 m;
	struct packet	 p;

	memset(&m.ctr_find, 0, sizeof(m.ctr_find));
	if (strlcpy(m.ctr_find.ref, ref, sizeof(m.ctr_find.ref)) >=
	    sizeof(m.ctr_find.ref))
		return (error_set(&s->client.error, ENOENT, "no container with "
		    "name or ID \"%.64s...\" found: no such container", ref));
	if (call(&s->client, H_STATE, MSG_ctr_find, &m, NULL, 0, &p) == -1)
		return (-1);
	(void)strlcpy(id, p.body.reply.text, 65);
	packet_clear(&p);
	return (0);
}

struct rec *
session_row(struct session *s, const char *ref)
{
	union msg	 m;

	memset(&m.ctr_get, 0, sizeof(m.ctr_get));
	if (session_find(s, ref, m.ctr_get.id) == -1)
		return (NULL);
	return (call_rec(&s->client, H_STATE, MSG_ctr_get, &m, NULL, 0));
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
session_ask_image(struct session *s, const char *ref)
{
	union msg	 m;

	memset(&m.image_find, 0, sizeof(m.image_find));
	if (strlcpy(m.image_find.ref, ref, sizeof(m.image_find.ref)) >=
	    sizeof(m.image_find.ref))
		return (error_set(&s->client.error, ENOENT, "%.64s...: image "
		    "not known", ref));
	return (call_begin(&s->client, H_STORE, MSG_image_find, &m, NULL, 0));
}

struct rec *
session_image(struct session *s, const char *ref)
{
	return (session_ask_image(s, ref) == -1 ? NULL :
	    call_end_rec(&s->client, H_STORE));
}

int
session_set(struct session *s, const char *id, unsigned int from,
    unsigned int to, const struct rec *keys)
{
	scoped_fd int	 fd = rec_memfd(keys, "row");
	union msg	 m;

	if (fd == -1)
		return (session_sentence(s, "cannot describe", "the container"));
	memset(&m.ctr_set, 0, sizeof(m.ctr_set));
	(void)strlcpy(m.ctr_set.id, id, sizeof(m.ctr_set.id));
	m.ctr_set.from = from;
	m.ctr_set.to = to;
	return (call_void(&s->client, H_STATE, MSG_ctr_set, &m, &fd, 1));
}

int
session_userns(struct session *s, enum helper_id who)
{
	union msg	 m;
	struct packet	 p;
	scoped_fd int	 ns = -1;

	memset(&m, 0, sizeof(m));
	m.userns_make.single = s->single;
	if (call(&s->client, who, MSG_userns_make, &m, NULL, 0, &p) == -1)
		return (-1);
	ns = packet_take_fd(&p, 0);
	packet_clear(&p);
	memset(&m, 0, sizeof(m));
	if (!s->single && call_void(&s->client, H_REFRESH, MSG_ids_write, &m, &ns,
	    1) == -1)
		return (-1);
	memset(&m, 0, sizeof(m));
	m.userns_ready.single = s->single;
	return (call_void(&s->client, who, MSG_userns_ready, &m, NULL, 0));
}

int
session_store_userns(struct session *s)
{
	if (s->userns)
		return (0);
	if (session_userns(s, H_STORE) == -1)
		return (-1);
	s->userns = true;
	return (0);
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
	union msg	 m;

	if (copying_userns(s) == -1)
		return (-1);
	memset(&m.rw_make, 0, sizeof(m.rw_make));
	(void)strlcpy(m.rw_make.id, id, sizeof(m.rw_make.id));
	(void)strlcpy(m.rw_make.image, rec_str(def, "image", ""),
	    sizeof(m.rw_make.image));
	if (ends_with_boot(def))
		sweep_mark(s, m.rw_make.mark, sizeof(m.rw_make.mark));
	else if (made_now)
		sweep_mark_new(s, m.rw_make.mark, sizeof(m.rw_make.mark));
	return (call_begin(&s->client, H_STORE, MSG_rw_make, &m, NULL, 0));
}

int
session_post_list(struct session *s, const char *id, const struct rec *def,
    bool given)
{
	union msg	 m;

	memset(&m.rw_list, 0, sizeof(m.rw_list));
	(void)strlcpy(m.rw_list.id, id, sizeof(m.rw_list.id));
	(void)strlcpy(m.rw_list.image, rec_str(def, "image", ""),
	    sizeof(m.rw_list.image));
	(void)strlcpy(m.rw_list.name, rec_str(def, "name", ""),
	    sizeof(m.rw_list.name));
	m.rw_list.given = given;
	if (m.rw_list.image[0] == '\0')
		return (0);
	return (call_async(&s->client, H_STORE, MSG_rw_list, &m, NULL, 0));
}

/* Nobody waits for that: a mark that stays is looked into by a sweep. */
void
session_keep_layer(struct session *s, const char *id, const struct rec *def)
{
	union msg	 m;

	memset(&m.rw_keep, 0, sizeof(m.rw_keep));
	(void)strlcpy(m.rw_keep.id, id, sizeof(m.rw_keep.id));
	if (!ends_with_boot(def))
		sweep_mark_new(s, m.rw_keep.mark, sizeof(m.rw_keep.mark));
	if (m.rw_keep.mark[0] != '\0')
		(void)call_begin(&s->client, H_STORE, MSG_rw_keep, &m, NULL, 0);
}

void
session_join_userns(struct session *s)
{
	union msg	 m = { .userns_join = { .single = s->single } };

	if (s->userns || !client_has(&s->client, H_STORE))
		return;
	/* In system mode containers have other ids than the storage. */
	if (!s->system && s->userns_fd != -1)
		s->userns = call_void(&s->client, H_STORE, MSG_userns_join, &m,
		    &s->userns_fd, 1) == 0;
	else if (client_has(&s->client, H_REFRESH))
		s->userns = session_userns(s, H_STORE) == 0;
}
