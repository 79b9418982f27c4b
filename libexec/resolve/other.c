#include "other.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf.h"
#include "cleanup.h"
#include "merge.h"
#include "nitems.h"
#include "profile.h"
#include "settings.h"

const char *
other_name(enum conf_kind kind)
{
	static const char *const	 names[] = {
		[CONF_CONTAINERS] = "containers_conf",
		[CONF_STORAGE] = "storage_conf",
		[CONF_LIBPOD] = "libpod_conf",
		[CONF_REGISTRIES] = "registries_conf",
		[CONF_POLICY] = "policy_json",
		[CONF_MOUNTS] = "mounts_conf",
		[CONF_SECCOMP] = "seccomp_json",
	};

	return (names[kind]);
}

/* --- containers-policy.json(5) --- */

static int
bad_policy(const struct document *doc, struct problem *pr, const char *where,
    const char *what)
{
	(void)problem_set(pr, "%.400s: %.200s: %s", doc->path, where, what);
	pr->what = strlen(doc->path) > 400 ? 402 : strlen(doc->path) + 2;
	return (-1);
}

static bool
is_member_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return (true);
	return (false);
}

/*
 * Keys of a requirement by type: those it may have, and of which it must have
 * one.
 */
static const struct requirement {
	const char	*type;
	const char	*members[9];
	const char	*keys[4];	/* ways to name the key; none: no key */
} requirements[] = {
	{ "insecureAcceptAnything", { NULL }, { NULL } },
	{ "reject", { NULL }, { NULL } },
	{ "signedBy", { "keyType", "keyPath", "keyPaths", "keyData",
	    "signedIdentity" }, { "keyPath", "keyPaths", "keyData" } },
	{ "signedBaseLayer", { "baseLayerIdentity" },
	    { "baseLayerIdentity" } },
	{ "sigstoreSigned", { "keyPath", "keyPaths", "keyData", "keyDatas",
	    "fulcio", "pki", "rekorPublicKeyPath", "signedIdentity" },
	    { NULL } },
};

static const struct requirement *
requirement_of(const json_t *j)
{
	const char	*type = json_string_value(json_object_get(j, "type"));

	for (size_t i = 0; type != NULL && i < NITEMS(requirements); i++)
		if (strcmp(requirements[i].type, type) == 0)
			return (&requirements[i]);
	return (NULL);
}

static int
check_requirement(const struct document *doc, const char *where, json_t *j,
    struct problem *pr)
{
	const struct requirement	*rq = requirement_of(j);
	const char			*name;
	char				 text[160];
	json_t				*v;
	size_t				 keys = 0, n = 0, m = 0;

	if (rq == NULL)
		return (bad_policy(doc, pr, where, "each requirement needs a "
		    "type: insecureAcceptAnything, reject, signedBy, "
		    "signedBaseLayer or sigstoreSigned"));
	while (n < NITEMS(rq->members) && rq->members[n] != NULL)
		n++;
	while (m < NITEMS(rq->keys) && rq->keys[m] != NULL)
		keys += json_object_get(j, rq->keys[m++]) != NULL;
	json_object_foreach(j, name, v) {
		if (strcmp(name, "type") == 0 ||
		    is_member_of(rq->members, n, name))
			continue;
		(void)snprintf(text, sizeof(text), "unknown member \"%.60s\" "
		    "in a requirement of type %s", name, rq->type);
		return (bad_policy(doc, pr, where, text));
	}
	if (m > 0 && keys != 1) {
		(void)snprintf(text, sizeof(text), "%s needs exactly one of "
		    "keyPath, keyPaths, keyData", rq->type);
		return (bad_policy(doc, pr, where, strcmp(rq->type,
		    "signedBy") == 0 ? text : "signedBaseLayer needs "
		    "baseLayerIdentity"));
	}
	return (0);
}

static int
check_requirements(const struct document *doc, const char *where, json_t *j,
    struct problem *pr)
{
	json_t	*one;
	size_t	 i;

	if (!json_is_array(j) || json_array_size(j) == 0)
		return (bad_policy(doc, pr, where, "must be an array of at "
		    "least one requirement"));
	json_array_foreach(j, i, one)
		if (check_requirement(doc, where, one, pr) == -1)
			return (-1);
	return (0);
}

