#include "version.h"

#include <sys/utsname.h>

#include <stdio.h>
#include <string.h>

/* podman's word for the machine. */
const char *
version_arch(void)
{
	static const struct {
		const char	*uname;
		const char	*go;
	} map[] = {
		{ "x86_64", "amd64" }, { "aarch64", "arm64" },
		{ "armv7l", "arm" }, { "i686", "386" },
	};
	static struct utsname	 u;

	if (uname(&u) == -1)
		return ("unknown");
	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (strcmp(u.machine, map[i].uname) == 0)
			return (map[i].go);
	return (u.machine);
}

/* As podman's version has it; there is no Go and no build stamp in us. */
json_t *
version_json(void)
{
	char	 os_arch[96];

	snprintf(os_arch, sizeof(os_arch), "linux/%s", version_arch());
	return (json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s}",
	    "APIVersion", BULKHEAD_VERSION, "Version", BULKHEAD_VERSION,
	    "GoVersion", "", "GitCommit", "", "BuiltTime",
	    "Thu Jan  1 00:00:00 1970", "Built", (json_int_t)0, "OsArch",
	    os_arch, "Os", "linux"));
}
