/* The contents of policy/container/, compiled in by tools/seccompc. */
#ifndef RESOLVE_BUILTIN_H
#define RESOLVE_BUILTIN_H

#include <linux/filter.h>
#include <stddef.h>

extern const char		 builtin_conf[];	/* defaults.conf */
extern const size_t		 builtin_conf_len;
extern const char		 builtin_seccomp[];	/* seccomp.json */
extern const size_t		 builtin_seccomp_len;
/*
 * The default capabilities, and the filter of seccomp.json for a container with
 * these.
 */
extern const char *const	 builtin_caps[];
extern const size_t		 builtin_ncaps;
extern const struct sock_filter	 builtin_filter[];
extern const size_t		 builtin_nfilter;

#endif
