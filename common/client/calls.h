/*
 * The requests to the helpers, one function for each row. Their messages are
 * declared in protocol/messages.h, and there it says what each does. The
 * parameters are the client, the fields of the message in their order, and
 * what the answer needs:
 *
 *	done		0
 *	value		the value of the answer
 *	text(size)	0; its text in a buffer of this size; NULL: unread
 *	value_text(size) the value, and the text
 *	fd		a descriptor, the caller's
 *	fd_text(size)	a descriptor, and the text
 *	fds		the value, and three descriptors, the caller's
 *	rec(type)	a record of this type, which the caller frees
 *
 * or -1, or NULL, with the client's error set. Descriptors are lent. How it is
 * asked:
 *
 *	whole	Wait for the answer.
 *	begin	Wait for it in the function of the `end` row, so that several
 *		helpers work at once. A helper has one call that has begun and
 *		not ended; to begin another discards its answer.
 *	unread	The same without an `end` row: the answer is always discarded.
 *	sent	The answer is read before the next call to this helper ends,
 *		which fails if this one did; or by client_sync.
 *	quiet	Wait. The client's error and errno stay as they are.
 *
 * For example, the row (whole, lock_alloc, lock_alloc, H_LOCK, value), with
 * FIELDS_lock_alloc in protocol/messages.h, declares
 *
 *	int64_t lock_alloc(struct client *c, const char *name, uint32_t number);
 *
 * of CALL_RETURN_value, CALL_PARAMETER_str and CALL_PARAMETER_u32, and nothing
 * of CALL_RESULT_value; calls.c has its body.
 */
#ifndef CLIENT_CALLS_H
#define CLIENT_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "messages.h"
#include "record.h"

