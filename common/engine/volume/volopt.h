/*
 * What --opt may say of a volume: podman's options of the driver "local", of
 * which those are done that need nothing mounted outside of containers.
 */
#ifndef ENGINE_VOLOPT_H
#define ENGINE_VOLOPT_H

struct parse_err;
struct rec;

/*
 * Take the options of `volume create` into its record: `option` as they are,
 * and what they mean. 0, or -1 with an error.
 */
int	volopt_take(const struct rec *, struct rec *, struct parse_err *);

#endif
