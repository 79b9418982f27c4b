/*
 * Which directories root makes, opens, and hands over to the engine's account,
 * which may have put something else in their place.
 */
#ifndef ENGINE_TRUST_H
#define ENGINE_TRUST_H

#include <stdbool.h>

struct session;

/*
 * Has root chosen this path, or the directory that it is in: by an option of
 * this command, or by an earlier one, as its code shows, or is it the built-in
 * one? What a configuration file says is resolve's word, which is not root's.
 */
bool	trust_is_chosen(const struct session *, const char *);
/* Note a path whose code was checked. */
void	trust_choose(struct session *, const char *);
/*
 * As root, who is going to hand it to the account: is this open directory a
 * storage, or empty? 0, or -1 with a sentence that has this path.
 */
int	trust_storage(struct session *, int, const char *);
/*
 * Can every user enter all directories above this one, on a file system where
 * set-user-ID programs run? Then what the account leaves there can be run.
 */
bool	trust_is_reachable(const char *);
/*
 * Open a directory of the account's, or make it where root chose the path, and
 * hand it over. The caller's descriptor, or -1 with a sentence.
 */
int	trust_own_dir(struct session *, const char *);

#endif