/* How, the function, its message, the helper, its answer. */
#define CALLS(C)							\
	/* resolve: the configuration, system call filters */		\
	C(sent,	 resolve_give_send,	config_give,	H_RESOLVE, -)	\
	C(begin, resolve_config_begin,	config_resolve,	H_RESOLVE, -)	\
	C(end,	 resolve_config_end,	config_resolve,	H_RESOLVE, fd)	\
	C(whole, resolve_seen, config_seen, H_RESOLVE, rec(RECORD(seen))) \
	C(whole, resolve_check, config_check, H_RESOLVE,		\
	    rec(RECORD(findings)))					\
	C(begin, resolve_filter_begin,	seccomp_compile, H_RESOLVE, -)	\
	C(end,	 resolve_filter_end,	seccomp_compile, H_RESOLVE, fd)	\
	/* statekeep: containers, pods, volumes, events */		\
	C(whole, state_refresh, state_refresh, H_STATE,			\
	    rec(RECORD(items)))						\
	C(whole, state_record,	state_record, H_STATE, done)		\
	C(whole, state_refresh_done, state_refresh, H_STATE, done)	\
	C(whole, state_scope,		state_scope, H_STATE, done)	\
	C(quiet, state_scope_end,	state_scope, H_STATE, -)	\
	C(whole, state_history, history_get, H_STATE,			\
	    rec(RECORD(entries)))					\
	C(whole, state_renumber, state_renumber, H_STATE, done)		\
	C(whole, state_container_create, ctr_create, H_STATE, value_text(256)) \
	C(whole, state_container_find,	ctr_find, H_STATE, text(ID_TEXT)) \
	C(whole, state_container_get,	ctr_get, H_STATE,		\
	    rec(RECORD(row)))						\
	C(whole, state_containers,	ctr_list, H_STATE,		\
	    rec(RECORD(rows)))						\
	C(whole, state_containers_at,	ctr_list_at, H_STATE,		\
	    rec(RECORD(rows)))						\
	C(whole, state_container_set,	ctr_set, H_STATE, done)		\
	C(whole, state_container_set_slot, ctr_set, H_STATE, value)	\
	C(begin, state_container_remove_begin, ctr_remove, H_STATE, -)	\
	C(end,	 state_container_remove_end, ctr_remove, H_STATE, done)	\
	C(whole, state_containers_rewrite, ctr_rewrite, H_STATE, done)	\
	C(whole, state_containers_restore, ctr_restore, H_STATE, done)	\
	C(whole, state_object_get,	obj_get, H_STATE,		\
	    rec(record_of_object(kind)))				\
	C(whole, state_objects,		obj_list, H_STATE,		\
	    rec(record_of_objects(kind)))				\
	C(whole, state_object_put,	obj_put, H_STATE, text(256))	\
	C(whole, state_object_remove,	obj_remove, H_STATE, done)	\
	C(sent,	 events_to_send,	event_to, H_STATE, -)		\
	C(whole, events_add,		event_add, H_STATE, done)	\
	/* lockbroker */						\
	C(begin, lock_open_begin,	lock_open, H_LOCK, -)		\
	C(end,	 lock_open_end,		lock_open, H_LOCK, value)	\
	C(whole, lock_take,		lock_take, H_LOCK, done)	\
	C(sent,	 lock_take_send,	lock_take, H_LOCK, -)		\
	C(quiet, lock_drop,		lock_drop, H_LOCK, -)		\
	C(sent,	 lock_drop_send,	lock_drop, H_LOCK, -)		\
	C(whole, lock_free,		lock_free, H_LOCK, done)	\
	C(whole, lock_alloc,		lock_alloc, H_LOCK, value)	\
	C(whole, lock_find,		lock_find, H_LOCK, value)	\
	C(whole, lock_list, lock_list, H_LOCK, rec(RECORD(locks)))	\
	C(whole, lock_renumber,		lock_renumber, H_LOCK, done)	\
	/* store: images and their layers */				\
	C(begin, store_open_begin,	store_open, H_STORE, -)		\
	C(end,	 store_open_end,	store_open, H_STORE, value)	\
	C(whole, store_tidy,		store_tidy, H_STORE,		\
	    value_text(256))						\
	C(whole, store_sweep, store_sweep, H_STORE, rec(RECORD(items)))	\
	C(whole, store_image_get, image_find, H_STORE, rec(RECORD(image))) \
	C(begin, store_image_get_begin,	image_find, H_STORE, -)		\
	C(end,	 store_image_get_end,	image_find, H_STORE,		\
	    rec(RECORD(image)))						\
	C(whole, store_images, image_list, H_STORE, rec(RECORD(images))) \
	C(whole, store_image_remove,	image_remove, H_STORE,		\
	    rec(RECORD(removed)))					\
	C(whole, store_image_commit,	image_commit, H_STORE, text(ID_TEXT)) \
	C(whole, store_layer_find,	layer_find, H_STORE, text(ID_TEXT)) \
	C(whole, store_layer_stage,	layer_stage, H_STORE,		\
	    fd_text(ID_TEXT))						\
	C(whole, store_layer_commit,	layer_commit, H_STORE, text(ID_TEXT)) \
	C(quiet, store_layer_abort,	layer_abort, H_STORE, -)	\
	/* store: writable layers, volumes */				\
	C(begin, store_rw_make_begin,	rw_make, H_STORE, -)		\
	C(end,	 store_rw_make_end, rw_make, H_STORE, rec(RECORD(layers))) \
	C(sent,	 store_rw_list_send,	rw_list, H_STORE, -)		\
	C(unread, store_rw_keep_unread,	rw_keep, H_STORE, -)		\
	C(begin, store_rw_remove_begin,	rw_remove, H_STORE, -)		\
	C(end,	 store_rw_remove_end,	rw_remove, H_STORE, value)	\
	C(whole, store_volume_look,	volume_look, H_STORE, value)	\
	C(whole, store_volume_make,	volume_make, H_STORE, value)	\
	C(whole, store_volume_fill,	volume_fill, H_STORE, value)	\
	C(whole, store_volume_filled,	volume_filled, H_STORE, done)	\
	C(whole, store_volume_remove,	volume_remove, H_STORE, value)	\
	/* what the bytes of a layer pass through */			\
	C(whole, fetch_archive, archive_open, H_FETCH, rec(RECORD(archive))) \
	C(begin, fetch_blob_begin,	blob_send, H_FETCH, -)		\
	C(end,	 fetch_blob_end,	blob_send, H_FETCH, done)	\
	C(begin, inflate_begin,		stream_inflate, H_INFLATE, -)	\
	C(end,	 inflate_end,		stream_inflate, H_INFLATE, value) \
	C(begin, unpack_begin,		layer_unpack, H_UNPACK, -)	\
	C(end,	 unpack_end, layer_unpack, H_UNPACK, rec(RECORD(layer))) \
	/* refresh: maps of ids, and mounts with them */		\
	C(whole, ids_query, ids_query, H_REFRESH, value_text(1024))	\
	C(whole, ids_write,		ids_write, H_REFRESH, done)	\
	C(sent,	 ids_write_send,	ids_write, H_REFRESH, -)	\
	C(whole, ids_grant,		ids_grant, H_REFRESH, done)	\
	C(sent,	 ids_grant_send,	ids_grant, H_REFRESH, -)	\
	C(sent,	 ids_seal_send,		ids_seal, H_REFRESH, -)		\
	C(end,	 ids_mount_end,		ids_mount, H_REFRESH, fd)	\
	/* launch: the first process of a container, step by step */	\
	C(begin, launch_create_begin,	launch_create, H_LAUNCH, -)	\
	C(end,	 launch_create_end,	launch_create, H_LAUNCH, fds)	\
	C(sent,	 launch_give_send,	launch_give, H_LAUNCH, -)	\
	C(sent,	 launch_define_send,	launch_define, H_LAUNCH, -)	\
	C(sent,	 launch_build_send,	launch_build, H_LAUNCH, -)	\
	C(begin, launch_build_begin,	launch_build, H_LAUNCH, -)	\
	C(end,	 launch_build_end,	launch_build, H_LAUNCH, fd)	\
	C(begin, launch_exec_begin,	launch_exec, H_LAUNCH, -)	\
	C(end,	 launch_exec_end,	launch_exec, H_LAUNCH, done)	\
	/* monitor and reaper: those that this command has started */	\
	C(begin, monitor_open_begin,	mon_open, H_MONITOR, -)		\
	C(end,	 monitor_open_end,	mon_open, H_MONITOR, fds)	\
	C(sent,	 monitor_log_send,	mon_log, H_MONITOR, -)		\
	C(sent,	 monitor_log_old_send,	mon_log_old, H_MONITOR, -)	\
	C(sent,	 monitor_note_send,	mon_note, H_MONITOR, -)		\
	C(sent,	 monitor_adopt_send,	mon_adopt, H_MONITOR, -)	\
	C(whole, monitor_console,	mon_console, H_MONITOR, done)	\
	C(whole, monitor_attach,	mon_attach, H_MONITOR, done)	\
	C(sent,	 reaper_hold_send,	reap_hold, H_REAPER, -)		\
	C(unread, reaper_done_unread,	reap_done, H_REAPER, -)		\
	C(whole, reaper_done,		reap_done, H_REAPER, done)	\
	/* cgroup, and systemd, which asks the user's service manager */ \
	C(whole, cgroup_gather, cg_gather, H_CGROUP, rec(RECORD(gathered))) \
	C(whole, systemd_open,		systemd_open, H_SYSTEMD, done)	\
	C(whole, systemd_scope,	systemd_scope, H_SYSTEMD, text(1024))	\
	C(whole, systemd_attach,	systemd_attach, H_SYSTEMD, done) \
	C(whole, systemd_slice,	systemd_slice, H_SYSTEMD, text(1024))	\
	C(whole, systemd_stop,		systemd_stop, H_SYSTEMD, done)

