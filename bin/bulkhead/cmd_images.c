/*
 * bulkhead images. One line for each name of an image.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "cmd.h"
#include "format.h"
#include "human.h"
#include "image.h"
#include "parse.h"
#include "record.h"
#include "say.h"
#include "session.h"
#include "table.h"

#define SHORT_ID	12

struct line {
	struct rec	*image;
	const char	*name;		/* NULL: it has none */
};

struct images {
	struct cli	*g;
	struct rec	*all;
	struct rec	*ctrs;		/* rows of containers, if counted */
	struct rec	**list;		/* nested records, to be freed */
	size_t		 nlist;
	struct line	*lines;
	size_t		 n;
	const char	*reference;	/* the argument */
	int64_t		 now;
	bool		 no_trunc;
	struct format	 format;
};

static const char *const	maps[] = { "Labels", NULL };
static const struct tmpl_about	about = { "images", "images.imageReporter",
				    maps, false, true };

static const struct heading	headings[] = {
	{ "Containers", "CONTAINERS" }, { "Created", "CREATED" },
	{ "CreatedAt", "CREATED AT" }, { "CreatedSince", "CREATED" },
	{ "CreatedTime", "CREATED TIME" }, { "Dangling", "DANGLING" },
	{ "Digest", "DIGEST" }, { "History", "HISTORY" },
	{ "ID", "IMAGE ID" }, { "Id", "ID" }, { "Labels", "LABELS" },
	{ "Names", "NAMES" }, { "ParentId", "PARENT ID" },
	{ "ReadOnly", "R/O" }, { "RepoDigests", "REPO DIGESTS" },
	{ "RepoTags", "REPO TAGS" }, { "Repository", "REPOSITORY" },
	{ "SharedSize", "SHARED SIZE" }, { "Size", "SIZE" },
	{ "Tag", "TAG" }, { "VirtualSize", "VIRTUAL SIZE" }, { NULL, NULL }
};

static const char *
text(const struct rec *r, const char *key)
{
	return (rec_str(r, key, ""));
}

static void
repository_of(const struct line *l, char *out, size_t size)
{
	if (l->name == NULL)
		snprintf(out, size, "<none>");
	else
		snprintf(out, size, "%.*s",
		    (int)image_repository_len(l->name), l->name);
}

static void
tag_of(const struct line *l, char *out, size_t size)
{
	const char	*s = l->name == NULL ? "" :
			    l->name + image_repository_len(l->name);

	snprintf(out, size, "%s", *s == ':' && s[1] != '\0' ? s + 1 :
	    "<none>");
}

static const char *
id_of(const struct images *im, const char *id, char *out, size_t size)
{
	if (im->no_trunc)
		snprintf(out, size, "sha256:%s", id);
	else
		snprintf(out, size, "%.*s", SHORT_ID, id);
	return (out);
}

static json_int_t
containers_of(const struct images *im, const char *id)
{
	struct rec	*row;
	json_int_t	 n = 0;
	size_t		 it = 0;

	while (im->ctrs != NULL &&
	    (row = rec_sub(im->ctrs, "ctr", &it)) != NULL) {
		n += strcmp(text(row, "image"), id) == 0;
		rec_free(row);
	}
	return (n);
}

static json_t *
template_row(const struct images *im, const struct line *l)
{
	const struct rec	*r = l->image;
	char			 repo[1024], tag[256], id[80], ago[64],
				 at[64], size[32];
	json_int_t		 bytes = rec_num(r, "size", 0);

	repository_of(l, repo, sizeof(repo));
	tag_of(l, tag, sizeof(tag));
	human_ago(rec_num(r, "created", 0), im->now, ago, sizeof(ago));
	human_go_time(rec_num(r, "created", 0), at, sizeof(at));
	human_size(bytes, size, sizeof(size));
	return (json_pack("{s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s,"
	    " s:s, s:s, s:I, s:I, s:o, s:I, s:b, s:b, s:o, s:s, s:o}",
	    "Repository", tmpl_text(repo), "Tag", tmpl_text(tag),
	    "ID", id_of(im, text(r, "id"), id, sizeof(id)),
	    "Id", text(r, "id"), "ParentId", text(r, "parent"),
	    "RepoTags", image_texts(r, "name"),
	    "RepoDigests", image_repo_digests(r),
	    "Created", ago, "CreatedSince", ago, "CreatedAt", at,
	    "CreatedTime", at, "Size", size, "SharedSize", (json_int_t)0,
	    "VirtualSize", bytes, "Labels", image_pairs(r, "label"),
	    "Containers", containers_of(im, text(r, "id")),
	    "ReadOnly", (int)rec_num(r, "readonly", 0),
	    "Dangling", (int)rec_num(r, "dangling", 0),
	    "Names", image_texts(r, "name"), "Digest", text(r, "digest"),
	    "History", image_texts(r, rec_get(r, "name_history") ?
	    "name_history" : "name")));
}

