#include "record.h"

#include <sys/mman.h>
#include <sys/queue.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "sealed.h"

/*
 * Encoding, all little-endian: "BHR1", u32 count, then for each pair: u8 kind,
 * u16 key length, key, NUL, u32 value length, value, NUL. The NULs let text
 * be used in place; the decoder insists that they are there and that there
 * is no other.
 */
#define MAGIC		"BHR1"
#define MAGIC_LEN	4
#define HEAD_LEN	(MAGIC_LEN + 4)
#define ITEM_MIN	(1 + 2 + 1 + 4 + 1)

enum kind { K_TEXT = 1, K_BYTES = 2, K_REC = 3 };

#define CHUNK_MIN	464		/* bytes of the first; each next one */
#define CHUNK_MAX	15872		/* is twice as large, up to this */

struct item {
	const char	*key;
	const char	*data;
	uint32_t	 len;
	uint8_t		 kind;
};

/* Memory for added keys and values, which lives as long as the record. */
struct chunk {
	struct chunk	*older;
	size_t		 size;
	size_t		 used;
	char		 bytes[];
};

struct rec {
	struct chunk	*chunk;
	struct item	*items;
	size_t		 n;
	size_t		 cap;
	int		 error;		/* sticky errno of a failed append */
	void		*copy;		/* decoded bytes, owned */
	void		*map;		/* or a mapping */
	size_t		 map_len;
};

struct rec *
rec_new(void)
{
	return (calloc(1, sizeof(struct rec)));
}

void
rec_free(struct rec *r)
{
	struct chunk	*c, *older;

	if (r == NULL)
		return;
	for (c = r->chunk; c != NULL; c = older) {
		older = c->older;
		free(c);
	}
	free(r->items);
	free(r->copy);
	sealed_unmap(r->map, r->map_len);
	free(r);
}

void
scope_rec(struct rec **r)
{
	int	 saved = errno;

	rec_free(*r);
	errno = saved;
}

static int
fail(struct rec *r, int error)
{
	if (r != NULL && r->error == 0)
		r->error = error;
	errno = error;
	return (-1);
}

static struct item *
item_push(struct rec *r)
{
	size_t	 cap;
	void	*p;

	if (r->n == REC_ITEMS) {
		(void)fail(r, EMSGSIZE);
		return (NULL);
	}
	if (r->n == r->cap) {
		cap = r->cap == 0 ? 16 : r->cap * (r->cap < 1024 ? 4 : 2);
		p = reallocarray(r->items, cap, sizeof(*r->items));
		if (p == NULL) {
			(void)fail(r, ENOMEM);
			return (NULL);
		}
		r->items = p;
		r->cap = cap;
	}
	return (&r->items[r->n]);
}

static char *
room_for(struct rec *r, size_t len)
{
	struct chunk	*c = r->chunk;
	size_t		 size;
	char		*p;

	if (c == NULL || len > c->size - c->used) {
		size = c == NULL ? CHUNK_MIN : c->size * 2;
		if (size > CHUNK_MAX)
			size = CHUNK_MAX;
		if (size < len)
			size = len;
		if ((c = malloc(sizeof(*c) + size)) == NULL)
			return (NULL);
		*c = (struct chunk){ r->chunk, size, 0 };
		r->chunk = c;
	}
	p = c->bytes + c->used;
	c->used += len;
	return (p);
}

/* A new pair, with room for the value. NULL: errno. */
static char *
item_new(struct rec *r, enum kind kind, const char *key, size_t len)
{
	size_t		 key_len = key == NULL ? 0 : strlen(key);
	struct item	*it;
	char		*p;

	if (key_len == 0 || key_len > UINT16_MAX || len > REC_MAX) {
		(void)fail(r, key == NULL ? EINVAL : EMSGSIZE);
		return (NULL);
	}
	if ((it = item_push(r)) == NULL)
		return (NULL);
	if ((p = room_for(r, key_len + 1 + len + 1)) == NULL) {
		(void)fail(r, ENOMEM);
		return (NULL);
	}
	memcpy(p, key, key_len + 1);
	p[key_len + 1 + len] = '\0';
	*it = (struct item){ p, p + key_len + 1, (uint32_t)len, (uint8_t)kind };
	r->n++;
	return (p + key_len + 1);
}

