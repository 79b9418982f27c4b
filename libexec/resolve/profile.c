#include "profile.h"

#include <sys/random.h>

#include <linux/seccomp.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bpf.h"
#include "calls.h"
#include "layer.h"
#include "profile_impl.h"
#include "settings.h"

#ifndef SECCOMP_RET_LOG
#define SECCOMP_RET_LOG			0x7ffc0000U
#endif

int
profile_bad(struct profile *p, const char *what, const char *value)
{
	return (problem_set(p->pr, "seccomp profile %s: %s \"%.60s\"", p->name,
	    what, value == NULL ? "" : value));
}

int
profile_no_memory(struct profile *p)
{
	return (problem_set(p->pr, "seccomp profile %s: out of memory",
	    p->name));
}

struct call *
profile_call(struct profile *p, struct arch *a, uint32_t nr)
{
	struct call	*c, **bucket = &a->calls[nr % BUCKETS];

	for (c = *bucket; c != NULL; c = c->next)
		if (c->nr == nr)
			return (c);
	if ((c = calloc(1, sizeof(*c))) == NULL) {
		(void)profile_no_memory(p);
		return (NULL);
	}
	c->nr = nr;
	c->next = *bucket;
	*bucket = c;
	a->ncalls++;
	return (c);
}

/* Is a call with this action made, without a tracer? */
static bool
is_made(uint32_t action)
{
	return (action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG);
}

/*
 * A profile that refuses execve can never start a program. Conditions on the
 * arguments of execve, which are pointers, are not checked.
 */
static int
can_start(struct profile *p)
{
	int64_t		 nr = calls_number(p->arches[0].token, "execve");
	struct call	*c;
	bool		 allowed;

	if (nr < 0)
		return (0);
	if ((c = profile_call(p, &p->arches[0], (uint32_t)nr)) == NULL)
		return (-1);
	allowed = is_made(c->decided ? c->action : p->fallback);
	for (const struct verdict *v = c->first; v != NULL && !c->decided;
	    v = v->next)
		allowed = allowed || is_made(v->action);
	return (allowed ? 0 : problem_set(p->pr, "seccomp profile %s refuses "
	    "the system call execve, so that no container can start under it: "
	    "allow it in the profile", p->name));
}

static void
verdicts_free(struct call *c)
{
	struct verdict	*v;

	while ((v = c->first) != NULL) {
		c->first = v->next;
		free(v);
	}
	c->last = NULL;
}

/* Decide all calls: each has its verdicts in order, then its action. */
static void
decide_calls(struct profile *p)
{
	for (size_t i = 0; i < p->narches; i++)
		for (size_t b = 0; b < BUCKETS; b++)
			for (struct call *c = p->arches[i].calls[b]; c != NULL;
			    c = c->next) {
				if (c->decided)
					verdicts_free(c);
				else
					c->action = p->fallback;
				c->decided = true;
			}
}

static void
profile_clear(struct profile *p)
{
	struct call	*c;

	for (size_t i = 0; i < p->narches; i++)
		for (size_t b = 0; b < BUCKETS; b++)
			while ((c = p->arches[i].calls[b]) != NULL) {
				verdicts_free(c);
				p->arches[i].calls[b] = c->next;
				free(c);
			}
}

/*
 * Seed jansson's hash tables: it would open /dev/urandom, which the filter of
 * this program does not allow.
 */
void
profile_seed(void)
{
	size_t	 n = 0;

	if (getrandom(&n, sizeof(n), GRND_NONBLOCK) != sizeof(n) || n == 0)
		n = 1;
	json_object_seed(n);
}

static int
syntax_error(struct problem *pr, const char *name, const json_error_t *err)
{
	(void)problem_set(pr, "seccomp profile %s:%d:%d: %s", name, err->line,
	    err->column, err->text);
	pr->line = err->line < 1 ? 1 : (unsigned int)err->line;
	pr->col = err->column < 1 ? 1 : (unsigned int)err->column;
	pr->what = strlen(pr->text) - strlen(err->text);
	return (-1);
}

int
profile_compile(const char *name, const char *json, size_t len,
    const struct profile_for *who, struct filter *out, struct problem *pr)
{
	struct profile	*p;
	json_error_t	 err;
	json_t		*root;
	int		 rc;

	profile_seed();
	root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &err);
	if (root == NULL)
		return (syntax_error(pr, name, &err));
	if ((p = calloc(1, sizeof(*p))) == NULL) {
		json_decref(root);
		return (problem_no_memory(pr));
	}
	p->name = name;
	p->who = who;
	p->pr = pr;
	rc = profile_take_arches(p, root);
	if (rc == 0)
		rc = profile_take_rules(p, root);
	if (rc == 0)
		rc = can_start(p);
	if (rc == 0) {
		decide_calls(p);
		rc = layer_apply(p);
	}
	if (rc == 0)
		rc = profile_generate(p, out);
	profile_clear(p);
	free(p);
	json_decref(root);
	return (rc);
}
