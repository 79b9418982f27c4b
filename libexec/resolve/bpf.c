#include "bpf.h"

#include <linux/seccomp.h>
#include <string.h>

#ifndef SECCOMP_RET_KILL_PROCESS
#define SECCOMP_RET_KILL_PROCESS 0x80000000U
#endif

/* Jump targets in a verdict that are filled in when its code is complete. */
enum { PASS = 254, FAIL = 255 };

static void
put(struct filter *f, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	if (f->n == FILTER_MAX) {
		f->full = true;
		return;
	}
	f->code[f->n++] = (struct sock_filter){ code, jt, jf, k };
}

static void
put_ret(struct filter *f, uint32_t action)
{
	put(f, BPF_RET | BPF_K, 0, 0, action);
}

static void
put_load(struct filter *f, size_t offset)
{
	put(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static void
put_jump(struct filter *f, uint16_t op, uint32_t k, uint8_t jt, uint8_t jf)
{
	put(f, (uint16_t)(BPF_JMP | op | BPF_K), jt, jf, k);
}

/* Offsets of the two halves of an argument. */
static size_t
half(unsigned int arg, bool high)
{
	size_t	 at = offsetof(struct seccomp_data, args) + 8 * arg;

	return (at + ((__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) == high ?
	    4 : 0));
}

static void
put_masked_half(struct filter *f, const struct cond *c, bool high)
{
	uint32_t	 mask = (uint32_t)(high ? c->mask >> 32 : c->mask);
	uint32_t	 value = (uint32_t)(high ? c->value >> 32 : c->value);

	if (mask == 0)
		return;
	put_load(f, half(c->arg, high));
	if (mask != UINT32_MAX)
		put(f, BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
	put_jump(f, BPF_JEQ, value, 0, FAIL);
}

/*
 * Compare both halves: the lower one decides if the upper halves are equal. For
 * order relations the jumps handle upper halves that differ.
 */
static void
put_cond(struct filter *f, const struct cond *c)
{
	uint32_t	 hi = (uint32_t)(c->value >> 32);
	uint32_t	 lo = (uint32_t)c->value;
	bool		 less = c->op == CMP_LT || c->op == CMP_LE;

	if (c->op == CMP_MASKED_EQ) {
		put_masked_half(f, c, true);
		put_masked_half(f, c, false);
		return;
	}
	put_load(f, half(c->arg, true));
	if (c->op == CMP_EQ || c->op == CMP_NE) {
		put_jump(f, BPF_JEQ, hi, 0, c->op == CMP_EQ ? FAIL : PASS);
		put_load(f, half(c->arg, false));
		if (c->op == CMP_EQ)
			put_jump(f, BPF_JEQ, lo, 0, FAIL);
		else
			put_jump(f, BPF_JEQ, lo, FAIL, 0);
		return;
	}
	put_jump(f, BPF_JGT, hi, less ? FAIL : PASS, 0);
	put_jump(f, BPF_JEQ, hi, 0, less ? PASS : FAIL);
	put_load(f, half(c->arg, false));
	if (c->op == CMP_GT || c->op == CMP_GE)
		put_jump(f, c->op == CMP_GT ? BPF_JGT : BPF_JGE, lo, 0, FAIL);
	else
		put_jump(f, c->op == CMP_LT ? BPF_JGE : BPF_JGT, lo, FAIL, 0);
}

/* Point the marked jumps, from this instruction on, to the end of the code. */
static void
land(struct filter *f, size_t from, uint8_t mark)
{
	for (size_t i = from; i < f->n; i++) {
		struct sock_filter	*in = &f->code[i];
		uint8_t			 dist = (uint8_t)(f->n - i - 1);

		if (BPF_CLASS(in->code) != BPF_JMP)
			continue;
		if (in->jt == mark)
			in->jt = dist;
		if (in->jf == mark)
			in->jf = dist;
	}
}

/* At most six conditions of five instructions: jumps stay below 255. */
static void
put_verdict(struct filter *f, const struct verdict *v)
{
	size_t	 start = f->n;

	for (unsigned int i = 0; i < v->n; i++) {
		size_t	 from = f->n;

		put_cond(f, &v->conds[i]);
		land(f, from, PASS);
	}
	put_ret(f, v->action);
	land(f, start, FAIL);
}

static void
put_leaf(struct filter *f, const struct range *r)
{
	for (const struct verdict *v = r->verdicts; v != NULL; v = v->next)
		put_verdict(f, v);
	put_ret(f, r->action);
}

/* Insert room for one instruction. Only jumps inside a verdict cross it. */
static void
make_room(struct filter *f, size_t at)
{
	if (f->n == FILTER_MAX) {
		f->full = true;
		return;
	}
	memmove(&f->code[at + 1], &f->code[at],
	    (f->n - at) * sizeof(f->code[0]));
	f->n++;
}

static void
put_search(struct filter *f, const struct range *r, size_t n)
{
	size_t	 mid = n / 2, at = f->n, len;

	if (f->full)
		return;
	if (n == 1) {
		put_leaf(f, r);
		return;
	}
	put_jump(f, BPF_JGE, r[mid].from, 0, 0);
	put_search(f, r, mid);
	if (f->full)
		return;
	len = f->n - at - 1;
	if (len <= UINT8_MAX) {
		f->code[at].jt = (uint8_t)len;
	} else {
		make_room(f, at + 1);
		f->code[at].jf = 1;
		f->code[at + 1] = (struct sock_filter){ BPF_JMP | BPF_JA, 0, 0,
		    (uint32_t)len };
	}
	put_search(f, r + mid, n - mid);
}

bool
bpf_generate(struct filter *f, const struct table *tables, size_t n)
{
	size_t	 at;

	f->n = 0;
	f->full = false;
	put_load(f, offsetof(struct seccomp_data, arch));
	for (size_t i = 0; i < n && !f->full; i++) {
		put_jump(f, BPF_JEQ, tables[i].audit_arch, 1, 0);
		at = f->n;
		put(f, BPF_JMP | BPF_JA, 0, 0, 0);
		put_load(f, offsetof(struct seccomp_data, nr));
		put_search(f, tables[i].ranges, tables[i].n);
		if (!f->full)
			f->code[at].k = (uint32_t)(f->n - at - 1);
	}
	put_ret(f, SECCOMP_RET_KILL_PROCESS);
	return (!f->full);
}
