#include "cache.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "path.h"
#include "random.h"
#include "record.h"

#define KEPT_MAX	32		/* then they are made anew */
#define PATH_LEN	4096

static bool
read_key(struct mac_key *k, const char *path)
{
	scoped_fd int	 fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
			    O_CLOEXEC);
	struct stat	 st;

	return (fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & 077) == 0 &&
	    st.st_size == MAC_KEY &&
	    read(fd, k->bytes, MAC_KEY) == MAC_KEY);
}

/* Whole under its name or not at all; of several makers the first counts. */
static void
make_key(const char *path)
{
	scoped_fd int	 fd = -1;
	uint8_t		 key[MAC_KEY];
	char		 tmp[PATH_LEN + 32];

	(void)snprintf(tmp, sizeof(tmp), "%s.%ld", path, (long)getpid());
	(void)unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd == -1)
		return;
	/* Where there is one meanwhile, that is read. */
	if (random_bytes(key, sizeof(key)) == -1 ||
	    write(fd, key, sizeof(key)) != sizeof(key) ||
	    fdatasync(fd) == -1 || link(tmp, path) == -1)
		explicit_bzero(key, sizeof(key));
	(void)unlink(tmp);
	explicit_bzero(key, sizeof(key));
}

void
mac_open(struct mac_key *k, const char *path, bool make)
{
	if (k->there)
		return;
	k->there = read_key(k, path);
	if (k->there || !make)
		return;
	make_key(path);
	k->there = read_key(k, path);
}

void
mac_forget(struct mac_key *k)
{
	explicit_bzero(k, sizeof(*k));
}

static void
padded(const struct mac_key *k, uint8_t pad, SHA2_CTX *h)
{
	uint8_t	 block[SHA256_BLOCK_LENGTH] = { 0 };

	memcpy(block, k->bytes, MAC_KEY);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= pad;
	SHA256Init(h);
	SHA256Update(h, block, sizeof(block));
	explicit_bzero(block, sizeof(block));
}

/* Of bytes; with a kind, also of it and of the name that they are kept by. */
static void
authenticate(const struct mac_key *k, const char *kind, const char *name,
    const void *bytes, size_t len, uint8_t *mac)
{
	SHA2_CTX	 h;

	padded(k, 0x36, &h);
	if (kind != NULL) {
		SHA256Update(&h, (const uint8_t *)kind, strlen(kind) + 1);
		SHA256Update(&h, (const uint8_t *)name, strlen(name) + 1);
	}
	SHA256Update(&h, bytes, len);
	SHA256Final(mac, &h);
	padded(k, 0x5c, &h);
	SHA256Update(&h, mac, MAC_LEN);
	SHA256Final(mac, &h);
}

bool
mac_same(const void *a, const void *b, size_t len)
{
	const uint8_t	*x = a, *y = b;
	uint8_t		 differ = 0;

	for (size_t i = 0; i < len; i++)
		differ |= x[i] ^ y[i];
	return (differ == 0);
}

int
mac_record(const struct mac_key *k, const struct rec *r, char *text)
{
	scoped_free void	*bytes = NULL;
	uint8_t			 mac[MAC_LEN];
	size_t			 len;

	if (!k->there) {
		errno = ENOKEY;
		return (-1);
	}
	if (rec_encode(r, &bytes, &len) == -1)
		return (-1);
	authenticate(k, NULL, NULL, bytes, len, mac);
	for (size_t i = 0; i < MAC_LEN; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", mac[i]);
	return (0);
}

void
cache_open(struct mac_key *k, const char *run_dir, bool make)
{
	char	 path[PATH_LEN];

	if ((size_t)snprintf(path, sizeof(path), "%s.key", run_dir) <
	    sizeof(path))
		mac_open(k, path, make);
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
cache_get(const struct mac_key *k, int run_dir, const char *kind,
    const char *name, size_t max, size_t *len)
{
	scoped_free char	*kept = NULL;
	scoped_fd int		 dir = -1;
	uint8_t			 mac[MAC_LEN];

	if (!k->there || (dir = path_open(run_dir, kind,
	    O_PATH | O_DIRECTORY, 0)) == -1 ||
	    (kept = path_slurp(dir, name, max + MAC_LEN, len)) == NULL ||
	    *len < MAC_LEN)
		return (NULL);
	*len -= MAC_LEN;
	authenticate(k, kind, name, kept + MAC_LEN, *len, mac);
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
cache_put(const struct mac_key *k, int run_dir, const char *kind,
    const char *name, const void *bytes, size_t len)
{
	scoped_free char	*kept = NULL;
	scoped_fd int		 dir = -1;

	if (!k->there || (kept = malloc(MAC_LEN + len)) == NULL ||
	    (dir = path_mkdirs(run_dir, kind, 0700)) == -1)
		return;
	authenticate(k, kind, name, bytes, len, (uint8_t *)kept);
	memcpy(kept + MAC_LEN, bytes, len);
	make_room(dir);
	(void)path_replace(dir, name, kept, MAC_LEN + len, 0600, false);
}
