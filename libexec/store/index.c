#include "index.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "path.h"
#include "store.h"
#include "text.h"

#define PREVIOUS	".previous"	/* the index before its last change */

void
index_init(struct index *ix, const char *driver, const char *kind,
    const char *file)
{
	memset(ix, 0, sizeof(*ix));
	snprintf(ix->path, sizeof(ix->path), "%s-%s/%s", driver, kind, file);
}

void
index_init_former(struct index *ix, const struct index *of)
{
	memset(ix, 0, sizeof(*ix));
	snprintf(ix->path, sizeof(ix->path), "%.64s" PREVIOUS, of->path);
}

void
index_clear(struct index *ix)
{
	for (size_t i = 0; i < ix->nitems; i++)
		json_decref(ix->item[i].o);
	json_decref(ix->root);
	free(ix->slot);
	free(ix->item);
	free(ix->text);
	ix->text = NULL;
	ix->root = NULL;
	ix->slot = NULL;
	ix->item = NULL;
	ix->nitems = ix->nslots = 0;
	ix->loaded = false;
}

const char *
json_text(const json_t *o, const char *key)
{
	return (json_string_value(json_object_get(o, key)));
}

/*
 * jansson stops at 2,048 levels, which is more than we want to walk; brackets
 * are counted first, outside of strings.
 */
static bool
too_deep(const char *p, size_t len)
{
	unsigned int	 depth = 0;
	bool		 in = false;

	for (size_t i = 0; i < len; i++) {
		if (in && p[i] == '\\')
			i++;
		else if (p[i] == '"')
			in = !in;
		else if (!in && (p[i] == '{' || p[i] == '[') && ++depth > 64)
			return (true);
		else if (!in && (p[i] == '}' || p[i] == ']') && depth > 0)
			depth--;
	}
	return (false);
}

json_t *
json_strict(const char *p, size_t len, char *why, size_t size)
{
	json_error_t	 err;
	json_t		*j;

	if (too_deep(p, len)) {
		snprintf(why, size, "nested more than 64 levels deep");
		return (NULL);
	}
	j = json_loadb(p, len, JSON_REJECT_DUPLICATES, &err);
	if (j == NULL)
		snprintf(why, size, "line %d: %s", err.line, err.text);
	return (j);
}

static size_t
hash(const char *id)
{
	uint64_t	 h = 14695981039346656037u;

	/* Ids are themselves hashes: 16 digits spread well enough. */
	for (int i = 0; i < 16 && id[i] != '\0'; i++)
		h = (h ^ (uint8_t)id[i]) * 1099511628211u;
	return ((size_t)(h ^ h >> 32));
}

static void
slot_put(struct index *ix, size_t n)
{
	size_t	 i = hash(ix->item[n].id) & (ix->nslots - 1);

	while (ix->slot[i] != 0)
		i = (i + 1) & (ix->nslots - 1);
	ix->slot[i] = (uint32_t)n + 1;
}

static int
rehash(struct index *ix)
{
	free(ix->slot);
	for (ix->nslots = 64; ix->nslots < 2 * ix->nitems + 2; ix->nslots *= 2)
		;
	if ((ix->slot = calloc(ix->nslots, sizeof(*ix->slot))) == NULL)
		return (-1);
	for (size_t i = 0; i < ix->nitems; i++)
		slot_put(ix, i);
	return (0);
}

json_t *
index_item(struct index *ix, size_t n)
{
	struct item	*it = &ix->item[n];
	const char	*id;
	char		 why[256];

	if (it->o == NULL) {
		it->o = json_strict(it->at, it->len, why, sizeof(why));
		/*
		 * Parse an entry that was found without parsing, and compare
		 * its ID.
		 */
		id = json_text(it->o, "id");
		if (it->o != NULL && (!text_is_id(id) ||
		    memcmp(id, it->id, ID_LEN) != 0)) {
			json_decref(it->o);
			it->o = NULL;
		}
	}
	return (it->o);
}

json_t *
index_get(struct index *ix, const char *id)
{
	size_t	 i;

	if (ix->slot == NULL || !text_is_id(id))
		return (NULL);
	for (i = hash(id) & (ix->nslots - 1); ix->slot[i] != 0;
	    i = (i + 1) & (ix->nslots - 1))
		if (memcmp(ix->item[ix->slot[i] - 1].id, id, ID_LEN) == 0)
			return (index_item(ix, ix->slot[i] - 1));
	return (NULL);
}

