/*
 * Times and sizes in podman's words.
 */
#ifndef PRINT_HUMAN_H
#define PRINT_HUMAN_H

#include <stddef.h>
#include <stdint.h>

/* "2 minutes", "About an hour" for a number of ns. */
void	human_duration(int64_t, char *, size_t);
/* "2 minutes ago" for a moment; the second is now. */
void	human_ago(int64_t, int64_t, char *, size_t);
/* "1.24 MB": three digits, powers of 1000. */
void	human_size(int64_t, char *, size_t);
/* "2026-11-22 03:02:03.456 +0000 UTC", as Go prints a time. */
void	human_go_time(int64_t, char *, size_t);
/* "2026-11-22T03:02:03.456Z"; 0 is Go's zero time. */
void	human_rfc3339(int64_t, char *, size_t);
/* Go's zero time in seconds since the epoch, where podman prints it. */
#define HUMAN_ZERO_TIME	(-62135596800LL)

#endif
