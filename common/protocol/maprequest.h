/*
 * What mapper(8) asks of refresh(8): fixed structs over a packet socket. The
 * messages of bulkhead are decoded by mapper, which has no privilege.
 */
#ifndef PROTOCOL_MAPREQUEST_H
#define PROTOCOL_MAPREQUEST_H

#include <stdint.h>

#define MAP_FDS		2	/* descriptors with one request, at most */

enum map_op {
	MAP_QUERY = 1,	/* value: how many ids a container gets */
	MAP_GRANT,	/* a file, flags. value: its number */
	MAP_SEAL,	/* no more grants */
	MAP_WRITE,	/* a user namespace, slot; and /proc/PID of a process
			 * in it, or `error`, why there is none */
	MAP_MOUNT,	/* grant, slot, flags; and /proc/PID of a process in a
			 * new user namespace where the last that was mapped
			 * has another slot. Answered with a mount. */
	MAP_OPS,
};

/* What a grant allows, and what a mount is to be. */
enum grant_flags {
	GRANT_STORE = 1,	/* for the store too */
	GRANT_DEEP = 2,		/* with the mounts in it */
	GRANT_NOSUID = 4,	/* each mount of it has these, */
	GRANT_NODEV = 8,	/* whatever ids_mount asks for */
	GRANT_RDONLY = 16,
};

struct map_request {
	uint32_t	 op;
	uint32_t	 slot;
	uint32_t	 grant;
	uint32_t	 flags;
	uint32_t	 error;
};

/* What an answer's reason is about: mapper makes a message of it. */
enum map_about {
	ABOUT_WHOLE = 0,	/* a message already, or empty */
	ABOUT_CAPS,		/* refresh has none; no reason */
	ABOUT_IDS,		/* ids of the caller */
	ABOUT_SLOT,		/* ids of the account */
	ABOUT_USERNS,		/* the namespace is ... */
	ABOUT_MAP,		/* writing its maps failed: ... */
	ABOUT_FILE,		/* what is to be granted is ... */
	ABOUT_GRANT,		/* the directory was ... */
	ABOUT_MOUNT,		/* the mount failed: ... */
};

struct map_answer {
	uint64_t	 value;
	uint32_t	 error;		/* errno, 0: done */
	uint32_t	 about;
	char		 why[512];
};

#endif
