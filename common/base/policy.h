/*
 * A .policy file is a list of rows: all that a helper may ask of the kernel.
 * tools/policyc makes a header of it, with the rows (limits, directories, what
 * -P prints), the BPF program of the system calls, and NAME_policy.
 */
#ifndef BASE_POLICY_H
#define BASE_POLICY_H

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

enum rule_kind {
	RULE_LIMIT, RULE_ALLOW, RULE_ALLOW_IF, RULE_ERRNO, RULE_CAP,
	RULE_NESTED_CAP, RULE_DIR, RULE_PATH, RULE_OPEN_FS, RULE_NET,
	RULE_SIGNALS,
};

/* The Landlock rights beneath a DIR or PATH. */
enum {
	DIR_READ = 1, DIR_WRITE = 2, DIR_EXEC = 4, DIR_DEV = 8,
	DIR_FILES = 16,		/* existing files: read and write them */
};

struct rule {
	enum rule_kind	 kind;
	const char	*text;
	int		 nr;		/* syscall, limit, capability, DIR
					 * number */
	unsigned int	 arg;
	unsigned long	 value;
};

/* LIMIT(NOFILE, 64): a hard resource limit. */
#define LIMIT(res, max)	 { RULE_LIMIT, #res, RLIMIT_##res, 0, (max) },
/* ALLOW(read): a system call; any other ends the process (see sigsys.c). */
#define ALLOW(call)	 { RULE_ALLOW, #call, SYS_##call, 0, 0 },
/* ALLOW_IF(fcntl, 1, F_GETFL): only if argument n equals v (low 32 bits). */
#define ALLOW_IF(call, n, v) \
			 { RULE_ALLOW_IF, #call "(" #n " == " #v ")", \
			   SYS_##call, (n), (unsigned long)(v) },
/* The value of O_LARGEFILE in musl, which adds it to every open. */
#define MUSL_LARGEFILE	 0100000
/* DENY_ERRNO(openat, ENOENT): return an errno to a library that only tries. */
#define DENY_ERRNO(call, e) { RULE_ERRNO, #call " -> " #e, SYS_##call, 0, (e) },
/* CAP(SETUID): a capability that is kept, if it was there at start. */
#define CAP(name)	 { RULE_CAP, #name, CAP_##name, 0, 0 },
/*
 * NESTED_CAP(SETFCAP): a capability that only root of a user namespace keeps,
 * effective; it is a capability in that namespace.
 */
#define NESTED_CAP(name) { RULE_NESTED_CAP, #name, CAP_##name, 0, 0 },
/* DIR(0, "graph root", DIR_READ | DIR_WRITE): Landlock on a descriptor. */
#define DIR(slot, what, rights) \
			 { RULE_DIR, what " (" #rights ")", (slot), \
			   (rights), 0 },
/* PATH("/etc/containers", DIR_READ): Landlock on a fixed path, if there. */
#define PATH(path, rights) { RULE_PATH, path, 0, (rights), 0 },
/* OPEN_FS(): no Landlock on files at all; the row must say why. */
#define OPEN_FS()	 { RULE_OPEN_FS, "files", 0, 0, 0 },
/* NET(): may use the network; else TCP bind and connect are refused. */
#define NET()		 { RULE_NET, "network", 0, 0, 0 },
/* SIGNALS(): may signal processes outside its own Landlock domain. */
#define SIGNALS()	 { RULE_SIGNALS, "signals", 0, 0, 0 },

/* The policy of a program, as policyc makes it. */
struct policy {
	const char			*name;
	const struct rule		*rules;
	size_t				 nrules;
	const struct sock_filter	*bpf;
	size_t				 nbpf;
	const char			*words;	/* what -P prints */
};

#endif
