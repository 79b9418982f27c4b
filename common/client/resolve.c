#include "resolve.h"

#include "call.h"
#include "cleanup.h"

int
resolve_give_begin(struct client *c, uint32_t index, int fd)
{
	union msg	 m = { .config_give = { .index = index } };

	return (call_async(c, H_RESOLVE, MSG_config_give, &m, &fd, 1));
}

/* Begin a call with a record. */
static int
begin(struct client *c, enum msg_type type, const union msg *m,
    const struct rec *question)
{
	scoped_fd int	 fd = call_memfd(c, question, H_RESOLVE);

	return (fd == -1 ? -1 : call_begin(c, H_RESOLVE, type, m, &fd, 1));
}

int
resolve_config_begin(struct client *c, const struct rec *question,
    unsigned int flags)
{
	union msg	 m = { .config_resolve = { .flags = flags } };

	return (begin(c, MSG_config_resolve, &m, question));
}

int
resolve_config_end(struct client *c)
{
	return (call_end_fd(c, H_RESOLVE));
}

struct rec *
resolve_seen(struct client *c)
{
	return (call_rec(c, H_RESOLVE, MSG_config_seen, NULL, NULL, 0,
	    RECORD(seen)));
}

struct rec *
resolve_check(struct client *c, const struct rec *question)
{
	return (begin(c, MSG_config_check, NULL, question) == -1 ? NULL :
	    call_end_rec(c, H_RESOLVE, RECORD(findings)));
}

int
resolve_filter_begin(struct client *c, const struct rec *question)
{
	return (begin(c, MSG_seccomp_compile, NULL, question));
}

int
resolve_filter_end(struct client *c)
{
	return (call_end_fd(c, H_RESOLVE));
}
