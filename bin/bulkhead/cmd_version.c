/*
 * bulkhead version
 */
#include <sys/utsname.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "format.h"
#include "record.h"
#include "say.h"
#include "table.h"
#include "version.h"

static const struct tmpl_about	about = { "version", "*define.Version", NULL,
				    false, false };

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

static int
formatted(const char *text)
{
	struct format	 f;
	json_t		*v = json_pack("{s:o}", "Client", version_json());
	int		 r;

	if (v == NULL || format_open(&f, &about, text) == -1) {
		json_decref(v);
		return (EXIT_ENGINE);
	}
	if (f.kind == FORMAT_JSON) {
		char	*s = tmpl_json(v);

		puts(s == NULL ? "" : s);
		free(s);
		json_decref(v);
		return (0);
	}
	/* podman takes the client's fields as .Server's and bare, too. */
	json_object_update_missing(v, json_object_get(v, "Client"));
	json_object_set(v, "Server", json_object_get(v, "Client"));
	r = format_row(&f, v, 0);
	return (format_close(&f, 0) == -1 || r == -1 ? EXIT_ENGINE : 0);
}

int
cmd_version(struct globals *g, int argc, char **argv)
{
	const char	*text = opt_str(g->opts, "format", NULL);

	(void)argc;
	(void)argv;
	if (text != NULL)
		return (formatted(text));
	printf("Client:       Bulkhead Engine\n"
	    "Version:      %s\nAPI Version:  %s\nOS/Arch:      linux/%s\n",
	    BULKHEAD_VERSION, BULKHEAD_VERSION, version_arch());
	return (0);
}
