/*
 * Who else could put something in the place of a directory of the engine's.
 */
#ifndef ENGINE_TRUST_H
#define ENGINE_TRUST_H

#include <stdbool.h>

struct session;

/*
 * Are the directories on the way to this one, as far as they are there, only
 * in hands of root's, ours and the engine's account's? 0, or -1 with a
 * sentence that begins with the first word.
 */
int	trust_path(struct session *, const char *, const char *);
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
/* Is it empty, and the directory itself what is at this path, no link? */
bool	trust_fresh(int, const char *);

#endif
