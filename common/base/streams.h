#ifndef BASE_STREAMS_H
#define BASE_STREAMS_H

/*
 * Open /dev/null in place of each standard stream that is closed: otherwise
 * the next file or socket would get its number, and output would go there.
 * Ends the process with this status where that fails.
 */
void	streams_fill(int);

#endif
