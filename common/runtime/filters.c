#include "filters.h"

#include <sys/stat.h>
#include <sys/utsname.h>

#include <fcntl.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache.h"
#include "cleanup.h"
#include "record.h"
#include "sealed.h"
#include "run_env.h"

#define FILTERS		"filters"
#define FILTER_MAX	(1u << 18)	/* bytes; the kernel takes 32 kB */

int
filters_name(const struct run_env *rt, const struct rec *q, char *name)
{
	scoped_free void	*text = NULL;
	const char		*profile = rec_str(q, KEY(profile), "");
	struct utsname		 u;
	struct stat		 st;
	SHA2_CTX		 c;
	size_t			 len;

	if (rec_encode(q, &text, &len) == -1 || uname(&u) == -1 ||
	    fstatat(rt->client->libexec_fd, "resolve", &st, 0) == -1)
		return (-1);
	SHA256Init(&c);
	SHA256Update(&c, text, len);
	SHA256Update(&c, (const uint8_t *)u.release, strlen(u.release));
	cache_add_file(&c, &st);
	if (*profile == '/' && rec_bytes(q, KEY_IN(question, json),
	    &len) == NULL) {
		if (stat(profile, &st) == -1)
			return (-1);
		cache_add_file(&c, &st);
	}
	(void)SHA256End(&c, name);
	return (0);
}

int
filters_find(const struct run_env *rt, const char *name)
{
	size_t			 len;
	scoped_free char	*code = cache_get(rt->cache, rt->run_dir,
				    FILTERS, name, FILTER_MAX, &len);

	return (code == NULL ? -1 : sealed_fd("filter", code, len));
}

void
filters_keep(const struct run_env *rt, const char *name, int fd)
{
	size_t	 len;
	void	*code = sealed_map(fd, FILTER_MAX, &len);

	if (code == NULL)
		return;
	cache_put(rt->cache, rt->run_dir, FILTERS, name, code, len);
	sealed_unmap(code, len);
}
