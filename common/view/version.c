#include "version.h"

#include <stdio.h>

#include "parse.h"

/* As podman's version has it; there is no Go and no build stamp in us. */
json_t *
version_json(void)
{
	char	 os_arch[96];

	snprintf(os_arch, sizeof(os_arch), "linux/%s", parse_machine());
	return (json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s}",
	    "APIVersion", BULKHEAD_VERSION, "Version", BULKHEAD_VERSION,
	    "GoVersion", "", "GitCommit", "", "BuiltTime",
	    "Thu Jan  1 00:00:00 1970", "Built", (json_int_t)0, "OsArch",
	    os_arch, "Os", "linux"));
}
