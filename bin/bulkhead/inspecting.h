/*
 * What inspect and the inspect of each kind of object share.
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
	INSPECT_POD, INSPECT_ONLY_PODS	/* as pod inspect prints them */
};

/*
 * Print the objects that are named; where none is, the latest container or
 * pod, or all volumes. The exit code.
 */
int	inspect_run(struct cli *, enum inspect_kind);

#endif
