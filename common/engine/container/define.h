/*
 * A container's definition, composed once from what the person said, what the
 * configuration says, and what the image (a stranger) asks for.
 */
#ifndef ENGINE_DEFINE_H
#define ENGINE_DEFINE_H

struct parse_err;
struct rec;
struct session;

/*
 * The definition (keys: records.h) of the container `id` from a request (the
 * options of run or create, by name), an image record (NULL with --rootfs),
 * the name that the user gave for it, and the command. The caller frees; NULL
 * with an error.
 */
struct rec *define_container(struct session *, const struct rec *request,
	    const char *id, const struct rec *image, const char *name, int,
	    char **);
/*
 * Its keys, such as `cap` and `seccomp`, that tell what it may do. The caller
 * frees; NULL: they are wrong, which define_container will say.
 */
struct rec *define_security(const struct rec *request,
	    const struct rec *config);
/*
 * Give a definition the host name that its name makes, if it says so:
 * container_name_as_hostname. 0 or -1.
 */
int	define_hostname(struct rec *);
/*
 * Before root is given up: open the seccomp profile that define_container
 * reads, if the request names one that can be opened.
 */
void	define_open_files(const struct rec *request);
/*
 * Before root is given up: list only the `mount` entries, so that root can open
 * them. In system mode none of them is a path of the host that a setting names.
 * 0, or -1 with a message.
 */
int	define_mounts(struct session *, const struct rec *request, struct rec *,
	    struct parse_err *);

#endif
