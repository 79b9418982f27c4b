/*
 * A helper that was taken over: stands where statekeep or another does, starts
 * the real one as "statekeep.real" beside it, and passes on what is said. In
 * the records that come back it replaces texts, as "lies" beside it says: lines
 * of two words of equal length. Requests that name the second mean the first,
 * so that the real one believes them.
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FDS	8
#define SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static char	 from[16][256], to[16][256];
static int	 lies;

static void
learn(const char *self)
{
	char	 path[4096];
	FILE	*f;

	snprintf(path, sizeof(path), "%s", self);
	snprintf(strrchr(path, '/'), 8, "/lies");
	if ((f = fopen(path, "r")) == NULL)
		return;
	while (lies < 16 && fscanf(f, "%255s %255s", from[lies], to[lies]) == 2)
		lies += strlen(from[lies]) == strlen(to[lies]);
	fclose(f);
}

static void
replace(char *text, size_t len, const char *what, const char *by)
{
	char	*at;

	while ((at = memmem(text, len, what, strlen(what))) != NULL)
		memcpy(at, by, strlen(by));
}

/* A sealed copy in which the texts are others. */
static int
lie(int fd)
{
	struct stat	 st;
	char		*text;
	int		 out;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    (text = calloc(1, st.st_size + 1)) == NULL ||
	    pread(fd, text, st.st_size, 0) != st.st_size ||
	    (out = memfd_create("lie", MFD_CLOEXEC | MFD_ALLOW_SEALING)) == -1)
		return (fd);
	for (int i = 0; i < lies; i++)
		replace(text, st.st_size, from[i], to[i]);
	if (write(out, text, st.st_size) != st.st_size ||
	    fcntl(out, F_ADD_SEALS, SEALS) == -1)
		_exit(3);
	free(text);
	close(fd);
	return (out);
}

static int
pass(int a, int b, int liar)
{
	union {
		struct cmsghdr	 h;
		char		 buf[CMSG_SPACE(FDS * sizeof(int))];
	} c;
	char		 text[16384];
	struct iovec	 v = { text, sizeof(text) };
	struct msghdr	 m = { .msg_iov = &v, .msg_iovlen = 1,
			    .msg_control = &c, .msg_controllen = sizeof(c) };
	struct cmsghdr	*h;
	int		*fds = NULL, n = 0;
	ssize_t		 len = recvmsg(a, &m, MSG_CMSG_CLOEXEC);

	if (len <= 0)
		return (-1);
	v.iov_len = len;
	if ((h = CMSG_FIRSTHDR(&m)) != NULL) {
		fds = (int *)CMSG_DATA(h);
		n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	}
	for (int i = 0; liar && i < n; i++)
		fds[i] = lie(fds[i]);
	for (int i = 0; !liar && i < lies; i++)
		replace(text, len, to[i], from[i]);
	m.msg_flags = 0;
	if (n == 0)
		m.msg_control = NULL, m.msg_controllen = 0;
	if (sendmsg(b, &m, MSG_NOSIGNAL) != len)
		return (-1);
	for (int i = 0; i < n; i++)
		close(fds[i]);
	return (0);
}

int
main(int argc, char **argv)
{
	struct pollfd	 p[2];
	char		 self[4096] = "", path[4096 + 8];
	int		 sp[2];

	(void)argc;
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) == -1)
		return (2);
	learn(self);
	snprintf(path, sizeof(path), "%s.real", self);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sp) == -1)
		return (2);
	if (fork() == 0) {
		dup2(sp[1], 3);
		fcntl(3, F_SETFD, 0);
		execv(path, argv);
		_exit(2);
	}
	close(sp[1]);
	p[0] = (struct pollfd){ .fd = 3, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = sp[0], .events = POLLIN };
	while (poll(p, 2, -1) > 0) {
		if ((p[0].revents != 0 && pass(3, sp[0], 0) == -1) ||
		    (p[1].revents != 0 && pass(sp[0], 3, 1) == -1))
			break;
	}
	return (0);
}
