#include "fetch.h"

#include "call.h"

struct rec *
fetch_archive(struct client *c, int fd, const char *format)
{
	union msg	 m = { .archive_open = { .format = "" } };

	SET(m.archive_open.format, format);
	return (call_rec(c, H_FETCH, MSG_archive_open, &m, &fd, 1,
	    RECORD(archive)));
}

int
fetch_blob_begin(struct client *c, uint32_t index, int pipe)
{
	union msg	 m = { .blob_send = { .index = index } };

	return (call_begin(c, H_FETCH, MSG_blob_send, &m, &pipe, 1));
}

int
fetch_blob_end(struct client *c)
{
	return (call_end_void(c, H_FETCH));
}
