/*
 * unpack as a layer would have it that has taken it over: it makes a file of
 * its own, and says that the layer hashes to LIE, another one's diff_id.
 * tests/system/55-hostile-images.bats compiles it and puts it in unpack's
 * place.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "helper.h"
#include "nitems.h"
#include "record.h"
#include "userns.h"

static int
on_layer_unpack(void *ctx, struct packet *p, struct answer *a)
{
	static char	 buf[1 << 16];
	struct rec	*r = rec_new();
	int		 fd = openat(p->fds[1], "evil", O_WRONLY | O_CREAT |
			    O_CLOEXEC, 0755);
	int		 rc;

	(void)ctx;
	while (read(p->fds[0], buf, sizeof(buf)) > 0)
		;
	close(fd);
	(void)rec_add(r, KEY(digest), LIE);
	(void)rec_add(r, KEY(diff_id), LIE);
	(void)rec_add_num(r, KEY(size), 10240);
	(void)rec_add_num(r, KEY(compressed_size), 10240);
	rc = answer_rec(a, r);
	rec_free(r);
	return (rc);
}

static const struct handler handlers[] = {
	/* message		states	handler */
	{ MSG_userns_make,	1,	userns_on_make },
	{ MSG_userns_ready,	1,	userns_on_ready },
	{ MSG_userns_join,	1,	userns_on_join },
	{ MSG_layer_unpack,	1,	on_layer_unpack },
};

int
main(int argc, char **argv)
{
	struct helper	 h = { .name = "unpack", .self = R_UNPACK };
	unsigned int	 state = 1;

	helper_args(&h, argc, argv);
	helper_socket(&h);
	return (helper_serve(&h, handlers,
	    NITEMS(handlers), &state, NULL));
}
