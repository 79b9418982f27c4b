/*
 * A process by its pid, which may be another process's later: with its start
 * time it is unique within one boot.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

/* Its start time in clock ticks since boot; 0: it has ended. */
uint64_t process_start_time(pid_t);
/* The processor time that it has used, in clock ticks; 0: it has ended. */
uint64_t process_cpu_time(pid_t);
/*
 * A pidfd of a child of this process that has such a name, the caller's, and
 * its number. -1 with errno: ESRCH where there is none.
 */
int	process_open_child(pid_t, const char *name, pid_t *);
/*
 * A pidfd of the process with this start time; the caller's. -1 with errno:
 * ESRCH if it has ended.
 */
int	process_open(pid_t, uint64_t start_time);
/*
 * The inode number of the pid namespace that this process is in; 0: unknown.
 * The first namespace of the kernel has always the same one.
 */
#define PROCESS_FIRST_PID_NS	0xEFFFFFFCu
uint64_t process_own_pid_ns(void);
/* Is this pid, as it is seen here, one of our own pid namespace? */
bool	process_shares_pid_ns(pid_t);
/* A descriptor of its pid namespace, the caller's. -1 as above. */
int	process_pid_namespace(pid_t, uint64_t start_time);

#endif