#define CALL_PARAMETER(kind, name, max)	CALL_PARAMETER_##kind(name)
#define CALL_PARAMETER_str(name)	, const char *name
#define CALL_PARAMETER_u32(name)	, uint32_t name
#define CALL_PARAMETER_u64(name)	, uint64_t name
#define CALL_PARAMETER_flag(name)	, bool name
#define CALL_PARAMETER_zero(name)
#define CALL_PARAMETER_fd(name)		, int name
#define CALL_PARAMETER_rec(name)	, const struct rec *name

#define CALL_RETURN_done		int
#define CALL_RETURN_value		int64_t
#define CALL_RETURN_text(size)		int
#define CALL_RETURN_value_text(size)	int64_t
#define CALL_RETURN_fd			int
#define CALL_RETURN_fd_text(size)	int
#define CALL_RETURN_fds			int64_t
#define CALL_RETURN_rec(type)		struct rec *

#define CALL_RESULT_done
#define CALL_RESULT_value
#define CALL_RESULT_text(size)		, char text[size]
#define CALL_RESULT_value_text(size)	, char text[size]
#define CALL_RESULT_fd
#define CALL_RESULT_fd_text(size)	, char text[size]
#define CALL_RESULT_fds			, int fds[3]
#define CALL_RESULT_rec(type)

