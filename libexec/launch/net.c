/*
 * The namespaces themselves: host name, loopback interface, kernel parameters.
 */
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include <linux/openat2.h>
#include <net/if.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build.h"
#include "cleanup.h"
#include "fault.h"
#include "kernel.h"
#include "nitems.h"
#include "spec.h"

/* Parameters that concern only a container's own namespaces. */
static const struct {
	const char	*prefix;
	bool		 net;
} allowed[] = {
	{ "net.",		true },
	{ "fs.mqueue.",		false },
	{ "kernel.msg",		false },
	{ "kernel.shm",		false },
	{ "kernel.sem",		false },
};

static int
loopback(void)
{
	struct ifreq	 req = { .ifr_name = "lo" };
	scoped_fd int	 s = -1;

	s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s == -1 || ioctl(s, SIOCGIFFLAGS, &req) == -1)
		return (-1);
	req.ifr_flags |= IFF_UP;
	return (ioctl(s, SIOCSIFFLAGS, &req));
}

static bool
sysctl_allowed(const struct build *b, const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((name[i] < 'a' || name[i] > 'z') &&
		    (name[i] < 'A' || name[i] > 'Z') &&
		    (name[i] < '0' || name[i] > '9') &&
		    strchr("._-", name[i]) == NULL)
			return (false);
	for (size_t i = 0; i < NITEMS(allowed); i++)
		if (strncmp(name, allowed[i].prefix,
		    strlen(allowed[i].prefix)) == 0)
			return (!allowed[i].net || !b->host_net);
	return (false);
}

/*
 * Write through a procfs of this process, before anything of the container is
 * mounted; one write each, without a newline in the value. As in sysctl.d(5), a
 * parameter after "-" may be one that this kernel does not have.
 */
static int
sysctl_set(struct build *b, const char *pair)
{
	bool		 optional = *pair == '-';
	size_t		 len = strcspn(pair += optional, "=");
	const char	*value = pair + len + 1;
	char		 path[300];
	scoped_fd int	 fd = -1;

	if (!sysctl_allowed(b, pair, len))
		return (fault_set(b->fault, EPERM, "the kernel parameter "
		    "%.*s cannot be set for this container alone", (int)len,
		    pair));
	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' && *p != '\t')
			return (fault_set(b->fault, EINVAL, "the value of "
			    "kernel parameter %.*s is not one line", (int)len,
			    pair));
	(void)snprintf(path, sizeof(path), "sys/%.*s", (int)len, pair);
	for (char *p = path; *p != '\0'; p++)
		if (*p == '.')
			*p = '/';
	fd = k_open(b->proc, path, O_WRONLY, RESOLVE_BENEATH |
	    RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
	if (fd == -1 && errno == ENOENT && optional)
		return (0);
	if (fd == -1 || write(fd, value, strlen(value)) == -1)
		return (fault_errno(b->fault, "setting the kernel parameter "
		    "%.*s", (int)len, pair));
	return (0);
}

int
net_loopback(struct build *b)
{
	return (b->host_net || loopback() == 0 ? 0 : fault_errno(b->fault,
	    "bringing up the container's loopback interface"));
}

/* Where a filter of an outer container forbids it: only if it differs. */
static int
hostname_set(struct build *b)
{
	const char	*name = b->spec->hostname;
	struct utsname	 u;

	if (name == NULL || (uname(&u) == 0 && strcmp(u.nodename, name) == 0) ||
	    sethostname(name, strlen(name)) == 0)
		return (0);
	if (errno != EPERM)
		return (fault_errno(b->fault, "setting the host name"));
	return (fault_set(b->fault, EPERM, "the container that bulkhead runs "
	    "in lets no process set a host name: leave out --hostname, or "
	    "start that container with --cap-add SYS_ADMIN"));
}

int
net_setup(struct build *b)
{
	const struct spec	*s = b->spec;

	if (hostname_set(b) == -1)
		return (-1);
	for (size_t i = 0; i < s->sysctl.n; i++)
		if (sysctl_set(b, s->sysctl.v[i]) == -1)
			return (-1);
	return (0);
}
