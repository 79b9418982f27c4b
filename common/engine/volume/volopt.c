#include "volopt.h"

#include <stdbool.h>
#include <string.h>

#include "cleanup.h"
#include "nitems.h"
#include "parse.h"
#include "record.h"

struct options {
	const char	*type;
	const char	*device;
	const char	*o;
	bool		 bind;		/* one of o's words */
	const char	*unknown;	/* NULL, or another of them */
};

/* The options of a bind mount that need no privilege; the first two make it. */
static const char *const	 words[] = {
	"bind", "rbind", "ro", "rw", "nosuid", "suid", "nodev", "dev",
	"noexec", "exec", "private", "rprivate", "slave", "rslave", "shared",
	"rshared",
};

/* The words of o, which is cut up, as `device_opt`. */
static void
read_words(struct options *have, char *o, struct rec *out)
{
	char	*word;
	size_t	 i;

	while ((word = strsep(&o, ",")) != NULL) {
		if (*word == '\0')
			continue;
		for (i = 0; i < NITEMS(words) && strcmp(word, words[i]) != 0;
		    i++)
			;
		if (i == NITEMS(words) && have->unknown == NULL)
			have->unknown = word;
		have->bind = have->bind || i == 0 || i == 1;
		(void)rec_add(out, KEY(device_opt), word);
	}
}

static int
read_one(struct options *have, const char *text, struct parse_err *e)
{
	static const char	 names[][8] = { "type", "device", "o" };
	const char		*eq = strchr(text, '=');
	const char		**to[] = { &have->type, &have->device,
				    &have->o };
	size_t			 n = eq == NULL ? 0 : (size_t)(eq - text);

	for (size_t i = 0; i < NITEMS(names); i++)
		if (strlen(names[i]) == n && memcmp(names[i], text, n) == 0) {
			*to[i] = eq + 1;
			return (0);
		}
	return (parse_fail(e, "invalid mount option %.*s for driver 'local': "
	    "invalid argument", (int)strcspn(text, "="), text));
}

/*
 * Refuse a type that has to be mounted once for all containers that use the
 * volume: only a bind mount can be made for each of them.
 */
static int
check_type(const struct options *have, struct parse_err *e)
{
	const char	*type = have->type == NULL ? "" : have->type;

	if (strcmp(type, "tmpfs") == 0)
		return (parse_fail_code(e, ERR_NOT_IMPLEMENTED, "volumes of "
		    "type tmpfs are not supported by bulkhead yet: give each "
		    "container --tmpfs"));
	if (*type != '\0' && strcmp(type, "none") != 0 &&
	    strcmp(type, "bind") != 0)
		return (parse_fail(e, "mounting a volume of type %s takes a "
		    "privilege that bulkhead does not have: mount it, and "
		    "give --opt type=none --opt o=bind --opt device="
		    "DIRECTORY", type));
	if (have->device == NULL && (have->bind || *type != '\0'))
		return (parse_fail(e, "a volume of type bind needs --opt "
		    "device=DIRECTORY: invalid argument"));
	if (have->device != NULL && !have->bind &&
	    strcmp(type, "bind") != 0)
		return (parse_fail(e, "mounting the device %s takes a "
		    "privilege that bulkhead does not have: if it is a "
		    "directory, give --opt o=bind", have->device));
	if (have->device != NULL && *have->device != '/')
		return (parse_fail(e, "the device of a volume, %s, must be an "
		    "absolute path", have->device));
	return (0);
}

int
volopt_take(const struct rec *opts, struct rec *out, struct parse_err *e)
{
	struct options		 have = { 0 };
	scoped_free char	*o = NULL;
	const char		*text;

	rec_each_text(text, opts, KEY(opt)) {
		if (read_one(&have, text, e) == -1)
			return (-1);
		(void)rec_add(out, KEY(option), text);
	}
	if (have.o != NULL && (o = strdup(have.o)) == NULL)
		return (parse_fail(e, "%m"));
	read_words(&have, o, out);
	if (check_type(&have, e) == -1)
		return (-1);
	if (have.unknown != NULL)
		return (parse_fail_code(e, ERR_NOT_IMPLEMENTED, "the option "
		    "\"%s\" of a volume is not supported by bulkhead yet",
		    have.unknown));
	if (have.device != NULL)
		(void)rec_add(out, KEY(device), have.device);
	else
		rec_del(out, KEY(device_opt));
	return (0);
}
