#include "list_image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "image.h"
#include "record.h"
#include "rows.h"
#include "say.h"

/* A row: an image under one of its names. */
struct line {
	const struct rec	*image;
	const char		*name;	/* NULL: it has none */
	const struct rec	*ctrs;	/* NULL: are not counted */
};

/* --- columns --- */

static const char *
repository_of(const struct shown *s, char *out, size_t size)
{
	const struct line	*l = s->more;

	if (l->name == NULL)
		return ("<none>");
	snprintf(out, size, "%.*s", (int)image_repository_len(l->name),
	    l->name);
	return (out);
}

static const char *
tag_of(const struct shown *s, char *out, size_t size)
{
	const struct line	*l = s->more;
	const char		*tag = l->name == NULL ? "" :
				    l->name + image_repository_len(l->name);

	(void)out;
	(void)size;
	return (*tag == ':' && tag[1] != '\0' ? tag + 1 : "<none>");
}

static const char *
id_of(const struct shown *s, char *out, size_t size)
{
	if (s->no_trunc)
		snprintf(out, size, "sha256:%s", show_str(s->rec, "id"));
	else
		snprintf(out, size, "%.*s", SHORT_ID, show_str(s->rec, "id"));
	return (out);
}

/* Of an image without one a table has a word, but not a template. */
static const char *
digest_of(const struct shown *s, char *out, size_t size)
{
	(void)out;
	(void)size;
	return (rec_str(s->rec, "digest", "<none>"));
}

static json_t *
digest_value(const struct shown *s)
{
	return (tmpl_text(show_str(s->rec, "digest")));
}

static json_t *
containers_of(const struct shown *s)
{
	const struct line	*l = s->more;
	struct rec		*row;
	json_int_t		 n = 0;
	size_t			 it = 0;

	while (l->ctrs != NULL &&
	    (row = rec_sub(l->ctrs, "ctr", &it)) != NULL) {
		n += strcmp(show_str(row, "image"), show_str(s->rec,
		    "id")) == 0;
		rec_free(row);
	}
	return (json_integer(n));
}

static json_t *
digests_of(const struct shown *s)
{
	return (image_repo_digests(s->rec));
}

static json_t *
history_of(const struct shown *s)
{
	return (image_names_history(s->rec));
}

static const struct column	columns[] = {
	COLUMN_WORDS("Repository", "REPOSITORY", repository_of, SHOW_NOT),
	COLUMN_WORDS("Tag", "TAG", tag_of, SHOW_NOT),
	COLUMN_WORDS("ID", "IMAGE ID", id_of, SHOW_NOT),
	COLUMN("Id", "ID", SHOW_TEXT, "id"),
	COLUMN("ParentId", "PARENT ID", SHOW_TEXT, "parent"),
	COLUMN("RepoTags", "REPO TAGS", SHOW_LIST, "name"),
	COLUMN_VALUE("RepoDigests", "REPO DIGESTS", digests_of),
	COLUMN_TEXT("Created", "CREATED", SHOW_AGO, "created"),
	COLUMN_TEXT("CreatedSince", "CREATED", SHOW_AGO, "created"),
	COLUMN_TEXT("CreatedAt", "CREATED AT", SHOW_TIME, "created"),
	COLUMN_TEXT("CreatedTime", "CREATED TIME", SHOW_TIME, "created"),
	COLUMN_AS("Size", "SIZE", SHOW_SIZE, "size", SHOW_NUMBER),
	COLUMN("SharedSize", "SHARED SIZE", SHOW_CONST, "0"),
	COLUMN("VirtualSize", "VIRTUAL SIZE", SHOW_NUMBER, "size"),
	COLUMN("Labels", "LABELS", SHOW_PAIRS, "label"),
	COLUMN_VALUE("Containers", "CONTAINERS", containers_of),
	COLUMN_TEXT("ReadOnly", "R/O", SHOW_FLAG, "readonly"),
	COLUMN_TEXT("Dangling", "DANGLING", SHOW_FLAG, "dangling"),
	COLUMN("Names", "NAMES", SHOW_LIST, "name"),
	{ { .name = "Digest", .how = SHOW_VALUE, .words = digest_of,
	    .value = digest_value }, "DIGEST", SHOW_VALUE },
	COLUMN_VALUE("History", "HISTORY", history_of),
	COLUMN_JSON("Created", SHOW_SECONDS, "created"),
	COLUMN_JSON("CreatedAt", SHOW_DATE, "created"),
	COLUMN_END
};
static const char *const	maps[] = { "Labels", NULL };
const struct list_about	image_list = {
	.tmpl = { "images", "images.imageReporter", maps, false, true },
	.columns = columns, .plain = "Repository Tag",
	.quiet = { .how = SHOW_WORDS, .words = id_of }, .indent = 4,
};

