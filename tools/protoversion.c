/*
 * protoversion: the version of what each program is asked, at build time, from
 * the declarations of messages.h and records.h. Two programs that were built
 * from different declarations have different versions (but for one case in
 * 65,536), and no number has to be raised by hand. Prints a header.
 *
 *	protoversion [SALT [SALT]]	for tests: as if all messages had
 *				changed, or as if records had
 */
#include <stdint.h>
#include <stdio.h>

#include "messages.h"
#include "records.h"

#define STRING(x)	#x
#define TEXT(x)		STRING(x)

/* One field, or one key; then one message, or one record. */
#define FIELD(kind, name, bound)	#kind " " #name " " TEXT(bound) ","
#define OTHER_KEY(record, kind, name, bound)				\
					#kind " " #name " " TEXT(bound) ","
#define SPELT_KEY(kind, name, text, bound)				\
					#kind " " text " " TEXT(bound) ","
#define AS_TEXT(id, no, from, to, wait)					\
	{ #id " " TEXT(no) ":" FIELDS_##id(FIELD), (from), (to) },
#define AS_KEYS_TEXT(record)						\
	#record ":" RECORD_##record(FIELD, OTHER_KEY, SPELT_KEY) ";"

static const struct {
	const char	*text;
	unsigned int	 from, to;
} messages[] = { PROTO(AS_TEXT) };

static const char	 records[] = RECORDS(AS_KEYS_TEXT);

/*
 * A monitor and a refresh may be asked by a front end that was installed after
 * they were started. They are sent no record, so that theirs change less often.
 */
#define NO_RECORDS	(R_MONITOR | R_REFRESH)

/* FNV-1a. */
static uint32_t
mix(uint32_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return (hash);
}

/* A reply may come from each role, and is a part of each version. */
static unsigned int
version(unsigned int role, const char *salt, const char *record_salt)
{
	uint32_t	 hash = mix(2166136261u, salt);

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if ((messages[i].from | messages[i].to) & role)
			hash = mix(hash, messages[i].text);
	if ((role & NO_RECORDS) == 0)
		hash = mix(mix(hash, record_salt), records);
	return ((hash >> 16 ^ hash) & 0xffff);
}

int
main(int argc, char **argv)
{
	printf("/* Made by protoversion: of each role, by its bit. */\n");
	for (unsigned int role = 1; (role & R_ALL) != 0; role <<= 1)
		printf("%#06x,\n", version(role, argc > 1 ? argv[1] : "",
		    argc > 2 ? argv[2] : ""));
	return (fflush(stdout) == EOF);
}
