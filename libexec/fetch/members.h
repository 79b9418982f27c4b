/*
 * The members of an image archive, by name. A name from the archive is only
 * looked up in this table, never in a file system.
 */
#ifndef FETCH_MEMBERS_H
#define FETCH_MEMBERS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct answer;
struct archive;

#define MEMBERS_MAX	100000u
#define NAME_LEN_MAX	1024u

struct member {
	char		*name;		/* without "./" and doubled slashes */
	char		*link;		/* target; NULL: a file */
	bool		 hard;		/* a hard link: relative to the root */
	bool		 twice;		/* another one has the same name */
	bool		 readable;	/* a plain file */
	uint64_t	 size;
	uint64_t	 offset;	/* of its content, unpacked */
	size_t		 order;		/* its place in the archive */
};

struct members {
	int		 fd;		/* the archive; owned */
	bool		 plain;		/* not compressed as a whole */
	struct member	*m;		/* sorted by name */
	size_t		 n, room;
	struct archive	*reader;	/* for a compressed archive */
	size_t		 next;		/* the member that it reads next */
};

/* Read the table of an archive. Takes the descriptor. 0 or -1. */
int	members_open(struct members *, int, struct answer *);	/* takes */
void	members_close(struct members *);
/* Is there a member of this name? */
bool	members_have(const struct members *, const char *);
/* Find the file of this name, links followed. NULL with a message. */
const struct member *members_get(const struct members *, const char *,
	    struct answer *);
/*
 * Read bytes of a member from an offset on: their number, 0 at the end, or -1
 * with a message. In a compressed archive, reading backwards starts again.
 */
ssize_t	members_read(struct members *, const struct member *, uint64_t,
	    void *, size_t, struct answer *);
/*
 * All of a small member, with a NUL behind it, which the caller frees. NULL
 * with a message.
 */
char	*members_slurp(struct members *, const char *, size_t *,
	    struct answer *);

/* Parse a small member as JSON (text.h). NULL with a message. */
json_t	*members_json(struct members *, const char *, struct answer *);

#endif
