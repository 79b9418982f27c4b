#include "filters.h"

#include <sys/stat.h>
#include <sys/utsname.h>

#include <dirent.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path.h"
#include "record.h"
#include "scope.h"
#include "sealed.h"
#include "session.h"

#define FILTERS		"filters"
#define KEPT_MAX	32		/* then they are made anew */
#define FILTER_MAX	(1u << 18)	/* bytes; the kernel takes 32 kB */

static void
add_file(SHA2_CTX *c, const struct stat *st)
{
	uint64_t	 n[] = { st->st_dev, st->st_ino, (uint64_t)st->st_size,
			    (uint64_t)st->st_mtim.tv_sec,
			    (uint64_t)st->st_mtim.tv_nsec,
			    (uint64_t)st->st_ctim.tv_sec,
			    (uint64_t)st->st_ctim.tv_nsec };

	SHA256Update(c, (const uint8_t *)n, sizeof(n));
}

int
filters_name(struct session *s, const struct rec *q, char *name)
{
	scoped_free void	*text = NULL;
	const char		*profile = rec_str(q, "profile", "");
	struct utsname		 u;
	struct stat		 st;
	SHA2_CTX		 c;
	size_t			 len;

	if (rec_encode(q, &text, &len) == -1 || uname(&u) == -1 ||
	    fstatat(s->star.libexec_fd, "resolve", &st, 0) == -1)
		return (-1);
	SHA256Init(&c);
	SHA256Update(&c, text, len);
	SHA256Update(&c, (const uint8_t *)u.release, strlen(u.release));
	add_file(&c, &st);
	if (*profile == '/' && rec_bytes(q, "json", &len) == NULL) {
		if (stat(profile, &st) == -1)
			return (-1);
		add_file(&c, &st);
	}
	(void)SHA256End(&c, name);
	return (0);
}

int
filters_find(struct session *s, const char *name)
{
	scoped_free char	*code = NULL;
	scoped_fd int		 dir = path_open(s->run_dir, FILTERS,
				    O_PATH | O_DIRECTORY, 0);
	size_t			 len;

	if (dir == -1 ||
	    (code = path_slurp(dir, name, FILTER_MAX, &len)) == NULL)
		return (-1);
	return (sealed_fd("filter", code, len));
}

/* Too many: whoever needs one of them compiles it once more. */
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
filters_keep(struct session *s, const char *name, int fd)
{
	scoped_fd int	 dir = path_mkdirs(s->run_dir, FILTERS, 0700);
	size_t		 len;
	void		*code;

	if (dir == -1 || (code = sealed_map(fd, FILTER_MAX, &len)) == NULL)
		return;
	make_room(dir);
	(void)path_replace(dir, name, code, len, 0600, false);
	sealed_unmap(code, len);
}