static int
item_add(struct rec *r, enum kind kind, const char *key, const void *data,
    size_t len)
{
	char	*p;

	if (r == NULL || data == NULL)
		return (fail(r, r == NULL ? ENOMEM : EINVAL));
	if ((p = item_new(r, kind, key, len)) == NULL)
		return (-1);
	if (len > 0)
		memcpy(p, data, len);
	return (0);
}

static void
put(uint8_t **p, uint64_t v, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		*(*p)++ = (uint8_t)(v >> (8 * i));
}

/* How many bytes the encoding takes. 0 or -1. */
static int
encoded_len(const struct rec *r, size_t *len)
{
	errno = r->error;
	if (r->error != 0)
		return (-1);
	*len = HEAD_LEN;
	for (size_t i = 0; i < r->n; i++)
		*len += ITEM_MIN + strlen(r->items[i].key) + r->items[i].len;
	errno = EMSGSIZE;
	return (*len > REC_MAX ? -1 : 0);
}

/* Encode into exactly so many bytes. */
static void
encode(const struct rec *r, uint8_t *p)
{
	size_t	 key_len;

	memcpy(p, MAGIC, MAGIC_LEN);
	p += MAGIC_LEN;
	put(&p, r->n, 4);
	for (size_t i = 0; i < r->n; i++) {
		const struct item	*it = &r->items[i];

		key_len = strlen(it->key);
		put(&p, it->kind, 1);
		put(&p, key_len, 2);
		memcpy(p, it->key, key_len + 1);
		p += key_len + 1;
		put(&p, it->len, 4);
		memcpy(p, it->data, (size_t)it->len + 1);
		p += (size_t)it->len + 1;
	}
}

int
rec_add(struct rec *r, struct key_str key, const char *text)
{
	return (item_add(r, K_TEXT, key.name, text,
	    text == NULL ? 0 : strlen(text)));
}

int
rec_addf(struct rec *r, struct key_str key, const char *fmt, ...)
{
	scoped_free char	*text = NULL;
	char			 brief[256];
	va_list			 ap;
	int			 n;

	va_start(ap, fmt);
	n = vsnprintf(brief, sizeof(brief), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(brief))
		return (rec_add(r, key, brief));
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n == -1) {
		text = NULL;
		return (fail(r, ENOMEM));
	}
	return (rec_add(r, key, text));
}

int
rec_add_num(struct rec *r, struct key_num key, int64_t v)
{
	return (rec_addf(r, (struct key_str){ key.name }, "%lld",
	    (long long)v));
}

int
rec_add_bytes(struct rec *r, struct key_bytes key, const void *data,
    size_t len)
{
	return (item_add(r, K_BYTES, key.name, len == 0 ? "" : data, len));
}

int
rec_add_rec(struct rec *r, struct key_rec key, const struct rec *sub)
{
	size_t	 len = 0;
	char	*p;

	if (r == NULL || sub == NULL || encoded_len(sub, &len) == -1)
		return (fail(r, r == NULL || sub == NULL ? ENOMEM : errno));
	if ((p = item_new(r, K_REC, key.name, len)) == NULL)
		return (-1);
	encode(sub, (uint8_t *)p);
	return (0);
}

int
rec_add_all(struct rec *r, const struct rec *from)
{
	const struct item	*it;

	for (size_t i = 0; i < from->n; i++) {
		it = &from->items[i];
		if (item_add(r, it->kind, it->key, it->data, it->len) == -1)
			return (-1);
	}
	return (0);
}

void
record_del(struct rec *r, struct key_any key)
{
	size_t	 keep = 0;

	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->items[i].key, key.name) != 0)
			r->items[keep++] = r->items[i];
	r->n = keep;
}

