#include <errno.h>

#include "helper.h"
#include "image.h"

int
legacy_read(struct images *is, struct answer *a)
{
	(void)is;
	errno = EINVAL;
	return (answer_text(a, "the archive is of before Docker 1.10; load and "
	    "save it once with a newer tool"));
}
