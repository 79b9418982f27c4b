/*
 * The report of a program that its seccomp filter stops: a call that a policy
 * lacks is a defect of Bulkhead, and is reported by its name.
 */
#ifndef BASE_SIGSYS_H
#define BASE_SIGSYS_H

/*
 * Install the handler of SIGSYS, before the filter is loaded. The name of the
 * policy and program is kept. The handler reports the call, and ends the
 * process by SIGSYS, which its parent sees.
 */
void	sigsys_report(const char *);
/* Exit with this status instead of dying by the signal. */
void	sigsys_exit(int);

#endif
