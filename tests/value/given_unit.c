/* Files that a user names: how much of them is read, and for how long. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "given.h"
#include "harness.h"

static char		 dir[] = "/tmp/given.XXXXXX";
static struct parse_err	 why;

static const char *
at(const char *name)
{
	static char	 path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return (path);
}

static void
put(const char *name, const char *text, size_t len)
{
	FILE	*f = fopen(at(name), "w");

	if (f == NULL || fwrite(text, 1, len, f) != len || fclose(f) != 0)
		err(1, "%s", name);
}

/* Is this what is read? */
static bool
reads(const char *path, const char *want)
{
	size_t	 len = 0;
	char	*got = given_read(path, &len, &why);
	bool	 same = got != NULL && strcmp(got, want) == 0 &&
		    len == strlen(want);

	if (got == NULL)
		printf("# %s: %s\n", path, why.text);
	free(got);
	return (same);
}

/* Is it refused in these words? */
static bool
refuses(const char *path, const char *words)
{
	size_t	 len;
	char	*got = given_read(path, &len, &why);

	if (got != NULL || strstr(why.text, words) == NULL)
		printf("# %s: %s\n", path, got != NULL ? "read" : why.text);
	free(got);
	return (got == NULL && strstr(why.text, words) != NULL);
}

static void
test_files(void)
{
	char	 path[128];

	put("plain", "a\nb", 3);
	CHECK(reads(at("plain"), "a\nb"));
	CHECK(reads("/dev/null", ""));
	CHECK(symlink("plain", at("link")) == 0 && reads(at("link"), "a\nb"));
	CHECK(symlink("/proc/self/root/etc/passwd", at("magic")) == 0 &&
	    refuses(at("magic"), "Too many levels"));
	CHECK(refuses(at("none"), "No such file"));
	CHECK(refuses(dir, "Is a directory"));
	CHECK(refuses("/dev/zero", "/dev/zero is a device"));
	(void)snprintf(path, sizeof(path), "%s", at("plain"));
	/* Kept from before it went. */
	given_open(path);
	CHECK(unlink(path) == 0 && reads(path, "a\nb"));
	CHECK(refuses(path, "No such file"));
	/* So is that it was not there. */
	given_open(path);
	put("plain", "c", 1);
	CHECK(refuses(path, "No such file") && reads(path, "c"));
}

static void
test_bound(void)
{
	char	*big = malloc(GIVEN_MAX + 1);
	size_t	 len;
	char	*got;

	memset(big, 'x', GIVEN_MAX + 1);
	put("big", big, GIVEN_MAX);
	got = given_read(at("big"), &len, &why);
	CHECK(got != NULL && len == GIVEN_MAX && got[len] == '\0');
	free(got);
	put("big", big, GIVEN_MAX + 1);
	CHECK(refuses(at("big"), "has more than 4194304 bytes"));
	free(big);
}

/* A child that writes after a moment, without end if it is to flood. */
static pid_t
writer(int fd, const char *path, bool flood)
{
	static char	 block[4096];
	pid_t		 pid = fork();

	if (pid != 0)
		return (pid);
	(void)usleep(100000);
	if (path != NULL)
		fd = open(path, O_WRONLY | O_CLOEXEC);
	do
		if (write(fd, flood ? block : "late", flood ? 4096 : 4) == -1)
			break;
	while (flood);
	_exit(0);
}

static void
test_pipes(void)
{
	char		 path[64];
	int		 ends[2];
	pid_t		 pid;
	struct timespec	 from, to;

	CHECK(mkfifo(at("fifo"), 0600) == 0);
	pid = writer(-1, at("fifo"), false);
	CHECK(reads(at("fifo"), "late") && waitpid(pid, NULL, 0) == pid);
	pid = writer(-1, at("fifo"), true);
	CHECK(refuses(at("fifo"), "has more than 4194304 bytes"));
	CHECK(waitpid(pid, NULL, 0) == pid);
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	CHECK(refuses(at("fifo"), "has no writer"));
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	CHECK(to.tv_sec - from.tv_sec < 10);
	/* As <(command) names it. */
	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	pid = writer(ends[1], NULL, false);
	close(ends[1]);
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	CHECK(reads(path, "late") && waitpid(pid, NULL, 0) == pid);
	CHECK(reads(path, ""));
	close(ends[0]);
	CHECK(refuses(path, "Bad file descriptor"));
	CHECK(refuses("/proc/self/fd/0/../0", "Too many levels"));
}

/* As a descriptor: a pipe's bytes from their start. */
static void
test_descriptor(void)
{
	char	 path[64], got[8] = "";
	int	 ends[2], fd;

	CHECK(pipe2(ends, O_CLOEXEC) == 0 && write(ends[1], "abc", 3) == 3);
	close(ends[1]);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	fd = given_fd(path, &why);
	CHECK(fd != -1 && read(fd, got, sizeof(got)) == 3 &&
	    strcmp(got, "abc") == 0);
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	close(fd);
	close(ends[0]);
	put("plain", "d", 1);
	fd = given_fd(at("plain"), &why);
	CHECK(fd != -1 && read(fd, got, sizeof(got)) == 1 && got[0] == 'd');
	close(fd);
	CHECK(given_fd("/dev/zero", &why) == -1);
}

int
main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	if (mkdtemp(dir) == NULL)
		err(1, "%s", dir);
	test_files();
	test_bound();
	test_pipes();
	test_descriptor();
	for (const char *names[] = { "plain", "link", "magic", "big", "fifo",
	    NULL }, **n = names; *n != NULL; n++)
		(void)unlink(at(*n));
	(void)rmdir(dir);
	return (finish());
}
