#include "tar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "header.h"
#include "input.h"
#include "pax.h"
#include "sparse.h"
#include "why.h"

/* Slots in a GNU header and in its continuation blocks. */
enum {
	GNU_SPARSE = 386, GNU_MORE = 482, GNU_REALSIZE = 483,
	GNU_SLOTS = 4, EXT_SLOTS = 21, EXT_MORE = 504,
};

struct tar {
	struct input		*in;
	struct why		*why;
	tar_tap			 tap;
	void			*tap_ctx;
	bool			 need_end;
	struct header		 h;
	struct pax		 pax;
	bool			 has_pax;
	char			*long_path, *long_link;
	struct sparse		 map;
	struct tar_entry	 e;
	struct tar_xattr	*xattrs;
	uint64_t		 left;		/* stored bytes not read yet */
	size_t			 pad;		/* padding behind them */
};

struct tar *
tar_new(struct input *in, struct why *w)
{
	struct tar	*t = calloc(1, sizeof(*t));

	if (t == NULL) {
		(void)why_set(w, ENOMEM, "out of memory");
		return (NULL);
	}
	t->in = in;
	t->why = w;
	return (t);
}

static void
forget(struct tar *t)
{
	pax_clear(&t->pax);
	t->has_pax = false;
	free(t->long_path);
	free(t->long_link);
	free(t->xattrs);
	t->long_path = t->long_link = NULL;
	t->xattrs = NULL;
	sparse_clear(&t->map);
	memset(&t->e, 0, sizeof(t->e));
}

void
tar_free(struct tar *t)
{
	if (t == NULL)
		return;
	forget(t);
	free(t->map.ext);
	free(t);
}

void
tar_set_tap(struct tar *t, tar_tap tap, void *ctx)
{
	t->tap = tap;
	t->tap_ctx = ctx;
}

void
tar_need_end(struct tar *t, bool need)
{
	t->need_end = need;
}

/* Consume bytes that are not contents of a file. */
static int
pass(struct tar *t, const uint8_t *p, size_t n)
{
	int	 rc = t->tap != NULL ? t->tap(t->tap_ctx, p, n) : 0;

	input_skip(t->in, n);
	return (rc);
}

static int
cut_short(struct tar *t)
{
	return (why_set(t->why, EBADMSG, "the tar archive is cut short at "
	    "byte %llu; pull or save the image again",
	    (unsigned long long)input_position(t->in)));
}

static int
refused(struct tar *t, const char *what)
{
	return (why_set(t->why, EBADMSG, "the tar archive is malformed at "
	    "byte %llu: %s; the layer must be made again",
	    (unsigned long long)input_position(t->in), what));
}

/* Read one block into the buffer: 1, 0 at the end, -1. */
static int
block(struct tar *t, uint8_t *copy)
{
	const uint8_t	*p;
	ssize_t		 n = input_peek(t->in, TAR_BLOCK_LEN, &p);

	if (n <= 0)
		return ((int)n);
	if (n < TAR_BLOCK_LEN)
		return (cut_short(t));
	memcpy(copy, p, TAR_BLOCK_LEN);
	return (pass(t, p, TAR_BLOCK_LEN) == -1 ? -1 : 1);
}

/*
 * After the end of the archive accept padding, but only zeros: a reader that
 * continues would find entries there that this one does not. tar pads to 10 KiB
 * unless it is told another size.
 */
static int
drain(struct tar *t)
{
	const uint8_t	*p;
	uint64_t	 padding = 0;
	ssize_t		 n;

	while ((n = input_peek(t->in, 1, &p)) > 0) {
		if ((padding += (uint64_t)n) > TAR_PADDING_MAX)
			return (refused(t, "more than 64 MiB of zeros behind "
			    "its end"));
		for (ssize_t i = 0; i < n; i++)
			if (p[i] != 0)
				return (refused(t, "there is something behind "
				    "its end"));
		if (pass(t, p, (size_t)n) == -1)
			return (-1);
	}
	return ((int)n);
}

