/*
 * Every file of tests/corpus through the target that it was found for,
 * without a fuzzer. What a target dislikes ends the test by abort().
 */
#include <dirent.h>
#include <err.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define LLVMFuzzerTestOneInput	fuzz_proto
#include "proto_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput	fuzz_record
#include "record_fuzz.c"
#undef LLVMFuzzerTestOneInput

static void
replay(const char *name, int (*target)(const uint8_t *, size_t))
{
	static uint8_t	 buf[1 << 20];
	char		 path[PATH_MAX];
	struct dirent	*e;
	unsigned int	 n = 0;
	FILE		*f;
	DIR		*d;

	(void)snprintf(path, sizeof(path), "tests/corpus/%s", name);
	if ((d = opendir(path)) == NULL)
		err(1, "%s", path);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "tests/corpus/%s/%s", name,
		    e->d_name);
		if ((f = fopen(path, "re")) == NULL)
			err(1, "%s", path);
		(void)target(buf, fread(buf, 1, sizeof(buf), f));
		(void)fclose(f);
		n++;
	}
	closedir(d);
	printf("# %s: %u files\n", name, n);
	check(n > 0, name, __LINE__);
}

int
main(void)
{
	replay("proto", fuzz_proto);
	replay("record", fuzz_record);
	return (finish());
}
