/*
 * A classic BPF interpreter, as much of one as seccomp allows: what the
 * filter compilers are judged by.
 */
#ifndef TESTS_RESOLVE_BPF_RUN_H
#define TESTS_RESOLVE_BPF_RUN_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The program left its end, or failed otherwise: no filter returns this. */
#define BPF_BROKEN	0x00bad000u

static uint32_t
bpf_alu(uint16_t op, uint32_t a, uint32_t k)
{
	switch (BPF_OP(op)) {
	case BPF_AND:
		return (a & k);
	case BPF_OR:
		return (a | k);
	case BPF_ADD:
		return (a + k);
	case BPF_SUB:
		return (a - k);
	case BPF_RSH:
		return (a >> k);
	default:
		return (BPF_BROKEN);
	}
}

static int
bpf_holds(uint16_t op, uint32_t a, uint32_t k)
{
	switch (BPF_OP(op)) {
	case BPF_JEQ:
		return (a == k);
	case BPF_JGT:
		return (a > k);
	case BPF_JGE:
		return (a >= k);
	case BPF_JSET:
		return ((a & k) != 0);
	default:
		return (-1);
	}
}

static uint32_t
bpf_run(const struct sock_filter *code, size_t n, const struct seccomp_data *d)
{
	uint32_t	 a = 0, m[BPF_MEMWORDS] = { 0 };
	int		 holds;

	for (size_t pc = 0; pc < n; pc++) {
		const struct sock_filter	*in = &code[pc];

		switch (BPF_CLASS(in->code)) {
		case BPF_LD:
			if (BPF_MODE(in->code) == BPF_MEM)
				a = m[in->k % BPF_MEMWORDS];
			else if (BPF_MODE(in->code) == BPF_ABS &&
			    in->k <= sizeof(*d) - 4 && in->k % 4 == 0)
				memcpy(&a, (const char *)d + in->k, 4);
			else
				return (BPF_BROKEN);
			break;
		case BPF_ST:
			m[in->k % BPF_MEMWORDS] = a;
			break;
		case BPF_ALU:
			a = bpf_alu(in->code, a, in->k);
			break;
		case BPF_JMP:
			if (BPF_OP(in->code) == BPF_JA) {
				pc += in->k;
				break;
			}
			if ((holds = bpf_holds(in->code, a, in->k)) == -1)
				return (BPF_BROKEN);
			pc += holds ? in->jt : in->jf;
			break;
		case BPF_RET:
			return (in->k);
		default:
			return (BPF_BROKEN);
		}
	}
	return (BPF_BROKEN);
}

#endif