static const char *
blanks(const char *p)
{
	return (p + strspn(p, " \t\r\n"));
}

/*
 * The bytes that have a meaning while entries are cut; strcspn is much slower.
 */
static const bool special[256] = { ['\0'] = true, ['"'] = true, ['{'] = true,
    ['}'] = true, ['['] = true, [']'] = true };

/* Skip a string: the byte behind it, or NULL if it has no end. */
static const char *
skip_string(const char *p)
{
	for (p++; *p != '"'; p++)
		if (*p == '\0' || (*p == '\\' && *++p == '\0'))
			return (NULL);
	return (p + 1);
}

/*
 * Skip an object by its brackets: the byte behind it, or NULL if it has no end.
 */
static const char *
skip_object(const char *p)
{
	unsigned int	 depth = 0;

	do {
		while (!special[(uint8_t)*p])
			p++;
		if (*p == '"') {
			if ((p = skip_string(p)) == NULL)
				return (NULL);
			continue;
		}
		if (*p == '\0')
			return (NULL);
		depth += *p == '{' || *p == '[' ? 1 : -1U;
		p++;
	} while (depth > 0);
	return (p);
}

/* The ID, if it is the first member, as all engines write it; or NULL. */
static const char *
first_id(const char *p)
{
	p = blanks(p + 1);
	if (strncmp(p, "\"id\"", 4) != 0)
		return (NULL);
	p = blanks(p + 4);
	if (*p != ':')
		return (NULL);
	p = blanks(p + 1);
	if (*p != '"' || strspn(p + 1, "0123456789abcdef") != ID_LEN ||
	    p[1 + ID_LEN] != '"')
		return (NULL);
	return (p + 1);
}

static int
add_item(struct index *ix, const char *at, size_t len)
{
	struct item	*it;
	char		 why[256];

	if (ix->nitems % 64 == 0) {
		it = reallocarray(ix->item, ix->nitems + 64, sizeof(*it));
		if (it == NULL)
			return (-1);
		ix->item = it;
	}
	it = &ix->item[ix->nitems];
	*it = (struct item){ .at = at, .len = len, .id = first_id(at) };
	if (it->id == NULL) {
		it->o = json_strict(at, len, why, sizeof(why));
		it->id = json_text(it->o, "id");
		if (!text_is_id(it->id)) {
			json_decref(it->o);
			return (-1);
		}
	}
	ix->nitems++;
	return (0);
}

static int
cut(struct index *ix)
{
	const char	*p = blanks(ix->text), *end;

	/* podman writes null, or nothing at all, for an empty list. */
	if (*p == '\0' || (strncmp(p, "null", 4) == 0 &&
	    *blanks(p + 4) == '\0'))
		return (0);
	if (*p != '[')
		return (-1);
	p = blanks(p + 1);
	while (*p == '{') {
		if ((end = skip_object(p)) == NULL ||
		    add_item(ix, p, (size_t)(end - p)) == -1)
			return (-1);
		p = blanks(end);
		if (*p != ',')
			break;
		p = blanks(p + 1);
		if (*p != '{')
			return (-1);
	}
	return (*p == ']' && *blanks(p + 1) == '\0' ? 0 : -1);
}

static int
damaged(struct index *ix, size_t n, struct answer *a)
{
	return (fail(a, EBADMSG, "%s is damaged at entry %zu; restore it (what "
	    "it was before its last change is in %s" PREVIOUS ") or remove the "
	    "store", ix->path, n, ix->path));
}

/* Takes the text. */
static int
index_set(struct index *ix, char *text, size_t len, struct answer *a)
{
	ix->text = text;
	if (strlen(text) != len || cut(ix) == -1 || rehash(ix) == -1) {
		(void)damaged(ix, ix->nitems + 1, a);
		index_clear(ix);
		return (-1);
	}
	ix->loaded = true;
	return (0);
}

int
index_parse(struct index *ix, struct answer *a)
{
	json_t	*o, *root;

	if (ix->root != NULL)
		return (0);
	if ((root = json_array()) == NULL)
		return (fail(a, ENOMEM, "out of memory"));
	for (size_t i = 0; i < ix->nitems; i++) {
		if ((o = index_item(ix, i)) == NULL ||
		    json_array_append(root, o) == -1) {
			json_decref(root);
			return (damaged(ix, i + 1, a));
		}
	}
	ix->root = root;
	return (0);
}

int
index_read(struct index *ix, int graph, struct answer *a)
{
	if (index_load(ix, graph, a) == -1)
		return (-1);
	return (index_parse(ix, a));
}

