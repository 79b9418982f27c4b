/*
 * One file that somebody wants to know about, before or after it counts for
 * anything: everything that is wrong with it, with its place.
 */
#ifndef RESOLVE_FILE_CHECK_H
#define RESOLVE_FILE_CHECK_H

struct problem;
struct rec;

/*
 * Of a record with `path`, `text` (bytes) and `kind` ("" or none: told by the
 * path): a new record with `kind` and one nested `finding` for each thing
 * found, of which finding.h says more. NULL with one sentence.
 */
struct rec *file_check(const struct rec *, struct problem *);

#endif
