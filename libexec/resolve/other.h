/*
 * Files that resolve finds and other programs read: policy.json, mounts.conf
 * and seccomp.json. resolve checks them only on request.
 */
#ifndef RESOLVE_OTHER_H
#define RESOLVE_OTHER_H

#include "schema.h"

struct document;
struct problem;

/* 0, or -1 with the first problem, and its place if it has one. */
int	other_check(const struct document *, struct problem *);
/* "registries_conf", as in path.registries_conf. */
const char *other_name(enum conf_kind);

#endif
