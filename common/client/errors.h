/*
 * What can go wrong, by number: the root of an error, whatever the sentence
 * around it. Numbers and names are forever; a retired one is never used
 * again. --trace prints them behind the sentence, and bulkhead(1) lists them.
 *
 * A helper answers with errno and a sentence. What that errno means follows
 * from what was asked; the rows of errors.c say so.
 */
#ifndef CLIENT_ERRORS_H
#define CLIENT_ERRORS_H

#include "messages.h"

#define ERRORS(E)							\
	E(ERR_INVALID_ARG, 101, "ErrInvalidArg", "invalid argument")	\
	E(ERR_FINALIZED, 102, "ErrRuntimeFinalized",			\
	    "it has been set up already")				\
	E(ERR_STOPPED, 103, "ErrRuntimeStopped",			\
	    "a helper program has ended")				\
	E(ERR_INTERNAL, 104, "ErrInternal", "internal error")		\
	E(ERR_NO_SUCH_CTR, 201, "ErrNoSuchCtr", "no such container")	\
	E(ERR_NO_SUCH_POD, 202, "ErrNoSuchPod", "no such pod")		\
	E(ERR_NO_SUCH_VOLUME, 203, "ErrNoSuchVolume", "no such volume")	\
	E(ERR_NO_SUCH_IMAGE, 204, "ErrNoSuchImage", "image not known")	\
	E(ERR_NO_SUCH_EXEC, 205, "ErrNoSuchExecSession",		\
	    "no such exec session")					\
	E(ERR_NO_SUCH_NETWORK, 206, "ErrNoSuchNetwork",			\
	    "network not found")					\
	E(ERR_NO_SUCH_SECRET, 207, "ErrNoSuchSecret", "no such secret")	\
	E(ERR_NO_SUCH_OBJECT, 209, "ErrNoSuchObject", "no such object")	\
	E(ERR_EMPTY_ID, 208, "ErrEmptyID", "name or ID cannot be empty") \
	E(ERR_CTR_REMOVED, 301, "ErrCtrRemoved",			\
	    "container has already been removed")			\
	E(ERR_POD_REMOVED, 302, "ErrPodRemoved",			\
	    "pod has already been removed")				\
	E(ERR_VOLUME_REMOVED, 303, "ErrVolumeRemoved",			\
	    "volume has already been removed")				\
	E(ERR_OBJECT_REMOVED, 304, "ErrRemoved",			\
	    "it has already been removed")				\
	E(ERR_CTR_EXISTS, 401, "ErrCtrExists",				\
	    "container already exists")					\
	E(ERR_POD_EXISTS, 402, "ErrPodExists", "pod already exists")	\
	E(ERR_VOLUME_EXISTS, 403, "ErrVolumeExists",			\
	    "volume already exists")					\
	E(ERR_EXISTS, 404, "ErrExists", "it already exists")		\
	E(ERR_IMAGE_IN_USE, 411, "ErrImageInUse",			\
	    "image is in use by a container")				\
	E(ERR_VOLUME_IN_USE, 412, "ErrVolumeBeingUsed",			\
	    "volume is being used")					\
	E(ERR_POD_IN_USE, 413, "ErrPodNotEmpty",			\
	    "pod contains containers")					\
	E(ERR_IN_USE, 414, "ErrInUse", "it is being used")		\
	E(ERR_CTR_STATE, 421, "ErrCtrStateInvalid",			\
	    "container state improper")					\
	E(ERR_DB_CONFIG, 501, "ErrDBBadConfig",				\
	    "database configuration mismatch")				\
	E(ERR_DB_CLOSED, 502, "ErrDBClosed", "the state is closed")	\
	E(ERR_CONMON_OUTDATED, 601, "ErrConmonOutdated",		\
	    "outdated conmon version")					\
	E(ERR_RUNTIME_UNAVAILABLE, 602, "ErrOCIRuntimeUnavailable",	\
	    "OCI runtime not available")				\
	E(ERR_EXEC_NOT_FOUND, 603, "ErrOCIRuntimeNotFound",		\
	    "the command was not found")				\
	E(ERR_EXEC_DENIED, 604, "ErrOCIRuntimePermissionDenied",	\
	    "the command cannot be executed")				\
	E(ERR_WILL_DEADLOCK, 701, "ErrWillDeadlock",			\
	    "waiting would be a deadlock")				\
	E(ERR_NS_MISMATCH, 702, "ErrNSMismatch",			\
	    "target is in a different namespace")			\
	E(ERR_NO_SPACE, 703, "ErrNoSpace", "no space, or no number, left")

#define ERRORS_ENUM(id, number, name, text)	id = number,
enum error_code { ERR_NONE = 0, ERRORS(ERRORS_ENUM) };

/*
 * What an errno means as the answer to a request: its type, and the kind of
 * object it was about (0: it has none). Never ERR_NONE.
 */
enum error_code	error_of_answer(enum msg_type, uint32_t, int);
/* What an errno of our own means, where nothing was asked. */
enum error_code	error_of_errno(int);
/* Name and text of one, or NULL. */
const char	*error_name(unsigned int);
const char	*error_text(unsigned int);

#endif
