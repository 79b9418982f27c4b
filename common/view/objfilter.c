#include "objfilter.h"

#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "human.h"
#include "parse.h"
#include "record.h"
#include "say.h"

static const struct objfilter *
find(const struct objfilter *table, const char *text, const char **value)
{
	const char	*eq = strchr(text, '=');
	size_t		 n = eq == NULL ? strlen(text) : (size_t)(eq - text);

	*value = eq == NULL ? "" : eq + 1;
	for (; table->key != NULL; table++)
		if (strlen(table->key) == n &&
		    memcmp(table->key, text, n) == 0)
			return (table);
	return (NULL);
}

static int
unknown(const char *text, const char *kind)
{
	int	 n = (int)strcspn(text, "=");

	if (kind == NULL)
		(void)say_error("%.*s is an invalid filter", n, text);
	else
		(void)say_error("\"%.*s\" is an invalid %s filter", n, text,
		    kind);
	return (-1);
}

int
objfilter_check(const struct rec *opts, const struct objfilter *table,
    const char *kind)
{
	const char	*text, *value;
	size_t		 it = 0;

	while (rec_next(opts, "filter", &it, &text)) {
		if (strchr(text, '=') == NULL)
			return (say_error("invalid filter \"%s\": a filter is "
			    "KEY=VALUE", text), -1);
		if (find(table, text, &value) == NULL)
			return (unknown(text, kind));
		if (strncmp(text, "until=", 6) == 0) {
			struct parse_err	 e;
			int64_t			 when;

			if (parse_time(value, human_now(), &when, &e) == -1)
				return (say_error("%s", e.text), -1);
		}
		if (strncmp(text, "dangling=", 9) == 0 &&
		    objfilter_truth(value) == -1)
			return (say_error("\"%s\" is not a valid value for "
			    "the \"dangling\" filter - must be true or false",
			    value), -1);
	}
	return (0);
}

/* Any value of a key will do, but of labels each must be there. */
static bool
key_matches(const struct rec *opts, const struct objfilter *table,
    const struct objfilter *row, const struct rec *obj)
{
	const char	*text, *value;
	size_t		 it = 0;
	bool		 any = false, all = true, hit;

	while (rec_next(opts, "filter", &it, &text)) {
		if (find(table, text, &value) != row)
			continue;
		hit = row->match(obj, value);
		any |= hit;
		all &= hit;
	}
	return (row->every ? all : any);
}

bool
objfilter_match(const struct rec *opts, const struct objfilter *table,
    const struct rec *obj)
{
	const struct objfilter	*row;
	const char		*text, *value;
	size_t			 it = 0;

	while (rec_next(opts, "filter", &it, &text))
		if ((row = find(table, text, &value)) != NULL &&
		    !key_matches(opts, table, row, obj))
			return (false);
	return (true);
}

bool
objfilter_pair(const struct rec *obj, const char *key, const char *want)
{
	size_t		 it = 0, n = strlen(want);
	const char	*pair;

	while (rec_next(obj, key, &it, &pair))
		if (strcmp(pair, want) == 0 || (strchr(want, '=') == NULL &&
		    strncmp(pair, want, n) == 0 && pair[n] == '='))
			return (true);
	return (false);
}

bool
objfilter_regex(const char *text, const char *pattern)
{
	regex_t	 re;
	bool	 hit;

	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return (false);
	hit = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return (hit);
}

bool
objfilter_until(const struct rec *obj, const char *text)
{
	struct parse_err	 e;
	int64_t			 when;

	return (parse_time(text, human_now(), &when, &e) == 0 &&
	    rec_num(obj, "created", 0) < when);
}

int
objfilter_truth(const char *text)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
		return (1);
	return (strcmp(text, "false") == 0 || strcmp(text, "0") == 0 ? 0 : -1);
}
