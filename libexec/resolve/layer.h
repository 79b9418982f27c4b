/* Calls that every filter refuses, under every profile. */
#ifndef RESOLVE_LAYER_H
#define RESOLVE_LAYER_H

struct profile;

/*
 * Apply the layer to the decided calls of a profile, for each of its
 * architectures. 0, or -1 with a message.
 */
int	layer_apply(struct profile *);

#endif
