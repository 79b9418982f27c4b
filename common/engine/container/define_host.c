/*
 * The parts of a definition that are about namespaces, and about the host.
 */
#include "define_impl.h"

#include <sys/utsname.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bsd/string.h>

#include "cleanup.h"
#include "defaults.h"
#include "hostfiles.h"
#include "nitems.h"
#include "path.h"
#include "record.h"
#include "session.h"
#include "spec.h"

/* Each mode is whole by itself; several networks are for bridges. */
static int
add_network(struct work *w)
{
	const char	*net = rec_str(w->opts, KEY(network), "private");

	if (rec_count(w->opts, KEY(network)) > 1)
		return (parse_fail(&w->err, "cannot set multiple networks "
		    "without bridge network mode, selected mode %s: invalid "
		    "argument", net));
	return (spec_network(net, w->def, &w->err));
}

static bool
has_host_network(const struct work *w)
{
	return (strcmp(rec_str(w->def, KEY(net), ""), "host") == 0);
}

static int
add_hostname(struct work *w)
{
	const char	*host = rec_str(w->opts, KEY(hostname), NULL);
	struct utsname	 u;
	char		 short_id[13];

	(void)strlcpy(short_id, w->id, sizeof(short_id));
	if (host != NULL && spec_hostname(host, &w->err) == -1)
		return (-1);
	/* Each start takes the name that is there. */
	if (host == NULL && w->s->fixed_hostname)
		return (0);
	if (host == NULL && has_host_network(w) && uname(&u) == 0)
		host = u.nodename;
	/* The container's name may not be known yet: see define_hostname. */
	if (host == NULL && rec_flag(w->opts, KEY_AS(ask_default_name_host),
	    false))
		return (rec_add_num(w->def, KEY(name_host), 1));
	return (rec_add(w->def, KEY(hostname), host == NULL ? short_id :
	    host));
}

/* The host name is the container's name without characters that no host has. */
int
define_hostname(struct rec *def)
{
	static const char	 good[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	const char		*s = rec_str(def, KEY(name), "");
	char			 host[65];
	size_t			 n = 0;

	if (rec_num(def, KEY(name_host), 0) == 0 ||
	    rec_get(def, KEY(hostname)) != NULL)
		return (0);
	for (; *s != '\0' && n < sizeof(host) - 1; s++)
		if (strchr(good, *s) != NULL &&
		    (n > 0 || strchr("-.", *s) == NULL))
			host[n++] = *s;
	host[n] = '\0';
	return (rec_add(def, KEY(hostname), host));
}

/* A container of root has ids of its own; those of a user share the user's. */
static int
check_userns(struct work *w)
{
	const char	*mode = rec_str(w->def, KEY(userns), "");

	if (w->s->system && strcmp(mode, "host") == 0)
		return (parse_fail(&w->err, "--userns host is refused: a "
		    "container's root is never the host's root; use --userns "
		    "auto, or leave the option out"));
	if (!w->s->system && strcmp(mode, "auto") == 0)
		return (parse_fail_code(&w->err, ERR_NOT_IMPLEMENTED,
		    "--userns auto is not supported by bulkhead for ordinary "
		    "users yet"));
	return (0);
}

/*
 * Those of the configuration are left out where the container has the host's
 * network, and at the start where the kernel does not have them; an option is
 * refused.
 */
static int
add_sysctls(struct work *w)
{
	const char	*v;

	rec_each_text(v, w->opts, KEY_AS(ask_default_sysctl)) {
		if (has_host_network(w) && strncmp(v, "net.", 4) == 0)
			continue;
		if (spec_sysctl(v, true, w->def, &w->err) == -1) {
			defaults_blame(w->opts, "default-sysctl", &w->err);
			return (-1);
		}
	}
	rec_each_text(v, w->opts, KEY(sysctl)) {
		if (has_host_network(w) && strncmp(v, "net.", 4) == 0)
			return (parse_fail(&w->err, "sysctl %s is not allowed "
			    "with the network of the host", v));
		if (spec_sysctl(v, false, w->def, &w->err) == -1)
			return (-1);
	}
	return (0);
}

static const struct step	namespaces[] = {
	{ .add = add_network },
	{ KEY_TEXT(dns), spec_dns, NULL },
	{ key_text_ask_dns_search, spec_dns_search, NULL },
	{ key_text_ask_dns_option, spec_dns_option, NULL },
	{ .add = add_hostname },
	{ .add = add_sysctls },
	{ KEY_TEXT(userns), spec_userns, NULL },
	{ .add = check_userns },
};

int
define_namespaces(struct work *w)
{
	return (define_steps(w, namespaces, NITEMS(namespaces)));
}

/* Of host.containers.internal: an address; "none" is what we do anyway. */
static int
add_host_ip(struct work *w)
{
	const char	*ip = rec_get(w->opts, KEY_AS(ask_default_host_ip));

	if (ip == NULL || strcmp(ip, "none") == 0)
		return (0);
	if (spec_address(ip, &w->err) == -1) {
		defaults_blame(w->opts, key_text_ask_default_host_ip, &w->err);
		return (-1);
	}
	return (rec_set(w->def, KEY(host_ip), ip));
}

/* So that create fails, and not the start. */
static int
check_zone(struct work *w)
{
	const char	*name = rec_get(w->def, KEY(tz));
	scoped_fd int	 fd = -1;
	char		 magic[4] = "";

	if (name == NULL)
		return (0);
	fd = hostfiles_open_zone(name);
	if (fd != -1 && read(fd, magic, sizeof(magic)) == sizeof(magic) &&
	    memcmp(magic, "TZif", sizeof(magic)) == 0)
		return (0);
	(void)parse_fail_code(&w->err, fd == -1 ? error_of_errno(errno) :
	    ERR_INVALID_ARG, "finding timezone %s: %s", name, fd == -1 ?
	    strerror(errno) : "it is no file of time zone data");
	defaults_blame(w->opts, KEY_TEXT(tz), &w->err);
	return (-1);
}

/*
 * Only root of the host may lower the score. As in podman, a lower one is a
 * warning.
 */
static int
check_oom_score(struct work *w)
{
	scoped_free char	*now = path_slurp(AT_FDCWD,
				    "/proc/self/oom_score_adj", 32, NULL);
	int64_t			 is, want = rec_num(w->def, KEY(oom_score_adj),
				    1000);

	if (now == NULL)
		return (0);
	is = strtoll(now, NULL, 10);
	if (want < is)
		session_warn(w->s, "the oom_score_adj %" PRId64 " is lower "
		    "than that of this command, and stays %" PRId64, want, is);
	return (0);
}

/* The address comes first: --add-host may name it. */
static const struct step	host[] = {
	{ .add = add_host_ip },
	{ key_text_ask_add_host, spec_add_host, NULL },
	{ "hosts-file", spec_hosts_file, NULL },
	{ KEY_TEXT(tz), spec_tz, NULL },
	{ .add = check_zone },
	{ "oom-score-adj", spec_oom_score, NULL },
	{ .add = check_oom_score },
};

int
define_host(struct work *w)
{
	return (define_steps(w, host, NITEMS(host)));
}
