#include "register.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "lock.h"
#include "path.h"
#include "place.h"
#include "store.h"
#include "text.h"
#include "trash.h"

#define FILE_NAME	"containers.json"
#define NEW_FILE	".containers.json.bulkhead"

/* A member of the metadata of our entries, and its text in the file. */
#define ENGINE		"\"engine\":\"bulkhead\""
#define ENGINE_QUOTED	"\\\"engine\\\":\\\"bulkhead\\\""

bool
register_is_ours(const json_t *o)
{
	const char	*text = json_text(o, "metadata");

	return (text != NULL && strstr(text, ENGINE) != NULL);
}

static bool
has_dir(struct store *s, const char *id)
{
	struct stat	 sb;
	char		 name[96];

	snprintf(name, sizeof(name), "bulkhead/%.64s", id);
	return (fstatat(s->graph, name, &sb, AT_SYMLINK_NOFOLLOW) == 0 ||
	    errno != ENOENT);
}

bool
register_is_stale(struct store *s, const json_t *o)
{
	return (register_is_ours(o) && !has_dir(s, json_text(o, "id")));
}

static bool
item_has(const struct item *it, const char *text)
{
	return (memmem(it->at, it->len, text, strlen(text)) != NULL);
}

/* The same for an item that is not parsed yet; its text decides for most. */
static bool
is_stale(struct store *s, struct index *ix, size_t n)
{
	const json_t	*o;

	if (!item_has(&ix->item[n], ENGINE_QUOTED) ||
	    has_dir(s, ix->item[n].id))
		return (false);
	o = index_item(ix, n);
	return (o != NULL && register_is_stale(s, o));
}

/* Which container has this name? Borrowed, 64 digits; NULL: none. */
static const char *
name_user(struct index *ix, const char *name)
{
	char	 quoted[300];
	json_t	*v;
	size_t	 k;

	snprintf(quoted, sizeof(quoted), "\"%s\"", name);
	for (size_t i = 0; i < ix->nitems; i++) {
		if (!item_has(&ix->item[i], quoted))
			continue;
		json_array_foreach(json_object_get(index_item(ix, i),
		    "names"), k, v)
			if (json_is_string(v) &&
			    strcmp(json_string_value(v), name) == 0)
				return (ix->item[i].id);
	}
	return (NULL);
}

/* What podman and buildah read of an entry: see ps --external. */
static json_t *
metadata(const json_t *img, const char *image, const char *name, time_t now)
{
	const char	*first = json_string_value(json_array_get(
			    json_object_get(img, "names"), 0));
	json_t		*m = json_pack("{s:s, s:s, s:s, s:I, s:s}",
			    "image-name", first == NULL ? "" : first,
			    "image-id", image, "name", name,
			    "created-at", (json_int_t)now,
			    "engine", "bulkhead"), *text = NULL;
	scoped_free char *dump = m == NULL ? NULL :
			    json_dump_checked(m);

	if (dump != NULL)
		text = json_string(dump);
	json_decref(m);
	return (text);
}

/* The text of a new entry, for the caller to free; NULL: out of memory. */
static char *
entry_text(const char *id, const char *name, const char *image,
    const json_t *img)
{
	struct timespec	 ts;
	char		 now[64], *text = NULL;
	json_t		*names = json_array(), *meta, *o = NULL;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	text_rfc3339(ts.tv_sec * 1000000000LL + ts.tv_nsec, now, sizeof(now));
	meta = metadata(img, image, name, ts.tv_sec);
	if (names != NULL && meta != NULL && (*name == '\0' ||
	    json_array_append_new(names, json_string(name)) == 0))
		o = json_pack("{s:s, s:O, s:s, s:s, s:O, s:s, s:{s:s, s:s}}",
		    "id", id, "names", names, "image", image,
		    "layer", REGISTER_LAYER, "metadata", meta, "created", now,
		    "flags", "MountLabel", "", "ProcessLabel", "");
	if (o != NULL)
		text = json_dump_checked(o);
	json_decref(names);
	json_decref(meta);
	json_decref(o);
	return (text);
}

/*
 * Replace the list. The caller holds the lock. The list is synced, because an
 * empty list after a power cut would lose the containers of other engines.
 */
static int
write_list(struct store *s, int lock, const char *text, size_t len,
    struct answer *a)
{
	scoped_fd int	 dir = -1, fd = -1;
	char		 name[64];