static int64_t
stamp(const struct stat *st)
{
	return (st->st_mtim.tv_sec * 1000000000LL + st->st_mtim.tv_nsec);
}

int
index_load(struct index *ix, int graph, struct answer *a)
{
	struct stat	 st;
	char		*text;
	size_t		 len = 0;

	if (fstatat(graph, ix->path, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		if (errno != ENOENT)
			return (fail_errno(a, "cannot read", ix->path));
		index_clear(ix);
		memset(&st, 0, sizeof(st));
		if ((text = strdup("")) == NULL)
			return (fail(a, ENOMEM, "out of memory"));
	} else {
		if (ix->loaded && ix->ino == st.st_ino &&
		    ix->mtime_ns == stamp(&st) && ix->size == st.st_size)
			return (0);
		index_clear(ix);
		text = path_slurp(graph, ix->path, INDEX_MAX, &len);
		if (text == NULL)
			return (fail_errno(a, "cannot read", ix->path));
	}
	ix->ino = st.st_ino;
	ix->mtime_ns = stamp(&st);
	ix->size = st.st_size;
	return (index_set(ix, text, len, a));
}

char *
json_dump_checked(const json_t *root)
{
	char	*text = json_dumps(root, JSON_COMPACT);
	json_t	*again;
	bool	 same;

	if (text == NULL)
		return (NULL);
	again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	same = again != NULL && json_equal(again, root);
	json_decref(again);
	if (same)
		return (text);
	free(text);
	return (NULL);
}

/*
 * Keep the index as it is under a second name, for a person to restore it
 * from. Where the file system has no hard links there is none.
 */
static void
keep_previous(int dir, const char *file)
{
	char	 tmp[96], kept[96];

	snprintf(tmp, sizeof(tmp), ".%s" PREVIOUS ".%ld", file,
	    (long)getpid());
	snprintf(kept, sizeof(kept), "%s" PREVIOUS, file);
	(void)unlinkat(dir, tmp, 0);
	if (linkat(dir, file, dir, tmp, 0) == 0)
		(void)renameat(dir, tmp, dir, kept);
	/* A rename to a name of the same inode leaves both names. */
	(void)unlinkat(dir, tmp, 0);
}

int
index_save(struct index *ix, int graph, struct answer *a)
{
	scoped_free char	*text = json_dump_checked(ix->root);
	scoped_fd int		 dir = -1;
	char			*slash = strchr(ix->path, '/');
	int			 rc = -1;

	if (text == NULL) {
		index_clear(ix);
		return (fail(a, ENOMEM, "out of memory"));
	}
	*slash = '\0';
	dir = path_open(graph, ix->path, O_RDONLY | O_DIRECTORY, 0);
	*slash = '/';
	if (dir != -1) {
		keep_previous(dir, slash + 1);
		rc = path_replace(dir, slash + 1, text, strlen(text), 0600,
		    true);
	}
	if (rc == -1)
		rc = fail_errno(a, "cannot write", ix->path);
	/*
	 * The stamp of the new file is not known: read it again when it is
	 * needed.
	 */
	index_clear(ix);
	return (rc);
}

/* Make the list of items again from the array, which has changed. */
static int
follow_root(struct index *ix)
{
	size_t		 n = json_array_size(ix->root);
	struct item	*it = calloc(n + 1, sizeof(*it));

	if (it == NULL)
		return (-1);
	for (size_t i = 0; i < n; i++) {
		it[i].o = json_incref(json_array_get(ix->root, i));
		it[i].id = json_text(it[i].o, "id");
	}
	for (size_t i = 0; i < ix->nitems; i++)
		json_decref(ix->item[i].o);
	free(ix->item);
	ix->item = it;
	ix->nitems = n;
	return (rehash(ix));
}

int
index_add(struct index *ix, json_t *o, struct answer *a)
{
	if (json_array_append(ix->root, o) == -1 || follow_root(ix) == -1)
		return (fail(a, ENOMEM, "out of memory"));
	return (0);
}

int
index_drop(struct index *ix, const char *id, struct answer *a)
{
	json_t	*o;
	size_t	 i;

	json_array_foreach(ix->root, i, o)
		if (strcmp(json_text(o, "id"), id) == 0) {
			json_array_remove(ix->root, i);
			break;
		}
	return (follow_root(ix) == -1 ? fail(a, ENOMEM, "out of memory") : 0);
}
