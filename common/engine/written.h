/*
 * What root opens because a configuration file says so.
 *
 * resolve, which reads the files, is the account's, and root opens nothing on
 * its word alone (root.c). So root looks for itself whether a file that root
 * has chosen has the value, and compares text without parsing it.
 */
#ifndef ENGINE_WRITTEN_H
#define ENGINE_WRITTEN_H

struct session;

/*
 * As root, of one value of a setting: does a file that resolve has it from
 * have these words as one string? It must lie in /etc/containers or
 * /usr/share/containers, or be what the environment or --module names. 0, or -1
 * with an error.
 */
int	written_check(struct session *, const char *setting, const char *value);

#endif
