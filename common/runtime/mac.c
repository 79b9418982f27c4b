#include "mac.h"

#include <sys/random.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "record.h"

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
	if (getrandom(key, sizeof(key), 0) != sizeof(key) ||
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

void
mac_begin(const struct mac_key *k, SHA2_CTX *h)
{
	padded(k, 0x36, h);
}

void
mac_end(const struct mac_key *k, SHA2_CTX *h, uint8_t *mac)
{
	SHA256Final(mac, h);
	padded(k, 0x5c, h);
	SHA256Update(h, mac, MAC_LEN);
	SHA256Final(mac, h);
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
	SHA2_CTX		 h;
	size_t			 len;

	if (!k->there) {
		errno = ENOKEY;
		return (-1);
	}
	if (rec_encode(r, &bytes, &len) == -1)
		return (-1);
	mac_begin(k, &h);
	SHA256Update(&h, bytes, len);
	mac_end(k, &h, mac);
	for (size_t i = 0; i < MAC_LEN; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", mac[i]);
	return (0);
}
