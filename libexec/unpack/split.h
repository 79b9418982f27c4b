/*
 * Data for containers/storage to restore the layer byte for byte: the archive
 * without the contents of files, in the format of vbatts/tar-split. A line of
 * JSON for each piece, compressed by gzip.
 */
#ifndef UNPACK_SPLIT_H
#define UNPACK_SPLIT_H

#include <stddef.h>

struct rec;
struct split;
struct tar_entry;
struct why;

#define SPLIT_MAX	(48u << 20)	/* limit of its size */

struct split	*split_new(struct why *);
void		 split_free(struct split *);
/* Bytes of the archive that are not contents of files: a tar_tap. */
int		 split_tap(void *, const void *, size_t);
/* An entry begins; has contents; ends. 0, or -1 with why set. */
int		 split_entry(struct split *, const struct tar_entry *);
int		 split_data(struct split *, const void *, size_t);
int		 split_entry_end(struct split *);
/* The archive ends. 0, or -1 with why set. */
int		 split_finish(struct split *);
/* Add `tar_split` to the record, unless it has become too large. */
void		 split_report(const struct split *, struct rec *);

#endif
