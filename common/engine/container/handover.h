/*
 * What outlives the command that starts a container: its log and the note of
 * its end, which the monitor writes, and what its reaper holds for a clean-up.
 *
 * All of these return 0, or -1 with an error.
 */
#ifndef ENGINE_HANDOVER_H
#define ENGINE_HANDOVER_H

struct start;

/* Give the monitor the log. */
int	handover_log(struct start *);
/* Give the monitor the note, and the first process to watch. */
int	handover_process(struct start *);
/* Have the reaper hold what a clean-up works with. */
int	handover_cleanup(struct start *);
/*
 * Have it hold the filter for a start after the end, which gets the same; and
 * give it to launch.
 */
int	handover_filter(struct start *);

#endif