/* transports: { NAME: { SCOPE: [requirement...] } } */
static int
check_transports(const struct document *doc, json_t *j, struct problem *pr)
{
	const char	*name, *scope;
	char		 where[300];
	json_t		*t, *list;

	if (!json_is_object(j))
		return (bad_policy(doc, pr, "transports", "must be an object"));
	json_object_foreach(j, name, t) {
		(void)snprintf(where, sizeof(where), "transports.%.80s", name);
		if (!json_is_object(t))
			return (bad_policy(doc, pr, where,
			    "must be an object"));
		json_object_foreach(t, scope, list) {
			(void)snprintf(where, sizeof(where),
			    "transports.%.80s.\"%.100s\"", name, scope);
			if (check_requirements(doc, where, list, pr) == -1)
				return (-1);
		}
	}
	return (0);
}

static int
check_policy_root(const struct document *doc, json_t *root,
    struct problem *pr)
{
	const char	*name;
	json_t		*v;

	if (!json_is_object(root))
		return (bad_policy(doc, pr, "policy", "must be an object"));
	if (json_object_get(root, "default") == NULL)
		return (bad_policy(doc, pr, "default", "is missing: a policy "
		    "must say what holds where nothing else does"));
	json_object_foreach(root, name, v) {
		if (strcmp(name, "default") == 0) {
			if (check_requirements(doc, name, v, pr) == -1)
				return (-1);
		} else if (strcmp(name, "transports") == 0) {
			if (check_transports(doc, v, pr) == -1)
				return (-1);
		} else
			return (bad_policy(doc, pr, name, "unknown member"));
	}
	return (0);
}

static int
check_policy(const struct document *doc, struct problem *pr)
{
	json_error_t	 err;
	json_t		*root;
	int		 rc;

	profile_seed();
	root = json_loadb(doc->text, doc->len, JSON_REJECT_DUPLICATES, &err);
	if (root == NULL)
		return (problem_at(pr, doc->path,
		    err.line < 1 ? 1 : (unsigned int)err.line,
		    err.column < 1 ? 1 : (unsigned int)err.column, "%s",
		    err.text));
	rc = check_policy_root(doc, root, pr);
	json_decref(root);
	return (rc);
}

/* --- containers-mounts.conf(5): /SRC[:/DST], one to a line --- */

static int
check_mount(const struct document *doc, unsigned int line, const char *p,
    size_t n, struct problem *pr)
{
	const char	*colon = memchr(p, ':', n);
	unsigned int	 col = colon == NULL ? 1 :
			    (unsigned int)(colon - p) + 2;

	if (*p != '/')
		return (problem_at(pr, doc->path, line, 1, "a mount must be "
		    "/SRC or /SRC:/DST"));
	if (colon != NULL && (colon + 1 == p + n || colon[1] != '/' ||
	    memchr(colon + 1, ':', n - (size_t)(colon + 1 - p)) != NULL))
		return (problem_at(pr, doc->path, line, col, "the destination "
		    "of a mount must be one absolute path"));
	return (0);
}

static int
check_mounts(const struct document *doc, struct problem *pr)
{
	const char	*p = doc->text, *end = p + doc->len, *eol;
	size_t		 n;

	for (unsigned int line = 1; p < end; line++, p = eol + 1) {
		if ((eol = memchr(p, '\n', (size_t)(end - p))) == NULL)
			eol = end;
		n = (size_t)(eol - p);
		while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t' ||
		    p[n - 1] == '\r'))
			n--;
		if (n == 0 || *p == '#')
			continue;
		if (check_mount(doc, line, p, n, pr) == -1)
			return (-1);
	}
	return (0);
}

/* --- seccomp.json --- */

static int
check_seccomp(const struct document *doc, struct problem *pr)
{
	struct profile_for	 who = { .caps = NULL };
	struct filter		*f = malloc(sizeof(*f));
	int			 rc;

	if (f == NULL)
		return (problem_no_memory(pr));
	rc = profile_compile(doc->path, doc->text, doc->len, &who, f, pr);
	free(f);
	return (rc);
}

int
other_check(const struct document *doc, struct problem *pr)
{
	switch (doc->kind) {
	case CONF_POLICY:
		return (check_policy(doc, pr));
	case CONF_MOUNTS:
		return (check_mounts(doc, pr));
	case CONF_SECCOMP:
		return (check_seccomp(doc, pr));
	default:
		return (0);
	}
}