static json_t *
json_row(const struct images *im, const struct rec *r)
{
	char	 at[64];

	human_rfc3339(rec_num(r, "created", 0), at, sizeof(at));
	return (json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:o, s:I, s:o,"
	    " s:s, s:o, s:I, s:s}",
	    "Id", text(r, "id"), "ParentId", text(r, "parent"),
	    "RepoTags", image_texts(r, "name"),
	    "RepoDigests", image_repo_digests(r),
	    "Size", (json_int_t)rec_num(r, "size", 0),
	    "SharedSize", (json_int_t)0,
	    "VirtualSize", (json_int_t)rec_num(r, "size", 0),
	    "Labels", image_pairs(r, "label"),
	    "Containers", containers_of(im, text(r, "id")),
	    "Names", image_texts(r, "name"), "Digest", text(r, "digest"),
	    "History", image_texts(r, rec_get(r, "name_history") ?
	    "name_history" : "name"),
	    "Created", (json_int_t)(rec_num(r, "created", 0) / 1000000000),
	    "CreatedAt", at));
}

static void
plain_row(const struct images *im, struct table *t, const struct line *l)
{
	char	 buf[1024];

	repository_of(l, buf, sizeof(buf));
	table_cell(t, buf);
	tag_of(l, buf, sizeof(buf));
	table_cell(t, buf);
	if (opt_flag(im->g->opts, "digests", false))
		table_cell(t, rec_str(l->image, "digest", "<none>"));
	table_cell(t, id_of(im, text(l->image, "id"), buf, sizeof(buf)));
	human_ago(rec_num(l->image, "created", 0), im->now, buf, sizeof(buf));
	table_cell(t, buf);
	human_size(rec_num(l->image, "size", 0), buf, sizeof(buf));
	table_cell(t, buf);
	table_row(t);
}

static int
print_plain(const struct images *im)
{
	struct table	*t = table_new();
	int		 r;

	if (t == NULL)
		return (say_error("%s", strerror(errno)));
	if (!opt_flag(im->g->opts, "noheading", false)) {
		table_cell(t, "REPOSITORY");
		table_cell(t, "TAG");
		if (opt_flag(im->g->opts, "digests", false))
			table_cell(t, "DIGEST");
		table_cell(t, "IMAGE ID");
		table_cell(t, "CREATED");
		table_cell(t, "SIZE");
		table_row(t);
	}
	for (size_t i = 0; i < im->n; i++)
		plain_row(im, t, &im->lines[i]);
	r = table_print(t, stdout);
	table_free(t);
	return (r == -1 ? say_error("%s", strerror(ENOMEM)) : 0);
}

/* Each image once, even if it has several names. */
static bool
is_again(const struct images *im, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (im->lines[j].image == im->lines[i].image)
			return (true);
	return (false);
}

static int
print_quiet(const struct images *im)
{
	char	 id[80];

	for (size_t i = 0; i < im->n; i++)
		if (!is_again(im, i))
			puts(id_of(im, text(im->lines[i].image, "id"), id,
			    sizeof(id)));
	return (0);
}

static int
print_formatted(struct images *im)
{
	int	 r = 0;

	if (!opt_flag(im->g->opts, "noheading", false))
		r = format_heading(&im->format, headings);
	for (size_t i = 0; i < im->n && r == 0; i++)
		if (im->format.kind != FORMAT_JSON)
			r = format_row(&im->format,
			    template_row(im, &im->lines[i]), 4);
		else if (!is_again(im, i))
			r = format_row(&im->format,
			    json_row(im, im->lines[i].image), 4);
	return (r == -1 ? EXIT_ENGINE : 0);
}

/* An image that a before= or since= filter names. */
static const struct rec *
find(const struct images *im, const char *ref)
{
	const char	*name;
	size_t		 it;

	for (size_t i = 0; i < im->nlist; i++) {
		if (strncmp(text(im->list[i], "id"), ref, strlen(ref)) == 0)
			return (im->list[i]);
		it = 0;
		while (rec_next(im->list[i], "name", &it, &name))
			if (image_matches(ref, name))
				return (im->list[i]);
	}
	return (NULL);
}

struct filter_arg {
	const struct images	*im;
	const struct rec	*image;
	const char		*name;	/* of the line, or NULL */
	const char		*key;
	const char		*value;
	int64_t			 created; /* of what before=, since= name */
};

