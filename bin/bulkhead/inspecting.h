/*
 * What inspect, container inspect and image inspect share.
 */
#ifndef BULKHEAD_INSPECTING_H
#define BULKHEAD_INSPECTING_H

struct cli;

#define INSPECT_FORMAT							\
	{ "format", 'f', OPT_STRING, NULL,				\
	  "Format the output to a Go template or json", "json", "json" }

/* INSPECT_ALL: an object of the first of the other kinds that has the name. */
enum inspect_kind {
	INSPECT_ALL, INSPECT_CONTAINER, INSPECT_IMAGE, INSPECT_VOLUME,
	INSPECT_POD
};

/* Print the objects that are named, or the latest container. The exit code. */
int	inspect_run(struct cli *, enum inspect_kind);

#endif
