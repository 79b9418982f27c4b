/*
 * What run and create are told about one thing: a volume, a limit, a user.
 * Each parser checks, and appends to a record in the form that a definition
 * has. 0, or -1 with an error.
 */
#ifndef ENGINE_SPEC_H
#define ENGINE_SPEC_H

#include <stdbool.h>

#include "parse.h"

struct rec;

/* -v [SRC:]DST[:OPTS]: appends `mount` {type=bind, src, dst, opt*}. */
int	spec_volume(const char *, struct rec *, struct parse_err *);
/* --tmpfs DST[:OPTS]: appends `mount` {type=tmpfs, dst, opt*}. */
int	spec_tmpfs(const char *, struct rec *, struct parse_err *);
/* --mount type=bind|tmpfs|volume,...: the same in its long form, as CSV. */
int	spec_mount(const char *, struct rec *, struct parse_err *);
/*
 * The mounts of another record. Two for one place are refused; the same twice
 * is appended once, but not of --mount.
 */
int	spec_mounts(const struct rec *, struct rec *, struct parse_err *);
/* Of another record those for a place that has none yet. */
int	spec_mounts_missing(const struct rec *, struct rec *,
	    struct parse_err *);
/*
 * --ulimit NAME=SOFT[:HARD]: appends `rlimit` {name, soft, hard}; -1 is
 * "unlimited" and stays -1. "host" sets ulimit_host.
 */
int	spec_ulimit(const char *, struct rec *, struct parse_err *);
/*
 * podman's rule for the --cap-add and --cap-drop of a request (the second
 * record) over the defaults of a configuration (the first): appends `cap` to
 * the third, and what was added by name or as "all" also as `ambient`, which
 * is what a user that is not root has of them.
 */
int	spec_caps(const struct rec *, const struct rec *, struct rec *,
	    struct parse_err *);
/*
 * --security-opt: sets nnp (0/1), seccomp, or appends mask and unmask;
 * label=disable and apparmor=unconfined are what we do anyway.
 */
int	spec_security(const char *, struct rec *, struct parse_err *);
/* USER[:GROUP]: digits are a number up to 2^31-1, never a name. */
int	spec_user(const char *, struct parse_err *);
int	spec_hostname(const char *, struct parse_err *);
/* A container's name. */
int	spec_name(const char *, struct parse_err *);
/* --network: sets net to none, host or private. */
int	spec_network(const char *, struct rec *, struct parse_err *);
/* --userns: sets userns to "", host, auto, nomap or keep-id. */
int	spec_userns(const char *, struct rec *, struct parse_err *);
/*
 * --add-host NAME:ADDRESS: appends `add_host` "ADDRESS\tNAME". host-gateway
 * is the address host_ip, where that is set.
 */
int	spec_add_host(const char *, struct rec *, struct parse_err *);
/* An IP address, as it is written in a hosts file. */
int	spec_address(const char *, struct parse_err *);
/* --dns: appends `dns`: an address, or none. */
int	spec_dns(const char *, struct rec *, struct parse_err *);
/*
 * --dns-search, --dns-option: append `dns_search`, `dns_option`: one word for a
 * line of resolv.conf.
 */
int	spec_dns_search(const char *, struct rec *, struct parse_err *);
int	spec_dns_option(const char *, struct rec *, struct parse_err *);
/*
 * --sysctl NAME=VALUE: appends `sysctl`, in place of one for the same
 * parameter. With `may_fail` it is left out where the kernel does not have it.
 */
int	spec_sysctl(const char *, bool may_fail, struct rec *,
	    struct parse_err *);
/* --oom-score-adj: sets oom_score_adj. */
int	spec_oom_score(const char *, struct rec *, struct parse_err *);
/* --hosts-file: sets hosts_base to a path, "none", or nothing for "". */
int	spec_hosts_file(const char *, struct rec *, struct parse_err *);
/* --tz: sets tz to a name of a time zone, or "local". */
int	spec_tz(const char *, struct rec *, struct parse_err *);
/* --image-volume: bind (also anonymous), tmpfs or ignore. */
int	spec_image_volume(const char *, struct parse_err *);
/* --pull: missing or never. */
int	spec_pull(const char *, struct parse_err *);
/* --log-driver and --log-opt: set log_driver, log_path, log_max, log_tag. */
int	spec_log_driver(const char *, struct rec *, struct parse_err *);
int	spec_log_opt(const char *, struct rec *, struct parse_err *);
/* --restart POLICY[:N]: sets restart and restart_max. */
int	spec_restart(const char *, struct rec *, struct parse_err *);
/* --umask: octal, kept as four digits. */
int	spec_umask(const char *, struct rec *, struct parse_err *);
/* An absolute path without "..": what happens at `what` is the caller's. */
int	spec_ctr_path(const char *, const char *, struct parse_err *);

#endif