/* --- filters --- */

static bool
match_label(const struct filter_term *t, const void *line)
{
	return (filter_label(t, ((const struct line *)line)->image));
}

static bool
match_reference(const struct filter_term *t, const void *line)
{
	const struct line	*l = line;

	return (l->name != NULL && image_matches(t->value, l->name));
}

static bool
match_id(const struct filter_term *t, const void *line)
{
	const char	*v = t->value;

	if (strncmp(v, "sha256:", 7) == 0)
		v += 7;
	return (strncmp(show_str(((const struct line *)line)->image, "id"), v,
	    strlen(v)) == 0);
}

/* The moment at which the image that is named was made. */
static int
read_image(struct filter_term *t, const void *all, struct parse_err *e)
{
	struct rec	*image;
	const char	*name;
	size_t		 it = 0, names;
	bool		 found = false;

	while (!found && (image = rec_sub(all, "image", &it)) != NULL) {
		found = filter_is_prefix(t, show_str(image, "id"));
		for (names = 0; !found && rec_next(image, "name", &names,
		    &name);)
			found = image_matches(t->value, name);
		t->number = rec_num(image, "created", 0);
		rec_free(image);
	}
	return (found ? 0 : parse_fail(e, "could not find local image for "
	    "filter \"%s\"=\"%s\": %s: image not known", t->key->name,
	    t->value, t->value));
}

static bool
match_before(const struct filter_term *t, const void *line)
{
	return (filter_before(t, ((const struct line *)line)->image));
}

static bool
match_since(const struct filter_term *t, const void *line)
{
	return (filter_after(t, ((const struct line *)line)->image));
}

static int
read_truth(struct filter_term *t, const void *all, struct parse_err *e)
{
	(void)all;
	if ((t->number = parse_bool(t->value)) != -1)
		return (0);
	return (parse_fail(e, "non-boolean value \"%s\" for %s filter: "
	    "strconv.ParseBool: parsing \"%s\": invalid syntax", t->value,
	    t->key->name, t->value));
}

static bool
match_flag(const struct filter_term *t, const void *line)
{
	return (rec_num(((const struct line *)line)->image, t->key->name,
	    0) == t->number);
}

static const struct filter_key	keys[] = {
	{ "before", match_before, read_image, true, false },
	{ "dangling", match_flag, read_truth, true, true },
	{ "id", match_id, NULL, true, false },
	{ "intermediate", match_flag, read_truth, true, true },
	{ "label", match_label, NULL, true, false },
	{ "readonly", match_flag, read_truth, true, true },
	{ "reference", match_reference, NULL, true, false },
	{ "since", match_since, read_image, true, false },
	{ 0 }
};
static const struct filter_about	filters = { .keys = keys,
	.unknown = { "unsupported image filter \"", "\"" },
	.shape = { "invalid image filter \"",
	    "\": must be in the format \"filter=value\"" },
	.key_first = true };

/* --- order: by age, the newest first; by all else, rising --- */

static const struct order	orders[] = {
	{ "created", "created", BY_NUMBER_DOWN }, { "id", "id", BY_TEXT },
	{ "size", "size", BY_NUMBER }, { 0 }
};

static const struct column *
text_order(const char *name)
{
	return (strcmp(name, "repository") == 0 ? &columns[0] :
	    strcmp(name, "tag") == 0 ? &columns[1] : NULL);
}

