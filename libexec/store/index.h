/*
 * images.json and layers.json: arrays of objects with an id. They are only
 * replaced as a whole, by rename, so reading needs no lock.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include <sys/types.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define INDEX_MAX	(32u << 20)	/* about 15,000 images */

struct answer;

/*
 * A large file is first only cut into entries, which is fast, and an entry is
 * parsed when it is asked for; index_read parses all of them.
 */
struct item {
	const char	*at;		/* its text, within the file's */
	size_t		 len;
	const char	*id;		/* 64 digits, not ended by a NUL */
	json_t		*o;		/* parsed, or NULL */
};

struct index {
	char		 path[80];	/* beneath the root it was read from */
	char		*text;
	struct item	*item;
	size_t		 nitems;
	uint32_t	*slot;		/* hash of ids: 1 + index of the item */
	size_t		 nslots;
	json_t		*root;		/* the whole array, once it was asked */
	ino_t		 ino;		/* which file was read */
	int64_t		 mtime_ns;
	off_t		 size;
	bool		 loaded;
};

/* Set which file this is. Nothing is read. */
void	index_init(struct index *, const char *, const char *, const char *);
/* Set that it is what another one was before its last change. */
void	index_init_former(struct index *, const struct index *);
/* Forget what was read. */
void	index_clear(struct index *);
/*
 * Read the file if it is not the one that was read last; an absent file is
 * an empty list. 0, or -1 with an error that names the file.
 */
int	index_load(struct index *, int, struct answer *);
/* The same, and parse every entry: `root` is for walking then. */
int	index_read(struct index *, int, struct answer *);
/* Parse every entry of what was loaded. 0, or -1 with an error. */
int	index_parse(struct index *, struct answer *);
/* Parse one entry, borrowed; NULL when its text is damaged. */
json_t	*index_item(struct index *, size_t);
/* The object with this id, borrowed; NULL when there is none (or damaged). */
json_t	*index_get(struct index *, const char *);
/*
 * Write the (changed) array back: synced, by rename, after the text has been
 * compared with what is in memory. The file as it was stays beside it as
 * FILE.previous. Nothing is loaded afterwards. 0, or -1 + error.
 */
int	index_save(struct index *, int, struct answer *);
/* Of one that index_read has read: add an object (it is shared). 0 or -1. */
int	index_add(struct index *, json_t *, struct answer *);
/* Of such a one: drop the object with this id. 0, or -1 + error. */
int	index_drop(struct index *, const char *, struct answer *);

/* A text member, or NULL when absent or not text. */
const char *json_text(const json_t *, const char *);
/*
 * Parse JSON from an image or the index: at most 64 levels, no repeated keys.
 * NULL with a message in the buffer.
 */
json_t	*json_strict(const char *, size_t, char *, size_t);
/*
 * The text of a value, for the caller to free. jansson's dump leaves out
 * members without an error when an allocation in it fails, so the text is
 * parsed again and compared. NULL: out of memory.
 */
char	*json_dump_checked(const json_t *);

#endif
