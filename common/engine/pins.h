/*
 * The settings that a state was made with. Its first command that succeeds, or
 * that records an object, records them. From then on a value that no option and
 * no file sets is the recorded one, and a set value must be the recorded one.
 */
#ifndef ENGINE_PINS_H
#define ENGINE_PINS_H

struct rec;
struct session;

/*
 * What state_open is told: the configuration's values, or the recorded ones,
 * once they are merged. With root's key, what root says of each path, too. A
 * sealed memfd, the caller's to close; or -1.
 */
int	pins_settings_fd(struct session *);
/*
 * Merge the recorded settings, which this takes, into the session's
 * configuration. For each value taken from there, `pinned:KEY` is what it would
 * have been. Root takes no path that root has not chosen before. 1: everything
 * begins once more, with the merged values; or -1 with the message that names
 * both values.
 */
int	pins_merge(struct session *, struct rec *);

#endif
