#include "fresh.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "drop.h"
#include "stage.h"
#include "store.h"
#include "text.h"

#define LINE	(ID_LEN + 1)		/* an id and a newline */

static char	*ids;			/* the last one first; NULL: none */
static char	 token[64];		/* of the note; "": there is none */

/* Write a new note before the old one is removed, so that one always exists. */
static int
note(struct store *s, struct answer *a)
{
	char	 old[sizeof(token)];
	int	 rc = 0;

	memcpy(old, token, sizeof(old));
	token[0] = '\0';
	if (ids != NULL && *ids != '\0')
		rc = stage_note(s, ids, token, sizeof(token), a);
	if (rc == -1)
		memcpy(token, old, sizeof(token));
	else if (*old != '\0')
		stage_forget(s, old);
	return (rc);
}

int
fresh_add(struct store *s, const char *id, struct answer *a)
{
	size_t	 len = ids == NULL ? 0 : strlen(ids);
	char	*all = malloc(LINE + len + 1);

	if (all == NULL)
		return (fail(a, ENOMEM, "out of memory"));
	memcpy(all, id, ID_LEN);
	all[ID_LEN] = '\n';
	memcpy(all + LINE, ids == NULL ? "" : ids, len + 1);
	free(ids);
	ids = all;
	return (note(s, a));
}

int
fresh_not(struct store *s, struct answer *a)
{
	memmove(ids, ids + LINE, strlen(ids + LINE) + 1);
	return (note(s, a));
}

static void
forget(struct store *s)
{
	free(take_ptr(&ids));
	if (*token != '\0')
		stage_forget(s, token);
	token[0] = '\0';
}

void
fresh_keep(struct store *s)
{
	int	 saved = errno;

	forget(s);
	errno = saved;
}

void
fresh_end(struct store *s)
{
	struct answer	 ignored = { .type = MSG_reply };

	if (ids == NULL)
		return;
	/* The next store_tidy finds the note and tries again. */
	if (drop_unused(s, ids, &ignored) == -1) {
		stage_leave(token);
		return;
	}
	s->tidy_at_end = true;
	forget(s);
}