/* After the first block of zeros: a second one, then the end. */
static int
finish(struct tar *t)
{
	uint8_t	 b[TAR_BLOCK_LEN];
	int	 rc = block(t, b);

	if (rc == -1)
		return (-1);
	if (rc == 0 && t->need_end)
		return (cut_short(t));
	if (rc == 1 && !header_is_zero(b))
		return (refused(t, "a lone block of zeros"));
	return (drain(t));
}

/*
 * The contents of a PAX or long-name member, with a NUL behind them; the caller
 * frees it.
 */
static char *
meta(struct tar *t, size_t *len)
{
	size_t		 size = (size_t)t->h.size, got = 0, take;
	size_t		 all = (size + TAR_BLOCK_LEN - 1) / TAR_BLOCK_LEN *
			    TAR_BLOCK_LEN;
	const uint8_t	*p;
	char		*buf;
	ssize_t		 n;

	if (t->h.size > TAR_META_MAX) {
		(void)refused(t, "a header of over 1 MiB");
		return (NULL);
	}
	if ((buf = malloc(all + 1)) == NULL) {
		(void)why_set(t->why, ENOMEM, "out of memory");
		return (NULL);
	}
	for (; got < all; got += take) {
		n = input_peek(t->in, 1, &p);
		take = n > 0 && (size_t)n < all - got ? (size_t)n : all - got;
		if (n > 0)
			memcpy(buf + got, p, take);
		if (n <= 0 || pass(t, p, take) == -1) {
			if (n == 0)
				(void)cut_short(t);
			free(buf);
			return (NULL);
		}
	}
	buf[size] = '\0';
	*len = size;
	return (buf);
}

static int
take_pax(struct tar *t)
{
	size_t	 len;
	char	*buf;
	int	 rc;

	if (t->has_pax)
		return (refused(t, "two PAX headers for one entry"));
	if ((buf = meta(t, &len)) == NULL)
		return (-1);
	rc = pax_parse(&t->pax, buf, len, t->why);
	t->has_pax = true;
	free(buf);
	return (rc);
}

/*
 * A global header changes every later entry for readers that support it; many
 * do not. Accept only one without effect.
 */
static int
skip_global(struct tar *t)
{
	struct pax	 p = { 0 };
	size_t		 len;
	char		*buf;
	int		 rc;

	if (t->has_pax || t->long_path != NULL || t->long_link != NULL)
		return (refused(t, "a global PAX header in the middle of an "
		    "entry"));
	if ((buf = meta(t, &len)) == NULL)
		return (-1);
	rc = pax_parse(&p, buf, len, t->why);
	for (size_t i = 0; rc == 0 && i < p.nrecs; i++)
		if (strcmp(p.recs[i].key, "comment") != 0)
			rc = refused(t, "a global PAX header that changes "
			    "entries");
	pax_clear(&p);
	free(buf);
	return (rc);
}

static int
take_long(struct tar *t, char **where)
{
	size_t	 len;

	if (*where != NULL)
		return (refused(t, "two long names for one entry"));
	if ((*where = meta(t, &len)) == NULL)
		return (-1);
	/* It ends with NULs, and has none inside. */
	for (size_t i = strlen(*where); i < len; i++)
		if ((*where)[i] != '\0')
			return (refused(t, "NUL in a long name"));
	return (0);
}

/* PAX, the GNU long form and the header must not contradict each other. */
static int
choose(struct tar *t, const char *key, const char *longer, const char *plain,
    const char **out)
{
	const char	*v;
	int		 rc = pax_text(&t->pax, key, &v, t->why);

	if (rc == -1)
		return (-1);
	if (rc == 1 && longer != NULL && strcmp(v, longer) != 0)
		return (refused(t, "a PAX and a long name that differ"));
	*out = rc == 1 ? v : longer != NULL ? longer : plain;
	return (0);
}

static int
choose_names(struct tar *t)
{
	const char	*v;
	int		 rc;

	if (choose(t, "path", t->long_path, t->h.path, &t->e.path) == -1 ||
	    choose(t, "linkpath", t->long_link, t->h.link, &t->e.link) == -1)
		return (-1);
	/* The real name of a sparse file; `path` is a generated one. */
	rc = pax_text(&t->pax, "GNU.sparse.name", &v, t->why);
	if (rc == 1)
		t->e.path = v;
	return (rc == -1 ? -1 : 0);
}

