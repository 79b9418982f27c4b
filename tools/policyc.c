/*
 * policyc: compile one .policy file to the BPF program its helper loads, at
 * build time, so that starting a helper costs one prctl. Prints a C array.
 *
 *	cc -DPOLICY='"resolve.policy"' ... policyc.c && ./policyc > resolve.bpf.h
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/nsfs.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <seccomp.h>

#include "policy.h"

static const struct rule rules[] = {
#include POLICY
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

/* Of a program with several policies, NAME-OTHER.policy: "_OTHER". */
static const char *
suffix(void)
{
	static char	 out[64];
	const char	*dash = strchr(POLICY, '-');

	if (dash != NULL)
		(void)snprintf(out, sizeof(out), "_%.*s",
		    (int)strcspn(dash + 1, "."), dash + 1);
	return (out);
}

int
main(void)
{
	struct sock_filter	 f;
	scmp_filter_ctx		 ctx;
	int			 fd = memfd_create("bpf", 0), rc;

	if (fd == -1 || (ctx = seccomp_init(SCMP_ACT_TRAP)) == NULL)
		err(1, "policyc");
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		add_row(ctx, &rules[i]);
	if ((rc = seccomp_export_bpf(ctx, fd)) != 0)
		errx(1, "%s: %s", POLICY, strerror(-rc));
	if (lseek(fd, 0, SEEK_SET) == -1)
		err(1, "lseek");
	printf("/* Made from %s by policyc. */\n"
	    "static const struct sock_filter bpf%s[] = {\n", POLICY,
	    suffix());
	while (read(fd, &f, sizeof(f)) == sizeof(f))
		printf("\t{ %#06x, %3u, %3u, %#010x },\n", f.code, f.jt, f.jf,
		    f.k);
	printf("};\n");
	return (fflush(stdout) == 0 ? 0 : 1);
}
