/*
 * Any bytes as a compressed layer: an error with a message, or all that was
 * in it.
 */
#include <sys/mman.h>

#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "why.h"
#include "../../libexec/inflate/stream.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* A file takes any number of bytes where a pipe would need a reader. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int		 in = memfd_create("in", MFD_CLOEXEC);
	int		 out = memfd_create("out", MFD_CLOEXEC);
	struct stream	 s = { .in = { in, -1, 1000 }, .out = { out, -1, 1000 },
			    .max_ratio = 100, .ratio_from = 1 << 20 };
	struct why	 w = { 0 };
	int		 kind;

	if (in == -1 || out == -1 ||
	    pwrite(in, data, len, 0) != (ssize_t)len)
		err(1, "memfd");
	kind = stream_inflate(&s, &w);
	if (kind > 4 || (kind == -1) != (w.error != 0))
		abort();
	if (kind == 0 && lseek(out, 0, SEEK_END) != (off_t)len)
		abort();
	close(in);
	close(out);
	return (0);
}
