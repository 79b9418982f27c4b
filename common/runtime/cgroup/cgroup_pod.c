#include "cgroup_pod.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cgroup.h"
#include "cgroup_path.h"
#include "cgroup_systemd.h"
#include "layout.h"
#include "run_env.h"

/* podman's names. */
int
cgroup_pod_make(const struct run_env *rt, const char *id, char *path, size_t
    len)
{
	char	 unit[160], group[1024];

	if (!cgroup_by_systemd(rt)) {
		(void)snprintf(path, len, "/%s/" LAYOUT_CGROUP_POD "%s",
		    rt->system ? LAYOUT_CGROUP : "libpod_parent", id);
		return (0);
	}
	cgroup_systemd_slice_name(unit, sizeof(unit), id);
	(void)snprintf(path, len, "user.slice/%s", unit);
	return (cgroup_systemd_slice(rt, unit, group));
}

int
cgroup_pod_remove(const struct run_env *rt, const char *path)
{
	const char	*unit = strrchr(path, '/');
	size_t		 n = strlen(path);
	char		 full[4096];

	/* Where the helper was not started before, it is too late now. */
	if (n > 6 && strcmp(path + n - 6, ".slice") == 0)
		return (!client_has(rt->client, H_SYSTEMD) ? 0 :
		    cgroup_systemd_stop(rt, unit == NULL ? path : unit + 1));
	/* Beneath ours: a directory only if one of its containers needed it. */
	if (rt->system && cgroup_hierarchy() != NULL && snprintf(full,
	    sizeof(full), "%s%s", cgroup_hierarchy(), path) <
	    (int)sizeof(full))
		(void)unlinkat(AT_FDCWD, full, AT_REMOVEDIR);
	return (0);
}
