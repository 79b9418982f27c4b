/*
 * Files that resolve finds and others read: policy.json, mounts.conf and
 * seccomp.json. Here they are only looked at, and only when somebody asks
 * whether they are right.
 */
#ifndef RESOLVE_OTHER_H
#define RESOLVE_OTHER_H

#include "schema.h"

struct document;
struct problem;

/* 0, or -1 with the first thing that is wrong, and its place if it has one. */
int	other_check(const struct document *, struct problem *);
/* "registries_conf", as in path.registries_conf. */
const char *other_name(enum conf_kind);

#endif
