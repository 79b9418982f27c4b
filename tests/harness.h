/*
 * The parent's chair: start a helper as the front end does, speak to it, see
 * it off; and the lines of TAP.
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "chan.h"

/*
 * Start a program with the peer's role and its own. If the test runs as root,
 * the program is started as nobody, because helpers refuse to be root. Its
 * stderr is collected and shown, with a # before each line, by stop.
 */
pid_t	start(const char *, enum role, enum role, struct chan *);
/*
 * The same for a program that is started with several channels, and perhaps a
 * directory (-1: none) behind them: our ends of the channels are put into the
 * array. Its stderr is `log`.
 */
#define START_FDS	8
pid_t	start_fds(const char *, enum role, int *ends, int nends, int dir_fd,
	    int log);
/* What the child is to do before it executes the program, if anything. */
extern void	(*start_before_exec)(void);
/* Close its channel, wait. Its exit status, or minus the signal. */
int	stop(pid_t, struct chan *);
/* The same for a program whose log is read here, from a pipe (taken). */
int	program_end(pid_t, int log);
/* Ask and wait for the answer: its error, or UINT32_MAX if there is none. */
uint32_t ask(struct chan *, enum msg_type, const union msg *, const int *,
	    unsigned int);

/*
 * In a child: go into a new user namespace, in which the effective user and
 * group are this id, the only one; or exit.
 */
void	enter_userns(unsigned int);

/*
 * Every file of tests/corpus/NAME through a fuzz target. A target that fails
 * ends the test by abort().
 */
void	replay_corpus(const char *, int (*)(const uint8_t *, size_t));
/* Stands in front of the text of each check, or NULL. */
extern const char *title;
void	check(int, const char *, int);
/* Print the plan; the exit status of the test. */
int	finish(void);

#define CHECK(x)	check((x), #x, __LINE__)

#endif
