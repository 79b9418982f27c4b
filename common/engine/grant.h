/*
 * What root grants: to the engine's account, which may have put something else
 * in their place, directories that it makes, opens and hands over; to a
 * container the files and directories of the host that it mounts, and the
 * directory that is its root.
 *
 * Root's `start` opens them as root because a record says so, and the record
 * is kept by the engine's account. So it carries a code that only root can
 * make, over the container's id, each mount as it stands in the definition,
 * and the path that its source was found at. A definition without the right
 * code is refused before anything is opened.
 */
#ifndef ENGINE_GRANT_H
#define ENGINE_GRANT_H

#include <stdbool.h>
#include <stdint.h>

struct rec;
struct session;

/*
 * Has root chosen this path, or the directory that it is in: by an option of
 * this command, or by an earlier one, as its code shows, or is it the built-in
 * one? What a configuration file says comes from resolve, which is not trusted
 * with root's choices.
 */
bool	grant_is_chosen(const struct session *, const char *);
/* Note a path whose code was checked. */
void	grant_choose(struct session *, const char *);
/*
 * As root, who is going to hand it to the account: is this open directory a
 * storage, or empty? 0, or -1 with an error that has this path.
 */
int	grant_check_storage(struct session *, int, const char *);
/*
 * Can every user enter all directories above this one, on a file system where
 * set-user-ID programs run? Then what the account leaves there can be run.
 */
bool	grant_is_reachable(const char *);
/*
 * Open a directory of the account's, or make it where root chose the path, and
 * hand it over. The caller's descriptor, or -1 with an error.
 */
int	grant_own_dir(struct session *, const char *);
/*
 * As root, in an open storage that was checked: make the directory of its
 * state, if that belongs there, and hand it over. 0, or -1 with an error.
 */
int	grant_state_in(struct session *, int);

/* As root: have root's key ready, made where there is none; see cache.h. */
void	grant_open(struct session *);
/*
 * As an ordinary user, who needs no grant: are the paths of the host there that
 * a container is to have? 0, or -1 with the client's error.
 */
int	grant_look(struct session *, const struct rec *);
/* Is this mount of a definition one of the host's, and not of the storage? */
bool	grant_is_host(const struct rec *);
/* What its options allow, as enum grant_flags. */
uint32_t grant_flags(const struct rec *);
/*
 * As root, of a container that is made: open what its mounts and its root
 * name, grant it to refresh, and add to the record what grant_again needs, but
 * for one that is never started again. 0, or -1 with an error.
 */
int	grant_make(struct session *, const char *id, struct rec *, bool once);
/* As root, of one that exists: check its definition, and grant the same. */
int	grant_again(struct session *, const char *, const struct rec *);
/* Give a definition what grant_make added to a record of the same mounts. */
int	grant_copy(struct rec *, const struct rec *);

/*
 * A volume that is a directory of the host's: add the code, as root; and is
 * it right? 0, or -1 with an error.
 */
int	grant_volume(struct session *, struct rec *);
int	grant_volume_check(struct session *, const struct rec *);

/*
 * The code of a setting that root chose for this state directory, or "", in a
 * buffer of MAC_TEXT bytes (cache.h).
 */
void	grant_setting(struct session *, const char *key, const char *value,
	    char *code);

#endif
