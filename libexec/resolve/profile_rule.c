/*
 * The rules of a seccomp profile: which calls, under which conditions, with
 * which action.
 */
#include <linux/seccomp.h>

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf.h"
#include "calls.h"
#include "nitems.h"
#include "profile.h"
#include "profile_impl.h"

#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS	0x80000000U
#endif
#ifndef SECCOMP_RET_LOG
#define SECCOMP_RET_LOG			0x7ffc0000U
#endif

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
			return (profile_bad(p, "errnoRet out of range", NULL));
		return (0);
	}
	if (s == NULL || *s == '\0')
		return (0);
	for (size_t i = 0; i < NITEMS(names); i++)
		if (strcmp(names[i].name, s) == 0) {
			*value = names[i].value;
			return (0);
		}
	return (profile_bad(p, "unknown errno", s));
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
	return (profile_bad(p, "unknown action", name));
}

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

/* Is this kernel at least the version "4.8"? */
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

/*
 * The container must have all named capabilities, and one of the named
 * architectures, if any.
 */
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
	    !is_listed(arches, profile_native()))
		return (false);
	return (is_new_enough(p, json_object_get(in, "minKernel")));
}

/* One of the conditions is enough. */
static bool
is_excluded(const struct profile *p, const json_t *ex)
{
	const json_t	*min = json_object_get(ex, "minKernel");
	size_t		 i;
	json_t		*e;

	json_array_foreach(json_object_get(ex, "caps"), i, e)
		if (has_cap(p, json_string_value(e)))
			return (true);
	if (is_listed(json_object_get(ex, "arches"), profile_native()))
		return (true);
	return (json_is_string(min) && *json_string_value(min) != '\0' &&
	    is_new_enough(p, min));
}

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
		return (profile_bad(p, "argument index out of range", NULL));
	for (i = 0; op != NULL && i < NITEMS(ops); i++)
		if (strcmp(ops[i], op) == 0)
			break;
	if (op == NULL || i == NITEMS(ops))
		return (profile_bad(p, "unknown comparison", op));
	*c = (struct cond){ (unsigned int)index, (enum compare)i, UINT64_MAX,
	    (uint64_t)value };
	if (c->op == CMP_MASKED_EQ) {
		c->mask = (uint64_t)value;
		c->value = (uint64_t)two & c->mask;
	}
	return (0);
}

/*
 * Like libseccomp: a rule without conditions wins over those with, and the
 * first such rule over later ones; conditions are tried in their order.
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
		return (profile_bad(p, "too many rules", NULL));
	if ((v = calloc(1, sizeof(*v))) == NULL)
		return (profile_no_memory(p));
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

/* Skip architectures that do not have the call. */
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
			return (profile_bad(p, "more than six conditions",
			    NULL));
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
		return (profile_bad(p, "a rule must be an object", NULL));
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
			return (profile_bad(p, "names must be strings", NULL));
		if (add_name(p, name, action, conds, n) == -1)
			return (-1);
	}
	return (0);
}

/*
 * A filter cannot see the flags of clone3, which are behind a pointer. If a
 * profile allows clone with certain flags only, refuse clone3 with ENOSYS, so
 * that the C library falls back to clone.
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

int
profile_take_rules(struct profile *p, const json_t *root)
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
		return (profile_bad(p, "syscalls must be an array", NULL));
	json_array_foreach(rules, i, e)
		if (take_rule(p, e) == -1)
			return (-1);
	for (i = 0; i < p->narches; i++)
		if (guard_clone3(p, &p->arches[i]) == -1)
			return (-1);
	return (0);
}
