#include "file_check.h"

#include <string.h>

#include "check.h"
#include "finding.h"
#include "merge.h"
#include "nitems.h"
#include "other.h"
#include "record.h"
#include "registry.h"
#include "settings.h"
#include "toml.h"

static const char *const	 kinds[] = {
	[CONF_CONTAINERS] = "containers", [CONF_STORAGE] = "storage",
	[CONF_LIBPOD] = "libpod", [CONF_REGISTRIES] = "registries",
	[CONF_POLICY] = "policy", [CONF_MOUNTS] = "mounts",
	[CONF_SECCOMP] = "seccomp",
};

static bool
ends_in(const char *s, const char *tail)
{
	size_t	 n = strlen(s), m = strlen(tail);

	return (n >= m && strcmp(s + n - m, tail) == 0);
}

/* The kind of a file by its name; otherwise containers.conf. */
static enum conf_kind
kind_of(const char *path, const char *text)
{
	const char	*name = strrchr(path, '/');

	name = name == NULL ? path : name + 1;
	if (strstr(path, "/registries.conf.d/") != NULL ||
	    strncmp(name, "registries", 10) == 0)
		return (CONF_REGISTRIES);
	if (strncmp(name, "storage", 7) == 0)
		return (CONF_STORAGE);
	if (strcmp(name, "libpod.conf") == 0)
		return (CONF_LIBPOD);
	if (strcmp(name, "mounts.conf") == 0)
		return (CONF_MOUNTS);
	if (!ends_in(name, ".json"))
		return (CONF_CONTAINERS);
	return (strstr(text, "\"defaultAction\"") != NULL ? CONF_SECCOMP :
	    CONF_POLICY);
}

static int
choose_kind(const struct rec *rq, struct document *doc, struct problem *pr)
{
	const char	*kind = rec_str(rq, KEY(kind), "");

	if (*kind == '\0') {
		doc->kind = kind_of(doc->path, doc->text);
		return (0);
	}
	for (size_t i = 0; i < NITEMS(kinds); i++)
		if (strcmp(kinds[i], kind) == 0) {
			doc->kind = (enum conf_kind)i;
			return (0);
		}
	return (problem_set(pr, "there is no kind of configuration file "
	    "\"%.40s\"; use containers, storage, registries, libpod, policy, "
	    "mounts or seccomp", kind));
}

/* Check the values, after all keys were read. */
static int
check_all(const struct settings *s, struct findings *f, struct problem *pr)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->all[i].key != NULL &&
		    s->all[i].key->conf != CONF_REGISTRIES &&
		    check_setting(&s->all[i], pr) == -1 &&
		    finding_take(f, pr) == -1)
			return (-1);
	if (registries_check(s, pr) == -1)
		return (finding_take(f, pr));
	return (0);
}

static int
check_document(const struct document *doc, struct problem *pr)
{
	struct settings	 s;
	int		 rc;

	if (doc->kind > CONF_REGISTRIES)
		return (other_check(doc, pr) == -1 ?
		    finding_take(doc->found, pr) : 0);
	settings_init(&s);
	rc = merge_document(&s, doc, pr);
	if (rc == -1)
		rc = finding_take(doc->found, pr);
	if (rc == 0)
		rc = check_all(&s, doc->found, pr);
	settings_clear(&s);
	return (rc);
}

struct rec *
file_check(const struct rec *rq, struct problem *pr)
{
	struct document	 doc = { .path = rec_str(rq, KEY(path), "-") };
	struct findings	 found = { .out = NULL };
	struct rec	*out;

	doc.text = rec_bytes(rq, KEY_IN(question, text), &doc.len);
	if (doc.text == NULL || doc.len == 0) {
		doc.text = "";
		doc.len = 0;
	} else if (doc.text[doc.len - 1] != '\0') {
		(void)problem_set(pr, "the text does not end in NUL");
		return (NULL);
	} else
		doc.len--;
	if (choose_kind(rq, &doc, pr) == -1 || (out = rec_new()) == NULL)
		return (NULL);
	found = (struct findings){ .out = out, .text = doc.text,
	    .len = doc.len };
	doc.found = &found;
	(void)rec_add(out, KEY(kind), kinds[doc.kind]);
	/* Too many findings: return the first ones. */
	if (check_document(&doc, pr) == -1)
		(void)rec_add(out, KEY_IN(findings, more), "true");
	return (out);
}