	snprintf(name, sizeof(name), "%s-containers", s->driver);
	dir = path_open(s->graph, name, O_RDONLY | O_DIRECTORY, 0);
	if (dir == -1)
		return (fail_errno(a, "cannot open", name));
	if (lock_touch(lock, a) == -1)
		return (-1);
	(void)unlinkat(dir, NEW_FILE, 0);
	fd = openat(dir, NEW_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);
	if (fd != -1 && write(fd, text, len) == (ssize_t)len &&
	    fdatasync(fd) == 0 && renameat(dir, NEW_FILE, dir, FILE_NAME) == 0)
		return (0);
	(void)fail_errno(a, "cannot write", name);
	(void)unlinkat(dir, NEW_FILE, 0);
	return (-1);
}

/* Does the text contain this string in quotes? */
static bool
has_quoted(const char *text, size_t len, const char *word)
{
	char	 quoted[300];
	int	 n = snprintf(quoted, sizeof(quoted), "\"%s\"", word);

	return (memmem(text, len, quoted, (size_t)n) != NULL);
}

static int
name_taken(const char *name, const char *by, struct answer *a)
{
	return (fail(a, EEXIST, "creating container storage: the container "
	    "name \"%s\" is already in use by %.64s. You have to remove that "
	    "container to be able to reuse that name: that name is already "
	    "in use", name, by));
}

/* An index of the list as it is now; the caller clears it. */
static int
load_list(struct store *s, struct index *ix, struct answer *a)
{
	index_init(ix, s->driver, "containers", FILE_NAME);
	return (index_load(ix, s->graph, a));
}

void
register_trash(struct store *s, const char *id)
{
	scoped_fd int	 run = -1;
	char		 name[128];

	snprintf(name, sizeof(name), "%s-containers/%.64s", s->driver, id);
	(void)trash_put(s, name);
	snprintf(name, sizeof(name), "%s-containers", s->driver);
	run = path_open(s->run, name, O_RDONLY | O_DIRECTORY, 0);
	snprintf(name, sizeof(name), "%.64s", id);
	if (run != -1)
		(void)path_remove(run, name);
}

/*
 * Is this entry to be dropped: was the container removed here, or is its
 * directory gone?
 */
static bool
goes(struct store *s, struct index *ix, size_t n)
{
	if (s->ngone > GONE_MAX)
		return (is_stale(s, ix, n));
	for (size_t i = 0; i < s->ngone; i++)
		if (memcmp(s->gone[i], ix->item[n].id, ID_LEN) == 0)
			return (is_stale(s, ix, n));
	return (false);
}

/*
 * The text of the list without the entries to be dropped, for the caller to
 * free, and how many they were. NULL: out of memory.
 */
static char *
without(struct store *s, struct index *ix, size_t *len, size_t *n)
{
	char	*text = malloc(ix->size + ix->nitems + 3);
	size_t	 at = 0;

	if (text == NULL)
		return (NULL);
	text[at++] = '[';
	for (size_t i = *n = 0; i < ix->nitems; i++) {
		if (goes(s, ix, i)) {
			register_trash(s, ix->item[i].id);
			(*n)++;
			continue;
		}
		if (at > 1)
			text[at++] = ',';
		memcpy(text + at, ix->item[i].at, ix->item[i].len);
		at += ix->item[i].len;
	}
	text[at++] = ']';
	*len = at;
	return (text);
}

/* The caller holds the lock. */
static int
drop_gone(struct store *s, int lock, struct answer *a)
{
	scoped_free char	*text = NULL;
	struct index		 ix;
	size_t			 len, n;
	int			 rc = -1;

	if (load_list(s, &ix, a) == 0) {
		if ((text = without(s, &ix, &len, &n)) == NULL)
			(void)fail(a, ENOMEM, "out of memory");
		else
			rc = n == 0 ? 0 : write_list(s, lock, text, len, a);
	}
	index_clear(&ix);
	if (rc == 0)
		s->ngone = 0;
	return (rc);
}

/* Its text, for the caller to free; "" when there is none. */
static char *
read_list(struct store *s, size_t *len, struct answer *a)
{
	char	 name[64], *text;

	snprintf(name, sizeof(name), "%s-containers/" FILE_NAME, s->driver);
	text = path_slurp(s->graph, name, INDEX_MAX, len);
	if (text == NULL && errno == ENOENT) {
		*len = 0;
		text = strdup("");
	}
	if (text == NULL)
		(void)fail_errno(a, "cannot read", name);
	return (text);
}

/*
 * Is the name free, perhaps after an entry was dropped whose directory is gone?
 * 0: yes. 1: no, but it was not given by the user. -1: no, or an error.
 */
static int
check_name(struct store *s, int lock, const char *name, bool given,
    struct answer *a)
{
	struct index	 ix;
	const char	*by = NULL;
	int		 rc;