int
rec_set(struct rec *r, struct key_str key, const char *text)
{
	if (r == NULL)
		return (fail(r, ENOMEM));
	rec_del(r, key);
	return (rec_add(r, key, text));
}

int
rec_set_num(struct rec *r, struct key_num key, int64_t v)
{
	if (r == NULL)
		return (fail(r, ENOMEM));
	rec_del(r, key);
	return (rec_add_num(r, key, v));
}

int
rec_set_flag(struct rec *r, struct key_flag key, bool v)
{
	return (rec_set(r, (struct key_str){ key.name }, v ? "true" : "false"));
}

int
record_clear(struct rec *r, struct key_any key)
{
	return (item_add(r, K_TEXT, key.name, "", 0));
}

/* The next pair of a key (NULL: of any) and kind (0: of any), or NULL. */
static const struct item *
item_next(const struct rec *r, const char *key, int kind, size_t *it)
{
	while (r != NULL && *it < r->n) {
		const struct item	*i = &r->items[(*it)++];

		if ((key == NULL || strcmp(i->key, key) == 0) &&
		    (kind == 0 || i->kind == kind))
			return (i);
	}
	return (NULL);
}

int
record_copy(struct rec *r, const struct rec *from, struct key_any key)
{
	const struct item	*i;
	size_t			 it = 0;
	int			 rc = 0;

	while (rc == 0 && (i = item_next(from, key.name, 0, &it)) != NULL)
		rc = item_add(r, i->kind, i->key, i->data, i->len);
	return (rc);
}

const char *
record_text(const struct rec *r, struct key_any key)
{
	size_t			 it = 0;
	const struct item	*i = item_next(r, key.name, K_TEXT, &it);

	return (i == NULL ? NULL : i->data);
}

bool
record_has(const struct rec *r, struct key_any key)
{
	const char	*text = record_text(r, key);

	return (text != NULL && *text != '\0');
}

const char *
rec_get(const struct rec *r, struct key_str key)
{
	return (rec_text(r, key));
}

const char *
rec_str(const struct rec *r, struct key_str key, const char *fallback)
{
	const char	*text = rec_text(r, key);

	return (text == NULL ? fallback : text);
}

/* Decimal digits, with a sign or not, and nothing else. */
static bool
parse_num(const char *text, int64_t *v)
{
	bool		 negative = *text == '-';
	uint64_t	 n = 0, most = (uint64_t)INT64_MAX + negative;
	unsigned int	 digit;

	text += negative;
	if (*text == '\0')
		return (false);
	for (; *text != '\0'; text++) {
		digit = (unsigned int)(*text - '0');
		if (digit > 9 || n > (most - digit) / 10)
			return (false);
		n = n * 10 + digit;
	}
	*v = negative ? (int64_t)(0 - n) : (int64_t)n;
	return (true);
}

int64_t
rec_num(const struct rec *r, struct key_num key, int64_t fallback)
{
	const char	*text = rec_text(r, key);
	int64_t		 v;

	return (text == NULL || !parse_num(text, &v) ? fallback : v);
}

bool
rec_flag(const struct rec *r, struct key_flag key, bool fallback)
{
	const char	*text = rec_text(r, key);

	return (text == NULL ? fallback : strcmp(text, "true") == 0);
}

const void *
rec_bytes(const struct rec *r, struct key_bytes key, size_t *len)
{
	size_t			 it = 0;
	const struct item	*i = item_next(r, key.name, K_BYTES, &it);

	if (i == NULL)
		return (NULL);
	*len = i->len;
	return (i->data);
}

bool
rec_walk(const struct rec *r, size_t *it, struct rec_item *out)
{
	const struct item	*i = item_next(r, NULL, 0, it);

	if (i == NULL)
		return (false);
	out->key = i->key;
	out->text = i->kind == K_TEXT ? i->data : NULL;
	out->data = i->data;
	out->len = i->len;
	out->nested = i->kind == K_REC;
	return (true);
}

