/*
 * What the first command after a boot, or after one that was killed, puts in
 * order before it does its own work.
 */
#ifndef ENGINE_ENTER_H
#define ENGINE_ENTER_H

struct session;

/*
 * Of a session that was opened with these NEED_*: have the lock broker know
 * the numbers of locks again; with state, store and ids, refresh the store
 * once in each boot, and remove what killed commands have left. What fails is
 * warned of.
 */
void	session_enter(struct session *, unsigned int need);

#endif
