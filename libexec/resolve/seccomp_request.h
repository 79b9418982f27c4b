/*
 * A request for a container's filter.
 */
#ifndef RESOLVE_SECCOMP_REQUEST_H
#define RESOLVE_SECCOMP_REQUEST_H

struct problem;
struct rec;

/*
 * A sealed memfd with the program (an array of struct sock_filter; one that
 * allows everything for "unconfined"), or -1 with one sentence.
 */
int	seccomp_request(const struct rec *, struct problem *);

#endif