static bool
f_label(const struct filter_arg *a)
{
	const char	*kv;
	size_t		 it = 0, n = strlen(a->value);

	while (rec_next(a->image, "label", &it, &kv))
		if (strcmp(kv, a->value) == 0 || (strncmp(kv, a->value, n) ==
		    0 && kv[n] == '=' && strchr(a->value, '=') == NULL))
			return (true);
	return (false);
}

static bool
f_reference(const struct filter_arg *a)
{
	return (a->name != NULL && image_matches(a->value, a->name));
}

static bool
f_id(const struct filter_arg *a)
{
	const char	*v = a->value;

	if (strncmp(v, "sha256:", 7) == 0)
		v += 7;
	return (strncmp(text(a->image, "id"), v, strlen(v)) == 0);
}

static bool
f_before(const struct filter_arg *a)
{
	return (rec_num(a->image, "created", 0) < a->created);
}

static bool
f_since(const struct filter_arg *a)
{
	return (rec_num(a->image, "created", 0) > a->created);
}

static bool
f_flag(const struct filter_arg *a)
{
	return (rec_num(a->image, a->key, 0) == parse_bool(a->value));
}

static const struct {
	const char	*key;
	bool		(*fits)(const struct filter_arg *);
	enum { VALUE, IMAGE, TRUTH } kind;
} filters[] = {
	{ "before", f_before, IMAGE }, { "dangling", f_flag, TRUTH },
	{ "id", f_id, VALUE }, { "intermediate", f_flag, TRUTH },
	{ "label", f_label, VALUE }, { "readonly", f_flag, TRUTH },
	{ "reference", f_reference, VALUE }, { "since", f_since, IMAGE },
};

/* One filter as an index in filters[], checked. -1 after saying why. */
static int
filter_read(const struct images *im, const char *arg, struct filter_arg *out)
{
	const char	*eq = strchr(arg, '=');
	size_t		 n = strcspn(arg, "="), i;

	out->im = im;
	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (strlen(filters[i].key) == n &&
		    memcmp(filters[i].key, arg, n) == 0)
			break;
	if (i == sizeof(filters) / sizeof(filters[0])) {
		say_error("unsupported image filter \"%.*s\"", (int)n, arg);
		return (-1);
	}
	out->key = filters[i].key;
	out->value = eq == NULL ? "" : eq + 1;
	if (eq == NULL && filters[i].kind != TRUTH) {
		say_error("invalid image filter \"%s\": must be in the format "
		    "\"filter=value\"", arg);
		return (-1);
	}
	if (eq == NULL)
		out->value = "true";
	if (filters[i].kind == TRUTH && parse_bool(out->value) == -1) {
		say_error("non-boolean value \"%s\" for %s filter: "
		    "strconv.ParseBool: parsing \"%s\": invalid syntax",
		    out->value, out->key, out->value);
		return (-1);
	}
	if (filters[i].kind == IMAGE) {
		const struct rec	*r = find(im, out->value);

		if (r == NULL) {
			say_error("could not find local image for filter "
			    "\"%s\"=\"%s\": %s: image not known", out->key,
			    out->value, out->value);
			return (-1);
		}
		out->created = rec_num(r, "created", 0);
	}
	return ((int)i);
}

/* Does every filter let this line through? 1, 0, or -1 after saying why. */
static int
is_shown(const struct images *im, const struct rec *image, const char *name)
{
	struct filter_arg	 a = { .image = image, .name = name };
	const char		*arg;
	size_t			 it = 0;
	int			 i;

	while (rec_next(im->g->opts, "filter", &it, &arg)) {
		if ((i = filter_read(im, arg, &a)) == -1)
			return (-1);
		if (!filters[i].fits(&a))
			return (0);
	}
	if (im->reference == NULL)
		return (1);
	a.value = im->reference;
	return (f_reference(&a) || f_id(&a));
}

static int
add_line(struct images *im, struct rec *image, const char *name)
{
	int	 shown = is_shown(im, image, name);

	if (shown == 1)
		im->lines[im->n++] = (struct line){ image, name };
	return (shown == -1 ? -1 : 0);
}

static int
add_lines(struct images *im, struct rec *image)
{
	const char	*name;
	size_t		 it = 0;

	if (rec_num(image, "intermediate", 0) != 0 &&
	    !opt_flag(im->g->opts, "all", false))
		return (0);
	if (rec_count(image, "name") == 0)
		return (add_line(im, image, NULL));
	while (rec_next(image, "name", &it, &name))
		if (add_line(im, image, name) == -1)
			return (-1);
	return (0);
}

