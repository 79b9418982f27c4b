/* The one sentence that says why something failed: the first one. */
#ifndef BASE_WHY_H
#define BASE_WHY_H

struct why {
	int	 error;		/* errno for the reply; 0: nothing is wrong */
	char	 text[768];
};

/* Put errno and sentence, unless one is there already. Returns -1. */
int	why_set(struct why *, int, const char *, ...)
	    __attribute__((format(printf, 3, 4)));

#endif