bool
image_is_order(const char *name)
{
	return (order_find(orders, name) != NULL || text_order(name) != NULL);
}

static int
compare_texts(const struct column *c, const struct line *x,
    const struct line *y)
{
	struct shown	 sx = { .more = x }, sy = { .more = y };
	char		 bx[1024], by[1024];

	return (strcmp(c->member.words(&sx, bx, sizeof(bx)),
	    c->member.words(&sy, by, sizeof(by))));
}

static int
compare(const void *a, const void *b, void *ctx)
{
	const struct line	*x = a, *y = b;
	const struct order	*o = order_find(orders, ctx);
	int			 c;

	c = o == NULL ? compare_texts(text_order(ctx), x, y) :
	    order_compare(o, x->image, y->image);
	for (size_t i = 0; c == 0 && i < 2; i++)
		c = order_compare(&orders[i], x->image, y->image);
	if (c == 0 && x->name != NULL && y->name != NULL)
		c = strcmp(x->name, y->name);
	return (c);
}

/* --- rows --- */

struct images {
	struct rec	**images;	/* nested records, to be freed */
	size_t		  nimages;
	struct line	 *lines;
	size_t		  n;
};

static int
unfold(struct images *im, const struct rec *all)
{
	size_t	 it = 0, names = 0;

	im->images = calloc(rec_count(all, "image") + 1,
	    sizeof(struct rec *));
	while (im->images != NULL && (im->images[im->nimages] =
	    rec_sub(all, "image", &it)) != NULL)
		names += rec_count(im->images[im->nimages++], "name") + 1;
	im->lines = calloc(names + 1, sizeof(*im->lines));
	return (im->images == NULL || im->lines == NULL ?
	    say_error("%s", strerror(ENOMEM)) : 0);
}

static void
add_line(struct images *im, struct line l, const struct filter *f,
    const char *reference)
{
	struct filter_term	 t = { .value = reference };

	if (filter_passes(f, &l) && (reference == NULL ||
	    match_reference(&t, &l) || match_id(&t, &l)))
		im->lines[im->n++] = l;
}

static void
add_lines(struct images *im, const struct rec *request,
    const struct filter *f, const struct rec *ctrs, const char *reference)
{
	bool	 all = strcmp(rec_str(request, "all", ""), "true") == 0;

	for (size_t i = 0; i < im->nimages; i++) {
		struct line	 l = { im->images[i], NULL, ctrs };
		size_t		 it = 0;

		if (rec_num(l.image, "intermediate", 0) != 0 && !all)
			continue;
		if (rec_count(l.image, "name") == 0)
			add_line(im, l, f, reference);
		while (rec_next(l.image, "name", &it, &l.name))
			add_line(im, l, f, reference);
	}
}

/* JSON and identifiers have each image once, whatever its names. */
static bool
is_again(const struct images *im, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (im->lines[j].image == im->lines[i].image)
			return (true);
	return (false);
}

static int
print(struct list *l, const struct images *im)
{
	bool	 once = l->quiet || list_is_json(l);

	for (size_t i = 0; i < im->n; i++)
		if ((!once || !is_again(im, i)) &&
		    list_row(l, im->lines[i].image, &im->lines[i]) == -1)
			return (EXIT_ENGINE);
	return (0);
}

int
list_image(struct list *l, const struct rec *request, const struct rec *all,
    const struct rec *ctrs, const char *reference)
{
	struct images		 im = { 0 };
	struct filter		 f;
	struct parse_err	 e;
	char			 key[16];
	int			 code = EXIT_ENGINE;

	if (filter_open(&f, &filters, request, all, &e) == -1)
		(void)say_error("%s", e.text);
	else if (unfold(&im, all) == 0) {
		add_lines(&im, request, &f, ctrs, reference);
		snprintf(key, sizeof(key), "%s",
		    rec_str(request, "sort", "created"));
		qsort_r(im.lines, im.n, sizeof(*im.lines), compare, key);
		code = print(l, &im);
	}
	filter_close(&f);
	for (size_t i = 0; i < im.nimages; i++)
		rec_free(im.images[i]);
	free(im.images);
	free(im.lines);
	return (code);
}