bool
record_next(const struct rec *r, struct key_any key, size_t *it,
    const char **text)
{
	const struct item	*i = item_next(r, key.name, 0, it);

	if (i == NULL)
		return (false);
	*text = i->kind == K_TEXT ? i->data : "";
	return (true);
}

size_t
record_count(const struct rec *r, struct key_any key)
{
	size_t	 it = 0, n = 0;

	while (item_next(r, key.name, 0, &it) != NULL)
		n++;
	return (n);
}

size_t
rec_len(const struct rec *r)
{
	return (r == NULL ? 0 : r->n);
}

int
rec_encode(const struct rec *r, void **out, size_t *out_len)
{
	size_t	 len;
	uint8_t	*buf;

	if (encoded_len(r, &len) == -1 || (buf = malloc(len)) == NULL)
		return (-1);
	encode(r, buf);
	*out = buf;
	*out_len = len;
	return (0);
}

struct cursor {
	const uint8_t	*p;
	size_t		 left;
};

static bool
take(struct cursor *c, unsigned int bytes, uint32_t *v)
{
	if (c->left < bytes)
		return (false);
	*v = 0;
	for (unsigned int i = 0; i < bytes; i++)
		*v |= (uint32_t)c->p[i] << (8 * i);
	c->p += bytes;
	c->left -= bytes;
	return (true);
}

/* Text of this length with a NUL behind it; no NUL inside. */
static const char *
take_span(struct cursor *c, uint32_t len, bool text)
{
	const char	*s = (const char *)c->p;

	if (c->left < (size_t)len + 1 || s[len] != '\0' ||
	    (text && memchr(s, '\0', len) != NULL))
		return (NULL);
	c->p += (size_t)len + 1;
	c->left -= (size_t)len + 1;
	return (s);
}

/*
 * A record that is being decoded: where it is read, its type, and the rule
 * that the last key had. Keys mostly come in the order in which they are
 * declared, so the search for the next rule begins there.
 */
struct decoder {
	struct cursor			 c;
	const struct record_rule	*rules;
	size_t				 nrules;
	size_t				 at;
	const char			**refused;
};

/* The rule of a key, or NULL: unknown keys are kept as they are. */
static const struct record_rule *
rule_of(struct decoder *d, const char *key, uint32_t len)
{
	const struct record_rule	*rule;

	for (size_t n = d->nrules; n > 0; n--) {
		rule = &d->rules[d->at];
		if (rule->len == len && memcmp(rule->key, key, len) == 0)
			return (rule);
		if (++d->at == d->nrules)
			d->at = 0;
	}
	return (NULL);
}

/* An empty number is none: changes take a key away with it. */
static bool
num_holds(const struct record_rule *rule, const char *text)
{
	int64_t	 v;

	return (*text == '\0' || (parse_num(text, &v) && v >= rule->min &&
	    v <= rule->max));
}

bool
rec_is_id(const char *text)
{
	return (text != NULL && strlen(text) == REC_ID &&
	    strspn(text, "0123456789abcdef") == REC_ID);
}

/* Does a value hold the declaration of its key? */
static bool
holds(const struct record_rule *rule, const struct item *it)
{
	switch (rule->kind) {
	case RECORD_TEXT:
		return (it->kind == K_TEXT && it->len <= (uint64_t)rule->max);
	case RECORD_ID:
		return (it->kind == K_TEXT && (rec_is_id(it->data) ||
		    (it->len == 0 && rule->min == 0)));
	case RECORD_NUM:
		return (it->kind == K_TEXT && num_holds(rule, it->data));
	case RECORD_FLAG:
		return (it->kind == K_TEXT && (strcmp(it->data, "true") == 0 ||
		    strcmp(it->data, "false") == 0));
	case RECORD_BYTES:
		return (it->kind == K_BYTES && it->len <= (uint64_t)rule->max);
	default:
		return (it->kind == K_REC);
	}
}

static int	decode_into(struct rec *, const void *, size_t, unsigned int,
		    enum record_type, const char **);

