/* Apart from helper.c, so that only programs that use it link the codec. */
#include "helper.h"
#include "record.h"

int
answer_rec(struct answer *a, const struct rec *r)
{
	return (answer_fd(a, rec_memfd(r, "record")));
}
