/*
 * A request for a container's filter.
 */
#ifndef RESOLVE_SECCOMP_REQUEST_H
#define RESOLVE_SECCOMP_REQUEST_H

struct problem;
struct rec;

/*
 * A sealed memfd with the program (an array of struct sock_filter; for
 * "unconfined" one that allows everything), or -1 with a message.
 */
int	seccomp_request(const struct rec *, struct problem *);

#endif