/* A nested record is only checked now; rec_sub decodes it. */
static bool
take_item(struct decoder *d, struct item *it, unsigned int depth)
{
	const struct record_rule	*rule;
	enum record_type		 nested = RECORD(any);
	uint32_t			 kind, len;

	*it = (struct item){ 0 };
	if (!take(&d->c, 1, &kind) || kind < K_TEXT || kind > K_REC ||
	    !take(&d->c, 2, &len) || len == 0 ||
	    (it->key = take_span(&d->c, len, true)) == NULL ||
	    !take(&d->c, 4, &it->len) ||
	    (it->data = take_span(&d->c, it->len, kind == K_TEXT)) == NULL)
		return (false);
	it->kind = (uint8_t)kind;
	if ((rule = rule_of(d, it->key, len)) != NULL) {
		if (!holds(rule, it)) {
			*d->refused = rule->key;
			return (false);
		}
		nested = rule->nested;
	}
	return (kind != K_REC || (depth < REC_DEPTH && decode_into(NULL,
	    it->data, it->len, depth + 1, nested, d->refused) == 0));
}

/* Without a record: only check. */
static int
decode_into(struct rec *r, const void *buf, size_t len, unsigned int depth,
    enum record_type type, const char **refused)
{
	struct decoder	 d = { .c = { buf, len }, .refused = refused };
	struct item	 it;
	uint32_t	 count;

	errno = EBADMSG;
	if (len < HEAD_LEN || len > REC_MAX ||
	    memcmp(buf, MAGIC, MAGIC_LEN) != 0)
		return (-1);
	d.rules = record_rules(type, &d.nrules);
	d.c.p += MAGIC_LEN;
	d.c.left -= MAGIC_LEN;
	if (!take(&d.c, 4, &count) || count > REC_ITEMS ||
	    count > d.c.left / ITEM_MIN)
		return (-1);
	if (r != NULL && count > 0) {
		r->items = calloc(count, sizeof(*r->items));
		if (r->items == NULL)
			return (-1);
		r->cap = count;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (!take_item(&d, &it, depth)) {
			errno = EBADMSG;
			return (-1);
		}
		if (r != NULL)
			r->items[r->n++] = it;
	}
	errno = EBADMSG;
	return (d.c.left == 0 ? 0 : -1);
}

struct rec *
rec_decode(const void *buf, size_t len, enum record_type type,
    const char **refused)
{
	scoped_rec struct rec	*r = rec_new();
	const char		*ignored;

	if (refused == NULL)
		refused = &ignored;
	*refused = NULL;
	if (r == NULL)
		return (NULL);
	errno = EBADMSG;
	if (len == 0 || len > REC_MAX || (r->copy = malloc(len)) == NULL)
		return (NULL);
	memcpy(r->copy, buf, len);
	if (decode_into(r, r->copy, len, 0, type, refused) == -1)
		return (NULL);
	return (take_ptr(&r));
}

struct rec *
rec_sub(const struct rec *r, struct key_rec key, size_t *it)
{
	const struct item	*i = item_next(r, key.name, K_REC, it);
	scoped_rec struct rec	*sub = NULL;
	const char		*refused;

	if (i == NULL || (sub = rec_new()) == NULL ||
	    decode_into(sub, i->data, i->len, 0, RECORD(any), &refused) == -1)
		return (NULL);
	return (take_ptr(&sub));
}

struct rec *
rec_loop_next(struct rec_loop *l, const struct rec *r, struct key_rec key)
{
	rec_free(l->sub);
	l->sub = rec_sub(r, key, &l->it);
	return (l->sub);
}

void
rec_loop_end(struct rec_loop *l)
{
	scope_rec(&l->sub);
}

int
rec_memfd(const struct rec *r, const char *name)
{
	scoped_free void	*p = NULL;
	size_t			 len;

	if (r == NULL) {
		errno = ENOMEM;
		return (-1);
	}
	if (rec_encode(r, &p, &len) == -1)
		return (-1);
	return (sealed_fd(name, p, len));
}

