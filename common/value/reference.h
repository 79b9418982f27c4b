/*
 * The one grammar of references, [host[:port]/]path[:tag][@digest], as the
 * distribution specification and podman have it.
 */
#ifndef VALUE_REFERENCE_H
#define VALUE_REFERENCE_H

#include <stdbool.h>

#define REFERENCE_NAME	255		/* host, port and path */
#define REFERENCE_TAG	128
#define REFERENCE_MAX	(REFERENCE_NAME + 1 + REFERENCE_TAG + 1 + 71)

struct reference {
	char	 name[REFERENCE_NAME + 1];	/* host, port and path */
	char	 tag[REFERENCE_TAG + 1];	/* or "" */
	char	 digest[72];			/* "sha256:..." or "" */
};

/*
 * Take a reference apart. NULL, or the reason why it is none, for the end of
 * a message: static storage.
 */
const char *reference_parse(const char *, struct reference *);
/*
 * Could the first component of this name be nothing but a host? It is one
 * when it has a dot or a port, or is "localhost", and a host can be called so:
 * one with an underscore (a_b.c/d) is the first part of a path.
 */
bool	reference_has_host(const char *);

#endif
