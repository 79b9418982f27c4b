#include "cache.h"

#include <sys/stat.h>

#include <sys/random.h>

#include <dirent.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path.h"
#include "scope.h"

#define KEPT_MAX	32		/* then they are made anew */
#define PLACE_MAX	4096
#define MAC_LEN		SHA256_DIGEST_LENGTH

/* --- the key --- */

/* Ours, and closed to everybody else. */
static bool
read_key(struct cache *c, const char *path)
{
	scoped_fd int	 fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
			    O_CLOEXEC);
	struct stat	 st;

	return (fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & 077) == 0 &&
	    st.st_size == CACHE_KEY &&
	    read(fd, c->key, CACHE_KEY) == CACHE_KEY);
}

/* Whole under its name or not at all; whoever is first has made it. */
static void
make_key(const char *path)
{
	scoped_fd int	 fd = -1;
	uint8_t		 key[CACHE_KEY];
	char		 tmp[PLACE_MAX + 32];

	(void)snprintf(tmp, sizeof(tmp), "%s.%ld", path, (long)getpid());
	(void)unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd == -1)
		return;
	if (getrandom(key, sizeof(key), 0) == sizeof(key) &&
	    write(fd, key, sizeof(key)) == sizeof(key))
		(void)link(tmp, path);
	(void)unlink(tmp);
	explicit_bzero(key, sizeof(key));
}

void
cache_open(struct cache *c, const char *run_dir, bool make)
{
	char	 path[PLACE_MAX];

	if (c->keyed || (size_t)snprintf(path, sizeof(path), "%s.key",
	    run_dir) >= sizeof(path))
		return;
	c->keyed = read_key(c, path);
	if (c->keyed || !make)
		return;
	make_key(path);
	c->keyed = read_key(c, path);
}

static void
keyed_hash(const struct cache *c, uint8_t pad, SHA2_CTX *h)
{
	uint8_t	 block[SHA256_BLOCK_LENGTH] = { 0 };

	memcpy(block, c->key, CACHE_KEY);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= pad;
	SHA256Init(h);
	SHA256Update(h, block, sizeof(block));
}

/* HMAC (RFC 2104) of the bytes, and of where they are kept. */
static void
authenticate(const struct cache *c, const char *kind, const char *name,
    const void *bytes, size_t len, uint8_t *mac)
{
	SHA2_CTX	 h;

	keyed_hash(c, 0x36, &h);
	SHA256Update(&h, (const uint8_t *)kind, strlen(kind) + 1);
	SHA256Update(&h, (const uint8_t *)name, strlen(name) + 1);
	SHA256Update(&h, bytes, len);
	SHA256Final(mac, &h);
	keyed_hash(c, 0x5c, &h);
	SHA256Update(&h, mac, MAC_LEN);
	SHA256Final(mac, &h);
}

static bool
same_mac(const uint8_t *a, const uint8_t *b)
{
	uint8_t	 differ = 0;

	for (size_t i = 0; i < MAC_LEN; i++)
		differ |= a[i] ^ b[i];
	return (differ == 0);
}

/* --- what is kept --- */

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

	if (!c->keyed || (dir = path_open(run_dir, kind,
	    O_PATH | O_DIRECTORY, 0)) == -1 ||
	    (kept = path_slurp(dir, name, max + MAC_LEN, len)) == NULL ||
	    *len < MAC_LEN)
		return (NULL);
	*len -= MAC_LEN;
	authenticate(c, kind, name, kept + MAC_LEN, *len, mac);
	if (!same_mac((const uint8_t *)kept, mac))
		return (NULL);
	memmove(kept, kept + MAC_LEN, *len);
	return (take_ptr(&kept));
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
cache_put(const struct cache *c, int run_dir, const char *kind,
    const char *name, const void *bytes, size_t len)
{
	scoped_free char	*kept = NULL;
	scoped_fd int		 dir = -1;

	if (!c->keyed || (kept = malloc(MAC_LEN + len)) == NULL ||
	    (dir = path_mkdirs(run_dir, kind, 0700)) == -1)
		return;
	authenticate(c, kind, name, bytes, len, (uint8_t *)kept);
	memcpy(kept + MAC_LEN, bytes, len);
	make_room(dir);
	(void)path_replace(dir, name, kept, MAC_LEN + len, 0600, false);
}
