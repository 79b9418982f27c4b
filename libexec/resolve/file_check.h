/*
 * Check one file, which need not be in use: find everything that is wrong in
 * it.
 */
#ifndef RESOLVE_FILE_CHECK_H
#define RESOLVE_FILE_CHECK_H

struct problem;
struct rec;

/*
 * Takes a record with `path`, `text` (bytes) and `kind` ("" or absent: by the
 * path). Returns a new record with `kind` and a nested `finding` for each
 * problem (finding.h). NULL with a message.
 */
struct rec *file_check(const struct rec *, struct problem *);

#endif
