/*
 * Keys belong to no namespace; AF_VSOCK reaches the hypervisor or the host of
 * a virtual machine; AF_ALG has been a way to write to pages that containers
 * share (CVE-2026-31431). A profile of another engine, or one that allows
 * what it does not name, must not open them: they are refused under every
 * profile. Where a profile refuses more strictly, by killing, that stays.
 *
 * The family of a socket must not be hidden from the filter: socketcall has
 * it behind a pointer, and io_uring makes sockets without a system call.
 * Both answer ENOSYS, so that programs use the calls that are seen.
 *
 * The system calls of other architectures need no rows here: profile.c
 * compiles only those that a profile names, x32 being refused by number and
 * i386 by its audit architecture.
 */
#include "layer.h"

#include <linux/seccomp.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "bpf.h"
#include "calls.h"
#include "nitems.h"
#include "profile_impl.h"
#include "settings.h"

#define ANY		UINT32_MAX	/* any first argument */
#define FAMILY_ALG	38
#define FAMILY_VSOCK	40
#define CALL_SOCKET	1		/* of socketcall */
#define CALL_SOCKETPAIR	8

static const struct refusal {
	const char	*call;
	uint32_t	 first;		/* argument, in 32 bits */
	uint32_t	 error;
} refusals[] = {
	{ "add_key",		ANY,			EPERM },
	{ "keyctl",		ANY,			EPERM },
	{ "request_key",	ANY,			EPERM },
	{ "socket",		FAMILY_ALG,		EAFNOSUPPORT },
	{ "socket",		FAMILY_VSOCK,		EAFNOSUPPORT },
	{ "socketpair",		FAMILY_ALG,		EAFNOSUPPORT },
	{ "socketpair",		FAMILY_VSOCK,		EAFNOSUPPORT },
	{ "socketcall",		CALL_SOCKET,		ENOSYS },
	{ "socketcall",		CALL_SOCKETPAIR,	ENOSYS },
	{ "io_uring_setup",	ANY,			ENOSYS },
};

/*
 * Does this action let the call be made, or a tracer allow it? In the kernel's
 * signed order of actions these are above ERRNO.
 */
static bool
is_weak(uint32_t action)
{
	return ((int32_t)(action & SECCOMP_RET_ACTION_FULL) >
	    (int32_t)SECCOMP_RET_ERRNO);
}

/* For any arguments: replace each action that would allow the call. */
static void
refuse_all(struct call *c, uint32_t action)
{
	for (struct verdict *v = c->first; v != NULL; v = v->next)
		if (is_weak(v->action))
			v->action = action;
	if (is_weak(c->action))
		c->action = action;
}

/* Before the first verdict that would allow it. */
static int
refuse_one(struct profile *p, struct call *c, uint32_t first, uint32_t action)
{
	struct verdict	**at = &c->first, *v;

	while (*at != NULL && !is_weak((*at)->action))
		at = &(*at)->next;
	if (*at == NULL && !is_weak(c->action))
		return (0);
	if ((v = calloc(1, sizeof(*v))) == NULL)
		return (problem_set(p->pr, "seccomp profile %s: out of memory",
		    p->name));
	v->action = action;
	v->n = 1;
	v->conds[0] = (struct cond){ 0, CMP_MASKED_EQ, UINT32_MAX, first };
	v->next = *at;
	*at = v;
	return (0);
}

static int
refuse(struct profile *p, struct arch *a, const struct refusal *r)
{
	int64_t		 nr = calls_number(a->token, r->call);
	uint32_t	 action = SECCOMP_RET_ERRNO | r->error;
	struct call	*c;

	if (nr < 0)
		return (0);
	if ((c = profile_call(p, a, (uint32_t)nr)) == NULL)
		return (-1);
	if (!c->decided) {
		c->decided = true;
		c->action = p->fallback;
	}
	if (r->first != ANY)
		return (refuse_one(p, c, r->first, action));
	refuse_all(c, action);
	return (0);
}

int
layer_apply(struct profile *p)
{
	for (size_t i = 0; i < p->narches; i++)
		for (size_t j = 0; j < NITEMS(refusals); j++)
			if (refuse(p, &p->arches[i], &refusals[j]) == -1)
				return (-1);
	return (0);
}
