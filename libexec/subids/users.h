/*
 * The user database. In the small program it is /etc/passwd and nothing
 * else: musl would ask a name service cache, whose answer would be one more
 * text to trust. The program that is linked with glibc asks whatever
 * nsswitch.conf names; users_elsewhere is how the first becomes the second.
 */
#ifndef SUBIDS_USERS_H
#define SUBIDS_USERS_H

#include <sys/types.h>

#include <pwd.h>

/* The entry, or NULL. It is good until the next call. */
struct passwd	*users_by_name(const char *);
struct passwd	*users_by_id(uid_t);
/*
 * Where nsswitch.conf names a source of users or of subordinate ids other than
 * the files: become the program beside this one that can ask it ("-nss"). The
 * arguments are main's. Returns where there is none, or where this is that
 * program. Exits when it is not there.
 */
void		 users_elsewhere(char **argv);

#endif
