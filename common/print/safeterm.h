/*
 * A container's output on the way to a person's terminal. Colours pass (CSI
 * sequences that end in m and have only digits, colons and semicolons, which
 * is SGR); what moves the cursor or talks to the terminal is shown instead of
 * done: other sequences, C0 but newline and tab, C1, DEL, bidirectional
 * controls and bytes that are not UTF-8 become \xNN or \uNNNN. A carriage
 * return passes right before a newline only.
 */
#ifndef PRINT_SAFETERM_H
#define PRINT_SAFETERM_H

#include <stdbool.h>
#include <stddef.h>

#define SAFETERM_HELD	64		/* a longer sequence is no colour */

struct safeterm {
	int		(*put)(void *, const char *, size_t);
	void		*arg;
	bool		 coloured;	/* SGR that was not reset */
	size_t		 len;
	char		 held[SAFETERM_HELD + 1];
};

/* Begin; `put` is given what may be shown and returns 0, or -1 to stop. */
void	safeterm_init(struct safeterm *,
	    int (*)(void *, const char *, size_t), void *);
/*
 * Text in pieces of any size: a sequence or a character that is cut off at the
 * end of one is held back for the next. 0, or -1 when `put` failed.
 */
int	safeterm_write(struct safeterm *, const char *, size_t);
/* The end: show what is held, and reset colours that were left on. 0 or -1. */
int	safeterm_end(struct safeterm *);

#endif
