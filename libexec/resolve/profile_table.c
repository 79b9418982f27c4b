/*
 * From the decided calls of a seccomp profile to tables of ranges of call
 * numbers, one for each architecture, of which bpf.c makes the program.
 */
#include <linux/seccomp.h>

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>

#include "bpf.h"
#include "profile_impl.h"

#define X32_BIT		0x40000000u
#define NO_CALL		UINT32_MAX	/* a tracer skips a call with this */

static int
by_number(const void *a, const void *b)
{
	const struct call *const	*x = a;
	const struct call *const	*y = b;

	return ((*x)->nr < (*y)->nr ? -1 : (*x)->nr > (*y)->nr);
}

/* Begin a range, unless the one before has the same decision. */
static void
range_add(struct table *t, uint32_t from, uint32_t action,
    const struct verdict *v)
{
	struct range	*last = t->n == 0 ? NULL : &t->ranges[t->n - 1];

	if (last != NULL && last->from == from)
		t->n--;
	else if (last != NULL && v == NULL && last->verdicts == NULL &&
	    last->action == action)
		return;
	t->ranges[t->n++] = (struct range){ from, action, v };
}

static void
calls_to_ranges(const struct profile *p, struct table *t,
    struct call *const *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct call	*c = calls[i];

		range_add(t, c->nr, c->action, c->first);
		if (i + 1 == n || calls[i + 1]->nr != c->nr + 1)
			range_add(t, c->nr + 1, p->fallback, NULL);
	}
}

static size_t
calls_collect(const struct arch *a, struct call **out)
{
	size_t	 n = 0;

	for (size_t b = 0; b < BUCKETS; b++)
		for (struct call *c = a->calls[b]; c != NULL; c = c->next)
			out[n++] = c;
	return (n);
}

/*
 * The table of one architecture, with x32 in that of x86-64: only a bit of the
 * number differs. If the profile has no x32, its calls get ENOSYS.
 */
static int
table_make(struct profile *p, size_t i, struct table *t)
{
	struct call	**calls;
	size_t		  n = 0, room = 0;

	for (size_t j = i; j < p->narches; j++)
		if (p->arches[j].audit == p->arches[i].audit)
			room += p->arches[j].ncalls;
	t->audit_arch = p->arches[i].audit;
	t->n = 0;
	calls = calloc(room + 1, sizeof(struct call *));
	t->ranges = calloc(2 * room + 4, sizeof(*t->ranges));
	if (calls == NULL || t->ranges == NULL) {
		free(calls);
		return (profile_no_memory(p));
	}
	for (size_t j = i; j < p->narches; j++)
		if (p->arches[j].audit == p->arches[i].audit)
			n += calls_collect(&p->arches[j], calls + n);
	qsort(calls, n, sizeof(struct call *), by_number);
	range_add(t, 0, p->fallback, NULL);
	calls_to_ranges(p, t, calls, n);
	if (p->arches[i].token == SCMP_ARCH_X86_64 && !p->has_x32) {
		range_add(t, X32_BIT, SECCOMP_RET_ERRNO | ENOSYS, NULL);
		range_add(t, NO_CALL, p->fallback, NULL);
	}
	free(calls);
	return (0);
}

int
profile_generate(struct profile *p, struct filter *out)
{
	struct table	 tables[ARCHES_MAX] = { 0 };
	size_t		 n = 0;
	int		 rc = 0;

	for (size_t i = 0; i < p->narches && rc == 0; i++)
		if (p->arches[i].token != SCMP_ARCH_X32)
			rc = table_make(p, i, &tables[n++]);
	if (rc == 0 && !bpf_generate(out, tables, n))
		rc = profile_bad(p, "more rules than the kernel takes", NULL);
	for (size_t i = 0; i < n; i++)
		free(tables[i].ranges);
	return (rc);
}
