/*
 * What programs of the host say of themselves: `NAME --version`, and which
 * package they are of. Each is asked once: answers are kept in the run
 * directory for as long as the file is the same one, so that only the first
 * `info` after a boot executes anything.
 */
#ifndef VIEW_PROBE_H
#define VIEW_PROBE_H

#include <stdbool.h>

struct probes;

struct probe {
	char	 version[2048];		/* what it printed, without the end */
	char	 package[256];		/* "crun_1.8.1-1_amd64" or "Unknown" */
	bool	 ran;			/* and ended with 0 */
};

/*
 * Remember in a file of this directory; -1, or one that cannot be read or
 * written: work without. The descriptor is borrowed. NULL: no memory.
 */
struct probes	*probes_new(int);
/* Write down what is new, and free. */
void		 probes_end(struct probes *);
/*
 * Ask the program at an absolute path. False, with errno, when there is no
 * such file; a program that does not answer is an answer (`ran`).
 */
bool		 probes_ask(struct probes *, const char *, struct probe *);
/* Only which package it is of; nothing of it is executed. */
bool		 probes_package(struct probes *, const char *, struct probe *);

#endif
