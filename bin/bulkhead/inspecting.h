/*
 * What inspect and the inspect of each kind of object share.
 */
#ifndef BULKHEAD_INSPECTING_H
#define BULKHEAD_INSPECTING_H

struct cli;

#define INSPECT_FORMAT							\
	OPT("format", 'f', STRING,					\
	    "Format the output to a Go template or json",		\
	    .def = "json", .complete = "json")

/* inspect_all: an object of the first of the other kinds that has the name. */
struct inspect_kind;
extern const struct inspect_kind	inspect_all, inspect_containers,
					inspect_images, inspect_volumes,
					inspect_any_pods,
					inspect_pods;	/* of pod inspect */

/*
 * Print the objects that are named; where none is, the latest container or
 * pod, or all volumes. The exit code.
 */
int	inspect_objects(struct cli *, const struct inspect_kind *);
/* The `run` of a command whose `about` is the kind. */
int	inspect_run(struct cli *);

#endif