/* Readers differ in which of two sizes they use: refuse two sizes. */
static int
choose_size(struct tar *t)
{
	uint64_t	 size;
	int		 rc;

	t->e.stored = t->h.size;
	rc = pax_number(&t->pax, "size", INT64_MAX - TAR_BLOCK_LEN, &size,
	    t->why);
	if (rc == 1 && t->h.size != 0 && t->h.size != size)
		return (refused(t, "its PAX header and its tar header give "
		    "different sizes"));
	if (rc == 1)
		t->e.stored = size;
	t->e.size = t->e.stored;
	return (rc == -1 ? -1 : 0);
}

static int
choose_ids(struct tar *t)
{
	uint64_t	 uid = t->h.uid, gid = t->h.gid;

	t->e.mtime.tv_sec = (time_t)t->h.mtime;
	if (t->h.mtime > 1ULL << 40)
		return (refused(t, "a date beyond all bounds"));
	if (pax_number(&t->pax, "uid", UINT32_MAX, &uid, t->why) == -1 ||
	    pax_number(&t->pax, "gid", UINT32_MAX, &gid, t->why) == -1 ||
	    pax_time(&t->pax, "mtime", &t->e.mtime, t->why) == -1)
		return (-1);
	if (uid >= UINT32_MAX || gid >= UINT32_MAX)
		return (refused(t, "an owner beyond 32 bits"));
	t->e.uid = (uint32_t)uid;
	t->e.gid = (uint32_t)gid;
	t->e.mode = t->h.mode;
	return (0);
}

static int
choose_type(struct tar *t)
{
	size_t	 len = strlen(t->e.path);
	bool	 slash = len > 0 && t->e.path[len - 1] == '/';

	switch (t->h.flag) {
	case '\0':
		t->e.type = slash ? TAR_DIR : TAR_FILE;
		break;
	case '0':
	case '7':
	case 'S':
		t->e.type = TAR_FILE;
		/* Some readers treat this as a directory: refuse it. */
		if (slash)
			return (refused(t, "a file whose name ends with a "
			    "slash"));
		break;
	case '1':
		t->e.type = TAR_LINK;
		break;
	case '2':
		t->e.type = TAR_SYMLINK;
		break;
	case '3':
		t->e.type = TAR_CHAR;
		break;
	case '4':
		t->e.type = TAR_BLOCK;
		break;
	case '5':
		t->e.type = TAR_DIR;
		break;
	case '6':
		t->e.type = TAR_FIFO;
		break;
	default:
		return (why_set(t->why, EBADMSG, "the tar archive has an "
		    "entry of unknown type %#x at byte %llu; the layer must "
		    "be made again", (unsigned char)t->h.flag,
		    (unsigned long long)input_position(t->in)));
	}
	/* Readers differ in whether data follows these types: refuse data. */
	if (t->e.type != TAR_FILE && t->e.stored != 0)
		return (refused(t, "an entry with data that can have none"));
	return (0);
}

static int
collect_xattrs(struct tar *t)
{
	static const char	 prefix[] = "SCHILY.xattr.";
	size_t			 n = 0;

	if (t->pax.nrecs == 0)
		return (0);
	t->xattrs = calloc(t->pax.nrecs, sizeof(*t->xattrs));
	if (t->xattrs == NULL)
		return (why_set(t->why, ENOMEM, "out of memory"));
	for (size_t i = 0; i < t->pax.nrecs; i++) {
		const struct pax_record	*r = &t->pax.recs[i];

		if (strncmp(r->key, prefix, sizeof(prefix) - 1) != 0)
			continue;
		t->xattrs[n++] = (struct tar_xattr){
		    r->key + sizeof(prefix) - 1, r->value, r->len };
	}
	t->e.xattrs = t->xattrs;
	t->e.nxattrs = n;
	return (0);
}

