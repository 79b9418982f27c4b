/*
 * The last error of a session, printed.
 */
#ifndef VIEW_SESSION_ERROR_H
#define VIEW_SESSION_ERROR_H

struct session;

/* Print it, after what the helpers have said. Returns EXIT_ENGINE. */
int	session_error(struct session *);

#endif
