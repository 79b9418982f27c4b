#include "profile.h"

#include <sys/random.h>

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <errno.h>
#include <jansson.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf.h"
#include "calls.h"
#include "layer.h"
#include "profile_impl.h"
#include "settings.h"

#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS	0x80000000U
#endif
#ifndef SECCOMP_RET_LOG
#define SECCOMP_RET_LOG			0x7ffc0000U
#endif

#define X32_BIT		0x40000000u
#define NO_CALL		UINT32_MAX	/* what a tracer sets to skip one */

static const struct arch_name {
	const char	*name;		/* as profiles have it */
	const char	*go;		/* as includes and excludes have it */
	uint32_t	 token;
	uint32_t	 audit;
} arch_names[] = {
	{ "SCMP_ARCH_X86_64", "amd64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64 },
	{ "SCMP_ARCH_X86", "x86", SCMP_ARCH_X86, AUDIT_ARCH_I386 },
	{ "SCMP_ARCH_X32", "x32", SCMP_ARCH_X32, AUDIT_ARCH_X86_64 },
	{ "SCMP_ARCH_AARCH64", "arm64", SCMP_ARCH_AARCH64,
	    AUDIT_ARCH_AARCH64 },
	{ "SCMP_ARCH_ARM", "arm", SCMP_ARCH_ARM, AUDIT_ARCH_ARM },
	{ "SCMP_ARCH_PPC64LE", "ppc64le", SCMP_ARCH_PPC64LE,
	    AUDIT_ARCH_PPC64LE },
	{ "SCMP_ARCH_RISCV64", "riscv64", SCMP_ARCH_RISCV64,
	    AUDIT_ARCH_RISCV64 },
	{ "SCMP_ARCH_S390X", "s390x", SCMP_ARCH_S390X, AUDIT_ARCH_S390X },
	{ "SCMP_ARCH_S390", "s390", SCMP_ARCH_S390, AUDIT_ARCH_S390 },
};

static int
bad(struct profile *p, const char *what, const char *value)
{
	return (problem_set(p->pr, "seccomp profile %s: %s \"%.60s\"", p->name,
	    what, value == NULL ? "" : value));
}

static int
no_memory(struct profile *p)
{
	return (problem_set(p->pr, "seccomp profile %s: out of memory",
	    p->name));
}

static const struct arch_name *
arch_by_name(const char *name)
{
	for (size_t i = 0; name != NULL && i < NITEMS(arch_names); i++)
		if (strcmp(arch_names[i].name, name) == 0)
			return (&arch_names[i]);
	return (NULL);
}

static const struct arch_name *
arch_native(void)
{
	for (size_t i = 0; i < NITEMS(arch_names); i++)
		if (arch_names[i].token == seccomp_arch_native())
			return (&arch_names[i]);
	return (NULL);
}

/* --- actions --- */

/* The errno of an action: by number, else by name, else EPERM. */
static int
take_errno(struct profile *p, const json_t *number, const json_t *name,
    uint32_t *value)
{
	static const struct {
		const char	*name;
		uint32_t	 value;
	} names[] = {
		{ "EPERM", EPERM }, { "ENOSYS", ENOSYS }, { "EACCES", EACCES },
		{ "EINVAL", EINVAL }, { "EAFNOSUPPORT", EAFNOSUPPORT },
		{ "EOPNOTSUPP", EOPNOTSUPP }, { "ENOENT", ENOENT },
	};
	const char	*s = json_string_value(name);

	*value = EPERM;
	if (json_is_integer(number)) {
		*value = (uint32_t)json_integer_value(number);
		if (json_integer_value(number) < 0 ||
		    json_integer_value(number) > 4095)
			return (bad(p, "errnoRet out of range", NULL));
		return (0);
	}
	if (s == NULL || *s == '\0')
		return (0);
	for (size_t i = 0; i < NITEMS(names); i++)
		if (strcmp(names[i].name, s) == 0) {
			*value = names[i].value;
			return (0);
		}
	return (bad(p, "unknown errno", s));
}

static int
take_action(struct profile *p, const char *name, const json_t *number,
    const json_t *errno_name, uint32_t *action)
{
	static const struct {
		const char	*name;
		uint32_t	 action;
	} names[] = {
		{ "SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW },
		{ "SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO },
		{ "SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD },
		{ "SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD },
		{ "SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS },
		{ "SCMP_ACT_LOG", SECCOMP_RET_LOG },
		{ "SCMP_ACT_TRACE", SECCOMP_RET_TRACE },
		{ "SCMP_ACT_TRAP", SECCOMP_RET_TRAP },
	};
	uint32_t	 value;

	for (size_t i = 0; name != NULL && i < NITEMS(names); i++) {
		if (strcmp(names[i].name, name) != 0)
			continue;
		*action = names[i].action;
		if (*action != SECCOMP_RET_ERRNO &&
		    *action != SECCOMP_RET_TRACE)
			return (0);
		if (take_errno(p, number, errno_name, &value) == -1)
			return (-1);
		*action |= value;
		return (0);
	}
	return (bad(p, "unknown action", name));
}

/* --- architectures --- */

static int
add_arch(struct profile *p, const struct arch_name *a)
{
	for (size_t i = 0; i < p->narches; i++)
		if (p->arches[i].token == a->token)
			return (0);
	if (p->narches == ARCHES_MAX)
		return (bad(p, "too many architectures for", a->name));
	p->arches[p->narches].token = a->token;
	p->arches[p->narches].audit = a->audit;
	p->narches++;
	p->has_x32 = p->has_x32 || a->token == SCMP_ARCH_X32;
	return (0);
}

static int
add_arch_list(struct profile *p, const json_t *list)
{
	const struct arch_name	*a;
	const char		*name;
	size_t			 i;
	json_t			*e;

	json_array_foreach(list, i, e) {
		name = json_string_value(e);
		if (name == NULL)
			return (bad(p, "architectures must be strings", NULL));
		/* Those of other machines say nothing about this one. */
		if ((a = arch_by_name(name)) != NULL && add_arch(p, a) == -1)
			return (-1);
	}
	return (0);
}

static int
take_arches(struct profile *p, const json_t *root)
{
	const struct arch_name	*native = arch_native();
	const char		*name;
	size_t			 i;
	json_t			*e;

	if (native == NULL)
		return (bad(p, "this machine's architecture is unknown", NULL));
	if (add_arch(p, native) == -1 ||
	    add_arch_list(p, json_object_get(root, "architectures")) == -1)
		return (-1);
	json_array_foreach(json_object_get(root, "archMap"), i, e) {
		name = json_string_value(json_object_get(e, "architecture"));
		if (name == NULL || strcmp(name, native->name) != 0)
			continue;
		if (add_arch_list(p, json_object_get(e,
		    "subArchitectures")) == -1)
			return (-1);
	}
	return (0);
}

/* --- conditions on the container and the machine --- */

static bool
is_listed(const json_t *list, const char *s)
{
	size_t	 i;
	json_t	*e;

	json_array_foreach(list, i, e)
		if (json_is_string(e) && strcmp(json_string_value(e), s) == 0)
			return (true);
	return (false);
}

static bool
has_cap(const struct profile *p, const char *cap)
{
	for (size_t i = 0; cap != NULL && i < p->who->ncaps; i++)
		if (strcmp(p->who->caps[i], cap) == 0)
			return (true);
	return (false);
}

/* "4.8": is this kernel at least that? */
static bool
is_new_enough(const struct profile *p, const json_t *min)
{
	const unsigned int	*have = p->who->kernel;
	const char		*s = json_string_value(min);
	unsigned int		 major, minor;

	if (s == NULL || *s == '\0' || (have[0] == 0 && have[1] == 0))
		return (true);
	if (sscanf(s, "%u.%u", &major, &minor) != 2)
		return (false);
	return (have[0] > major || (have[0] == major && have[1] >= minor));
}

/* All capabilities named, and one of the architectures if any are. */
static bool
is_included(const struct profile *p, const json_t *in)
{
	const json_t	*arches = json_object_get(in, "arches");
	size_t		 i;
	json_t		*e;

	json_array_foreach(json_object_get(in, "caps"), i, e)
		if (!has_cap(p, json_string_value(e)))
			return (false);
	if (json_array_size(arches) > 0 &&
	    !is_listed(arches, arch_native()->go))
		return (false);
	return (is_new_enough(p, json_object_get(in, "minKernel")));
}

/* Any one of them is enough. */
static bool
is_excluded(const struct profile *p, const json_t *ex)
{
	const json_t	*min = json_object_get(ex, "minKernel");
	size_t		 i;
	json_t		*e;

	json_array_foreach(json_object_get(ex, "caps"), i, e)
		if (has_cap(p, json_string_value(e)))
			return (true);
	if (is_listed(json_object_get(ex, "arches"), arch_native()->go))
		return (true);
	return (json_is_string(min) && *json_string_value(min) != '\0' &&
	    is_new_enough(p, min));
}

/* --- rules --- */

static int
take_cond(struct profile *p, const json_t *arg, struct cond *c)
{
	static const char *const	 ops[] = {
		[CMP_NE] = "SCMP_CMP_NE", [CMP_LT] = "SCMP_CMP_LT",
		[CMP_LE] = "SCMP_CMP_LE", [CMP_EQ] = "SCMP_CMP_EQ",
		[CMP_GE] = "SCMP_CMP_GE", [CMP_GT] = "SCMP_CMP_GT",
		[CMP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
	};
	json_int_t	 index, value, two;
	const char	*op = json_string_value(json_object_get(arg, "op"));
	size_t		 i;

	index = json_integer_value(json_object_get(arg, "index"));
	value = json_integer_value(json_object_get(arg, "value"));
	two = json_integer_value(json_object_get(arg, "valueTwo"));
	if (index < 0 || index >= CONDS_MAX)
		return (bad(p, "argument index out of range", NULL));
	for (i = 0; op != NULL && i < NITEMS(ops); i++)
		if (strcmp(ops[i], op) == 0)
			break;
	if (op == NULL || i == NITEMS(ops))
		return (bad(p, "unknown comparison", op));
	*c = (struct cond){ (unsigned int)index, (enum compare)i, UINT64_MAX,
	    (uint64_t)value };
	if (c->op == CMP_MASKED_EQ) {
		c->mask = (uint64_t)value;
		c->value = (uint64_t)two & c->mask;
	}
	return (0);
}

struct call *
profile_call(struct profile *p, struct arch *a, uint32_t nr)
{
	struct call	*c, **bucket = &a->calls[nr % BUCKETS];

	for (c = *bucket; c != NULL; c = c->next)
		if (c->nr == nr)
			return (c);
	if ((c = calloc(1, sizeof(*c))) == NULL) {
		(void)no_memory(p);
		return (NULL);
	}
	c->nr = nr;
	c->next = *bucket;
	*bucket = c;
	a->ncalls++;
	return (c);
}

/*
 * As libseccomp does: a rule without conditions wins over those with, and
 * the first such over later ones; conditions are tried in their order.
 */
static int
call_add(struct profile *p, struct call *c, uint32_t action,
    const struct cond *conds, unsigned int n)
{
	struct verdict	*v;

	if (c->decided)
		return (0);
	if (n == 0) {
		c->decided = true;
		c->action = action;
		return (0);
	}
	if (++p->nrules > RULES_MAX)
		return (bad(p, "too many rules", NULL));
	if ((v = calloc(1, sizeof(*v))) == NULL)
		return (no_memory(p));
	v->action = action;
	v->n = n;
	memcpy(v->conds, conds, n * sizeof(*conds));
	if (c->last == NULL)
		c->first = v;
	else
		c->last->next = v;
	c->last = v;
	return (0);
}

/* Two conditions on one argument are alternatives, as in runc. */
static int
add_conditional(struct profile *p, struct call *c, uint32_t action,
    const struct cond *conds, unsigned int n)
{
	unsigned int	 seen = 0;
	bool		 twice = false;

	for (unsigned int i = 0; i < n; i++) {
		twice = twice || (seen & 1u << conds[i].arg) != 0;
		seen |= 1u << conds[i].arg;
	}
	if (!twice)
		return (call_add(p, c, action, conds, n));
	for (unsigned int i = 0; i < n; i++)
		if (call_add(p, c, action, &conds[i], 1) == -1)
			return (-1);
	return (0);
}

/* A name that an architecture does not have is no error. */
static int
add_name(struct profile *p, const char *name, uint32_t action,
    const struct cond *conds, unsigned int n)
{
	struct call	*c;
	int64_t		 nr;

	for (size_t i = 0; i < p->narches; i++) {
		nr = calls_number(p->arches[i].token, name);
		if (nr < 0)
			continue;
		c = profile_call(p, &p->arches[i], (uint32_t)nr);
		if (c == NULL ||
		    add_conditional(p, c, action, conds, n) == -1)
			return (-1);
	}
	return (0);
}

static int
take_conds(struct profile *p, const json_t *args, struct cond *conds,
    unsigned int *n)
{
	size_t	 i;
	json_t	*e;

	*n = 0;
	json_array_foreach(args, i, e) {
		if (i == CONDS_MAX)
			return (bad(p, "more than six conditions", NULL));
		if (take_cond(p, e, &conds[i]) == -1)
			return (-1);
		(*n)++;
	}
	return (0);
}

static int
take_rule(struct profile *p, const json_t *rule)
{
	const json_t	*names = json_object_get(rule, "names");
	const char	*name;
	struct cond	 conds[CONDS_MAX];
	uint32_t	 action;
	unsigned int	 n;
	size_t		 i;
	json_t		*e;

	if (!json_is_object(rule))
		return (bad(p, "a rule must be an object", NULL));
	if (!is_included(p, json_object_get(rule, "includes")) ||
	    is_excluded(p, json_object_get(rule, "excludes")))
		return (0);
	name = json_string_value(json_object_get(rule, "action"));
	if (take_action(p, name, json_object_get(rule, "errnoRet"),
	    json_object_get(rule, "errno"), &action) == -1 ||
	    take_conds(p, json_object_get(rule, "args"), conds, &n) == -1)
		return (-1);
	name = json_string_value(json_object_get(rule, "name"));
	if (name != NULL && add_name(p, name, action, conds, n) == -1)
		return (-1);
	json_array_foreach(names, i, e) {
		if ((name = json_string_value(e)) == NULL)
			return (bad(p, "names must be strings", NULL));
		if (add_name(p, name, action, conds, n) == -1)
			return (-1);
	}
	return (0);
}

/*
 * clone3 has its flags behind a pointer, where no filter sees them. If clone
 * is allowed with certain flags only, clone3 would be the way around it;
 * ENOSYS makes the C library fall back to clone.
 */
static int
guard_clone3(struct profile *p, struct arch *a)
{
	int64_t		 clone = calls_number(a->token, "clone");
	int64_t		 clone3 = calls_number(a->token, "clone3");
	struct call	*c;

	if (clone < 0 || clone3 < 0)
		return (0);
	if ((c = profile_call(p, a, (uint32_t)clone)) == NULL)
		return (-1);
	if (c->decided || c->first == NULL)
		return (0);
	if ((c = profile_call(p, a, (uint32_t)clone3)) == NULL)
		return (-1);
	c->decided = true;
	c->action = SECCOMP_RET_ERRNO | ENOSYS;
	return (0);
}

static int
take_rules(struct profile *p, const json_t *root)
{
	const json_t	*rules = json_object_get(root, "syscalls");
	const char	*action;
	size_t		 i;
	json_t		*e;

	action = json_string_value(json_object_get(root, "defaultAction"));
	if (take_action(p, action, json_object_get(root, "defaultErrnoRet"),
	    json_object_get(root, "defaultErrno"), &p->fallback) == -1)
		return (-1);
	if (rules != NULL && !json_is_array(rules) && !json_is_null(rules))
		return (bad(p, "syscalls must be an array", NULL));
	json_array_foreach(rules, i, e)
		if (take_rule(p, e) == -1)
			return (-1);
	for (i = 0; i < p->narches; i++)
		if (guard_clone3(p, &p->arches[i]) == -1)
			return (-1);
	return (0);
}

/* Is a call with this answer made, where nothing traces the process? */
static bool
is_made(uint32_t action)
{
	return (action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG);
}

/*
 * A profile under which execve is refused can never start a program. What it
 * does with the arguments of execve, which are pointers, is its own affair.
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

/* From here on each call is its verdicts in order, and then its action. */
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

/* --- tables --- */

static int
by_number(const void *a, const void *b)
{
	const struct call *const	*x = a;
	const struct call *const	*y = b;

	return ((*x)->nr < (*y)->nr ? -1 : (*x)->nr > (*y)->nr);
}

/* Begin a range, unless it only says what the one before does. */
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
 * The table of one architecture, x32 within that of x86-64: a bit of the
 * number is all that tells them apart. Where the profile has no x32 its
 * calls are ones that this kernel does not have.
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
		return (no_memory(p));
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

static int
generate(struct profile *p, struct filter *out)
{
	struct table	 tables[ARCHES_MAX] = { 0 };
	size_t		 n = 0;
	int		 rc = 0;

	for (size_t i = 0; i < p->narches && rc == 0; i++)
		if (p->arches[i].token != SCMP_ARCH_X32)
			rc = table_make(p, i, &tables[n++]);
	if (rc == 0 && !bpf_generate(out, tables, n))
		rc = bad(p, "more rules than the kernel takes", NULL);
	for (size_t i = 0; i < n; i++)
		free(tables[i].ranges);
	return (rc);
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
 * jansson would open /dev/urandom for the seed of its hash tables, which the
 * filter of this program does not allow.
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
		return (problem_set(pr, "out of memory"));
	}
	p->name = name;
	p->who = who;
	p->pr = pr;
	rc = take_arches(p, root);
	if (rc == 0)
		rc = take_rules(p, root);
	if (rc == 0)
		rc = can_start(p);
	if (rc == 0) {
		decide_calls(p);
		rc = layer_apply(p);
	}
	if (rc == 0)
		rc = generate(p, out);
	profile_clear(p);
	free(p);
	json_decref(root);
	return (rc);
}
