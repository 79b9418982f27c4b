/*
 * containers.json: the list in which every engine on a store names its
 * containers. An image or a name that an entry names is in use for podman,
 * buildah and bulkhead alike. Entries of other engines are kept byte by byte.
 *
 * An entry of ours exists only while <graph root>/bulkhead/<id> does: it is
 * written after that directory is made, and register_tidy drops entries
 * whose directory is gone, so that a killed command leaves nothing behind.
 */
#ifndef STORE_REGISTER_H
#define STORE_REGISTER_H

#include <jansson.h>
#include <stdbool.h>

/*
 * The layer that our entries name. Programs of containers/storage look up
 * the layer of every container and delete it with the container, so it must
 * be in layers.json and must not be a layer of an image: it is empty, has no
 * digest by which an image could find it, and is made again when it is gone.
 */
#define REGISTER_LAYER							\
	"6483d0ae63b89d8903e528f829413a1477cf58f640ad166ead12e19945ce36ea"

struct answer;
struct store;

/*
 * Add a container with its name and the id of its image; one that is listed
 * already stays as it is. A name that another container has is an error when
 * it was given by the user, and is left out when it was made up. The image
 * is looked for again afterwards. 0, or -1 with an error.
 */
int	register_add(struct store *, const char *, const char *, bool,
	    const char *, struct answer *);
/*
 * The directory of this container has been moved to the trash: drop its entry.
 */
void	register_gone(struct store *, const char *);
/* Drop the entries of these containers. 0, or -1 with an error. */
int	register_flush(struct store *, struct answer *);
/* Drop all entries of ours whose directory is gone. 0, or -1 as above. */
int	register_tidy(struct store *, struct answer *);
/* Is this an entry that bulkhead wrote? */
bool	register_is_ours(const json_t *);
/* Is this an entry of ours whose directory is gone? */
bool	register_is_stale(struct store *, const json_t *);
/*
 * Move what containers/storage keeps of a container beside the lists to the
 * trash; podman makes such directories for ours, too.
 */
void	register_trash(struct store *, const char *);

#endif