/* The old GNU form: slots in the header and in blocks behind it. */
static int
sparse_gnu(struct tar *t, const uint8_t *b)
{
	uint8_t	 ext[TAR_BLOCK_LEN];
	bool	 more = b[GNU_MORE] != 0;
	int	 rc;

	if (t->h.format != HEADER_GNU)
		return (refused(t, "a GNU sparse entry in another format"));
	if (header_number(b + GNU_REALSIZE, 12, "sparse size", &t->e.size,
	    t->why) == -1 || sparse_slots(&t->map, b + GNU_SPARSE, GNU_SLOTS,
	    t->why) == -1)
		return (-1);
	while (more) {
		if ((rc = block(t, ext)) != 1)
			return (rc == 0 ? cut_short(t) : -1);
		if (sparse_slots(&t->map, ext, EXT_SLOTS, t->why) == -1)
			return (-1);
		more = ext[EXT_MORE] != 0;
	}
	t->e.sparse = true;
	return (0);
}

/* Read one decimal line of a 1.0 map; *used counts the bytes of the map. */
static int
map_line(struct tar *t, uint64_t *used, uint64_t *v)
{
	const uint8_t	*p;
	ssize_t		 n = input_peek(t->in, 24, &p);
	size_t		 i = 0;

	*v = 0;
	if (n <= 0)
		return (n == 0 ? cut_short(t) : -1);
	for (; i < (size_t)n && p[i] >= '0' && p[i] <= '9'; i++) {
		if (i == 19)
			return (refused(t, "a sparse map with a huge number"));
		*v = *v * 10 + (uint64_t)(p[i] - '0');
	}
	if (i == 0 || i >= (size_t)n || p[i] != '\n')
		return (refused(t, "a sparse map that is not numbers"));
	*used += i + 1;
	if (*used > t->e.stored)
		return (refused(t, "a sparse map longer than its entry"));
	return (pass(t, p, i + 1));
}

/* Format 1.0: the map is at the start of the data, padded to a block. */
static int
sparse_1_0(struct tar *t)
{
	uint64_t	 used = 0, count, offset, len;
	const uint8_t	*p;
	size_t		 rest;
	ssize_t		 n;

	if (map_line(t, &used, &count) == -1)
		return (-1);
	if (count > TAR_EXTENTS_MAX)
		return (refused(t, "a sparse map of over 1,000,000 pieces"));
	while (count-- > 0)
		if (map_line(t, &used, &offset) == -1 ||
		    map_line(t, &used, &len) == -1 ||
		    sparse_add(&t->map, offset, len, t->why) == -1)
			return (-1);
	rest = (TAR_BLOCK_LEN - used % TAR_BLOCK_LEN) % TAR_BLOCK_LEN;
	used += rest;
	if (used > t->e.stored)
		return (refused(t, "a sparse map longer than its entry"));
	if ((n = input_peek(t->in, rest, &p)) < (ssize_t)rest)
		return (n == -1 ? -1 : cut_short(t));
	if (pass(t, p, rest) == -1)
		return (-1);
	t->e.stored -= used;
	return (0);
}

static int
sparse_pax(struct tar *t)
{
	const char	*map = NULL;
	uint64_t	 major = 0, minor = 0, count = 0;
	int		 is_new, is_old, rc;

	is_new = pax_number(&t->pax, "GNU.sparse.major", 9, &major, t->why);
	is_old = pax_text(&t->pax, "GNU.sparse.map", &map, t->why);
	if (is_new == -1 || is_old == -1 || pax_number(&t->pax,
	    "GNU.sparse.minor", 9, &minor, t->why) == -1)
		return (-1);
	if (is_new == 0 && is_old == 0)
		return (pax_find(&t->pax, "GNU.sparse.size") == NULL &&
		    pax_find(&t->pax, "GNU.sparse.realsize") == NULL &&
		    pax_find(&t->pax, "GNU.sparse.name") == NULL ? 0 :
		    refused(t, "a sparse file without a map"));
	if ((is_new == 1 && (is_old == 1 || major != 1 || minor != 0)) ||
	    t->e.type != TAR_FILE || t->e.sparse)
		return (refused(t, "a sparse file of unknown form"));
	rc = pax_number(&t->pax, is_new ? "GNU.sparse.realsize" :
	    "GNU.sparse.size", INT64_MAX, &t->e.size, t->why);
	if (rc != 1)
		return (rc == 0 ? refused(t, "a sparse file without size") :
		    -1);
	t->e.sparse = true;
	if (is_new)
		return (sparse_1_0(t));
	if (pax_number(&t->pax, "GNU.sparse.numblocks", TAR_EXTENTS_MAX,
	    &count, t->why) != 1)
		return (refused(t, "a sparse map without count"));
	return (sparse_map(&t->map, map, (size_t)count, t->why));
}

