#include "settings.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "record.h"
#include "show.h"
#include "tmpl.h"

const char *
setting_about(const struct rec *config, const char *what, const char *key)
{
	char	 name[320];

	(void)snprintf(name, sizeof(name), "%s:%s", what, key);
	return (rec_get(config, KEY_FROM(name)));
}

static json_t *
value_json(const struct rec *config, const char *key)
{
	const char	*type = setting_about(config, "type", key);
	const char	*v = rec_get(config, KEY_FROM(key));

	if (type != NULL && strcmp(type, "list") == 0)
		return (show_list(config, KEY_FROM(key)));
	if (v == NULL)
		return (json_null());
	if (type != NULL && strcmp(type, "bool") == 0 && *v != '\0')
		return (json_boolean(strcmp(v, "true") == 0));
	if (type != NULL && strcmp(type, "int") == 0 && *v != '\0')
		return (json_integer(strtoll(v, NULL, 10)));
	return (tmpl_text(v));
}

/* Who said so: a file and line, a variable, an option. */
const char *
setting_origin(const struct rec *config, const char *key)
{
	const char	*origin = setting_about(config, "origin", key);

	if (origin != NULL)
		return (origin);
	if (rec_get(config, KEY_FROM(key)) == NULL)
		return ("nothing");
	/* path.graph and the like are no settings, but come from some. */
	return (setting_about(config, "type",
	    key) == NULL ? "derived" : "built-in");
}

json_t *
setting_json(const struct rec *config, const char *key)
{
	const char	*pinned = setting_about(config, "pinned", key);
	char		 name[320];
	json_t		*j;

	(void)snprintf(name, sizeof(name), "overrode:%s", key);
	j = json_pack("{s:o, s:o, s:o, s:b, s:b}", "value",
	    value_json(config, key), "origin",
	    tmpl_text(setting_origin(config, key)), "overrode",
	    show_list(config, KEY_FROM(name)), "pinned", pinned != NULL,
	    "supported", setting_about(config, "unsupported", key) == NULL);
	if (pinned != NULL)
		json_object_set_new(j, "insteadOf", tmpl_text(pinned));
	(void)snprintf(name, sizeof(name), "unused:%s", key);
	if (rec_get(config, KEY_FROM(name)) != NULL)
		json_object_set_new(j, "unused", show_list(config,
		    KEY_FROM(name)));
	return (j);
}

/* Is this the type of a setting that has a value of its own? */
static bool
is_setting(const struct rec_item *item)
{
	return (strncmp(item->key, "type:", 5) == 0 &&
	    strcmp(item->text, "table") != 0);
}

static json_t *
all_json(const struct rec *config)
{
	json_t		*all = json_object();
	struct rec_item	 item;
	size_t		 it = 0;

	while (rec_walk(config, &it, &item))
		if (is_setting(&item) &&
		    (rec_get(config, KEY_FROM(item.key + 5)) != NULL ||
		    setting_about(config, "origin", item.key + 5) != NULL))
			json_object_set_new(all, item.key + 5,
			    setting_json(config, item.key + 5));
	return (all);
}

/* All keys with that in front, which is left out. */
static json_t *
keys_json(const struct rec *config, const char *prefix)
{
	json_t		*all = json_object();
	struct rec_item	 item;
	size_t		 n = strlen(prefix), it = 0;

	while (rec_walk(config, &it, &item))
		if (item.text != NULL && strncmp(item.key, prefix, n) == 0)
			json_object_set_new(all, item.key + n,
			    tmpl_text(item.text));
	return (all);
}

json_t *
settings_json(const struct rec *config)
{
	return (json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "mode", tmpl_text(rec_str(config, KEY(mode), "")),
	    "digest", tmpl_text(rec_str(config, KEY(digest), "")),
	    "files", show_list(config, KEY_IN(config, file)),
	    "shadowed", show_list(config, KEY_AS(file_shadowed)),
	    "paths", keys_json(config, "path."),
	    "environment", keys_json(config, "env."),
	    "warnings", show_list(config, KEY(warn)),
	    "problems", keys_json(config, "problem:"),
	    "settings", all_json(config)));
}

static bool
ends_in_word(const char *name, const char *word)
{
	size_t	 n = strlen(name), m = strlen(word);

	return (n > m + 1 && name[n - m - 1] == '.' &&
	    strcmp(name + n - m, word) == 0);
}

/* The keys that end in a word: those with an effect, or all if none has. */
static void
add_endings(struct rec *found, const struct rec *config, const char *word)
{
	struct rec_item	 item;
	size_t		 it;

	for (int all = 0; all < 2 && rec_count(found, KEY(maybe)) == 0; all++)
		for (it = 0; rec_walk(config, &it, &item);)
			if (is_setting(&item) &&
			    ends_in_word(item.key + 5, word) && (all ||
			    setting_about(config, "unsupported",
			    item.key + 5) == NULL))
				(void)rec_add(found, KEY(maybe),
				    item.key + 5);
}

/* The keys that a word can mean: `keys`. Of those in a table, the set ones. */
static struct rec *
matches(const struct rec *config, const char *word)
{
	struct rec	*found = rec_new();
	struct rec_item	 item;
	size_t		 it = 0, n = strlen(word);

	/* Also what is worked out: path.graph. */
	if (setting_about(config, "type", word) == NULL &&
	    rec_get(config, KEY_FROM(word)) != NULL)
		(void)rec_add(found, KEY(key), word);
	while (rec_walk(config, &it, &item)) {
		const char	*key = item.key + 5;

		if (!is_setting(&item))
			continue;
		if (strcmp(key, word) == 0 ||
		    (strncmp(key, word, n) == 0 && key[n] == '.' &&
		    rec_get(config, KEY_FROM(key)) != NULL))
			(void)rec_add(found, KEY(key), key);
	}
	if (rec_count(found, KEY(key)) == 0)
		add_endings(found, config, word);
	return (found);
}

struct rec *
settings_find(const struct rec *config, const char *word,
    struct parse_err *e)
{
	struct rec		*found = matches(config, word);
	scoped_free char	*maybe = show_joined(found, KEY(maybe), ", ",
				    INT_MAX);

	if (rec_count(found, KEY(key)) > 0)
		return (found);
	if (rec_count(found, KEY(maybe)) == 1) {
		(void)rec_add(found, KEY(key), maybe);
		return (found);
	}
	if (rec_count(found, KEY(maybe)) == 0)
		(void)parse_fail(e, "there is no configuration key \"%s\": "
		    "`bulkhead config show` lists those that have a value",
		    word);
	else
		(void)parse_fail(e, "\"%s\" can mean several keys: %s", word,
		    maybe);
	rec_free(found);
	return (NULL);
}
