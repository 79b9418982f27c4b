/*
 * inflate: decompresses one layer, from one pipe into the next.
 *
 * Trusts: the front end for the pipes; not the bytes in them.
 * Holds:  two pipes. No paths, no network, no children, no privilege.
 * Dies:   when its channel closes, also in the middle of a layer.
 *
 * A layer may take it over: then it can write other bytes, which digest hashes
 * behind it, or none, which ends at a deadline.
 */
#include <errno.h>

#include "cleanup.h"
#include "flow.h"
#include "helper.h"
#include "inflate.policy.h"
#include "nitems.h"
#include "stream.h"
#include "why.h"

enum { READY = 1, DONE = 2 };

struct inflate {
	struct helper	 helper;
	unsigned int	 state;
};

static int
on_stream_inflate(void *ctx, struct packet *p, struct answer *a)
{
	struct inflate	*i = ctx;
	scoped_fd int	 from = packet_take_fd(p, 0);
	scoped_fd int	 to = packet_take_fd(p, 1);
	uint64_t	 ratio = p->body.stream_inflate.max_ratio;
	struct stream	 s = {
		.in = { from, i->helper.chan.fd, FLOW_READ_MS },
		.out = { to, i->helper.chan.fd, FLOW_WRITE_MS },
		.max_ratio = ratio != 0 ? ratio : STREAM_RATIO,
		.ratio_from = STREAM_RATIO_FROM,
	};
	struct why	 w = { 0 };
	int		 kind;

	if (flow_check_in(from) == -1 || flow_check_out(to) == -1)
		return (answer_text(a, "the layer does not come through a "
		    "pipe"));
	i->state = DONE;
	if ((kind = stream_inflate(&s, &w)) == -1) {
		errno = w.error;
		return (answer_text(a, "%s", w.text));
	}
	a->value = (uint64_t)kind;
	return (0);
}

static const struct handler handlers[] = {
	/* message		states		handler */
	{ MSG_stream_inflate,	READY,		on_stream_inflate },
};

int
main(int argc, char **argv)
{
	struct inflate	 i = { .helper = { .name = "inflate",
			    .self = R_INFLATE, .policy = &inflate_policy },
			    .state = READY };

	helper_args(&i.helper, argc, argv);
	helper_socket(&i.helper);
	helper_drop(&i.helper);
	helper_sandbox(&i.helper, NULL, 0);
	return (helper_serve(&i.helper, handlers,
	    NITEMS(handlers), &i.state, &i));
}
