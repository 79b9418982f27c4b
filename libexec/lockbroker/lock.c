#include "lock.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper.h"
#include "path.h"

struct locks {
	const struct kind	*kind;
	void			*table;
	unsigned int		 held;	/* of names other than LOCK_STORE */
	bool			 alone;	/* LOCK_STORE is held exclusively */
	bool			 store;	/* LOCK_STORE is held shared */
	bool			 stays;	/* ... to the end, for freed numbers */
};

static char	 open_error[512];

void *
locks_fail(int error, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	(void)vsnprintf(open_error, sizeof(open_error), fmt, ap);
	va_end(ap);
	errno = error;
	return (NULL);
}

const char *
locks_open_error(void)
{
	return (open_error);
}

bool
locks_peer_gone(void)
{
	struct pollfd	 p = { .fd = HELPER_FD };

	return (poll(&p, 1, 0) == 1 && (p.revents & POLLHUP) != 0);
}

bool
locks_name_good(const char *name)
{
	return (path_is_name(name) && *name != '.' &&
	    strlen(name) < LOCK_NAME && (*name < '0' || *name > '9'));
}

void
locks_copy_name(char out[LOCK_NAME], const char *name)
{
	(void)snprintf(out, LOCK_NAME, "%.*s", LOCK_NAME - 1, name);
}

static const struct kind *
kind_of(const char *type)
{
	if (*type == '\0' || strcmp(type, "shm") == 0)
		return (&kind_shm);
	if (strcmp(type, "file") == 0)
		return (&kind_file);
	return (locks_fail(EINVAL, "unknown lock type \"%s\": engine.lock_type "
	    "must be shm or file: invalid argument", type));
}

static bool
is_count(uint32_t count)
{
	if (count > 0 && count <= LOCK_MAX)
		return (true);
	(void)locks_fail(EINVAL, "engine.num_locks must be between 1 and %u, "
	    "not %u: invalid argument", LOCK_MAX, count);
	return (false);
}

struct locks *
locks_open(int dir_fd, const struct locks_want *want)	/* takes */
{
	const struct kind	*kind = kind_of(want->type);
	struct locks		*ls = calloc(1, sizeof(*ls));

	if (kind == NULL || !is_count(want->count) || ls == NULL) {
		int	 saved = errno;

		if (ls == NULL)
			(void)locks_fail(ENOMEM, "out of memory");
		close(dir_fd);
		free(ls);
		errno = saved;
		return (NULL);
	}
	ls->kind = kind;
	if ((ls->table = kind->open(dir_fd, want)) == NULL) {
		free(ls);
		return (NULL);
	}
	return (ls);
}

void
locks_close(struct locks *ls)
{
	if (ls != NULL)
		ls->kind->close(ls->table);
	free(ls);
}

bool
locks_stale(struct locks *ls)
{
	return (ls->kind->stale(ls->table));
}

/*
 * Wait while another command renumbers. This time does not count as the peer's
 * wait.
 */
static int
enter(struct locks *ls, unsigned int wait_ms)
{
	struct take	 t = { .name = LOCK_STORE, .shared = true,
			    .wait_ms = wait_ms };
	uint32_t	 number;

	if (ls->store || ls->alone)
		return (0);
	if (ls->kind->take(ls->table, &t, &number) == -1)
		return (-1);
	ls->store = true;
	return (0);
}

static void
leave(struct locks *ls)
{
	int	 saved = errno;

	if (ls->store && !ls->stays && ls->held == 0 &&
	    ls->kind->drop(ls->table, LOCK_STORE) == 0)
		ls->store = false;
	errno = saved;
}

static int
take_store(struct locks *ls, const struct take *t, uint32_t *number)
{
	if (ls->alone || ls->held > 0 || t->alloc) {
		errno = EDEADLK;
		return (-1);
	}
	if (ls->store && ls->kind->drop(ls->table, LOCK_STORE) == 0)
		ls->store = ls->stays = false;
	if (ls->kind->take(ls->table, t, number) == -1)
		return (-1);
	ls->alone = !t->shared;
	ls->store = ls->stays = t->shared;
	return (0);
}

int
locks_take(struct locks *ls, const struct take *t, uint32_t *number)
{
	*number = 0;
	if (!locks_name_good(t->name)) {
		errno = EINVAL;
		return (-1);
	}
	if (strcmp(t->name, LOCK_STORE) == 0)
		return (take_store(ls, t, number));
	if (enter(ls, t->wait_ms) == -1)
		return (-1);
	if (ls->kind->take(ls->table, t, number) == 0) {
		ls->held++;
		return (0);
	}
	leave(ls);
	return (-1);
}

int
locks_drop(struct locks *ls, const char *name)
{
	/* The peer cannot drop LOCK_STORE while it has other locks. */
	if (strcmp(name, LOCK_STORE) == 0 && ls->held > 0 && !ls->alone) {
		errno = ENOENT;
		return (-1);
	}
	if (ls->kind->drop(ls->table, name) == -1)
		return (-1);
	if (strcmp(name, LOCK_STORE) == 0)
		ls->alone = ls->store = ls->stays = false;
	else
		ls->held--;
	leave(ls);
	return (0);
}

#define SHORT_WAIT_MS	10000

int
locks_alloc(struct locks *ls, const char *name, uint32_t want, uint32_t *got)
{
	int	 rc;

	if (!locks_name_good(name) || strcmp(name, LOCK_STORE) == 0) {
		errno = EINVAL;
		return (-1);
	}
	if (enter(ls, SHORT_WAIT_MS) == -1)
		return (-1);
	rc = ls->kind->alloc(ls->table, name, want, got);
	leave(ls);
	return (rc);
}

/*
 * The object of a freed number is still recorded, and a renumbering would give
 * it a number again. Prevent one while this process holds the object's lock, or
 * else until it ends.
 */
int
locks_free(struct locks *ls, const char *name)
{
	if (enter(ls, SHORT_WAIT_MS) == -1)
		return (-1);
	if (ls->held == 0)
		ls->stays = ls->store;
	return (ls->kind->free(ls->table, name));
}

int
locks_find(struct locks *ls, char name[LOCK_NAME], uint32_t *number)
{
	return (ls->kind->find(ls->table, name, number));
}

int
locks_list(struct locks *ls, struct rec *r, bool all)
{
	return (ls->kind->list(ls->table, r, all));
}

int
locks_renumber_begin(struct locks *ls)
{
	if (ls->alone)
		return (ls->kind->begin(ls->table));
	errno = EPERM;
	return (-1);
}

int
locks_renumber(struct locks *ls, const struct rec *r)
{
	if (ls->alone)
		return (ls->kind->renumber(ls->table, r));
	errno = EPERM;
	return (-1);
}

void
locks_holder(struct locks *ls, char name[LOCK_NAME], char *out, size_t size)
{
	ls->kind->holder(ls->table, name, out, size);
}
