#include "names.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "reference.h"
#include "store.h"
#include "text.h"

/* The tag of a reference that has neither tag nor digest. */
static bool
ref_split(const char *text, struct reference *r)
{
	if (reference_parse(text, r) != NULL)
		return (false);
	if (*r->tag == '\0' && *r->digest == '\0')
		strcpy(r->tag, "latest");
	return (true);
}

static const char *
name_of(const json_t *img, const char *name)
{
	json_t	*n;
	size_t	 i;

	json_array_foreach(json_object_get(img, "names"), i, n)
		if (json_is_string(n) &&
		    strcmp(json_string_value(n), name) == 0)
			return (json_string_value(n));
	return (NULL);
}

bool
names_has(const json_t *img, const char *name)
{
	return (name_of(img, name) != NULL);
}

/*
 * Parse only images whose text contains the name in quotes. JSON need not
 * escape any character of a name; a name that is escaped is found by by_tail.
 */
static json_t *
by_name(struct store *s, const char *name, const char **by)
{
	struct index	*ix = &s->images;
	char		 quoted[2 * REFERENCE_MAX + 40];
	json_t		*img;
	int		 n;

	n = snprintf(quoted, sizeof(quoted), "\"%s\"", name);
	for (size_t i = 0; i < ix->nitems; i++) {
		if (ix->item[i].at != NULL && memmem(ix->item[i].at,
		    ix->item[i].len, quoted, (size_t)n) == NULL)
			continue;
		if ((img = index_item(ix, i)) != NULL &&
		    (*by = name_of(img, name)) != NULL)
			return (img);
	}
	return (NULL);
}

/* A prefix of exactly one id, as podman's index of ids would find it. */
static json_t *
by_id(struct store *s, const char *prefix)
{
	struct index	*ix = &s->images;
	size_t		 len = strlen(prefix), found = SIZE_MAX;

	if (len > ID_LEN)
		return (NULL);
	for (size_t i = 0; i < ix->nitems; i++)
		if (memcmp(ix->item[i].id, prefix, len) == 0) {
			if (found != SIZE_MAX)
				return (NULL);
			found = i;
		}
	return (found == SIZE_MAX ? NULL : index_item(ix, found));
}

static bool
has_digest(const json_t *img, const char *digest)
{
	const char	*key, *d = json_text(img, "digest");
	json_t		*v;

	if (d != NULL && strcmp(d, digest) == 0)
		return (true);
	json_object_foreach(json_object_get(img, "big-data-digests"), key, v)
		if (strncmp(key, "manifest", 8) == 0 && json_is_string(v) &&
		    strcmp(json_string_value(v), digest) == 0)
			return (true);
	return (false);
}

/* Is the name equal to this one, or does it end with "/" and this one? */
static bool
repo_tail(const char *have, const char *want)
{
	size_t	 h = strlen(have), w = strlen(want);

	return (strcmp(have, want) == 0 || (h > w && have[h - w - 1] == '/' &&
	    strcmp(have + h - w, want) == 0));
}

static const char *
tail_name(const json_t *img, const struct reference *want)
{
	struct reference	 have;
	json_t		*n;
	size_t		 i;

	json_array_foreach(json_object_get(img, "names"), i, n) {
		if (!json_is_string(n) ||
		    !ref_split(json_string_value(n), &have) ||
		    !repo_tail(have.name, want->name))
			continue;
		if (*want->digest != '\0' ? has_digest(img, want->digest) :
		    strcmp(have.tag, want->tag) == 0)
			return (json_string_value(n));
	}
	return (NULL);
}

static json_t *
by_tail(struct store *s, const struct reference *want, const char **by)
{
	json_t	*img;
	size_t	 i;

	if (index_parse(&s->images, &(struct answer){ 0 }) == -1)
		return (NULL);
	json_array_foreach(s->images.root, i, img)
		if ((*by = tail_name(img, want)) != NULL)
			return (img);
	return (NULL);
}

/* The places in which podman looks for a short name, in its order. */
static json_t *
by_candidates(struct store *s, const struct reference *r, const char **by)
{
	static const char *const full[] = { "" };
	static const char *const shortened[] = { "localhost/",
	    "docker.io/library/", "docker.io/" };
	bool			 whole = reference_has_host(r->name);
	const char *const	*try = whole ? full : shortened;
	size_t			 n = whole ? 1 : 3;
	char			 name[2 * REFERENCE_MAX + 32];
	json_t			*img;

	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s%s:%s", try[i], r->name,
		    r->tag);
		if ((img = by_name(s, name, by)) != NULL)
			return (img);
	}
	/* docker.io/busybox is another way to say docker.io/library/busybox. */
	if (strncmp(r->name, "docker.io/", 10) == 0 &&
	    strchr(r->name + 10, '/') == NULL) {
		snprintf(name, sizeof(name), "docker.io/library/%s:%s",
		    r->name + 10, r->tag);
		return (by_name(s, name, by));
	}
	return (NULL);
}

/* What podman tries in this order: a short name, then an id, then a tail. */
static json_t *
by_ref(struct store *s, const char *text, const char **by)
{
	json_t		*img;
	struct reference	 r;
	bool		 named = ref_split(text, &r);

	if (named && *r.digest == '\0' &&
	    (img = by_candidates(s, &r, by)) != NULL)
		return (img);
	if (text_is_hex(text) && (img = by_id(s, text)) != NULL)
		return (img);
	/* A name with a registry must match as a whole. */
	if (!named || (reference_has_host(r.name) && *r.digest == '\0'))
		return (NULL);
	return (by_tail(s, &r, by));
}

json_t *
names_find(struct store *s, const char *text, const char **by,
    struct answer *a)
{
	json_t	*img = NULL;

	*by = NULL;
	if (strncmp(text, "sha256:", 7) == 0) {
		if (!text_is_digest(text)) {
			fail(a, EINVAL, "%s: invalid format: no 64-byte "
			    "hexadecimal value", text);
			return (NULL);
		}
		img = by_id(s, text + 7);
	} else if ((img = by_name(s, text, by)) == NULL)
		img = by_ref(s, text, by);
	/*
	 * The error for an image that is missing, or for an index that is
	 * damaged.
	 */
	if (img == NULL && index_parse(&s->images, a) == -1)
		return (NULL);
	if (img == NULL)
		fail(a, ENOENT, "%s: image not known", text);
	return (img);
}
