/* Copies of directory trees. */
#include <sys/stat.h>
#include <sys/xattr.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "copy.h"
#include "harness.h"
#include "path.h"

static char	 top[] = "/tmp/copy-unit.XXXXXX";
static int	 dir, from, to;

static void
put(int at, const char *path, const char *text)
{
	int	 fd = openat(at, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err(1, "%s", path);
	close(fd);
}

static bool
has(const char *path, const char *text)
{
	size_t	 len;
	char	*got = path_slurp(to, path, 100, &len);
	bool	 same = got != NULL && strcmp(got, text) == 0;

	free(got);
	return (same);
}

static mode_t
mode_of(const char *path)
{
	struct stat	 st;

	return (fstatat(to, path, &st, AT_SYMLINK_NOFOLLOW) == -1 ? 0 :
	    st.st_mode);
}

static ino_t
inode_of(const char *path)
{
	struct stat	 st;

	return (fstatat(to, path, &st, AT_SYMLINK_NOFOLLOW) == -1 ? 0 :
	    st.st_ino);
}

static void
renew_to(void)
{
	if (to > 0)
		close(to);
	if (path_remove(dir, "to") == -1 || mkdirat(dir, "to", 0700) == -1 ||
	    (to = openat(dir, "to", O_RDONLY | O_DIRECTORY)) == -1)
		err(1, "to");
}

/* A file with holes, 9 MB long. */
static void
make_holes(void)
{
	struct timespec	 ts[2] = { { 1, 0 }, { 1000000000, 5 } };
	int		 fd = openat(from, "holes", O_RDWR | O_CREAT, 0600);

	CHECK(pwrite(fd, "x", 1, 5000000) == 1 &&
	    ftruncate(fd, 9000000) == 0 && fchmod(fd, 04755) == 0 &&
	    futimens(fd, ts) == 0);
	CHECK(fsetxattr(fd, "user.k", "v", 1, 0) == 0 || errno == ENOTSUP);
	close(fd);
}

static void
make_from(void)
{
	if (mkdirat(dir, "from", 0755) == -1 ||
	    (from = openat(dir, "from", O_RDONLY | O_DIRECTORY)) == -1)
		err(1, "from");
	CHECK(mkdirat(from, "d", 0700) == 0 &&
	    mkdirat(from, "d/e", geteuid() == 0 ? 0 : 0700) == 0);
	put(from, "d/file", "text");
	CHECK(linkat(from, "d/file", from, "again", 0) == 0);
	CHECK(symlinkat("/etc/passwd", from, "link") == 0);
	CHECK(mkfifoat(from, "fifo", 0640) == 0);
	make_holes();
	CHECK(fchmodat(from, "d", 0555, 0) == 0);
	CHECK(geteuid() != 0 || fchownat(from, "d/file", 5, 6, 0) == 0);
	CHECK(fchmodat(dir, "from", 0751, 0) == 0);
}

static void
check_holes(void)
{
	struct stat	 st;
	char		 v[8];
	int		 fd = openat(to, "holes", O_RDONLY);

	CHECK(fstat(fd, &st) == 0 && st.st_size == 9000000 &&
	    st.st_blocks < 1000 && (st.st_mode & 07777) == 04755);
	CHECK(pread(fd, v, 1, 5000000) == 1 && *v == 'x');
	close(fd);
}

/* The copy is what the original is. */
static void
test_exact(void)
{
	struct stat	 st;
	char		 v[8];
	int		 fd;

	renew_to();
	CHECK(copy_tree(from, to, COPY_EXACT | COPY_OWNERS) == 0);
	CHECK(mode_of(".") == (S_IFDIR | 0751));
	CHECK(mode_of("d") == (S_IFDIR | 0555) && mode_of("d/e") != 0);
	CHECK(has("d/file", "text") && inode_of("d/file") == inode_of("again"));
	CHECK(fstatat(to, "d/file", &st, 0) == 0 &&
	    (geteuid() != 0 || (st.st_uid == 5 && st.st_gid == 6)));
	CHECK(S_ISLNK(mode_of("link")) && mode_of("fifo") == (S_IFIFO | 0640));
	check_holes();
	fd = openat(to, "holes", O_RDONLY);
	CHECK(fstat(fd, &st) == 0 && st.st_mtim.tv_sec == 1000000000 &&
	    st.st_mtim.tv_nsec == 5);
	CHECK(fgetxattr(fd, "user.k", v, sizeof(v)) == 1 || errno == ENODATA ||
	    errno == ENOTSUP);
	close(fd);
}

/* Data, links and modes alone; the directory itself stays as it is. */
static void
test_plain(void)
{
	struct stat	 st;

	renew_to();
	CHECK(copy_tree(from, to, COPY_OWNERS) == 0);
	CHECK(mode_of(".") == (S_IFDIR | 0700));
	CHECK(mode_of("d") == (S_IFDIR | 0555) && has("d/file", "text"));
	CHECK(inode_of("d/file") != inode_of("again") && has("again", "text"));
	CHECK(S_ISLNK(mode_of("link")) && mode_of("fifo") == 0);
	CHECK(fstatat(to, "holes", &st, 0) == 0 &&
	    st.st_mtim.tv_sec != 1000000000);
	check_holes();
	CHECK(copy_owner(from, to) == 0 && mode_of(".") == (S_IFDIR | 0751));
	renew_to();
	CHECK(copy_tree(from, to, 0) == 0);
	CHECK(fstatat(to, "d/file", &st, 0) == 0 && st.st_uid == geteuid());
}

/* Over what a copy that was cut short has left. */
static void
test_replace(void)
{
	renew_to();
	CHECK(mkdirat(to, "d", 0700) == 0);
	put(to, "d/file", "te");
	put(to, "d/mine", "kept");
	CHECK(symlinkat("d/mine", to, "again") == 0);
	CHECK(copy_tree(from, to, 0) == -1 && errno == EEXIST);
	CHECK(copy_tree(from, to, COPY_REPLACE) == 0);
	CHECK(has("d/file", "text") && has("again", "text"));
	CHECK(S_ISREG(mode_of("again")) && has("d/mine", "kept"));
}

int
main(void)
{
	if (mkdtemp(top) == NULL ||
	    (dir = open(top, O_RDONLY | O_DIRECTORY)) == -1)
		err(1, "%s", top);
	(void)umask(022);
	make_from();
	test_exact();
	test_plain();
	test_replace();
	CHECK(path_remove(AT_FDCWD, top) == 0);
	return (finish());
}