/* podman's order: by age, the newest first; by size, id, ...: rising. */
static int
compare(const void *a, const void *b, void *ctx)
{
	const struct line	*x = a, *y = b;
	const char		*key = ctx;
	char			 s[1024], t[1024];
	int64_t			 i = rec_num(x->image, "created", 0);
	int64_t			 j = rec_num(y->image, "created", 0);
	int			 c = 0;

	if (strcmp(key, "id") == 0)
		c = strcmp(text(x->image, "id"), text(y->image, "id"));
	else if (strcmp(key, "size") == 0) {
		int64_t	 m = rec_num(x->image, "size", 0);
		int64_t	 n = rec_num(y->image, "size", 0);

		c = (m > n) - (m < n);
	} else if (strcmp(key, "created") != 0) {
		(*key == 'r' ? repository_of : tag_of)(x, s, sizeof(s));
		(*key == 'r' ? repository_of : tag_of)(y, t, sizeof(t));
		c = strcmp(s, t);
	}
	if (c == 0)
		c = (i < j) - (i > j);
	if (c == 0)
		c = strcmp(text(x->image, "id"), text(y->image, "id"));
	if (c == 0 && x->name != NULL && y->name != NULL)
		c = strcmp(x->name, y->name);
	return (c);
}

static int
collect(struct images *im)
{
	char	 key[16];
	size_t	 names = 0, it = 0;

	im->list = calloc(rec_count(im->all, "image") + 1,
	    sizeof(struct rec *));
	if (im->list == NULL)
		return (say_error("%s", strerror(errno)));
	while ((im->list[im->nlist] = rec_sub(im->all, "image", &it)) != NULL)
		names += rec_count(im->list[im->nlist++], "name") + 1;
	if ((im->lines = calloc(names + 1, sizeof(*im->lines))) == NULL)
		return (say_error("%s", strerror(errno)));
	for (size_t i = 0; i < im->nlist; i++)
		if (add_lines(im, im->list[i]) == -1)
			return (EXIT_ENGINE);
	snprintf(key, sizeof(key), "%s",
	    opt_str(im->g->opts, "sort", "created"));
	qsort_r(im->lines, im->n, sizeof(*im->lines), compare, key);
	return (0);
}

static int
print(struct images *im)
{
	if (opt_flag(im->g->opts, "quiet", false))
		return (print_quiet(im));
	if (im->format.kind == FORMAT_PLAIN)
		return (print_plain(im));
	return (print_formatted(im));
}

/* How many containers an image has is only asked for when it is shown. */
static bool
wants_containers(const struct images *im)
{
	return (im->format.kind == FORMAT_JSON || (im->format.tmpl != NULL &&
	    tmpl_mentions(im->format.tmpl, "Containers")));
}

static int
check_options(const struct rec *o)
{
	static const char *const	 keys[] = { "id", "repository", "size",
					    "tag", "created" };
	const char			*key = opt_str(o, "sort", "created");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], key) == 0)
			return (opt_flag(o, "quiet", false) &&
			    opt_given(o, "format") ? say_error("quiet and "
			    "format are mutually exclusive") : 0);
	return (say_error("\"%s\" is not a valid field for sorting. Choose "
	    "from: id, repository, size, tag, created", key));
}

int
cmd_images(struct cli *g, int argc, char **argv)
{
	struct images	 im = { .g = g, .now = human_now(),
			    .no_trunc = opt_flag(g->opts, "no-trunc", false),
			    .reference = argc > 0 ? argv[0] : NULL };
	struct session	 s = { 0 };
	unsigned int	 need = NEED_STORE;
	int		 r;

	if ((r = check_options(g->opts)) != 0)
		return (r);
	if (format_open(&im.format, &about, opt_str(g->opts, "format",
	    NULL)) == -1)
		return (EXIT_ENGINE);
	if (wants_containers(&im))
		need |= NEED_STATE;
	if (command_open(&s, g, need, NULL) == -1)
		return (EXIT_ENGINE);
	if ((im.all = session_images(&s)) == NULL)
		r = session_error(&s);
	if (r == 0 && (need & NEED_STATE) != 0 &&
	    (im.ctrs = session_rows(&s)) == NULL)
		r = session_error(&s);
	if (r == 0 && (r = collect(&im)) == 0)
		r = print(&im);
	if (r == 0 && format_close(&im.format, 4) == -1)
		r = EXIT_ENGINE;
	for (size_t i = 0; i < im.nlist; i++)
		rec_free(im.list[i]);
	free(im.list);
	free(im.lines);
	rec_free(im.ctrs);
	rec_free(im.all);
	session_close(&s);
	return (r);
}