	s->ngone = GONE_MAX + 1;
	if (drop_gone(s, lock, a) == -1)
		return (-1);
	rc = load_list(s, &ix, a);
	if (rc == 0 && (by = name_user(&ix, name)) != NULL)
		rc = given ? name_taken(name, by, a) : 1;
	index_clear(&ix);
	return (rc);
}

static size_t
trim(const char *text, size_t len)
{
	while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	return (len);
}

/*
 * Insert an entry before the bracket at the end of the list without parsing the
 * other entries, which would take most of the time in a list of 1,000.
 */
static int
append(struct store *s, int lock, char **text, size_t len, const char *entry,
    struct answer *a)
{
	size_t	 end = trim(*text, len), room = strlen(entry) + 4;
	char	*more = realloc(*text, len + room);

	if (more == NULL)
		return (fail(a, ENOMEM, "out of memory"));
	*text = more;
	if (end == 0 || (end == 4 && memcmp(more, "null", 4) == 0)) {
		more[0] = '[';
		end = 1;
	} else if (more[end - 1] != ']')
		return (fail(a, EBADMSG, "%s-containers/" FILE_NAME " is "
		    "damaged: it does not end with a bracket; restore it, or "
		    "remove it if no other engine has containers on this "
		    "storage", s->driver));
	else
		end = trim(more, end - 1);
	end += (size_t)snprintf(more + end, room, "%s%s]",
	    more[end - 1] == '[' ? "" : ",", entry);
	return (write_list(s, lock, more, end, a));
}

/* The caller holds the lock. */
static int
add_entry(struct store *s, int lock, const char *id, const char *name,
    bool given, const char *image, struct answer *a)
{
	scoped_free char	*list = NULL, *entry = NULL;
	size_t			 len;
	int			 rc;

	if ((list = read_list(s, &len, a)) == NULL)
		return (-1);
	if (has_quoted(list, len, id))
		return (0);
	if (*name != '\0' && has_quoted(list, len, name)) {
		if ((rc = check_name(s, lock, name, given, a)) == -1)
			return (-1);
		name = rc == 1 ? "" : name;
		free(list);
		if ((list = read_list(s, &len, a)) == NULL)
			return (-1);
	}
	entry = entry_text(id, name, image, index_get(&s->images, image));
	if (entry == NULL)
		return (fail(a, ENOMEM, "out of memory"));
	return (append(s, lock, &list, len, entry, a));
}

/*
 * podman holds the layers lock while it unpacks, so do not wait for it: the
 * layer is made when the next container is added.
 */
static void
make_layer(struct store *s)
{
	if (index_get(&s->layers, REGISTER_LAYER) == NULL)
		(void)place_empty(s, REGISTER_LAYER, &(struct answer){ 0 });
}

/*
 * A program that removes an image holds the lock of the containers while it
 * looks at this list and rewrites the images: an image that is still there
 * after the entry was written stays.
 */
static int
check_image(struct store *s, const char *image, struct answer *a)
{
	if (index_load(&s->images, s->graph, a) == -1)
		return (-1);
	if (index_get(&s->images, image) != NULL)
		return (0);
	return (fail(a, ENOENT, "%s: image not known: it was removed by "
	    "another program", image));
}

int
register_add(struct store *s, const char *id, const char *name, bool given,
    const char *image, struct answer *a)
{
	scoped_fd int	 lock = -1;

	if (!text_is_id(id) || !text_is_id(image) ||
	    (*name != '\0' && !path_is_name(name)))
		return (fail(a, EINVAL, "not a container and its image: %s",
		    id));
	if (check_image(s, image, a) == -1 ||
	    index_load(&s->layers, s->graph, a) == -1)
		return (-1);
	make_layer(s);
	if ((lock = lock_take(s, "containers", true, a)) == -1 ||
	    add_entry(s, lock, id, name, given, image, a) == -1)
		return (-1);
	return (check_image(s, image, a));
}

void
register_gone(struct store *s, const char *id)
{
	if (s->ngone < GONE_MAX)
		snprintf(s->gone[s->ngone], sizeof(s->gone[0]), "%s", id);
	if (s->ngone <= GONE_MAX)
		s->ngone++;
}

int
register_flush(struct store *s, struct answer *a)
{
	scoped_fd int	 lock = -1;

	if (s->ngone == 0)
		return (0);
	lock = lock_take(s, "containers", true, a);
	return (lock == -1 ? -1 : drop_gone(s, lock, a));
}

int
register_tidy(struct store *s, struct answer *a)
{
	s->ngone = GONE_MAX + 1;
	return (register_flush(s, a));
}
