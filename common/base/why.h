/* The reason of a failure: the first message that is set. */
#ifndef BASE_WHY_H
#define BASE_WHY_H

struct why {
	int	 error;		/* errno for the reply; 0: no failure */
	char	 text[768];
};

/* Set errno and message, unless one is set already. Returns -1. */
int	why_set(struct why *, int, const char *, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
