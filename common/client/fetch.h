/*
 * Requests to fetch: archives of images.
 */
#ifndef CLIENT_FETCH_H
#define CLIENT_FETCH_H

#include <stdint.h>

struct client;
struct rec;

/*
 * Read an archive, a regular file (format: auto, docker, oci, tar): a record,
 * see fetch(8), that the caller frees; NULL with the client's error set.
 */
struct rec *fetch_archive(struct client *, int fd, const char *format);
/* Write one of its blobs into a pipe. 0, or -1 with the error set. */
int	fetch_blob_begin(struct client *, uint32_t index, int pipe);
int	fetch_blob_end(struct client *);

#endif
