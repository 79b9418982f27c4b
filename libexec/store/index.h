/*
 * images.json and layers.json: arrays of objects with an id. They are only
 * ever replaced whole by rename, so reading needs no lock (DESIGN D6).
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include <sys/types.h>

#include <jansson.h>
#include <stdint.h>

struct answer;

struct index {
	char		 path[64];	/* beneath the graph root */
	json_t		*root;		/* the array, or NULL: not read */
	json_t		**slot;		/* hash of ids */
	size_t		 nslots;
	ino_t		 ino;		/* which file was read */
	int64_t		 mtime_ns;
	off_t		 size;
};

/* Remember which file this is; nothing is read yet. */
void	index_init(struct index *, const char *, const char *, const char *);
/* Forget what was read. */
void	index_clear(struct index *);
/*
 * Read the file if it is not the one that was read last; an absent file is
 * an empty list. 0, or -1 with a sentence that names the file.
 */
int	index_load(struct index *, int, struct answer *);
/* The object with this id, borrowed; NULL when there is none. */
json_t	*index_get(const struct index *, const char *);
/* Write the (changed) array back: synced, by rename. 0, or -1 + sentence. */
int	index_save(struct index *, int, struct answer *);
/* Add an object, which the index then owns too. 0 or -1. */
int	index_add(struct index *, json_t *, struct answer *);
/* Drop the object with this id. */
void	index_drop(struct index *, const char *);

/* A text member, or NULL when absent or not text. */
const char *json_text(const json_t *, const char *);
/*
 * Parse text from an image or the index: at most 64 levels (A09), no
 * duplicate keys (B01). NULL with the reason in the buffer.
 */
json_t	*json_strict(const char *, size_t, char *, size_t);

#endif