struct rec *
rec_from_fd(int fd, enum record_type type, const char **refused)
{
	scoped_rec struct rec	*r = rec_new();
	const char		*ignored;

	if (refused == NULL)
		refused = &ignored;
	*refused = NULL;
	if (r == NULL || (r->map = sealed_map(fd, REC_MAX, &r->map_len)) ==
	    NULL || decode_into(r, r->map, r->map_len, 0, type, refused) == -1)
		return (NULL);
	return (take_ptr(&r));
}

#define STREAM_BUF	(64u << 10)

struct rec_stream {
	uint8_t		*buf;
	size_t		 len;		/* bytes in buf */
	size_t		 total;
	uint32_t	 count;
	int		 fd;
	int		 error;
};

static void
stream_flush(struct rec_stream *s)
{
	size_t	 done = 0;
	ssize_t	 n;

	while (done < s->len && s->error == 0) {
		if ((n = write(s->fd, s->buf + done, s->len - done)) != -1)
			done += (size_t)n;
		else if (errno != EINTR)
			s->error = errno;
	}
	s->len = 0;
}

static void
stream_put(struct rec_stream *s, const void *data, size_t len)
{
	const uint8_t	*p = data;
	size_t		 n;

	s->total += len;
	while (len > 0) {
		n = STREAM_BUF - s->len;
		if (n > len)
			n = len;
		memcpy(s->buf + s->len, p, n);
		s->len += n;
		p += n;
		len -= n;
		if (s->len == STREAM_BUF)
			stream_flush(s);
	}
}

struct rec_stream *
rec_stream_new(const char *name)
{
	struct rec_stream	*s = calloc(1, sizeof(*s));

	if (s == NULL)
		return (NULL);
	if ((s->buf = malloc(STREAM_BUF)) == NULL ||
	    (s->fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)) ==
	    -1) {
		free(s->buf);
		free(s);
		return (NULL);
	}
	/* The count is not known yet: rec_stream_end overwrites this. */
	stream_put(s, MAGIC "\0\0\0\0", HEAD_LEN);
	return (s);
}

int
rec_stream_raw(struct rec_stream *s, struct key_rec key, const void *data,
    size_t len)
{
	uint8_t	 head[3], size[4], *p;
	size_t	 key_len = strlen(key.name);

	if (s->count == REC_ITEMS || key_len == 0 || key_len > UINT16_MAX ||
	    len > REC_MAX || s->total + ITEM_MIN + key_len + len > REC_MAX)
		s->error = s->error == 0 ? EMSGSIZE : s->error;
	if (s->error != 0) {
		errno = s->error;
		return (-1);
	}
	p = head;
	put(&p, K_REC, 1);
	put(&p, key_len, 2);
	p = size;
	put(&p, len, 4);
	stream_put(s, head, sizeof(head));
	stream_put(s, key.name, key_len + 1);
	stream_put(s, size, sizeof(size));
	stream_put(s, data, len);
	stream_put(s, "", 1);
	s->count++;
	return (0);
}

int
rec_stream_rec(struct rec_stream *s, struct key_rec key, const struct rec *r)
{
	scoped_free void	*p = NULL;
	size_t			 len;

	if (rec_encode(r, &p, &len) == -1) {
		s->error = s->error == 0 ? errno : s->error;
		return (-1);
	}
	return (rec_stream_raw(s, key, p, len));
}

int
rec_stream_end(struct rec_stream *s)
{
	scoped_fd int	 fd = s->fd;
	uint8_t		 count[4], *p = count;
	int		 error;

	stream_flush(s);
	put(&p, s->count, 4);
	if (s->error == 0 && (pwrite(fd, count, sizeof(count), MAGIC_LEN) !=
	    (ssize_t)sizeof(count) || sealed_seal(fd) == -1))
		s->error = errno;
	error = s->error;
	free(s->buf);
	free(s);
	if (error != 0) {
		errno = error;
		return (-1);
	}
	return (take_fd(&fd));
}
