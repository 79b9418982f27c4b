/*
 * policyc: compile one .policy file to the BPF program its helper loads, at
 * build time, so that starting a helper costs one prctl. Prints a header with
 * the rows, the program and, for NAME.policy, the struct policy NAME_policy.
 *
 *	cc -DPOLICY='"unpack"' -DROWS='"unpack.policy"' ... policyc.c
 *	./policyc > unpack.policy.h
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <seccomp.h>

#include "words.h"

static const struct rule rules[] = {
#include ROWS
};

static void
add_row(scmp_filter_ctx ctx, const struct rule *r)
{
	int	 rc = 0;

	switch (r->kind) {
	case RULE_ALLOW:
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, r->nr, 0);
		break;
	case RULE_ALLOW_IF:
		/* The kernel reads 32 bits of such arguments: so do we. */
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, r->nr, 1,
		    SCMP_CMP(r->arg, SCMP_CMP_MASKED_EQ, 0xffffffffUL,
		    r->value & 0xffffffffUL));
		break;
	case RULE_ERRNO:
		rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO((uint16_t)r->value),
		    r->nr, 0);
		break;
	default:
		break;
	}
	if (rc != 0)
		errx(1, "%s: %s: %s", POLICY, r->text, strerror(-rc));
}

/* The policy's name as part of C names: "cgroup-inside" is cgroup_inside. */
static const char *
c_name(void)
{
	static char	 out[64];

	(void)snprintf(out, sizeof(out), "%s", POLICY);
	for (char *dash = out; (dash = strchr(dash, '-')) != NULL; )
		*dash = '_';
	return (out);
}

/* What -P shows of a row, as part of a C string. */
static void
print_words(const struct rule *r)
{
	static const char *const kinds[] = { "limit", "allow", "allow",
	    "errno", "capability", "nested capability", "directory", "path",
	    "all", "all", "all" };

	printf("\n\t\"%s ", kinds[r->kind]);
	for (const char *c = r->text; *c != '\0'; c++)
		printf(*c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
	if (r->kind == RULE_LIMIT)
		printf(" %lu", r->value);
	else if (r->kind == RULE_PATH)
		printf(" %#x", r->arg);
	printf("\\n\"");
}

static void
print_header(int fd)
{
	struct sock_filter	 f;
	const char		*name = c_name();

	printf("/* Made from %s by policyc. */\n"
	    "#include \"words.h\"\n\n"
	    "static const struct rule %s_rules[] = {\n"
	    "#include \"%s\"\n"
	    "};\n\n"
	    "static const struct sock_filter %s_bpf[] = {\n",
	    ROWS, name, ROWS, name);
	while (read(fd, &f, sizeof(f)) == sizeof(f))
		printf("\t{ %#06x, %3u, %3u, %#010x },\n", f.code, f.jt, f.jf,
		    f.k);
	printf("};\n\n"
	    "static const struct policy %s_policy = {\n"
	    "\t\"%s\",\n"
	    "\t%s_rules, sizeof(%s_rules) / sizeof(%s_rules[0]),\n"
	    "\t%s_bpf, sizeof(%s_bpf) / sizeof(%s_bpf[0]),",
	    name, POLICY, name, name, name, name, name, name);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		print_words(&rules[i]);
	printf("\n};\n");
}

int
main(void)
{
	scmp_filter_ctx	 ctx;
	int		 fd = memfd_create("bpf", 0), rc;

	if (fd == -1 || (ctx = seccomp_init(SCMP_ACT_TRAP)) == NULL)
		err(1, "policyc");
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		add_row(ctx, &rules[i]);
	if ((rc = seccomp_export_bpf(ctx, fd)) != 0)
		errx(1, "%s: %s", POLICY, strerror(-rc));
	if (lseek(fd, 0, SEEK_SET) == -1)
		err(1, "lseek");
	print_header(fd);
	return (fflush(stdout) == 0 ? 0 : 1);
}
