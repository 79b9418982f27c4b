/*
 * What containers/storage needs to write the layer again byte for byte: the
 * archive without its files' contents, as vbatts/tar-split has it. A line of
 * JSON for each piece, all of it through gzip.
 */
#ifndef UNPACK_SPLIT_H
#define UNPACK_SPLIT_H

#include <stddef.h>

struct rec;
struct split;
struct tar_entry;
struct why;

#define SPLIT_MAX	(48u << 20)	/* bytes of it that are kept */

struct split	*split_new(struct why *);
void		 split_free(struct split *);
/* Bytes of the archive that are no content: a tar_tap. */
int		 split_tap(void *, const void *, size_t);
/* An entry begins; its contents follow; it ends. 0, or -1 with why set. */
int		 split_entry(struct split *, const struct tar_entry *);
int		 split_data(struct split *, const void *, size_t);
int		 split_entry_end(struct split *);
/* Nothing more comes. 0, or -1 with why set. */
int		 split_finish(struct split *);
/* Add `tar_split` to the record, unless it has become too large. */
void		 split_report(const struct split *, struct rec *);

#endif
