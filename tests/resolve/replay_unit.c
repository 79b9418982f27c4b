/* Every file of tests/corpus/resolve through the fuzz target, without one. */
#include <dirent.h>
#include <err.h>
#include <limits.h>
#include <stdio.h>

#include "harness.h"

#include "../fuzz/resolve_fuzz.c"

#define CORPUS	"tests/corpus/resolve"

int
main(void)
{
	static uint8_t	 buf[1 << 20];
	char		 path[PATH_MAX];
	struct dirent	*e;
	unsigned int	 n = 0;
	FILE		*f;
	DIR		*d = opendir(CORPUS);

	if (d == NULL)
		err(1, "%s", CORPUS);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", CORPUS, e->d_name);
		if ((f = fopen(path, "re")) == NULL)
			err(1, "%s", path);
		(void)LLVMFuzzerTestOneInput(buf, fread(buf, 1, sizeof(buf),
		    f));
		(void)fclose(f);
		n++;
	}
	(void)closedir(d);
	printf("# %u files\n", n);
	CHECK(n > 0);
	return (finish());
}
