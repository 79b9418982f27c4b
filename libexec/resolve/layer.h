/*
 * What every filter refuses, whatever the profile says.
 */
#ifndef RESOLVE_LAYER_H
#define RESOLVE_LAYER_H

struct profile;

/*
 * Put the layer over the decided calls of a profile, for each of its
 * architectures. 0, or -1 with a sentence.
 */
int	layer_apply(struct profile *);

#endif
