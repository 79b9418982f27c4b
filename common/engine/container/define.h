/*
 * A container's definition, composed once from three voices: what the person
 * said, what the configuration says, what the image (a stranger) asks for.
 */
#ifndef ENGINE_DEFINE_H
#define ENGINE_DEFINE_H

#include <stdbool.h>

struct parse_err;
struct rec;
struct session;

/*
 * The definition record (keys: records.h) of the container `id` from the
 * request of run or create (its options, by name), an image record (NULL with
 * --rootfs), the name that the user gave for it, and the command. NULL with a
 * message; the caller frees it.
 */
struct rec *define_container(struct session *, const struct rec *request,
	    const char *id, const struct rec *, const char *, int, char **);

/*
 * The `cap`, `seccomp` and other keys of a definition that tell what it may
 * do, of these options and this configuration. The caller frees; NULL: they
 * are wrong, which define_container will say.
 */
struct rec *define_security(const struct rec *, const struct rec *);

/*
 * Open the seccomp profile that the options name, before root is given up:
 * define_container reads it.
 */
void	define_open_files(const struct rec *);
/* Will it have no network namespace of its own? */
bool	define_host_net(const struct rec *);

/*
 * Only the `mount` entries that the options ask for, so that root can open
 * them before it is given up. 0, or -1 with a sentence.
 */
int	define_mounts(const struct rec *, struct rec *, struct parse_err *);

#endif
