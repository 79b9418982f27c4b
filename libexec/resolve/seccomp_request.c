#include "seccomp_request.h"

#include <sys/utsname.h>

#include <linux/seccomp.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf.h"
#include "builtin.h"
#include "cleanup.h"
#include "profile.h"
#include "record.h"
#include "sealed.h"
#include "settings.h"
#include "source.h"

enum { CAPS_MAX = 64 };

static int
filter_fd(const struct sock_filter *code, size_t n, struct problem *pr)
{
	int	 fd = sealed_fd("seccomp", code, n * sizeof(*code));

	if (fd == -1)
		return (problem_set(pr, "seccomp filter: %s",
		    strerror(errno)));
	return (fd);
}

static int
take_caps(const struct rec *r, const char **caps, size_t *n,
    struct problem *pr)
{
	const char	*cap;
	size_t		 it = 0;

	for (*n = 0; rec_next(r, KEY(cap), &it, &cap); (*n)++) {
		if (*n == CAPS_MAX)
			return (problem_set(pr, "more than %d capabilities",
			    CAPS_MAX));
		caps[*n] = cap;
	}
	return (0);
}

/* Is this the set for which the built-in filter was made? */
static bool
are_default_caps(const char *const *caps, size_t n)
{
	size_t	 found = 0;

	for (size_t i = 0; i < builtin_ncaps; i++)
		for (size_t j = 0; j < n; j++)
			if (strcmp(builtin_caps[i], caps[j]) == 0) {
				found++;
				break;
			}
	return (found == builtin_ncaps && n == found);
}

static int
compile(const char *name, const char *json, size_t len,
    const struct profile_for *who, struct problem *pr)
{
	struct filter	*f = malloc(sizeof(*f));
	int		 fd = -1;

	if (f == NULL)
		return (problem_no_memory(pr));
	if (profile_compile(name, json, len, who, f, pr) == 0)
		fd = filter_fd(f->code, f->n, pr);
	free(f);
	return (fd);
}

/* Read a file in a configuration directory; the policy names these. */
static int
compile_file(const char *path, const struct profile_for *who,
    struct problem *pr)
{
	scoped_free char	*json = NULL;
	scoped_fd int		 fd = -1;
	size_t			 len;

	fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
	    O_NOCTTY);
	if (fd == -1 || (json = slurp(fd, PROFILE_MAX, &len)) == NULL)
		return (problem_set(pr, "cannot read seccomp profile %s: %s",
		    path, strerror(errno)));
	/* The built-in filter: nothing to compile. */
	if (len == builtin_seccomp_len &&
	    memcmp(json, builtin_seccomp, len) == 0 &&
	    are_default_caps(who->caps, who->ncaps))
		return (filter_fd(builtin_filter, builtin_nfilter, pr));
	return (compile(path, json, len, who, pr));
}

static void
take_kernel(struct profile_for *who)
{
	struct utsname	 u;

	if (uname(&u) == 0)
		(void)sscanf(u.release, "%u.%u", &who->kernel[0],
		    &who->kernel[1]);
}

int
seccomp_request(const struct rec *r, struct problem *pr)
{
	static const struct sock_filter	 allow_all[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const char		*profile = rec_str(r, KEY(profile), "default");
	const char		*caps[CAPS_MAX];
	struct profile_for	 who = { .caps = caps };
	const char		*json;
	size_t			 len;

	if (strcmp(profile, "unconfined") == 0)
		return (filter_fd(allow_all, 1, pr));
	if (take_caps(r, caps, &who.ncaps, pr) == -1)
		return (-1);
	take_kernel(&who);
	if ((json = rec_bytes(r, KEY_IN(question, json), &len)) != NULL)
		return (len > PROFILE_MAX ?
		    problem_set(pr, "seccomp profile %s is larger than %d "
		    "bytes", profile, PROFILE_MAX) :
		    compile(profile, json, len, &who, pr));
	if (*profile == '/')
		return (compile_file(profile, &who, pr));
	if (strcmp(profile, "default") != 0)
		return (problem_set(pr, "seccomp profile \"%s\" is not "
		    "default, unconfined or an absolute path", profile));
	if (are_default_caps(caps, who.ncaps))
		return (filter_fd(builtin_filter, builtin_nfilter, pr));
	return (compile("default", builtin_seccomp, builtin_seccomp_len, &who,
	    pr));
}
