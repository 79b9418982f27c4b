/*
 * From the decision for each system call to a classic BPF program: for each
 * architecture a binary search over ranges of call numbers, so that a call
 * costs few instructions however many calls are named.
 */
#ifndef RESOLVE_BPF_H
#define RESOLVE_BPF_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum compare {
	CMP_NE, CMP_LT, CMP_LE, CMP_EQ, CMP_GE, CMP_GT, CMP_MASKED_EQ,
};

/* argument [& mask] compare value, in all 64 bits. */
struct cond {
	unsigned int	 arg;
	enum compare	 op;
	uint64_t	 mask;
	uint64_t	 value;
};

enum { CONDS_MAX = 6 };

/* The action if all conditions hold. */
struct verdict {
	struct verdict	*next;
	uint32_t	 action;	/* SECCOMP_RET_... */
	unsigned int	 n;
	struct cond	 conds[CONDS_MAX];
};

/*
 * The decision for the calls from a number up to the next range: the first
 * verdict whose conditions hold, else the action.
 */
struct range {
	uint32_t		 from;
	uint32_t		 action;
	const struct verdict	*verdicts;
};

/* Ranges of one architecture, sorted; the first begins at 0. */
struct table {
	uint32_t	 audit_arch;
	struct range	*ranges;
	size_t		 n;
};

enum { FILTER_MAX = 4096 };	/* BPF_MAXINSNS */

struct filter {
	struct sock_filter	 code[FILTER_MAX];
	size_t			 n;
	bool			 full;
};

/*
 * Calls of other architectures kill the process. False: more instructions than
 * the kernel takes.
 */
bool	bpf_generate(struct filter *, const struct table *, size_t);

#endif