static int
take_sparse(struct tar *t, const uint8_t *b)
{
	/* Padding is computed from the stored bytes, with the map. */
	t->pad = (size_t)((TAR_BLOCK_LEN - t->e.stored % TAR_BLOCK_LEN) %
	    TAR_BLOCK_LEN);
	if ((t->h.flag == 'S' && sparse_gnu(t, b) == -1) ||
	    sparse_pax(t) == -1)
		return (-1);
	t->left = t->e.stored;
	if (!t->e.sparse)
		return (0);
	if (t->e.size > INT64_MAX)
		return (refused(t, "a sparse file of impossible size"));
	t->e.extents = t->map.ext;
	t->e.nextents = t->map.n;
	return (sparse_check(&t->map, t->e.stored, t->e.size, t->why));
}

/*
 * The header of an entry: combine it with the PAX and long-name data before it.
 */
static int
take_entry(struct tar *t, const uint8_t *b)
{
	if (choose_names(t) == -1 || choose_size(t) == -1 ||
	    choose_ids(t) == -1 || choose_type(t) == -1 ||
	    collect_xattrs(t) == -1 || take_sparse(t, b) == -1)
		return (-1);
	if (t->e.path[0] == '\0')
		return (refused(t, "an entry without a name"));
	return (1);
}

/* Read one header. 1: an entry, 2: it belongs to the next one, 0: the end. */
static int
one_header(struct tar *t)
{
	uint8_t	 b[TAR_BLOCK_LEN];
	int	 rc = block(t, b);

	if (rc == -1)
		return (-1);
	if (rc == 0 || header_is_zero(b)) {
		if (t->has_pax || t->long_path != NULL || t->long_link != NULL)
			return (refused(t, "an end in the middle of an "
			    "entry"));
		if (rc == 0)
			return (t->need_end ? cut_short(t) : 0);
		return (finish(t));
	}
	if (header_parse(b, &t->h, t->why) == -1)
		return (-1);
	switch (t->h.flag) {
	case 'x':
		rc = take_pax(t);
		break;
	case 'g':
		rc = skip_global(t);
		break;
	case 'L':
		rc = take_long(t, &t->long_path);
		break;
	case 'K':
		rc = take_long(t, &t->long_link);
		break;
	default:
		return (take_entry(t, b));
	}
	return (rc == -1 ? -1 : 2);
}

ssize_t
tar_data(struct tar *t, const uint8_t **p)
{
	ssize_t	 n;

	if (t->left == 0)
		return (0);
	if ((n = input_peek(t->in, 1, p)) <= 0)
		return (n == 0 ? cut_short(t) : -1);
	if ((uint64_t)n > t->left)
		n = (ssize_t)t->left;
	t->left -= (uint64_t)n;
	input_skip(t->in, (size_t)n);
	return (n);
}

/* Skip the rest of an entry's contents, up to the next block. */
static int
skip_padding(struct tar *t)
{
	const uint8_t	*p;
	ssize_t		 n;

	if (t->left != 0)
		return (why_set(t->why, EINVAL, "an entry was not read"));
	if (t->pad == 0)
		return (0);
	n = input_peek(t->in, t->pad, &p);
	if (n < (ssize_t)t->pad)
		return (n == -1 ? -1 : cut_short(t));
	if (pass(t, p, t->pad) == -1)
		return (-1);
	t->pad = 0;
	return (0);
}

int
tar_next(struct tar *t, struct tar_entry **e)
{
	int	 rc;

	if (skip_padding(t) == -1)
		return (-1);
	forget(t);
	while ((rc = one_header(t)) == 2)
		;
	*e = rc == 1 ? &t->e : NULL;
	return (rc);
}
