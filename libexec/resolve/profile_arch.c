/*
 * The architectures of a seccomp profile.
 */
#include <linux/audit.h>

#include <jansson.h>
#include <seccomp.h>
#include <string.h>

#include "nitems.h"
#include "profile_impl.h"

static const struct arch_name {
	const char	*name;		/* in profiles */
	const char	*go;		/* in includes and excludes */
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

const char *
profile_native(void)
{
	return (arch_native()->go);
}

static int
add_arch(struct profile *p, const struct arch_name *a)
{
	for (size_t i = 0; i < p->narches; i++)
		if (p->arches[i].token == a->token)
			return (0);
	if (p->narches == ARCHES_MAX)
		return (profile_bad(p, "too many architectures for", a->name));
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
			return (profile_bad(p, "architectures must be "
			    "strings", NULL));
		/* Skip architectures of other machines. */
		if ((a = arch_by_name(name)) != NULL && add_arch(p, a) == -1)
			return (-1);
	}
	return (0);
}

int
profile_take_arches(struct profile *p, const json_t *root)
{
	const struct arch_name	*native = arch_native();
	const char		*name;
	size_t			 i;
	json_t			*e;

	if (native == NULL)
		return (profile_bad(p, "this machine's architecture is "
		    "unknown", NULL));
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
