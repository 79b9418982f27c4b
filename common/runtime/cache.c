#include "cache.h"

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "mac.h"
#include "path.h"

#define KEPT_MAX	32		/* then they are made anew */
#define PLACE_MAX	4096

void
cache_open(struct cache *c, const char *run_dir, bool make)
{
	char	 path[PLACE_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s.key", run_dir) <
	    sizeof(path))
		mac_open(&c->key, path, make);
}

/* Of the bytes, and of where they are kept. */
static void
authenticate(const struct cache *c, const char *kind, const char *name,
    const void *bytes, size_t len, uint8_t *mac)
{
	SHA2_CTX	 h;

	mac_begin(&c->key, &h);
	SHA256Update(&h, (const uint8_t *)kind, strlen(kind) + 1);
	SHA256Update(&h, (const uint8_t *)name, strlen(name) + 1);
	SHA256Update(&h, bytes, len);
	mac_end(&c->key, &h, mac);
}

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
cache_get(const struct cache *c, int run_dir, const char *kind,
    const char *name, size_t max, size_t *len)
{
	scoped_free char	*kept = NULL;
	scoped_fd int		 dir = -1;
	uint8_t			 mac[MAC_LEN];

	if (!c->key.there || (dir = path_open(run_dir, kind,
	    O_PATH | O_DIRECTORY, 0)) == -1 ||
	    (kept = path_slurp(dir, name, max + MAC_LEN, len)) == NULL ||
	    *len < MAC_LEN)
		return (NULL);
	*len -= MAC_LEN;
	authenticate(c, kind, name, kept + MAC_LEN, *len, mac);
	if (!mac_same(kept, mac, MAC_LEN))
		return (NULL);
	memmove(kept, kept + MAC_LEN, *len);
	return (take_ptr(&kept));
}

/* Too many: remove them, they are made again when they are needed. */
static void
make_room(int dir)
{
	DIR		*d = path_open_dir(dir, ".");
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
cache_put(const struct cache *c, int run_dir, const char *kind,
    const char *name, const void *bytes, size_t len)
{
	scoped_free char	*kept = NULL;
	scoped_fd int		 dir = -1;

	if (!c->key.there || (kept = malloc(MAC_LEN + len)) == NULL ||
	    (dir = path_mkdirs(run_dir, kind, 0700)) == -1)
		return;
	authenticate(c, kind, name, bytes, len, (uint8_t *)kept);
	memcpy(kept + MAC_LEN, bytes, len);
	make_room(dir);
	(void)path_replace(dir, name, kept, MAC_LEN + len, 0600, false);
}
