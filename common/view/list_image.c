#include "lists.h"

#include <fnmatch.h>
#include <string.h>

#include "cleanup.h"
#include "record.h"

/* --- names --- */

int
image_repository_len(const char *name)
{
	const char	*slash = strrchr(name, '/');
	const char	*from = slash == NULL ? name : slash;
	const char	*cut = strpbrk(from, ":@");

	return (cut == NULL ? (int)strlen(name) : (int)(cut - name));
}

static bool
fits(const char *pattern, const char *s, size_t n)
{
	scoped_free char	*copy = strndup(s, n);

	return (copy != NULL && fnmatch(pattern, copy, FNM_PATHNAME) == 0);
}

/* With and without the host, the path and the tag. */
bool
image_matches(const char *pattern, const char *name)
{
	const char	*path = strchr(name, '/'), *last = strrchr(name, '/');
	const char	*from[] = { name, path == NULL ? name : path + 1,
			    last == NULL ? name : last + 1 };
	const char	*tag = name + image_repository_len(name);

	for (size_t i = 0; i < 3; i++)
		if (fits(pattern, from[i], strlen(from[i])) ||
		    fits(pattern, from[i], (size_t)(tag - from[i])))
			return (true);
	return (false);
}

void
image_derive(struct rec *r)
{
	const char	*name, *digest = rec_get(r, KEY(digest));
	bool		 past = rec_get(r, KEY(name_history)) != NULL;

	rec_each_text(name, r, KEY(name)) {
		if (digest != NULL)
			(void)rec_addf(r, KEY(repo_digest), "%.*s@%s",
			    image_repository_len(name), name, digest);
		if (!past)
			(void)rec_add(r, KEY(name_history), name);
	}
}

/* A row is an image and one of its names: `line`. */

/* --- filters --- */

static bool
match_reference(const struct filter_term *t, const struct rec *row)
{
	return (rec_get(row, KEY_IN(shown, line)) != NULL &&
	    image_matches(t->value, rec_get(row, KEY_IN(shown, line))));
}

static int
read_id(struct filter_term *t, const struct rec *all, struct parse_err *e)
{
	(void)all;
	(void)e;
	if (strncmp(t->value, "sha256:", 7) == 0)
		t->value += 7;
	return (0);
}

/* The moment at which the image that is named was made. */
static int
read_image(struct filter_term *t, const struct rec *all, struct parse_err *e)
{
	struct rec	*image;
	const char	*name;
	size_t		 n = strlen(t->value);

	rec_each(image, all, KEY_IN(images, image)) {
		t->number = rec_num(image, KEY(created), 0);
		if (strncmp(show_str(image, KEY(id)), t->value, n) == 0)
			return (0);
		rec_each_text(name, image, KEY(name))
			if (image_matches(t->value, name))
				return (0);
	}
	return (parse_fail_code(e, ERR_NO_SUCH_IMAGE, "could not find local "
	    "image for filter \"%s\"=\"%s\": %s: image not known",
	    t->key->name, t->value, t->value));
}

static int
read_truth(struct filter_term *t, const struct rec *all, struct parse_err *e)
{
	(void)all;
	if ((t->number = parse_bool(t->value)) != -1)
		return (0);
	return (parse_fail(e, "non-boolean value \"%s\" for %s filter: "
	    "strconv.ParseBool: parsing \"%s\": invalid syntax", t->value,
	    t->key->name, t->value));
}

static const struct filter_key	keys[] = {
	{ "before", FILTER_BEFORE, KEY_TEXT(created), read_image, NULL },
	{ "dangling", FILTER_TRUTH, KEY_TEXT(dangling), read_truth, NULL },
	{ "id", FILTER_PREFIX, KEY_TEXT(id), read_id, NULL },
	{ "intermediate", FILTER_TRUTH, KEY_TEXT(intermediate), read_truth,
	    NULL },
	{ "label", FILTER_PAIR, KEY_TEXT(label), NULL, NULL },
	{ "readonly", FILTER_TRUTH, KEY_TEXT(readonly), read_truth, NULL },
	{ "reference", FILTER_MATCH, NULL, NULL, match_reference },
	{ "since", FILTER_AFTER, KEY_TEXT(created), read_image, NULL },
	{ 0 }
};
static const struct filter_about	filters = { .keys = keys,
	.unknown = { "unsupported image filter \"", "\"" },
	.shape = { "invalid image filter \"",
	    "\": must be in the format \"filter=value\"" },
	.every = true, .bare = true };

/* --- columns --- */

