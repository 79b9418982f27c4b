/* Indexes that were lost beside the directories that they listed. */
#ifndef STORE_MEND_H
#define STORE_MEND_H

struct store;

/*
 * If an index is missing or empty and the directories of its images or layers
 * are there, write it anew, and log what it has now, or why it is not written.
 */
void	mend_indexes(struct store *);

#endif
