/*
 * The exit codes with which an engine says that a container's own could not be
 * had: podman's, and docker's.
 */
#ifndef PROTOCOL_EXITCODE_H
#define PROTOCOL_EXITCODE_H

#define EXIT_ENGINE	125		/* the engine's own failures */
#define EXIT_NOEXEC	126		/* the command cannot be executed */
#define EXIT_NOCMD	127		/* the command cannot be found */

#endif
