#include "lists.h"

#include <stdio.h>
#include <string.h>

#include "image.h"
#include "record.h"
#include "say.h"

/* A row is an image and one of its names: `line`. */

/* --- filters --- */

static bool
match_reference(const struct filter_term *t, const struct rec *row)
{
	return (rec_get(row, "line") != NULL &&
	    image_matches(t->value, rec_get(row, "line")));
}

static int
read_id(struct filter_term *t, const void *all, struct parse_err *e)
{
	(void)all;
	(void)e;
	if (strncmp(t->value, "sha256:", 7) == 0)
		t->value += 7;
	return (0);
}

/* The moment at which the image that is named was made. */
static int
read_image(struct filter_term *t, const void *all, struct parse_err *e)
{
	struct rec	*image;
	const char	*name;
	size_t		 it = 0, names, n = strlen(t->value);
	bool		 found = false;

	while (!found && (image = rec_sub(all, "image", &it)) != NULL) {
		found = strncmp(show_str(image, "id"), t->value, n) == 0;
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

static const struct filter_key	keys[] = {
	{ "before", FILTER_BEFORE, "created", read_image, NULL },
	{ "dangling", FILTER_TRUTH, "dangling", read_truth, NULL },
	{ "id", FILTER_PREFIX, "id", read_id, NULL },
	{ "intermediate", FILTER_TRUTH, "intermediate", read_truth, NULL },
	{ "label", FILTER_PAIR, "label", NULL, NULL },
	{ "readonly", FILTER_TRUTH, "readonly", read_truth, NULL },
	{ "reference", FILTER_MATCH, NULL, NULL, match_reference },
	{ "since", FILTER_AFTER, "created", read_image, NULL },
	{ 0 }
};
static const struct filter_about	filters = { .keys = keys,
	.unknown = { "unsupported image filter \"", "\"" },
	.shape = { "invalid image filter \"",
	    "\": must be in the format \"filter=value\"" },
	.every = true, .bare = true };

/* --- columns --- */

static const struct column	columns[] = {
	COLUMN_TEXT("Repository", "REPOSITORY", SHOW_TEXT, "repository"),
	COLUMN_TEXT("Tag", "TAG", SHOW_TEXT, "tag"),
	COLUMN_TEXT("ID", "IMAGE ID", SHOW_TEXT, "shown_id"),
	COLUMN("Id", "ID", SHOW_TEXT, "id"),
	COLUMN("ParentId", "PARENT ID", SHOW_TEXT, "parent"),
	COLUMN("RepoTags", "REPO TAGS", SHOW_LIST, "name"),
	COLUMN("RepoDigests", "REPO DIGESTS", SHOW_LIST, "repo_digest"),
	COLUMN_TEXT("Created", "CREATED", SHOW_AGO, "created"),
	COLUMN_TEXT("CreatedSince", "CREATED", SHOW_AGO, "created"),
	COLUMN_TEXT("CreatedAt", "CREATED AT", SHOW_TIME, "created"),
	COLUMN_TEXT("CreatedTime", "CREATED TIME", SHOW_TIME, "created"),
	COLUMN_AS("Size", "SIZE", SHOW_SIZE, "size", SHOW_NUMBER),
	COLUMN("SharedSize", "SHARED SIZE", SHOW_CONST, "0"),
	COLUMN("VirtualSize", "VIRTUAL SIZE", SHOW_NUMBER, "size"),
	COLUMN("Labels", "LABELS", SHOW_PAIRS, "label"),
	COLUMN("Containers", "CONTAINERS", SHOW_NUMBER, "containers"),
	COLUMN_TEXT("ReadOnly", "R/O", SHOW_FLAG, "readonly"),
	COLUMN_TEXT("Dangling", "DANGLING", SHOW_FLAG, "dangling"),
	COLUMN("Names", "NAMES", SHOW_LIST, "name"),
	/* What is missing has a word in the table, but not in a template. */
	COLUMN_OR("Digest", "DIGEST", SHOW_TEXT, "digest", "<none>"),
	COLUMN("Digest", "DIGEST", SHOW_TEXT, "digest"),
	COLUMN("History", "HISTORY", SHOW_LIST, "name_history"),
	COLUMN_JSON("Created", SHOW_SECONDS, "created"),
	COLUMN_JSON("CreatedAt", SHOW_DATE, "created"),
	COLUMN_END
};
static const char *const	maps[] = { "Labels", NULL };
const struct list_about	list_of_images = {
	.tmpl = { "images", "images.imageReporter", maps, false, true },
	.columns = columns, .plain = "Repository Tag",
	.quiet = SHOWN(NULL, SHOW_TEXT, "shown_id"), .indent = 4,
};

/* By age, the newest first; by all else, rising. */
const struct order	image_orders[] = {
	{ "created", "created", BY_NUMBER_DOWN }, { "id", "id", BY_TEXT },
	{ "size", "size", BY_NUMBER }, { "tag", "tag", BY_TEXT },
	{ "repository", "repository", BY_TEXT }, { 0 }
};

/* --- rows --- */

static int64_t
count_containers(const struct rec *ctrs, const char *id)
{
	struct rec	*row;
	int64_t		 n = 0;
	size_t		 it = 0;

	while ((row = rec_sub(ctrs, "ctr", &it)) != NULL) {
		n += strcmp(show_str(row, "image"), id) == 0;
		rec_free(row);
	}
	return (n);
}

static void
add_line(struct rec *out, const struct rec *image, const char *name,
    bool no_trunc)
{
	struct rec	*row = rec_new();
	int		 n = name == NULL ? 0 : image_repository_len(name);

	(void)rec_add_all(row, image);
	(void)rec_addf(row, "shown_id", no_trunc ? "sha256:%s" : "%.12s",
	    show_str(image, "id"));
	(void)rec_addf(row, "repository", "%.*s", name == NULL ? 6 : n,
	    name == NULL ? "<none>" : name);
	(void)rec_add(row, "tag", name != NULL && name[n] == ':' &&
	    name[n + 1] != '\0' ? name + n + 1 : "<none>");
	if (name != NULL)
		(void)rec_add(row, "line", name);
	(void)rec_add_rec(out, "line", row);
	rec_free(row);
}

/* The images that are wanted, as nested `line`. */
static struct rec *
lines_of(const struct rec *all, const struct rec *ctrs, bool intermediate,
    bool no_trunc)
{
	struct rec	*out = rec_new(), *image;
	const char	*name;
	size_t		 it = 0, names;

	for (; (image = rec_sub(all, "image", &it)) != NULL; rec_free(image)) {
		if (rec_num(image, "intermediate", 0) != 0 && !intermediate)
			continue;
		image_derive(image);
		if (ctrs != NULL)
			(void)rec_add_num(image, "containers",
			    count_containers(ctrs, show_str(image, "id")));
		if (rec_count(image, "name") == 0)
			add_line(out, image, NULL, no_trunc);
		for (names = 0; rec_next(image, "name", &names, &name);)
			add_line(out, image, name, no_trunc);
	}
	return (out);
}

/* The operand: a pattern for the name, or the beginning of the ID. */
static bool
is_wanted(const struct rec *row, const struct choice *c)
{
	struct filter_term	 t = { .value = c->operand };

	if (t.value == NULL || match_reference(&t, row))
		return (true);
	(void)read_id(&t, NULL, NULL);
	return (strncmp(show_str(row, "id"), t.value, strlen(t.value)) == 0);
}

int
list_images(struct list *l, const struct rec *request, const struct rec *all,
    const struct rec *ctrs, const char *reference)
{
	struct filter		 f;
	struct choice		 c = { .filter = &f, .wanted = is_wanted,
				    .request = request, .operand = reference,
				    .orders = image_orders };
	struct parse_err	 e;
	struct rec		*lines;
	int			 code;

	/* Identifiers and JSON have each image once, whatever its names. */
	if (l->quiet || l->shown.as_json)
		c.once = "id";
	if (filter_open(&f, &filters, request, all, &e) == -1)
		code = say_error("%s", e.text);
	else {
		lines = lines_of(all, ctrs, strcmp(show_str(request, "all"),
		    "true") == 0, l->shown.no_trunc);
		code = list_rows(l, lines, "line", &c);
		rec_free(lines);
	}
	filter_close(&f);
	return (code);
}
