/*
 * What a program says when its seccomp filter stops it: a call that is missing
 * from a policy is a fault of ours, and has to be reported by its name.
 */
#ifndef BASE_SIGSYS_H
#define BASE_SIGSYS_H

/*
 * Install the handler of SIGSYS, before the filter is loaded. The name, of the
 * policy and of the program, is borrowed for good. The process will say which
 * call it was, and then die by SIGSYS, so that its parent sees that.
 */
void	sigsys_report(const char *);
/* Exit with this status instead of dying by the signal. */
void	sigsys_exit(int);

#endif
