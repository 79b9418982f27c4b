/*
 * The cgroups of pods.
 */
#include "cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "place.h"
#include "session.h"
#include "unit.h"

/* podman's names. */
int
cgroup_pod_make(struct session *s, const char *id, char *path, size_t len)
{
	char	 unit[160], group[1024];

	if (!place_by_systemd(s)) {
		(void)snprintf(path, len, "/%s/" CGROUP_POD "%s",
		    s->system ? "bulkhead" : "libpod_parent", id);
		return (0);
	}
	unit_name_slice(unit, sizeof(unit), id);
	(void)snprintf(path, len, "user.slice/%s", unit);
	return (unit_slice(s, unit, group, sizeof(group)));
}

int
cgroup_pod_remove(struct session *s, const char *path)
{
	const char	*unit = strrchr(path, '/');
	size_t		 n = strlen(path);
	char		 full[4096];

	/* Where the helper was not started before, it is too late now. */
	if (n > 6 && strcmp(path + n - 6, ".slice") == 0)
		return (!client_has(&s->client, H_SYSTEMD) ? 0 :
		    unit_stop(s, unit == NULL ? path : unit + 1));
	/* Beneath ours: a directory only if one of its containers needed it. */
	if (s->system && place_hierarchy() != NULL && snprintf(full,
	    sizeof(full), "%s%s", place_hierarchy(), path) <
	    (int)sizeof(full))
		(void)unlinkat(AT_FDCWD, full, AT_REMOVEDIR);
	return (0);
}
