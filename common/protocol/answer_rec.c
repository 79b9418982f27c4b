/* Apart from helper.c, so that only programs that use it link the codec. */
#include <errno.h>
#include <string.h>

#include "helper.h"
#include "messages.h"
#include "record.h"

int
answer_rec(struct answer *a, const struct rec *r)
{
	return (answer_fd(a, rec_memfd(r, "record")));
}

struct rec *
request_rec(struct packet *p, unsigned int n, unsigned int type,
    struct answer *a)
{
	const char	*key;
	struct rec	*r = rec_from_fd(p->fds[n], type, &key);

	if (key != NULL)
		(void)answer_text(a, "\"%s\" of the %s that came with %s is "
		    "too long or out of range", key, record_name(type),
		    p->info->name);
	else if (r == NULL && errno == EBADMSG)
		(void)answer_text(a, "the %s that came with %s is malformed",
		    record_name(type), p->info->name);
	else if (r == NULL)
		(void)answer_text(a, "the %s that came with %s cannot be read: "
		    "%s", record_name(type), p->info->name, strerror(errno));
	return (r);
}