static const struct member	columns[] = {
	COLUMN_TEXT("Repository", "REPOSITORY", SHOW_TEXT, repository),
	COLUMN_TEXT("Tag", "TAG", SHOW_TEXT, tag),
	COLUMN_TEXT("ID", "IMAGE ID", SHOW_TEXT, shown_id),
	COLUMN("Id", "ID", SHOW_TEXT, id),
	COLUMN("ParentId", "PARENT ID", SHOW_TEXT, parent),
	COLUMN("RepoTags", "REPO TAGS", SHOW_LIST, name),
	COLUMN("RepoDigests", "REPO DIGESTS", SHOW_LIST, repo_digest),
	COLUMN_TEXT("Created", "CREATED", SHOW_AGO, created),
	COLUMN_TEXT("CreatedSince", "CREATED", SHOW_AGO, created),
	COLUMN_TEXT("CreatedAt", "CREATED AT", SHOW_TIME, created),
	COLUMN_TEXT("CreatedTime", "CREATED TIME", SHOW_TIME, created),
	COLUMN_AS("Size", "SIZE", SHOW_SIZE, size, SHOW_NUMBER),
	COLUMN_FIXED("SharedSize", "SHARED SIZE", SHOW_CONST, "0"),
	COLUMN("VirtualSize", "VIRTUAL SIZE", SHOW_NUMBER, size),
	COLUMN("Labels", "LABELS", SHOW_PAIRS, label),
	COLUMN("Containers", "CONTAINERS", SHOW_NUMBER, containers),
	COLUMN_TEXT("ReadOnly", "R/O", SHOW_FLAG, readonly),
	COLUMN_TEXT("Dangling", "DANGLING", SHOW_FLAG, dangling),
	COLUMN("Names", "NAMES", SHOW_LIST, name),
	/* What is missing has a word in the table, but not in a template. */
	COLUMN_OR("Digest", "DIGEST", SHOW_TEXT, digest, "<none>"),
	COLUMN("Digest", "DIGEST", SHOW_TEXT, digest),
	COLUMN("History", "HISTORY", SHOW_LIST, name_history),
	COLUMN_JSON("Created", SHOW_SECONDS, created),
	COLUMN_JSON("CreatedAt", SHOW_DATE, created), { 0 }
};

/* By age, the newest first; by all else, rising. */
const struct order	image_orders[] = {
	{ "created", KEY_TEXT(created), BY_NUMBER_DOWN },
	{ "id", KEY_TEXT(id), BY_TEXT }, { "size", KEY_TEXT(size), BY_NUMBER },
	{ "tag", KEY_TEXT(tag), BY_TEXT },
	{ "repository", KEY_TEXT(repository), BY_TEXT }, { 0 }
};

/* --- rows --- */

static int64_t
count_containers(const struct rec *ctrs, const char *id)
{
	struct rec	*row;
	int64_t		 n = 0;

	rec_each(row, ctrs, KEY(ctr))
		n += strcmp(show_str(row, KEY(image)), id) == 0;
	return (n);
}

static void
add_line(struct rec *out, const struct rec *image, const char *name,
    bool no_trunc)
{
	scoped_rec struct rec	*row = rec_new();
	int			 n = name == NULL ? 0 :
				    image_repository_len(name);

	(void)rec_add_all(row, image);
	(void)rec_addf(row, KEY(shown_id), no_trunc ? "sha256:%s" : "%.12s",
	    show_str(image, KEY(id)));
	(void)rec_addf(row, KEY(repository), "%.*s", name == NULL ? 6 : n,
	    name == NULL ? "<none>" : name);
	(void)rec_add(row, KEY(tag), name != NULL && name[n] == ':' &&
	    name[n + 1] != '\0' ? name + n + 1 : "<none>");
	if (name != NULL)
		(void)rec_add(row, KEY_IN(shown, line), name);
	(void)rec_add_rec(out, KEY_IN(lines, line), row);
}

/* Add the lines of an image, nested `line`. */
static void
add_image(struct list *l, struct rec *out, struct rec *image,
    const struct rec *ctrs)
{
	const char	*name;

	if (rec_num(image, KEY(intermediate), 0) != 0 &&
	    !rec_flag(l->request, KEY(all), false))
		return;
	image_derive(image);
	if (ctrs != NULL)
		(void)rec_add_num(image, KEY(containers),
		    count_containers(ctrs, show_str(image, KEY(id))));
	if (rec_count(image, KEY(name)) == 0)
		add_line(out, image, NULL, l->shown.no_trunc);
	rec_each_text(name, image, KEY(name))
		add_line(out, image, name, l->shown.no_trunc);
}

/* The operand: a pattern for the name, or the beginning of the ID. */
static bool
is_wanted(const struct list *l, const struct rec *row)
{
	struct filter_term	 t = { .value = l->reference };

	if (t.value == NULL || match_reference(&t, row))
		return (true);
	(void)read_id(&t, NULL, NULL);
	return (strncmp(show_str(row, KEY(id)), t.value, strlen(t.value)) == 0);
}

const struct list_about	list_of_images = {
	.tmpl = LIST_TMPL("images", "images.imageReporter"),
	.columns = columns, .plain = "Repository Tag",
	.quiet = SHOWN(NULL, SHOW_TEXT, shown_id), .indent = 4,
	.key = KEY_TEXT(line), .filters = &filters, .orders = image_orders,
	.wanted = is_wanted,
};

int
list_images(struct list *l, const struct rec *all, const struct rec *ctrs)
{
	scoped_rec struct rec	*lines = rec_new();
	struct rec		*image;

	rec_each(image, all, KEY_IN(images, image))
		add_image(l, lines, image, ctrs);
	/* Identifiers and JSON have each image once, whatever its names. */
	if (l->quiet || l->shown.as_json)
		l->once = KEY_TEXT(id);
	return (list_rows(l, lines, all));
}
