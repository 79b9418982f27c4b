#include "locks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "cleanup.h"
#include "lock_numbers.h"
#include "path.h"
#include "record.h"
#include "session.h"

/* A store has locks of its own, even if several use this run directory. */
static int
lock_dir(struct session *s)
{
	const char	*type = session_text(s, lock_type);
	char		 id[80], name[100];

	if (session_dir_id(s->state_dir, id, sizeof(id)) == -1)
		return (-1);
	(void)snprintf(name, sizeof(name), "locks/%s%s", id,
	    strcmp(type, "file") == 0 ? ".file" : "");
	return (path_mkdirs(s->run_dir, name, 0700));
}

int
locks_open_begin(struct session *s)
{
	scoped_fd int	 dir = lock_dir(s);

	if (dir == -1)
		return (session_errno(s, "cannot make the lock directory "
		    "in", session_text(s, path_run)));
	if (session_boot_id(s) == -1)
		return (-1);
	s->locks = true;
	return (lock_open_begin(&s->client, dir, rec_str(s->config,
	    KEY_AS(lock_type), "shm"), s->boot_id,
	    (uint32_t)rec_num(s->config, KEY_AS(num_locks), 2048),
	    s->locks_any));
}

int
locks_open_end(struct session *s)
{
	const int64_t	 stale = lock_open_end(&s->client);

	s->locks_stale = stale == 1;
	if (stale != -1)
		return (0);
	s->locks = false;
	if (errno == ENOSPC || errno == EDQUOT)
		(void)session_errno(s, "cannot write the locks in",
		    session_text(s, path_run));
	return (-1);
}

int
locks_ready(struct session *s)
{
	if (s->locks)
		return (0);
	if (locks_open_begin(s) == -1 || locks_open_end(s) == -1)
		return (-1);
	return (s->locks_stale && !s->locks_any ? locks_retrieve(s, 0) : 0);
}

static const char *
lock_name(char name[LOCKS_NAME], const char *kind, const char *id)
{
	(void)snprintf(name, LOCKS_NAME, "%s:%.72s", kind, id);
	return (name);
}

int
locks_take(struct session *s, const char *kind, const char *id,
    unsigned int wait_ms)
{
	char	 name[LOCKS_NAME];

	return (locks_ready(s) == -1 ? -1 :
	    lock_take(&s->client, lock_name(name, kind, id), false,
	    wait_ms, false));
}

void
locks_drop(struct session *s, const char *kind, const char *id)
{
	char	 name[LOCKS_NAME];

	lock_drop(&s->client, lock_name(name, kind, id));
}

int
locks_alloc(struct session *s, const char *kind, const char *id, struct rec *r)
{
	char	 name[LOCKS_NAME];
	int64_t	 number;

	lock_name(name, kind, id);
	if (locks_ready(s) == -1)
		return (-1);
	number = lock_alloc(&s->client, name, 0);
	/* It may have one, from a command that was killed. */
	if (number == -1 && errno == EEXIST)
		number = lock_find(&s->client, name, 0);
	return (number == -1 ? -1 : rec_set_num(r, KEY(lock), number - 1));
}

void
locks_free_id(struct session *s, const char *kind, const char *id)
{
	char	 name[LOCKS_NAME];

	if (!client_has(&s->client, H_LOCK) || locks_ready(s) == -1)
		return;
	(void)lock_free(&s->client, lock_name(name, kind, id));
	error_clear(&s->client.error);
}

void
locks_free(struct session *s, const struct rec *row, const char *kind)
{
	if (rec_text(row, KEY(lock)) != NULL)
		locks_free_id(s, kind, rec_str(row, KEY(id), ""));
}

void
locks_release(struct session *s, const char *kind, const char *id)
{
	char	 name[LOCKS_NAME];

	/* With this process it is dropped at the latest. */
	if (s->locks)
		lock_drop_send(&s->client, lock_name(name, kind, id));
}
