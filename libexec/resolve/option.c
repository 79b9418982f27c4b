#include "option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cleanup.h"
#include "nitems.h"
#include "record.h"
#include "request.h"
#include "schema.h"
#include "settings.h"

enum option_kind {
	OPT_TEXT,	/* empty: not given */
	OPT_FILLED,	/* must not be empty */
	OPT_PATH,	/* made absolute */
	OPT_LIST,	/* added; the first clears the file's */
	OPT_DRIVER,	/* filled; drops options of other drivers */
};

static const struct option {
	const char		*name;
	const char		*key;
	enum option_kind	 kind;
} options[] = {
	{ "cgroup-manager",	"engine.cgroup_manager",	OPT_FILLED },
	{ "conmon",		"engine.conmon_path",		OPT_PATH },
	{ "events-backend",	"engine.events_logger",		OPT_FILLED },
	{ "hooks-dir",		"engine.hooks_dir",		OPT_LIST },
	{ "namespace",		"engine.namespace",		OPT_TEXT },
	{ "network-config-dir",	"network.network_config_dir",	OPT_PATH },
	{ "root",		"storage.graphroot",		OPT_PATH },
	{ "runroot",		"storage.runroot",		OPT_PATH },
	{ "runtime",		"engine.runtime",		OPT_FILLED },
	{ "state-type",		"engine.state_type",		OPT_FILLED },
	{ "static-dir",		"engine.static_dir",		OPT_PATH },
	{ "storage-driver",	"storage.driver",		OPT_DRIVER },
	{ "storage-opt",	"storage.opt",			OPT_LIST },
	{ "tmpdir",		"engine.tmp_dir",		OPT_PATH },
	{ "transient-store",	"storage.transient_store",	OPT_FILLED },
	{ "volumepath",		"engine.volume_path",		OPT_PATH },
};

static const struct option *
option_find(const char *name)
{
	for (size_t i = 0; i < NITEMS(options); i++)
		if (strcmp(options[i].name, name) == 0)
			return (&options[i]);
	return (NULL);
}

static const struct key *
key_of(const char *name)
{
	const struct key	*key = schema_find(CONF_CONTAINERS, name);

	return (key != NULL ? key : schema_find(CONF_STORAGE, name));
}

/* Add a value to a list that an option or variable began. */
static int
put_list(struct settings *s, const char *name, const char *value,
    const char *origin)
{
	const struct setting	*it = settings_find(s, name);
	const struct key	*key = key_of(name);
	char			*copy;
	int			 rc;

	if ((copy = strdup(value)) == NULL ||
	    settings_append(s, key, name, it != NULL && it->origin != NULL &&
	    strcmp(it->origin, origin) == 0) == -1) {
		free(copy);
		return (-1);
	}
	rc = settings_put(s, key, name, &copy, 1, origin);
	free(copy);
	return (rc);
}

/* Drop the options of other drivers that files or variables have. */
static int
clear_driver_options(struct settings *s, const char *origin)
{
	for (size_t i = 0; i < s->n; i++) {
		struct setting	*it = &s->all[i];

		if (it->origin == NULL ||
		    strcmp(it->origin, "--storage-opt") == 0 ||
		    (strncmp(it->name, "storage.options.", 16) != 0 &&
		    strcmp(it->name, "storage.opt") != 0))
			continue;
		if (settings_drop(it, origin) == -1)
			return (-1);
	}
	return (0);
}

static int
apply_one(struct settings *s, const struct request *rq,
    const struct option *o, const char *value, struct problem *pr)
{
	char	 origin[64], path[PATH_LEN];
	int	 rc;

	(void)snprintf(origin, sizeof(origin), "--%s", o->name);
	if (*value == '\0' && o->kind != OPT_TEXT)
		return (problem_set(pr, "%s needs a value that is not empty",
		    origin));
	if (o->kind == OPT_PATH) {
		if (request_path(rq, value, path, sizeof(path), pr) == -1)
			return (-1);
		rc = settings_put_str(s, o->key, path, origin);
	} else if (o->kind == OPT_LIST) {
		rc = put_list(s, o->key, value, origin);
	} else {
		rc = settings_put_str(s, o->key, value, origin);
	}
	if (rc == 0 && o->kind == OPT_DRIVER)
		rc = clear_driver_options(s, origin);
	if (rc == -1)
		return (problem_no_memory(pr));
	return (check_setting(settings_find(s, o->key), pr));
}

/* STORAGE_OPTS is a list with commas; it replaces all storage options. */
static int
apply_storage_opts(struct settings *s, const char *list)
{
	scoped_free char	*copy = strdup(list);
	char			*rest = copy, *one;

	if (copy == NULL)
		return (-1);
	while ((one = strsep(&rest, ",")) != NULL)
		if (*one != '\0' &&
		    put_list(s, "storage.opt", one, "$STORAGE_OPTS") == -1)
			return (-1);
	return (0);
}

static int
apply_environment(struct settings *s, const struct request *rq,
    struct problem *pr)
{
	const char	*driver = request_env(rq, "STORAGE_DRIVER");
	const char	*opts = request_env(rq, "STORAGE_OPTS");
	const char	*tmp = request_env(rq, "TMPDIR");

	if ((driver != NULL && settings_put_str(s, "storage.driver", driver,
	    "$STORAGE_DRIVER") == -1) ||
	    (opts != NULL && apply_storage_opts(s, opts) == -1) ||
	    (tmp != NULL && settings_put_str(s, "engine.image_copy_tmp_dir",
	    tmp, "$TMPDIR") == -1))
		return (problem_no_memory(pr));
	return (0);
}

int
options_apply(struct settings *s, const struct request *rq,
    struct problem *pr)
{
	const struct option	*o;
	struct rec_item		 item;
	size_t			 it = 0;

	if (apply_environment(s, rq, pr) == -1)
		return (-1);
	while (rec_walk(rq->rec, &it, &item)) {
		if (item.text == NULL || strncmp(item.key, "opt:", 4) != 0 ||
		    (o = option_find(item.key + 4)) == NULL)
			continue;
		if (apply_one(s, rq, o, item.text, pr) == -1)
			return (-1);
	}
	return (0);
}
