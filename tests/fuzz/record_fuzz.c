/*
 * Any bytes as a record: what decodes can be walked and encodes the same. As a
 * record of each type: it decodes when each value holds its declaration.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static size_t
walk(const struct rec *r, unsigned int depth)
{
	struct rec_item	 item;
	struct rec	*sub;
	size_t		 it = 0, n = 0, sub_it;

	if (depth > REC_DEPTH)
		abort();
	while (rec_walk(r, &it, &item)) {
		n += strlen(item.key) + item.len;
		if (item.text != NULL && strlen(item.text) != item.len)
			abort();
		(void)rec_num(r, KEY_NUM(item.key), 0);
		if (!item.nested)
			continue;
		sub_it = it - 1;
		if ((sub = rec_sub(r, KEY_REC(item.key), &sub_it)) == NULL)
			abort();
		n += walk(sub, depth + 1);
		rec_free(sub);
	}
	return (n);
}

/* Does a value hold a rule? Said again, not with the decoder's words. */
static bool
holds(const struct record_rule *rule, const struct rec_item *item)
{
	char	*end;

	switch (rule->kind) {
	case RECORD_TEXT:
		return (item->text != NULL &&
		    item->len <= (uint64_t)rule->max);
	case RECORD_ID:
		if (item->text == NULL || item->len != 64)
			return (item->text != NULL && item->len == 0 &&
			    rule->min == 0);
		for (const char *p = item->text; *p != '\0'; p++)
			if (strchr("0123456789abcdef", *p) == NULL)
				return (false);
		return (true);
	case RECORD_NUM:
		if (item->text == NULL || item->len == 0)
			return (item->text != NULL);
		errno = 0;
		return (strchr("-0123456789", *item->text) != NULL &&
		    strtoll(item->text, &end, 10) <= rule->max &&
		    strtoll(item->text, &end, 10) >= rule->min &&
		    errno == 0 && *end == '\0');
	case RECORD_FLAG:
		return (item->text != NULL && (strcmp(item->text, "true") ==
		    0 || strcmp(item->text, "false") == 0));
	case RECORD_BYTES:
		return (item->text == NULL && !item->nested &&
		    item->len <= (uint64_t)rule->max);
	default:
		return (item->nested);
	}
}

static bool
all_hold(const struct rec *r, enum record_type type)
{
	const struct record_rule	*rules;
	struct rec_item			 item;
	struct rec			*sub;
	size_t				 it = 0, n, at;
	bool				 good = true;

	rules = record_rules(type, &n);
	while (good && rec_walk(r, &it, &item))
		for (size_t i = 0; good && i < n; i++) {
			if (strcmp(rules[i].key, item.key) != 0)
				continue;
			good = holds(&rules[i], &item);
			if (!good || !item.nested)
				continue;
			at = it - 1;
			sub = rec_sub(r, KEY_REC(item.key), &at);
			good = sub != NULL && all_hold(sub, rules[i].nested);
			rec_free(sub);
		}
	return (good);
}

static void
typed(const struct rec *r, const uint8_t *data, size_t len,
    enum record_type type)
{
	const char	*key;
	struct rec	*as = rec_decode(data, len, type, &key);

	if ((as != NULL) != all_hold(r, type) || (as == NULL) !=
	    (key != NULL))
		abort();
	rec_free(as);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rec	*r = rec_decode(data, len, RECORD(any), NULL);
	void		*again = NULL;
	size_t		 again_len;

	if (r == NULL)
		return (0);
	(void)walk(r, 0);
	for (int type = 0; type < RECORD_TYPES; type++)
		typed(r, data, len, (enum record_type)type);
	if (rec_encode(r, &again, &again_len) == -1 || again_len != len ||
	    memcmp(again, data, len) != 0)
		abort();
	free(again);
	rec_free(r);
	return (0);
}
