#include "cache.h"

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdint.h>
#include <unistd.h>

#include "path.h"
#include "scope.h"

#define KEPT_MAX	32		/* then they are made anew */

void
cache_add_file(SHA2_CTX *c, const struct stat *st)
{
	uint64_t	 n[] = { st->st_dev, st->st_ino, (uint64_t)st->st_size,
			    (uint64_t)st->st_mtim.tv_sec,
			    (uint64_t)st->st_mtim.tv_nsec,
			    (uint64_t)st->st_ctim.tv_sec,
			    (uint64_t)st->st_ctim.tv_nsec };

	SHA256Update(c, (const uint8_t *)n, sizeof(n));
}

char *
cache_get(int run_dir, const char *kind, const char *name, size_t max,
    size_t *len)
{
	scoped_fd int	 dir = path_open(run_dir, kind,
			    O_PATH | O_DIRECTORY, 0);

	return (dir == -1 ? NULL : path_slurp(dir, name, max, len));
}

/* Too many: whoever needs one of them makes it once more. */
static void
make_room(int dir)
{
	int		 fd = openat(dir, ".", O_RDONLY | O_DIRECTORY |
			    O_CLOEXEC);
	DIR		*d = fd == -1 ? NULL : fdopendir(fd);
	struct dirent	*e;
	size_t		 n = 0;

	if (d == NULL)
		return;
	while (readdir(d) != NULL)
		n++;
	rewinddir(d);
	while (n > KEPT_MAX && (e = readdir(d)) != NULL)
		if (path_is_name(e->d_name))
			(void)unlinkat(dir, e->d_name, 0);
	closedir(d);
}

void
cache_put(int run_dir, const char *kind, const char *name, const void *bytes,
    size_t len)
{
	scoped_fd int	 dir = path_mkdirs(run_dir, kind, 0700);

	if (dir == -1)
		return;
	make_room(dir);
	(void)path_replace(dir, name, bytes, len, 0600, false);
}
