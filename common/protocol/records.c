#include "records.h"

#include "messages.h"
#include "nitems.h"

#define ROW(text, low, high, kind, list, type)				\
	{ (low), (high), text, sizeof(text) - 1, RECORD_##kind, (list),	\
	    RECORD(type) },
#define ROW_str(text, bound)	ROW(text, 0, bound, TEXT, 0, any)
#define ROW_list(text, bound)	ROW(text, 0, bound, TEXT, 1, any)
#define ROW_id(text, bound)	ROW(text, bound, REC_ID, ID, 0, any)
#define ROW_ids(text, bound)	ROW(text, bound, REC_ID, ID, 1, any)
#define ROW_num(text, bound)	ROW(text, 0, bound, NUM, 0, any)
#define ROW_nums(text, bound)	ROW(text, 0, bound, NUM, 1, any)
#define ROW_int(text, bound)	ROW(text, INT64_MIN, bound, NUM, 0, any)
#define ROW_flag(text, bound)	ROW(text, 0, bound, FLAG, 0, any)
#define ROW_bytes(text, bound)	ROW(text, 0, bound, BYTES, 0, any)
#define ROW_rec(text, type)	ROW(text, 0, 0, NESTED, 0, type)
#define ROW_recs(text, type)	ROW(text, 0, 0, NESTED, 1, type)

#define RULE(kind, name, bound)			ROW_##kind(#name, bound)
#define OWN_RULE(record, kind, name, bound)	ROW_##kind(#name, bound)
#define SPELT_RULE(kind, name, text, bound)	ROW_##kind(text, bound)

/* The last rule of each only makes it one that is not empty. */
#define AS_RULES(record)						\
	static const struct record_rule rules_of_##record[] = {		\
		RECORD_##record(RULE, OWN_RULE, SPELT_RULE) { 0 }	\
	};
RECORDS(AS_RULES)

#define AS_ROWS(record)							\
	{ #record, NITEMS(rules_of_##record) - 1, rules_of_##record },
static const struct {
	const char			*name;
	size_t				 n;
	const struct record_rule	*rules;
} types[] = { RECORDS(AS_ROWS) };

#define NOTHING(...)
#define AS_TEXT(kind, name, text, bound) const char key_text_##name[] = text;
#define AS_TEXTS(record)	RECORD_##record(NOTHING, NOTHING, AS_TEXT)
RECORDS(AS_TEXTS)

const struct record_rule *
record_rules(enum record_type type, size_t *n)
{
	*n = types[type].n;
	return (types[type].rules);
}

const char *
record_name(enum record_type type)
{
	return (types[type].name);
}

enum record_type
record_of_object(uint32_t kind)
{
	static const enum record_type	 objects[] = {
		[OBJ_POD] = RECORD(pod), [OBJ_VOLUME] = RECORD(volume),
		[OBJ_EXEC] = RECORD(session), [OBJ_NETWORK] = RECORD(network),
		[OBJ_SECRET] = RECORD(secret),
	};

	return (kind < NITEMS(objects) ? objects[kind] : RECORD(any));
}
