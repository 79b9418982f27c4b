#include "stage.h"

#include <sys/queue.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "drop.h"
#include "fresh.h"
#include "layer.h"
#include "lock.h"
#include "path.h"
#include "place.h"
#include "random.h"
#include "record.h"
#include "store.h"
#include "text.h"
#include "trash.h"
#include "userns.h"

#define TOKEN_LEN	32
#define NOTE_MAX	65536

struct stage {
	LIST_ENTRY(stage) entry;
	char		 token[TOKEN_LEN + 1];
	char		 parent[ID_LEN + 1];
	bool		 fleeting;	/* goes unless an image is made of it */
	int		 fd;		/* the lock file, locked */
};

static LIST_HEAD(, stage)	 stages = LIST_HEAD_INITIALIZER(stages);

static struct stage *
find(const char *token)
{
	struct stage	*st;

	LIST_FOREACH(st, &stages, entry)
		if (strcmp(st->token, token) == 0)
			return (st);
	return (NULL);
}

static void
path_of(const char *token, const char *suffix, char out[96])
{
	snprintf(out, 96, STAGE "/%.*s%s", TOKEN_LEN, token, suffix);
}

/*
 * Make a lock file and lock it. Try again if a process that tidies removed it
 * in between, because it was not locked yet.
 */
static int
lock_file(struct store *s, struct stage *st)
{
	char		 path[96];
	struct stat	 sb;

	for (;;) {
		if (random_hex(st->token, TOKEN_LEN / 2) == -1)
			return (-1);
		path_of(st->token, ".lock", path);
		st->fd = path_open(s->graph, path, O_RDWR | O_CREAT | O_EXCL,
		    0600);
		if (st->fd == -1)
			return (-1);
		if (lock_try(st->fd) == 0 && fstat(st->fd, &sb) == 0 &&
		    sb.st_nlink > 0)
			return (0);
		close(st->fd);
	}
}

static struct stage *
stage_new(struct store *s)
{
	struct stage	*st = calloc(1, sizeof(*st));

	if (st == NULL || lock_file(s, st) == -1) {
		free(st);
		return (NULL);
	}
	LIST_INSERT_HEAD(&stages, st, entry);
	return (st);
}

/*
 * The lock file is removed last: without it the rest has no owner. Keeps errno.
 */
static void
stage_free(struct store *s, struct stage *st)
{
	int	 saved = errno;
	char	 path[96];

	path_of(st->token, "", path);
	(void)trash_discard(s, path);
	path_of(st->token, ".lock", path);
	(void)unlinkat(s->graph, path, 0);
	close(st->fd);
	LIST_REMOVE(st, entry);
	free(st);
	errno = saved;
}

void
stage_end(struct store *s)
{
	while (!LIST_EMPTY(&stages))
		stage_free(s, LIST_FIRST(&stages));
}

static int
write_note(struct stage *st, const char *verb, const char *ids)
{
	if (ftruncate(st->fd, 0) == -1 ||
	    pwrite(st->fd, verb, 1, 0) != 1 ||
	    pwrite(st->fd, ids, strlen(ids), 1) != (ssize_t)strlen(ids))
		return (-1);
	return (fdatasync(st->fd));
}

/*
 * Undo or finish what a dead process noted: '+' and a layer that it was moving
 * into place, or '-' and layers that it was removing.
 */
static int
undo_note(struct store *s, const char *note, struct answer *a)
{
	char	 id[ID_LEN + 1];

	if (*note == '+' && strlen(note) > ID_LEN) {
		memcpy(id, note + 1, ID_LEN);
		id[ID_LEN] = '\0';
		return (place_undo(s, id, a));
	}
	if (*note == '-')
		return (drop_unused(s, note + 1, a));
	return (0);
}

/*
 * A directory is made after its lock file and removed before it: without a lock
 * file its owner is dead.
 */
static int
tidy_unlocked(struct store *s, const char *token, struct answer *a)
{
	char		 path[96];
	struct stat	 sb;

	path_of(token, ".lock", path);
	if (fstatat(s->graph, path, &sb, AT_SYMLINK_NOFOLLOW) == 0 ||
	    errno != ENOENT)
		return (0);
	path_of(token, "", path);
	if (trash_discard(s, path) == -1)
		return (fail_errno(a, "cannot remove", path));
	return (0);
}

