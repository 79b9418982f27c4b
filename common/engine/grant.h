/*
 * What root grants a container of the host's: the directories and files that
 * it mounts and the directory that is its root.
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

/* As root: have root's key ready, made where there is none; see cache.h. */
void	grant_open(struct session *);
/* Is this mount of a definition one of the host's, and not of the storage? */
bool	grant_is_host(const struct rec *);
/* What its options allow, as enum grant_flags. */
uint32_t grant_flags(const struct rec *);
/*
 * As root, of a container that is made: open what its mounts and its root
 * name, grant it to refresh, and add to the record what grant_again needs, but
 * for one that is never started again. 0, or -1 with a sentence.
 */
int	grant_make(struct session *, const char *id, struct rec *, bool once);
/* As root, of one that exists: check its definition, and grant the same. */
int	grant_again(struct session *, const char *, const struct rec *);
/* Give a definition what grant_make added to a record of the same mounts. */
int	grant_copy(struct rec *, const struct rec *);

/*
 * A volume that is a directory of the host's: add the code, as root; and is
 * it right? 0, or -1 with a sentence.
 */
int	grant_volume(struct session *, struct rec *);
int	grant_volume_check(struct session *, const struct rec *);

/* The code of a setting that root chose for this state directory, or "". */
void	grant_setting(struct session *, const char *, const char *, char *);

#endif
