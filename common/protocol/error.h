/*
 * Errors. Each has a code for the kind of failure, which does not depend on the
 * message; an errno; and one message for a person. Codes and names never
 * change; a retired one is never used again. --trace prints them after the
 * message, and bulkhead(1) lists them.
 */
#ifndef PROTOCOL_ERROR_H
#define PROTOCOL_ERROR_H

#include <stdint.h>

#define ERRORS(E)							\
	E(ERR_INVALID_ARG, 101, "ErrInvalidArg", "invalid argument")	\
	E(ERR_FINALIZED, 102, "ErrRuntimeFinalized",			\
	    "it has been set up already")				\
	E(ERR_STOPPED, 103, "ErrRuntimeStopped",			\
	    "a helper program has ended")				\
	E(ERR_INTERNAL, 104, "ErrInternal", "internal error")		\
	E(ERR_NOT_IMPLEMENTED, 105, "ErrNotImplemented",		\
	    "not supported by bulkhead")				\
	E(ERR_NO_MEMORY, 106, "ErrNoMemory", "out of memory")		\
	E(ERR_TIMEOUT, 107, "ErrTimeout", "it took too long")		\
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
	E(ERR_NO_SUCH_USER, 210, "ErrNoSuchUser",			\
	    "no such user or group")					\
	E(ERR_NO_SUCH_FILE, 211, "ErrNoSuchFile",			\
	    "no such file or directory")				\
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
	E(ERR_NO_LOGS, 422, "ErrNoLogs",				\
	    "this container is not logging output")			\
	E(ERR_DB_CONFIG, 501, "ErrDBBadConfig",				\
	    "database configuration mismatch")				\
	E(ERR_DB_CLOSED, 502, "ErrDBClosed", "the state is closed")	\
	E(ERR_BAD_ARCHIVE, 503, "ErrBadArchive",			\
	    "not an archive of images, or a damaged one")		\
	E(ERR_CONMON_OUTDATED, 601, "ErrConmonOutdated",		\
	    "outdated conmon version")					\
	E(ERR_RUNTIME_UNAVAILABLE, 602, "ErrOCIRuntimeUnavailable",	\
	    "OCI runtime not available")				\
	E(ERR_EXEC_NOT_FOUND, 603, "ErrOCIRuntimeNotFound",		\
	    "the command was not found")				\
	E(ERR_EXEC_DENIED, 604, "ErrOCIRuntimePermissionDenied",	\
	    "the command cannot be executed")				\
	E(ERR_OCI_RUNTIME, 605, "ErrOCIRuntime",			\
	    "the container cannot be set up")				\
	E(ERR_NO_CGROUPS, 606, "ErrNoCgroups",				\
	    "no cgroup can be used")					\
	E(ERR_OTHER_VERSION, 607, "ErrOtherVersion",			\
	    "programs of different versions")				\
	E(ERR_WILL_DEADLOCK, 701, "ErrWillDeadlock",			\
	    "waiting would be a deadlock")				\
	E(ERR_NS_MISMATCH, 702, "ErrNSMismatch",			\
	    "target is in a different namespace")			\
	E(ERR_NO_SPACE, 703, "ErrNoSpace", "no space, or no number, left") \
	E(ERR_PERMISSION, 704, "ErrPermission", "permission denied")	\
	E(ERR_FILE, 705, "ErrFile",					\
	    "a file or directory cannot be used")

#define ERRORS_ENUM(id, number, name, text)	id = number,
enum error_code { ERR_NONE = 0, ERRORS(ERRORS_ENUM) };

#define ERROR_TEXT	1024

struct error {
	enum error_code	 code;		/* ERR_NONE: there is no error */
	int		 number;	/* errno */
	char		 text[ERROR_TEXT]; /* empty: strerror says enough */
};

/*
 * Record an error: its errno, which is set in the thread, too, and its
 * message, in which the text of the same error may be quoted. The code
 * follows from the errno (error_of_errno). Returns -1.
 */
int	error_set(struct error *, int, const char *, ...)
	    __attribute__((format(printf, 3, 4)));
/* The same with a code that says more than the errno. Returns -1. */
int	error_set_code(struct error *, enum error_code, int, const char *, ...)
	    __attribute__((format(printf, 4, 5)));
/* Put "NAME: " in front of the message; code and errno stay. Returns -1. */
int	error_prefix(struct error *, const char *);
/* There is no error. errno stays. */
void	error_clear(struct error *);
/*
 * Keep an error, and errno, while something is undone that may fail with an
 * error of its own; then put both back.
 */
void	error_save(const struct error *, struct error *);
void	error_restore(struct error *, const struct error *);
/* The message of an error, or strerror(errno) if it has none. */
const char	*error_message(const struct error *);
/* Its code, or that of errno if it has no message. Never ERR_NONE. */
enum error_code	 error_code(const struct error *);

/* What an errno means where nothing else is known. Never ERR_NONE. */
enum error_code	 error_of_errno(int);
/*
 * The code of an errno that answers a request of this type (enum msg_type)
 * about an object of this kind (enum obj_kind; 0: it is about none). Never
 * ERR_NONE.
 */
enum error_code	 error_of_answer(unsigned int, uint32_t, int);
/* Name and text of a code, or NULL. */
const char	*error_name(unsigned int);
const char	*error_text(unsigned int);

#endif