static int
tidy_one(struct store *s, const char *file, struct answer *a)
{
	scoped_free char	*note = NULL;
	scoped_fd int		 fd = -1;
	char			 path[96];
	size_t			 n = strlen(file);

	if (n == TOKEN_LEN && text_is_hex(file))
		return (tidy_unlocked(s, file, a));
	if (n != TOKEN_LEN + 5 || strcmp(file + TOKEN_LEN, ".lock") != 0)
		return (0);
	snprintf(path, sizeof(path), STAGE "/%s", file);
	fd = path_open(s->graph, path, O_RDWR | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd == -1 || lock_try(fd) == -1)
		return (0);		/* gone, or its owner lives */
	note = path_slurp(s->graph, path, NOTE_MAX, NULL);
	if (note != NULL && undo_note(s, note, a) == -1)
		return (-1);
	path_of(file, "", path);
	if (trash_discard(s, path) == -1)
		return (fail_errno(a, "cannot remove", path));
	path_of(file, ".lock", path);
	(void)unlinkat(s->graph, path, 0);
	return (0);
}

int
stage_tidy(struct store *s, struct answer *a)
{
	DIR		*d = path_open_dir(s->graph, STAGE);
	struct dirent	*e;
	int		 rc = 0;

	if (d == NULL)
		return (errno == ENOENT ? 0 :
		    fail_errno(a, "cannot open", STAGE));
	while (rc == 0 && (e = readdir(d)) != NULL)
		rc = tidy_one(s, e->d_name, a);
	closedir(d);
	return (rc);
}

/* The directory that unpack fills; for vfs a copy of the parent's tree. */
static int
make_diff(struct store *s, const struct stage *st, struct answer *a)
{
	scoped_fd int	 from = -1, to = -1;
	char		 path[96], parent[96];

	path_of(st->token, "", path);
	if (mkdirat(s->graph, path, 0700) == -1)
		return (fail_errno(a, "cannot make", path));
	path_of(st->token, "/diff", path);
	if (mkdirat(s->graph, path, 0700) == -1 ||
	    (to = path_open(s->graph, path, O_RDONLY | O_DIRECTORY, 0)) == -1)
		return (fail_errno(a, "cannot make", path));
	if (!s->vfs || *st->parent == '\0')
		return (take_fd(&to));
	layer_dir(s, st->parent, parent, sizeof(parent));
	from = path_open(s->graph, parent, O_RDONLY | O_DIRECTORY, 0);
	if (from == -1)
		return (fail_errno(a, "cannot open", parent));
	if (store_copy(s, from, to) == -1)
		return (errno == EPERM && !userns_inside() ? fail(a, EPERM,
		    "the layer below has files of several owners: a user "
		    "namespace is needed to copy it") :
		    fail_errno(a, "cannot copy", parent));
	return (take_fd(&to));
}

int
stage_make(struct store *s, const char *parent, bool fleeting, char *token,
    size_t size, struct answer *a)
{
	struct stage	*st;
	json_t		*chain[LAYERS_MAX];
	int		 fd;

	if (index_load(&s->layers, s->graph, a) == -1 ||
	    layer_chain(s, parent, chain, a) == -1)
		return (-1);
	/* Free space before more is needed. A failure to tidy is ignored. */
	if (LIST_EMPTY(&stages))
		(void)stage_tidy(s, a);
	if ((st = stage_new(s)) == NULL)
		return (fail_errno(a, "cannot make", "a staging directory"));
	snprintf(st->parent, sizeof(st->parent), "%s", parent);
	st->fleeting = fleeting;
	if ((fd = make_diff(s, st, a)) == -1) {
		stage_free(s, st);
		return (-1);
	}
	snprintf(token, size, "%s", st->token);
	return (fd);
}

/* The OCI chain id of a stored layer: the hash of every step up to it. */
static int
chain_of(struct store *s, const char *id, char *out, struct answer *a)
{
	json_t		*chain[LAYERS_MAX];
	const char	*diff;
	char		 next[DIGEST_LEN + 1];
	int		 n = layer_chain(s, id, chain, a);

	*out = '\0';
	if (n == -1)
		return (-1);
	while (n-- > 0) {
		diff = json_text(chain[n], "diff-digest");
		if (!text_is_digest(diff))
			return (fail(a, EBADMSG, "layer %.12s does not say "
			    "what it contains; pull or load its image again",
			    json_text(chain[n], "id")));
		layer_next_chain(out, diff, next);
		strcpy(out, next);
	}
	return (0);
}

