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
	return (rec_get(row, KEY_IN(shown, line)) != NULL &&
	    image_matches(t->value, rec_get(row, KEY_IN(shown, line))));
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

	while (!found && (image = rec_sub(all, KEY_IN(images, image),
	    &it)) != NULL) {
		found = strncmp(show_str(image, KEY(id)), t->value, n) == 0;
		for (names = 0; !found && rec_next(image, KEY(name), &names,
		    &name);)
			found = image_matches(t->value, name);
		t->number = rec_num(image, KEY(created), 0);
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
	COLUMN_TEXT("Repository", "REPOSITORY", SHOW_TEXT,
	    KEY_TEXT(repository)),
	COLUMN_TEXT("Tag", "TAG", SHOW_TEXT, KEY_TEXT(tag)),
	COLUMN_TEXT("ID", "IMAGE ID", SHOW_TEXT, KEY_TEXT(shown_id)),
	COLUMN("Id", "ID", SHOW_TEXT, KEY_TEXT(id)),
	COLUMN("ParentId", "PARENT ID", SHOW_TEXT, KEY_TEXT(parent)),
	COLUMN("RepoTags", "REPO TAGS", SHOW_LIST, KEY_TEXT(name)),
	COLUMN("RepoDigests", "REPO DIGESTS", SHOW_LIST, KEY_TEXT(repo_digest)),
	COLUMN_TEXT("Created", "CREATED", SHOW_AGO, KEY_TEXT(created)),
	COLUMN_TEXT("CreatedSince", "CREATED", SHOW_AGO, KEY_TEXT(created)),
	COLUMN_TEXT("CreatedAt", "CREATED AT", SHOW_TIME, KEY_TEXT(created)),
	COLUMN_TEXT("CreatedTime", "CREATED TIME", SHOW_TIME,
	    KEY_TEXT(created)),
	COLUMN_AS("Size", "SIZE", SHOW_SIZE, KEY_TEXT(size), SHOW_NUMBER),
	COLUMN("SharedSize", "SHARED SIZE", SHOW_CONST, "0"),
	COLUMN("VirtualSize", "VIRTUAL SIZE", SHOW_NUMBER, KEY_TEXT(size)),
	COLUMN("Labels", "LABELS", SHOW_PAIRS, KEY_TEXT(label)),
	COLUMN("Containers", "CONTAINERS", SHOW_NUMBER, KEY_TEXT(containers)),
	COLUMN_TEXT("ReadOnly", "R/O", SHOW_FLAG, KEY_TEXT(readonly)),
	COLUMN_TEXT("Dangling", "DANGLING", SHOW_FLAG, KEY_TEXT(dangling)),
	COLUMN("Names", "NAMES", SHOW_LIST, KEY_TEXT(name)),
	/* What is missing has a word in the table, but not in a template. */
	COLUMN_OR("Digest", "DIGEST", SHOW_TEXT, KEY_TEXT(digest), "<none>"),
	COLUMN("Digest", "DIGEST", SHOW_TEXT, KEY_TEXT(digest)),
	COLUMN("History", "HISTORY", SHOW_LIST, KEY_TEXT(name_history)),
	COLUMN_JSON("Created", SHOW_SECONDS, KEY_TEXT(created)),
	COLUMN_JSON("CreatedAt", SHOW_DATE, KEY_TEXT(created)),
	COLUMN_END
};
static const char *const	maps[] = { "Labels", NULL };
const struct list_about	list_of_images = {
	.tmpl = { "images", "images.imageReporter", maps, false, true },
	.columns = columns, .plain = "Repository Tag",
	.quiet = SHOWN(NULL, SHOW_TEXT, KEY_TEXT(shown_id)), .indent = 4,
};

/* By age, the newest first; by all else, rising. */
const struct order	image_orders[] = {
	{ "created", KEY_TEXT(created), BY_NUMBER_DOWN }, { "id", KEY_TEXT(id),
	    BY_TEXT },
	{ "size", KEY_TEXT(size), BY_NUMBER }, { "tag", KEY_TEXT(tag),
	    BY_TEXT },
	{ "repository", KEY_TEXT(repository), BY_TEXT }, { 0 }
};

/* --- rows --- */

static int64_t
count_containers(const struct rec *ctrs, const char *id)
{
	struct rec	*row;
	int64_t		 n = 0;
	size_t		 it = 0;

	while ((row = rec_sub(ctrs, KEY(ctr), &it)) != NULL) {
		n += strcmp(show_str(row, KEY(image)), id) == 0;
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
	(void)rec_addf(row, KEY(shown_id), no_trunc ? "sha256:%s" : "%.12s",
	    show_str(image, KEY(id)));
	(void)rec_addf(row, KEY(repository), "%.*s", name == NULL ? 6 : n,
	    name == NULL ? "<none>" : name);
	(void)rec_add(row, KEY(tag), name != NULL && name[n] == ':' &&
	    name[n + 1] != '\0' ? name + n + 1 : "<none>");
	if (name != NULL)
		(void)rec_add(row, KEY_IN(shown, line), name);
	(void)rec_add_rec(out, KEY_IN(lines, line), row);
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

	for (; (image = rec_sub(all, KEY_IN(images, image),
	    &it)) != NULL; rec_free(image)) {
		if (rec_num(image, KEY(intermediate), 0) != 0 && !intermediate)
			continue;
		image_derive(image);
		if (ctrs != NULL)
			(void)rec_add_num(image, KEY(containers),
			    count_containers(ctrs, show_str(image, KEY(id))));
		if (rec_count(image, KEY(name)) == 0)
			add_line(out, image, NULL, no_trunc);
		for (names = 0; rec_next(image, KEY(name), &names, &name);)
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
	return (strncmp(show_str(row, KEY(id)), t.value, strlen(t.value)) == 0);
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
		c.once = KEY_TEXT(id);
	if (filter_open(&f, &filters, request, all, &e) == -1)
		code = say_error("%s", e.text);
	else {
		lines = lines_of(all, ctrs, rec_flag(request, KEY(all), false),
		    l->shown.no_trunc);
		code = list_rows(l, lines, KEY_IN(lines, line), &c);
		rec_free(lines);
	}
	filter_close(&f);
	return (code);
}