/* The head of a row's function. */
#define CALL_HEAD_whole(name, message, answer)				\
	CALL_RETURN_##answer						\
	name(struct client *c FIELDS_##message(CALL_PARAMETER)		\
	    CALL_RESULT_##answer)
#define CALL_HEAD_begin(name, message, answer)				\
	int								\
	name(struct client *c FIELDS_##message(CALL_PARAMETER))
#define CALL_HEAD_unread(name, message, answer)				\
	CALL_HEAD_begin(name, message, answer)
#define CALL_HEAD_sent(name, message, answer)				\
	CALL_HEAD_begin(name, message, answer)
#define CALL_HEAD_quiet(name, message, answer)				\
	void								\
	name(struct client *c FIELDS_##message(CALL_PARAMETER))
#define CALL_HEAD_end(name, message, answer)				\
	CALL_RETURN_##answer						\
	name(struct client *c CALL_RESULT_##answer)

#define CALL_DECLARE(how, name, message, who, answer)			\
	CALL_HEAD_##how(name, message, answer);
CALLS(CALL_DECLARE)

/*
 * state_open: 0 with enum state_flags; 1 with the settings that the store was
 * made with, which differ, and are the caller's; -1 with an error.
 */
int	state_open_begin(struct client *, const struct msg_state_open *,
	    int dir, int run_dir, int settings);
int	state_open_end(struct client *, unsigned int *flags,
	    struct rec **made_with);
/* ids_mount; flags: enum grant_flags. */
int	ids_mount(struct client *, unsigned int grant, uint32_t slot,
	    uint32_t flags);
int	ids_mount_begin(struct client *, unsigned int grant, uint32_t slot,
	    uint32_t flags);
/*
 * Give a helper (store, unpack) a user namespace of its own with all the ids
 * that this user's containers have, or with one id only; or have it enter one.
 * A helper can do it only once.
 */
int	ids_give_userns(struct client *, enum helper_id, bool single);
int	ids_join_userns(struct client *, enum helper_id, int userns,
	    bool single);
/* digest_copy; or, with to -1, digest_sum. H_DIGEST or H_DIGEST2. */
#define DIGEST_TEXT	72		/* "sha256:", 64 digits, NUL */
int	digest_begin(struct client *, enum helper_id, int from, int to,
	    uint64_t max_bytes);
int64_t	digest_end(struct client *, enum helper_id, char digest[DIGEST_TEXT]);

#endif