static int
check_request(struct store *s, const struct stage *st, const char *parent,
    const char *chain_id, const struct rec *r, struct answer *a)
{
	const char	*diff = rec_get(r, KEY(diff_id));
	char		 below[DIGEST_LEN + 1], sum[DIGEST_LEN + 1];

	if (st == NULL)
		return (fail(a, ENOENT, "no such staging directory"));
	if (strcmp(st->parent, parent) != 0)
		return (fail(a, EINVAL, "the layer was staged on another "
		    "parent"));
	if (!text_is_digest(diff))
		return (fail(a, EINVAL, "the layer has no valid diff id"));
	if (index_load(&s->layers, s->graph, a) == -1 ||
	    chain_of(s, parent, below, a) == -1)
		return (-1);
	layer_next_chain(below, diff, sum);
	if (*chain_id != '\0' && strcmp(sum, chain_id) != 0)
		return (fail(a, EBADMSG, "the layer unpacked to %s, which is "
		    "not what the image names", diff));
	return (0);
}

/* Takes the lock only for what is fast: rename, index, last writer. */
static int
commit_locked(struct store *s, struct stage *st, const char *id,
    const struct rec *r, struct answer *a)
{
	scoped_fd int	 lock = lock_take(s, "layers", true, a);
	char		 path[96], note[ID_LEN + 2];
	const json_t	*there;
	int		 saved;

	if (lock == -1 || index_read(&s->layers, s->graph, a) == -1)
		return (-1);
	if ((there = index_get(&s->layers, id)) != NULL) {
		/* Another process has made the same layer. */
		if (!layer_incomplete(there))
			return (st->fleeting ? fresh_not(s, a) : 0);
		/*
		 * The process that made it was killed: drop it, as podman does.
		 */
		if (index_drop(&s->layers, id, a) == -1)
			return (-1);
		place_trash_layer(s, id);
	}
	snprintf(note, sizeof(note), "%s\n", id);
	if (write_note(st, "+", note) == -1)
		return (fail_errno(a, "cannot write", STAGE));
	path_of(st->token, "", path);
	if (place_move(s, path, id, a) == -1 || lock_touch(lock, a) == -1 ||
	    place_record(s, id, st->parent, r, a) == -1) {
		saved = errno;
		(void)place_back_unlisted(s, id, &(struct answer){ 0 });
		errno = saved;
		return (-1);
	}
	return (0);
}

int
stage_commit(struct store *s, const char *token, const char *parent,
    const char *chain_id, const struct rec *r, char *id, struct answer *a)
{
	struct stage	*st = find(token);
	char		 path[96];
	int		 rc;

	rc = check_request(s, st, parent, chain_id, r, a);
	if (rc == 0) {
		layer_make_id(parent, rec_get(r, KEY(diff_id)), id);
		path_of(token, "", path);
		rc = place_prepare(s, path, parent, a);
	}
	if (rc == 0 && st->fleeting)
		rc = fresh_add(s, id, a);
	if (rc == 0)
		rc = commit_locked(s, st, id, r, a);
	if (st != NULL)
		stage_free(s, st);
	return (rc);
}

int
stage_abort(struct store *s, const char *token, struct answer *a)
{
	struct stage	*st = find(token);

	if (st == NULL)
		return (fail(a, ENOENT, "no such staging directory"));
	stage_free(s, st);
	return (0);
}

int
stage_note(struct store *s, const char *ids, char *token, size_t size,
    struct answer *a)
{
	struct stage	*st = stage_new(s);

	if (st == NULL)
		return (fail_errno(a, "cannot make", "a note of what to "
		    "remove"));
	if (strlen(ids) >= NOTE_MAX || write_note(st, "-", ids) == -1) {
		stage_free(s, st);
		return (fail_errno(a, "cannot write", STAGE));
	}
	snprintf(token, size, "%s", st->token);
	return (0);
}

void
stage_leave(const char *token)
{
	struct stage	*st = find(token);

	if (st == NULL)
		return;
	LIST_REMOVE(st, entry);
	free(st);
}

void
stage_forget(struct store *s, const char *token)
{
	struct stage	*st = find(token);

	if (st != NULL)
		stage_free(s, st);
}
