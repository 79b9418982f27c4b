#include "subid.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "nitems.h"

#ifdef __GLIBC__
#include <dlfcn.h>
#include <shadow/subid.h>

#define TEXT_(x)	#x
#define TEXT(x)		TEXT_(x)
#define LIBSUBID	"libsubid.so." TEXT(SUBID_ABI_MAJOR)
#endif

/* The databases whose sources matter, and whether one is no local file. */
static struct {
	const char	*db;
	bool		 afar;
} sources[] = { { "passwd:", false }, { "subid:", false } };

#define NSOURCES	NITEMS(sources)

/* One line of nsswitch.conf. */
static void
read_sources(char *line)
{
	static const char	 sep[] = " \t\n";
	char			*word, *save = NULL;
	size_t			 i = 0;

	line[strcspn(line, "#")] = '\0';
	if ((word = strtok_r(line, sep, &save)) == NULL)
		return;
	while (i < NSOURCES && strcmp(word, sources[i].db) != 0)
		i++;
	while (i < NSOURCES && (word = strtok_r(NULL, sep, &save)) != NULL)
		sources[i].afar |= strcmp(word, "files") != 0 &&
		    strcmp(word, "compat") != 0 &&
		    strcmp(word, "systemd") != 0;
}

bool
subid_afar(const char *db)
{
	static bool	 known;
	char		 line[1024];
	FILE		*f;

	if (!known && (f = fopen("/etc/nsswitch.conf", "re")) != NULL) {
		while (fgets(line, sizeof(line), f) != NULL)
			read_sources(line);
		(void)fclose(f);
	}
	known = true;
	for (size_t i = 0; i < NSOURCES; i++)
		if (strcmp(sources[i].db, db) == 0)
			return (sources[i].afar);
	return (false);
}

static void
add(struct ranges *rs, uint64_t start, uint64_t count)
{
	if (rs->n < MAP_LINES)
		rs->r[rs->n++] = (struct range){ start, count };
}

/* Decimal digits and nothing else, as useradd writes them. */
static bool
number(const char *text, uint64_t *out)
{
	char	*end;

	if (text == NULL || text[0] < '0' || text[0] > '9')
		return (false);
	errno = 0;
	*out = strtoull(text, &end, 10);
	return (errno == 0 && *end == '\0');
}

/*
 * The owner of the next line, with its range, or NULL at the end. A line that
 * is not owner:start:count has no owner.
 */
static const char *
next_line(FILE *f, char *line, int size, struct range *r)
{
	char	*rest, *owner;
	bool	 whole = true, began;

	while (fgets(line, size, f) != NULL) {
		began = whole;
		rest = strchr(line, '\n');
		whole = rest != NULL || feof(f);
		if (!began || !whole)
			continue;
		line[strcspn(line, "\n")] = '\0';
		rest = line;
		owner = strsep(&rest, ":");
		if (*owner != '\0' && *owner != '#' &&
		    number(strsep(&rest, ":"), &r->start) &&
		    number(strsep(&rest, ":"), &r->count) && rest == NULL)
			return (owner);
	}
	return (NULL);
}

static bool
is_owner(const char *owner, const char *name, uid_t uid)
{
	char	 id[16];

	if (strcmp(owner, name) == 0)
		return (true);
	if (*owner < '0' || *owner > '9')
		return (false);
	(void)snprintf(id, sizeof(id), "%u", uid);
	return (strcmp(owner, id) == 0);
}

void
subid_read(struct ranges *rs, FILE *f, const char *name, uid_t uid)
{
	char		 line[1024];
	const char	*owner;
	struct range	 r;

	while ((owner = next_line(f, line, sizeof(line), &r)) != NULL)
		if (is_owner(owner, name, uid))
			add(rs, r.start, r.count);
}

/* No sum is made: what other lines say may be past 64 bits. */
static bool
overlap(const struct range *a, const struct range *b)
{
	return (a->start < b->start ? b->start - a->start < a->count :
	    a->start - b->start < b->count);
}

bool
subid_shared(const struct ranges *rs, FILE *f, const char *name, uid_t uid,
    char *other, size_t size)
{
	char		 line[1024];
	const char	*owner;
	struct range	 r;

	while ((owner = next_line(f, line, sizeof(line), &r)) != NULL)
		for (uint64_t i = 0; i < rs->n; i++)
			if (r.count > 0 && overlap(&rs->r[i], &r) &&
			    !is_owner(owner, name, uid)) {
				(void)snprintf(other, size, "%.64s:%llu:%llu",
				    owner, (unsigned long long)r.start,
				    (unsigned long long)r.count);
				return (true);
			}
	return (false);
}

#ifdef __GLIBC__
/* Its complaints would not be one message, so they go nowhere. */
static int
ask_library(struct ranges *rs, enum subid_kind kind, const char *name)
{
	struct subid_range			*found = NULL;
	__typeof__(&subid_init)			 init;
	__typeof__(&subid_get_uid_ranges)	 get;
	void					*lib;
	FILE					*null;
	int					 n;

	if ((lib = dlopen(LIBSUBID, RTLD_NOW | RTLD_LOCAL)) == NULL ||
	    (init = dlsym(lib, "subid_init")) == NULL ||
	    (get = dlsym(lib, kind == SUBID_USERS ? "subid_get_uid_ranges" :
	    "subid_get_gid_ranges")) == NULL)
		return (-1);
	if ((null = fopen("/dev/null", "we")) == NULL ||
	    !init("subids", null))
		return (-1);
	n = get(name, &found);
	for (int i = 0; i < n && found != NULL; i++)
		add(rs, found[i].start, found[i].count);
	free(found);
	(void)fclose(null);
	return (n < 0 ? -1 : 0);
}
#else
/* This is not the program that can: see users_elsewhere. */
static int
ask_library(struct ranges *rs, enum subid_kind kind, const char *name)
{
	(void)rs;
	(void)kind;
	(void)name;
	return (-1);
}
#endif

static FILE *
open_file(enum subid_kind kind)
{
	return (fopen(kind == SUBID_USERS ? "/etc/subuid" : "/etc/subgid",
	    "re"));
}

int
subid_ranges(struct ranges *rs, enum subid_kind kind, const char *name,
    uid_t uid)
{
	FILE	*f;

	rs->n = 0;
	if (subid_afar("subid:"))
		return (ask_library(rs, kind, name));
	if ((f = open_file(kind)) == NULL)
		return (errno == ENOENT ? 0 : -1);
	subid_read(rs, f, name, uid);
	(void)fclose(f);
	return (0);
}

bool
subid_taken(const struct ranges *rs, enum subid_kind kind, const char *name,
    uid_t uid, char *other, size_t size)
{
	FILE	*f = open_file(kind);
	bool	 taken;

	if (f == NULL)
		return (false);
	taken = subid_shared(rs, f, name, uid, other, size);
	(void)fclose(f);
	return (taken);
}
