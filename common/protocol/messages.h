/*
 * The protocol. Enum, structs, encoder, decoder, bounds, trace names,
 * permissions of roles, the hostile tests and the fuzz target are all expanded
 * from the rows below. A new message is one row and its fields.
 */
#ifndef PROTOCOL_MESSAGES_H
#define PROTOCOL_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "maprequest.h"

#define PROTO_HDR	12		/* version, type, seq, nfds */
#define PROTO_MAX	16384		/* one packet, header included */
#define PROTO_FDS	8		/* descriptors in one packet */

/*
 * A role is the program at one end of a channel. The spawner sets it, never a
 * packet.
 */
enum role {
	R_CTL		= 1u << 0,	/* bin/bulkhead, the front end */
	R_RESOLVE	= 1u << 1,
	R_STATE		= 1u << 2,	/* statekeep */
	R_LOCK		= 1u << 3,	/* lockbroker */
	R_STORE		= 1u << 4,
	R_UNPACK	= 1u << 5,
	R_FETCH		= 1u << 6,
	R_LAUNCH	= 1u << 7,
	R_MONITOR	= 1u << 8,
	R_REAPER	= 1u << 9,
	R_REFRESH	= 1u << 10,
	R_CGROUP	= 1u << 11,
	R_SYSTEMD	= 1u << 12,
	R_DIGEST	= 1u << 13,
	R_INFLATE	= 1u << 14,
	R_ALL		= (1u << 15) - 1,
};

/*
 * The seconds that an answer may take where the work is as large as what it is
 * done to: without progress, which is processor time of the helper.
 */
#define IDLE(seconds)	(-(seconds))

/*
 * Every message: id, number, senders, receivers, and the seconds that its
 * answer may take before the helper is killed; 0: to wait is what the request
 * is for. A helper that waits itself, for a lock, a byte or a mount, waits less
 * long, and says what for. A number is never changed or reused.
 *
 * A request gets exactly one reply with its sequence number: `reply`, or
 * `reply_fd`, `reply_fd3` with descriptors. A reply with an error has an errno
 * and a message for a person.
 */
#define PROTO(M)							\
	M(reply,           0x0001, R_ALL, R_ALL,              0)	\
	M(reply_fd,        0x0002, R_ALL, R_CTL,              0)	\
	M(reply_fd3,       0x0003, R_ALL, R_CTL,              0)	\
	M(ping,            0x0004, R_CTL, R_ALL,              30)	\
	M(userns_make,     0x0010, R_CTL, R_STORE | R_UNPACK, 30)	\
	M(userns_ready,    0x0011, R_CTL, R_STORE | R_UNPACK, 30)	\
	M(userns_join,     0x0012, R_CTL, R_STORE | R_UNPACK, 30)	\
	/* resolve */							\
	M(config_resolve,  0x0101, R_CTL, R_RESOLVE,          60)	\
	M(seccomp_compile, 0x0102, R_CTL, R_RESOLVE,          60)	\
	M(config_check,    0x0103, R_CTL, R_RESOLVE,          60)	\
	M(config_seen,     0x0104, R_CTL, R_RESOLVE,          60)	\
	M(config_give,     0x0105, R_CTL, R_RESOLVE,          60)	\
	/* statekeep */							\
	M(state_open,      0x0201, R_CTL, R_STATE,            150)	\
	M(state_record,    0x0208, R_CTL, R_STATE,            75)	\
	M(ctr_create,      0x0202, R_CTL, R_STATE,            75)	\
	M(ctr_find,        0x0203, R_CTL, R_STATE,            75)	\
	M(ctr_get,         0x0204, R_CTL, R_STATE,            75)	\
	M(ctr_list,        0x0205, R_CTL, R_STATE,            75)	\
	M(ctr_set,         0x0206, R_CTL, R_STATE,            75)	\
	M(ctr_remove,      0x0207, R_CTL, R_STATE,            75)	\
	M(obj_put,         0x0221, R_CTL, R_STATE,            75)	\
	M(obj_get,         0x0222, R_CTL, R_STATE,            75)	\
	M(obj_list,        0x0223, R_CTL, R_STATE,            75)	\
	M(obj_remove,      0x0224, R_CTL, R_STATE,            75)	\
	M(state_refresh,   0x0230, R_CTL, R_STATE,            150)	\
	M(state_scope,     0x0231, R_CTL, R_STATE,            75)	\
	M(event_to,        0x0241, R_CTL, R_STATE,            75)	\
	M(event_add,       0x0242, R_CTL, R_STATE,            75)	\
	M(history_get,     0x0243, R_CTL, R_STATE,            150)	\
	M(ctr_list_at,     0x0244, R_CTL, R_STATE,            150)	\
	M(ctr_rewrite,     0x0261, R_CTL, R_STATE,            75)	\
	M(state_renumber,  0x0270, R_CTL, R_STATE,            75)	\
	M(ctr_restore,     0x0280, R_CTL, R_STATE,            75)	\
	/* lockbroker */						\
	M(lock_open,       0x0301, R_CTL, R_LOCK,             30)	\
	M(lock_take,       0x0302, R_CTL, R_LOCK,             30)	\
	M(lock_drop,       0x0303, R_CTL, R_LOCK,             30)	\
	M(lock_free,       0x0304, R_CTL, R_LOCK,             30)	\
	M(lock_alloc,      0x0305, R_CTL, R_LOCK,             30)	\
	M(lock_find,       0x0306, R_CTL, R_LOCK,             30)	\
	M(lock_list,       0x0307, R_CTL, R_LOCK,             30)	\
	M(lock_renumber,   0x0308, R_CTL, R_LOCK,             30)	\
	/* store */							\
	M(store_open,      0x0401, R_CTL, R_STORE,            200)	\
	M(image_find,      0x0402, R_CTL, R_STORE,            200)	\
	M(image_list,      0x0403, R_CTL, R_STORE,            200)	\
	M(image_remove,    0x0404, R_CTL, R_STORE,            IDLE(200)) \
	M(image_commit,    0x0405, R_CTL, R_STORE,            200)	\
	M(layer_find,      0x0406, R_CTL, R_STORE,            200)	\
	M(layer_stage,     0x0407, R_CTL, R_STORE,            IDLE(200)) \
	M(layer_commit,    0x0408, R_CTL, R_STORE,            200)	\
	M(layer_abort,     0x0409, R_CTL, R_STORE,            200)	\
	M(rw_make,         0x040a, R_CTL, R_STORE,            IDLE(200)) \
	M(rw_remove,       0x040b, R_CTL, R_STORE,            IDLE(200)) \
	M(store_tidy,      0x040c, R_CTL, R_STORE,            IDLE(200)) \
	M(rw_keep,         0x040d, R_CTL, R_STORE,            200)	\
	M(rw_list,         0x040e, R_CTL, R_STORE,            200)	\
	M(store_sweep,     0x040f, R_CTL, R_STORE,            IDLE(200)) \
	M(volume_look,     0x0410, R_CTL, R_STORE,            200)	\
	M(volume_make,     0x0411, R_CTL, R_STORE,            IDLE(200)) \
	M(volume_fill,     0x0412, R_CTL, R_STORE,            IDLE(200)) \
	M(volume_filled,   0x0413, R_CTL, R_STORE,            IDLE(200)) \
	M(volume_remove,   0x0414, R_CTL, R_STORE,            IDLE(200)) \
	/* unpack */							\
	/* 0x0501, which also decompressed, is retired. */		\
	M(layer_unpack,    0x0502, R_CTL, R_UNPACK,           IDLE(200)) \
	/* fetch */							\
	M(archive_open,    0x0601, R_CTL, R_FETCH,            IDLE(200)) \
	M(blob_send,       0x0602, R_CTL, R_FETCH,            IDLE(200)) \
	/* launch */							\
	M(launch_give,     0x0701, R_CTL, R_LAUNCH,           150)	\
	M(launch_create,   0x0702, R_CTL, R_LAUNCH,           150)	\
	M(launch_build,    0x0703, R_CTL, R_LAUNCH,           150)	\
	M(launch_exec,     0x0704, R_CTL, R_LAUNCH,           150)	\
	M(launch_define,   0x0705, R_CTL, R_LAUNCH,           150)	\
	/* monitor */							\
	M(mon_open,        0x0801, R_CTL, R_MONITOR,          30)	\
	M(mon_console,     0x0802, R_CTL, R_MONITOR,          30)	\
	M(mon_adopt,       0x0803, R_CTL, R_MONITOR,          30)	\
	M(mon_attach,      0x0804, R_CTL, R_MONITOR,          30)	\
	M(mon_signal,      0x0805, R_CTL, R_MONITOR,          30)	\
	M(mon_resize,      0x0806, R_CTL, R_MONITOR,          30)	\
	M(mon_wait,        0x0807, R_CTL, R_MONITOR,          0)	\
	M(mon_log,         0x0808, R_CTL, R_MONITOR,          30)	\
	M(mon_log_old,     0x0809, R_CTL, R_MONITOR,          30)	\
	M(mon_note,        0x0810, R_CTL, R_MONITOR,          30)	\
	/* reaper */							\
	M(reap_done,       0x0901, R_CTL, R_REAPER,           30)	\
	M(reap_hold,       0x0902, R_CTL, R_REAPER,           30)	\
	/* cgroup */							\
	M(cg_gather,       0x0b01, R_CTL, R_CGROUP,           200)	\
	/* systemd */							\
	M(systemd_open,    0x0c01, R_CTL, R_SYSTEMD,          60)	\
	M(systemd_scope,   0x0c02, R_CTL, R_SYSTEMD,          60)	\
	M(systemd_attach,  0x0c03, R_CTL, R_SYSTEMD,          60)	\
	M(systemd_slice,   0x0c04, R_CTL, R_SYSTEMD,          60)	\
	M(systemd_stop,    0x0c05, R_CTL, R_SYSTEMD,          60)	\
	/* digest */							\
	M(digest_copy,     0x0d01, R_CTL, R_DIGEST,           IDLE(200)) \
	M(digest_sum,      0x0d02, R_CTL, R_DIGEST,           IDLE(200)) \
	/* inflate */							\
	M(stream_inflate,  0x0e01, R_CTL, R_INFLATE,          IDLE(200)) \
	/* refresh */							\
	M(ids_query,       0x0a01, R_CTL, R_REFRESH,          120)	\
	M(ids_write,       0x0a02, R_CTL, R_REFRESH,          120)	\
	M(ids_mount,       0x0a03, R_CTL, R_REFRESH,          120)	\
	M(ids_grant,       0x0a04, R_CTL, R_REFRESH,          120)	\
	M(ids_seal,        0x0a05, R_CTL, R_REFRESH,          120)

/*
 * Their fields: kind, name, bound (largest value, or longest string). They are
 * also the parameters of the client's functions (client/calls.h): `flag` is a
 * bool, `zero` a number that is always 0 and no parameter. A descriptor (`fd`,
 * lent) or a record (`rec`, sent as a sealed memfd) has no bound.
 */
#define FIELDS_reply(F)							\
	F(u32, error, 4095)						\
	F(u64, value, UINT64_MAX)					\
	F(str, text, 1023)
#define FIELDS_reply_fd(F)						\
	F(fd, fd, 0)							\
	F(u64, value, UINT64_MAX)					\
	F(str, text, 1023)
#define FIELDS_reply_fd3(F)						\
	F(fd, first, 0)							\
	F(fd, second, 0)						\
	F(fd, third, 0)							\
	F(u64, value, UINT64_MAX)
#define FIELDS_ping(F)	F(u32, nonce, UINT32_MAX)

/*
 * userns_make: unshare a user namespace; reply_fd has its descriptor.
 * userns_ready: its maps were written, become root in it. userns_join: enter
 * the user namespace of this descriptor.
 */
#define FIELDS_userns_make(F)						\
	F(flag, single, 1)	/* 1: write a one-id map ourselves */
#define FIELDS_userns_ready(F)						\
	F(flag, single, 1)	/* as it was in userns_make */
#define FIELDS_userns_join(F)						\
	F(fd, userns, 0)						\
	F(flag, single, 1)

/*
 * config_resolve: a record of environment and options. reply_fd: the
 * configuration.
 */
enum config_flags {
	CONFIG_TEXT = 1,	/* with types, files and text */
	CONFIG_REGISTRIES = 2,	/* with registries.conf */
	CONFIG_ALL = 4,		/* the same for each file that others read;
				 * what is wrong with one is only told */
};
#define FIELDS_config_resolve(F)					\
	F(rec, question, 0)						\
	F(u32, flags, 7)	/* enum config_flags */
/*
 * config_give: before config_resolve, an open file: that of the record's
 * `given` with this number, from 0.
 */
#define GIVE_MAX	64
#define FIELDS_config_give(F)						\
	F(u32, index, GIVE_MAX - 1)					\
	F(fd, file, 0)
/* config_check: a record with one file. reply_fd: the findings. */
#define FIELDS_config_check(F)						\
	F(rec, question, 0)						\
	F(zero, flags, 0)
/*
 * config_seen: after config_resolve. reply_fd: a record of the files that the
 * answer depends on (seen.h).
 */
#define FIELDS_config_seen(F)	F(zero, flags, 0)
/* seccomp_compile: a record (profile, cap...). reply_fd: a BPF program. */
#define FIELDS_seccomp_compile(F)					\
	F(rec, question, 0)						\
	F(zero, flags, 0)

/*
 * state_open: the durable directory, the per-boot directory, a record of the
 * settings in use. `reply`: the store was made with these. `reply_fd`: it was
 * made with the settings that come back, and this statekeep serves nothing.
 * With `memory` no directory is used.
 */
#define FIELDS_state_open(F)						\
	F(fd, dir, 0)							\
	F(fd, run_dir, 0)						\
	F(fd, settings, 0)						\
	F(u32, uid, UINT32_MAX)	/* the user, for the history */		\
	F(str, command, 200)	/* the command line, for the history */	\
	F(u32, events, 2)	/* enum events_backend */		\
	F(u64, events_max, UINT64_MAX) /* bytes of the log; 0: any */	\
	F(str, events_file, 255) /* in the directory of event_to, else	\
				  * "events/events.log" per boot */	\
	F(str, boot_id, 64)						\
	F(str, ns, 255)		/* state namespace; empty: all */	\
	F(flag, memory, 1)	/* a state that ends with this process */ \
	F(flag, look, 1)	/* compare the settings, and no more */
/*
 * The value of state_open's reply. STATE_STALE: state_refresh is due in this
 * boot. STATE_UNRECORDED: the state lacks some of the settings in use. They are
 * recorded with the next object, or by state_record.
 */
enum state_flags { STATE_STALE = 1, STATE_UNRECORDED = 2 };
/* state_record: a command has succeeded with the settings in use. */
#define FIELDS_state_record(F)	F(zero, flags, 0)
/*
 * state_refresh: reply_fd: a record with one nested `item` for each object that
 * an earlier boot left in another state: what must be done, or (apply) what was
 * done; see bulkhead-statekeep(8). done: the refresh is complete.
 */
enum refresh_step { REFRESH_PLAN = 0, REFRESH_APPLY = 1, REFRESH_DONE = 2 };
#define FIELDS_state_refresh(F)	F(u32, step, 2)
/*
 * state_scope: from now on, show the objects of all namespaces, or again only
 * those of state_open's. What is made belongs to that one in both cases.
 */
#define FIELDS_state_scope(F)	F(flag, all, 1)
/*
 * ctr_restore: after a loss of the per-boot database: nested `ctr` records of
 * the containers of this boot.
 */
#define FIELDS_ctr_restore(F)						\
	F(rec, rows, 0)							\
	F(zero, flags, 0)
/* ctr_create: the definition. text: the name of the new container. */
#define FIELDS_ctr_create(F)						\
	F(str, id, 64)							\
	F(str, name, 255)	/* empty: make one up */		\
	F(rec, def, 0)							\
	F(flag, ephemeral, 1)	/* --rm: per-boot database only */	\
	F(flag, want_slot, 1)	/* system mode; value: the slot, >= 1 */
/* ctr_find: by name, id or unique prefix. text: the full id. */
#define FIELDS_ctr_find(F)	F(str, ref, 255)
/* ctr_get: reply_fd: the row, with the definition as nested `def`. */
#define FIELDS_ctr_get(F)	F(str, id, 64)
/*
 * ctr_list: reply_fd: one nested `ctr` for each row. value: the number of
 * containers in a state that can have ended unnoticed.
 */
#define FIELDS_ctr_list(F)	F(zero, flags, 0)
/* ctr_set: a record of row keys to set, in one transaction. */
#define FIELDS_ctr_set(F)						\
	F(str, id, 64)							\
	F(u32, from, UINT32_MAX) /* mask of states allowed now; 0: any */ \
	F(u32, to, 15)		/* state after; 0 keeps it */		\
	F(rec, keys, 0)							\
	F(flag, want_slot, 1)	/* value: its slot; 0: it has none */
#define FIELDS_ctr_remove(F)						\
	F(str, id, 64)							\
	F(u32, exit_code, 255)	/* of one that ran until now, for events */

/* The backend of events; see bulkhead-statekeep(8). */
enum events_backend { EVENTS_NONE = 0, EVENTS_FILE = 1, EVENTS_JOURNALD = 2 };
/* event_to, before state_open: a directory, or a socket of the journal. */
#define FIELDS_event_to(F)						\
	F(u32, backend, 2)						\
	F(fd, log, 0)
/* event_add: a record of nested `event`: type, status, id, name ... */
#define FIELDS_event_add(F)						\
	F(rec, events, 0)						\
	F(zero, flags, 0)
/*
 * history_get: reply_fd: nested `entry`, oldest first, of one object or of all.
 */
#define FIELDS_history_get(F)	F(str, ref, 255)
/* ctr_list_at: ctr_list at an earlier moment, in ns since the epoch. */
#define FIELDS_ctr_list_at(F)	F(u64, when, UINT64_MAX)

/*
 * ctr_rewrite (system migrate): a record of keys (`runtime`) to set in the
 * definition of every container, in one transaction. value: how many changed.
 */
#define FIELDS_ctr_rewrite(F)						\
	F(rec, keys, 0)							\
	F(zero, flags, 0)

/*
 * state_renumber: a record of nested `lock` (name, number): record these
 * numbers in one transaction. value: how many were recorded.
 */
#define FIELDS_state_renumber(F)					\
	F(rec, locks, 0)						\
	F(zero, flags, 0)

/*
 * The other objects have one set of messages; bulkhead-statekeep(8) has their
 * keys.
 */
enum obj_kind {
	OBJ_POD = 1, OBJ_VOLUME = 2, OBJ_EXEC = 3, OBJ_NETWORK = 4,
	OBJ_SECRET = 5,
};
enum obj_flags {
	OBJ_KEEP = 1,		/* put: leave an existing one as it is */
	OBJ_UPDATE = 2,		/* put: replace keys of an existing one */
	OBJ_PAYLOAD = 1,	/* get: with a secret's data */
	OBJ_REMAINS = 2,	/* get: of a damaged one id, name, users */
};
/*
 * The removal of an object with data has two steps, so that an interrupted one
 * is noticed: mark it (no container can begin to use it), remove the data, then
 * finish.
 */
enum obj_step { OBJ_WHOLE = 0, OBJ_MARK = 1, OBJ_FINISH = 2 };
/* obj_put: the record. text: its name; value: 1 if it is new. */
#define FIELDS_obj_put(F)						\
	F(u32, kind, 5)							\
	F(u32, flags, 3)						\
	F(rec, object, 0)
/*
 * obj_get: reply_fd: the record, with a `user` (a container's id) for each use.
 */
#define FIELDS_obj_get(F)						\
	F(u32, kind, 5)							\
	F(u32, flags, 3)						\
	F(str, ref, 255)	/* id, name, or unique prefix */
/* obj_list: reply_fd: one nested `obj`, as obj_get's, for each object. */
#define FIELDS_obj_list(F)	F(u32, kind, 5)
/* obj_remove: refused while another container than the named one uses it. */
#define FIELDS_obj_remove(F)						\
	F(u32, kind, 5)							\
	F(u32, step, 2)							\
	F(str, id, 255)		/* of obj_get */			\
	F(str, by, 64)

/*
 * lock_open: the directory of this store's locks. value: 1 when the table is
 * new (as after a boot) or a renumbering was interrupted: lock_renumber must
 * set the numbers.
 */
#define FIELDS_lock_open(F)						\
	F(fd, dir, 0)							\
	F(str, type, 31)	/* shm or file */			\
	F(str, boot_id, 64)						\
	F(u32, count, UINT32_MAX) /* engine.num_locks */		\
	F(u32, flags, 1)	/* 1: to look or to renumber: whatever	\
				 * the table and its size */
/*
 * lock_take: wait so long at most; ETIMEDOUT: another has it. It is dropped by
 * lock_drop, or at the latest with the process that asked. value: its number
 * plus one, 0 if it has none.
 */
#define FIELDS_lock_take(F)						\
	F(str, name, 80)						\
	F(flag, shared, 1)						\
	F(u32, wait_ms, 600000)						\
	F(flag, alloc, 1)	/* 1: give it a number if it has none, for \
				 * good when the lock is dropped */
#define FIELDS_lock_drop(F)	F(str, name, 80)
/* lock_free: release its number; a holder keeps the lock. */
#define FIELDS_lock_free(F)	F(str, name, 80)
/* lock_alloc: give it a number; EEXIST: it has one. value: that plus one. */
#define FIELDS_lock_alloc(F)						\
	F(str, name, 80)						\
	F(u32, number, UINT32_MAX) /* this number plus one; 0: any */
/* lock_find: value: the number plus one; text: the name. */
#define FIELDS_lock_find(F)						\
	F(str, name, 80)	/* empty: by number */			\
	F(u32, number, UINT32_MAX) /* plus one */
/* lock_list: reply_fd: one nested `lock` each. */
#define FIELDS_lock_list(F)						\
	F(flag, all, 1)		/* 1: also those that are not held */
/*
 * lock_renumber: a record of nested `lock` (name, number), which replaces all
 * allocated numbers. Needs the lock "store".
 */
#define FIELDS_lock_renumber(F)						\
	F(rec, locks, 0)						\
	F(flag, begin, 1)	/* 1: only announce it */

/*
 * store_open: graph root, run root. value: 1 if a killed process left
 * something for store_tidy.
 */
#define FIELDS_store_open(F)						\
	F(fd, graph, 0)							\
	F(fd, run, 0)							\
	F(str, driver, 16)	/* overlay or vfs */			\
	F(flag, create, 1)						\
	F(flag, single, 1)	/* one id only: ownership is not kept */ \
	F(str, volumes, 1023)	/* volumes' directory below the graph root */ \
	F(str, boot_id, 64)	/* for marks of layers; or empty */	\
	F(str, state_id, 96)	/* the state that has all records; or empty */
/* image_find: by name, id or unique prefix. reply_fd: an image record. */
#define FIELDS_image_find(F)	F(str, ref, 511)
#define FIELDS_image_list(F)	F(zero, flags, 0)
/* image_remove: reply_fd: a record of `untagged` and `deleted`. */
#define FIELDS_image_remove(F)						\
	F(str, ref, 511)						\
	F(flag, force, 1)
/* image_commit: a record: config, manifest, name..., layer... text: the id. */
#define FIELDS_image_commit(F)						\
	F(rec, image, 0)						\
	F(zero, flags, 0)
/*
 * layer_find: the layer with this chain id; ENOENT: there is none. text: its
 * layer id.
 */
#define FIELDS_layer_find(F)	F(str, chain_id, 71)
/* layer_stage: reply_fd: the staging directory; text: its token. */
#define FIELDS_layer_stage(F)						\
	F(str, parent, 64)	/* layer id, or empty */		\
	F(flag, fleeting, 1)	/* 1: the layer goes again with this store \
				 * unless an image was made of it */
/*
 * layer_commit: the record of layer_unpack's answer, with digest, diff_id,
 * size, compressed_size and compression from digest and inflate. text: the
 * layer id.
 */
#define FIELDS_layer_commit(F)						\
	F(str, token, 64)						\
	F(str, parent, 64)						\
	F(str, chain_id, 71)						\
	F(rec, layer, 0)
/* layer_abort: remove the staging directory. */
#define FIELDS_layer_abort(F)	F(str, token, 64)
/*
 * rw_make: make a writable layer on an image. reply_fd: a record: lower, upper,
 * work.
 */
enum layer_mark {
	LAYER_KEPT,		/* the container is recorded */
	LAYER_NEW,		/* its record may be lost in a power cut */
	LAYER_EPHEMERAL,	/* the container is removed when it ends */
};
#define FIELDS_rw_make(F)						\
	F(str, id, 64)							\
	F(str, image, 64)	/* image id, or empty for --rootfs */	\
	F(u32, mark, LAYER_EPHEMERAL)
/*
 * rw_keep: the container is recorded: remove the mark LAYER_NEW. No answer is
 * waited for.
 */
#define FIELDS_rw_keep(F)	F(str, id, 64)
/*
 * rw_list: add the container to containers.json, where podman and buildah find
 * the images and names in use. A name that is taken there fails if the user
 * gave it (EEXIST), and is left out if it was made up.
 */
#define FIELDS_rw_list(F)						\
	F(str, id, 64)							\
	F(str, image, 64)						\
	F(str, name, 255)						\
	F(flag, given, 1)
/*
 * rw_remove: move the layer to the trash at once; it is deleted when the
 * channel has closed. value: 1 if that needs a user namespace.
 */
#define FIELDS_rw_remove(F)	F(str, id, 64)
/*
 * store_tidy: finish deletions, discard incomplete layers. value: how many
 * deletions are left; the text is why the first of them is.
 */
#define FIELDS_store_tidy(F)	F(zero, flags, 0)
/*
 * store_sweep: fd a record of `ctr`, the IDs of all containers of this state.
 * Layers that did not outlive the last boot are moved to the trash. reply_fd: a
 * record of nested `item` (kind, id, why; error: it could not be moved), and
 * `left` if something waits for store_tidy.
 */
#define FIELDS_store_sweep(F)						\
	F(rec, ids, 0)							\
	F(flag, plan, 1)	/* 1: list them, change nothing */	\
	F(str, boot_id, 64)	/* the boot that this is, or would be */
/*
 * The directory of a volume. `legacy`: where versions before this one put it,
 * which is where podman has its own volumes.
 */
enum volume_state {
	VOLUME_USED,		/* or it is not there */
	VOLUME_FRESH,		/* its first use fills it from the image */
	VOLUME_FILLING,		/* and was begun, but has not ended */
};
#define FIELDS_volume(F)						\
	F(str, name, 255)						\
	F(flag, legacy, 1)
/* volume_look: value: enum volume_state. */
#define FIELDS_volume_look	FIELDS_volume
/* volume_make: made where it is not there. value: enum volume_state */
#define FIELDS_volume_make	FIELDS_volume
/*
 * volume_fill: the caller holds the volume's lock and is going to fill it.
 * value: enum volume_state as it was; VOLUME_USED: it must not be filled.
 */
#define FIELDS_volume_fill	FIELDS_volume
/* volume_filled: and has filled it. */
#define FIELDS_volume_filled	FIELDS_volume
/*
 * volume_remove: moved to the trash, for store_tidy to delete. value: 1 if it
 * stays, because it may be a volume of podman.
 */
#define FIELDS_volume_remove(F)						\
	F(str, name, 255)						\
	F(flag, legacy, 1)						\
	F(flag, anonymous, 1)	/* a random name, which podman has not */

/*
 * layer_unpack: the tar stream, the directory. reply_fd: a record with the
 * lists of uids and gids; bulkhead-unpack(8).
 */
enum unpack_flags {
	UNPACK_MERGED = 1,	/* vfs: whiteouts delete files */
	UNPACK_SPLIT = 2,	/* answer tar_split too */
	UNPACK_NEED_END = 4,	/* refuse an archive without end */
};
#define FIELDS_layer_unpack(F)						\
	F(fd, from, 0)							\
	F(fd, dir, 0)							\
	F(u64, max_bytes, UINT64_MAX)					\
	F(u64, max_inodes, UINT64_MAX)					\
	F(u32, flags, 7)	/* enum unpack_flags */

/*
 * digest_copy: copy from one pipe (or file) to the next; digest_sum: only read
 * it. text: "sha256:..." of the bytes, value: their number. EFBIG: more than
 * max_bytes (0: no limit).
 */
#define FIELDS_digest_copy(F)						\
	F(fd, from, 0)							\
	F(fd, to, 0)							\
	F(u64, max_bytes, UINT64_MAX)
#define FIELDS_digest_sum(F)						\
	F(fd, from, 0)							\
	F(u64, max_bytes, UINT64_MAX)
/*
 * stream_inflate: from one pipe (or file) to the next, decompressed if it is
 * compressed. value: the compression, as containers/storage numbers it.
 */
#define FIELDS_stream_inflate(F)					\
	F(fd, from, 0)							\
	F(fd, to, 0)							\
	F(u64, max_ratio, UINT64_MAX)	/* bytes out per byte in; 0: 250 */

/* archive_open: a regular file. reply_fd: a record; bulkhead-fetch(8). */
#define FIELDS_archive_open(F)						\
	F(fd, archive, 0)						\
	F(str, format, 16)	/* auto, docker, oci, tar (import) */
/* blob_send: write blob `index` of the record into this pipe. */
#define FIELDS_blob_send(F)						\
	F(u32, index, 100000)						\
	F(fd, pipe, 0)

/* launch_give: a descriptor for the container; `kind` is its purpose. */
#define FIELDS_launch_give(F)						\
	F(u32, kind, 15)	/* enum launch_fd */			\
	F(u32, index, 4096)						\
	F(fd, fd, 0)
/*
 * launch_create: clone the first process with its namespaces. reply_fd3: pidfd,
 * user namespace, network namespace; value: the pid. Nothing is built before
 * launch_build.
 */
#define FIELDS_launch_create(F)						\
	F(flag, host_net, 1)	/* no own network namespace */
/* launch_define: the definition record. */
#define FIELDS_launch_define(F)						\
	F(rec, def, 0)							\
	F(flag, single, 1)	/* launch writes a one-id map itself */
/*
 * launch_build: ids were mapped: build the container. With a tty: reply_fd: its
 * master.
 */
#define FIELDS_launch_build(F)						\
	F(u32, rows, 65535)						\
	F(u32, cols, 65535)
/*
 * launch_exec: execute the program. The reply comes when execve has succeeded
 * or failed.
 */
#define FIELDS_launch_exec(F)	F(zero, flags, 0)

/* mon_open: the container's run directory. reply_fd3: stdin, stdout, stderr. */
#define FIELDS_mon_open(F)						\
	F(fd, dir, 0)							\
	F(str, id, 64)							\
	F(flag, tty, 1)							\
	F(flag, stdin_open, 1)
/* mon_log: after mon_open: a log file, open for append. */
#define FIELDS_mon_log(F)						\
	F(fd, log, 0)							\
	F(u64, max, UINT64_MAX)	/* bytes of a generation; 0: no limit */
/* mon_log_old: the file for the previous generation of the log. */
#define FIELDS_mon_log_old(F)						\
	F(fd, log, 0)							\
	F(zero, flags, 0)
/* mon_note: a file open for writing, which begins with a note (note.h). */
#define FIELDS_mon_note(F)						\
	F(fd, note, 0)							\
	F(zero, flags, 0)
/* mon_console: the master of the container's terminal. */
#define FIELDS_mon_console(F)						\
	F(fd, console, 0)						\
	F(zero, flags, 0)
/* mon_adopt: pidfd of the container's first process. */
#define FIELDS_mon_adopt(F)						\
	F(u32, pid, INT32_MAX)						\
	F(fd, pidfd, 0)
/* mon_attach: a SOCK_SEQPACKET socket; framing: bulkhead-monitor(8). */
#define FIELDS_mon_attach(F)						\
	F(fd, socket, 0)						\
	F(flag, primary, 1)	/* never dropped, output waits for it */ \
	F(flag, want_stdin, 1)
#define FIELDS_mon_signal(F)						\
	F(u32, signo, 64)						\
	F(flag, all, 1)
#define FIELDS_mon_resize(F)						\
	F(u32, rows, 65535)						\
	F(u32, cols, 65535)
/*
 * mon_wait: the reply comes at the exit. value: wait status and time, see
 * bulkhead-monitor(8).
 */
#define FIELDS_mon_wait(F)	F(zero, flags, 0)

/* reap_done: the front end has cleaned up; do not run a clean-up. */
#define FIELDS_reap_done(F)	F(zero, flags, 0)
/* reap_hold: hold this descriptor and hand it to the clean-up. */
#define FIELDS_reap_hold(F)						\
	F(u32, which, 9)	/* enum inherited_fd */			\
	F(fd, fd, 0)

/*
 * ids_query: value: the number of ids of a container (1: no subordinate ids, or
 * no capability to map them; text: which of both, and the remedy).
 */
#define FIELDS_ids_query(F)	F(zero, flags, 0)
/*
 * ids_write: write both maps of a user namespace that the caller made. refresh
 * decides which ids: rootless the caller and its subordinate ranges; in system
 * mode the engine's account (slot 0, the store) or the slot-th disjoint range
 * of 65,536 (a container). No pid is used: a process of refresh enters the
 * namespace, and the maps are written through that process.
 */
#define FIELDS_ids_write(F)						\
	F(u32, slot, 65535)						\
	F(fd, userns, 0)
/*
 * ids_grant (system mode, before ids_seal): an O_PATH descriptor of a directory
 * or file for later ids_mount requests, with restrictions. value: its number,
 * from 0 in the order of the requests. Without GRANT_STORE it is for
 * containers, never for slot 0. ids_seal: the front end is about to give up
 * root: no more grants. ids_write and ids_mount are served only after it, so it
 * cannot be forgotten. Rootless, refresh starts sealed. (Any user can open any
 * directory with O_PATH, so a descriptor that comes after root is given up
 * proves nothing.)
 */
#define FIELDS_ids_grant(F)						\
	F(u32, flags, 31)	/* enum grant_flags */			\
	F(fd, fd, 0)
#define FIELDS_ids_seal(F)	F(zero, flags, 0)
/*
 * ids_mount: reply_fd: a detached, id-mapped mount of a granted directory: ids
 * from 0 on disk are the ids of the slot, as in ids_write. The request can only
 * restrict the grant further; a recursive mount must be allowed by it. For slot
 * 0 each mount is nosuid and nodev.
 */
#define FIELDS_ids_mount(F)						\
	F(u32, grant, 3999)						\
	F(u32, slot, 65535)						\
	F(flag, recursive, 1)						\
	F(flag, nosuid, 1)						\
	F(flag, nodev, 1)						\
	F(flag, readonly, 1)

/*
 * cg_gather: a cgroup's cgroup.procs, open for writing, and a pid namespace
 * that this user owns: move every process of the namespace into the cgroup.
 * reply_fd: a record of `moved`, a number, and for each process that the kernel
 * refused to move a `left`, its pid out here.
 */
#define FIELDS_cg_gather(F)						\
	F(fd, procs, 0)							\
	F(fd, pid_ns, 0)						\
	F(zero, flags, 0)

/*
 * systemd_open: a socket connected to the user's service manager.
 * systemd_scope: start a scope with this process, delegated to the user,
 * beneath a slice, or add the process to an existing one. text: its control
 * group. systemd_attach: move one more process into it. systemd_slice: start a
 * slice. text: its control group. systemd_stop: stop a unit, if it is there.
 */
#define FIELDS_systemd_open(F)						\
	F(fd, socket, 0)						\
	F(zero, flags, 0)
#define FIELDS_systemd_scope(F)						\
	F(str, unit, 255)						\
	F(str, slice, 255)						\
	F(u32, pid, INT32_MAX)
#define FIELDS_systemd_attach(F)					\
	F(str, unit, 255)						\
	F(u32, pid, INT32_MAX)
#define FIELDS_systemd_slice(F)	F(str, unit, 255)
#define FIELDS_systemd_stop(F)	F(str, unit, 255)

/* launch_give kinds. */
enum launch_fd {
	LAUNCH_STDIN = 0, LAUNCH_STDOUT = 1, LAUNCH_STDERR = 2,
	LAUNCH_SECCOMP = 3,	/* sealed memfd, struct sock_filter array */
	LAUNCH_GRAPH = 4,	/* detached id-mapped mount of the graph root */
	LAUNCH_MOUNT = 5,	/* detached mount for mount number `index` */
	LAUNCH_ROOTFS = 6,	/* detached mount for --rootfs */
	LAUNCH_NULL = 7,	/* a checked /dev/null */
	LAUNCH_INIT = 8,	/* sealed memfd with the --init program */
};

/*
 * reap_hold: the descriptors that a reaper holds for the clean-up that it
 * executes. The clean-up finds each at INHERIT_BASE plus its number here.
 */
#define INHERIT_BASE	10
enum inherited_fd {
	INHERIT_USERNS = 0,
	INHERIT_NETNS = 1,
	INHERIT_GRAPH = 2,	/* system mode: the mount of the graph root */
	INHERIT_CONFIG = 3,	/* the configuration of the start */
	INHERIT_SECCOMP = 4,	/* for a restart: the compiled filter */
	INHERIT_REFRESH = 5,	/* for a restart in system mode: a channel */
	INHERIT_PIDFD = 6,	/* the container's first process */
	INHERIT_STATE = 7,	/* the state and run directories, where the */
	INHERIT_RUN = 8,	/* engine's account cannot reach their paths */
	INHERIT_COUNT = 10
};

/* Everything below is expanded from the declarations. */
#define MEMBER(kind, name, max)	MEMBER_##kind(name, max)
#define MEMBER_u32(name, max)	uint32_t name;
#define MEMBER_u64(name, max)	uint64_t name;
#define MEMBER_str(name, max)	char name[(max) + 1];
#define MEMBER_flag		MEMBER_u32
#define MEMBER_zero		MEMBER_u32
#define MEMBER_fd(name, max)
#define MEMBER_rec(name, max)

/* The number of descriptors of a message. */
#define PROTO_NFDS(id)		(0 FIELDS_##id(COUNT))
#define COUNT(kind, name, max)	COUNT_##kind
#define COUNT_u32
#define COUNT_u64
#define COUNT_str
#define COUNT_flag
#define COUNT_zero
#define COUNT_fd		+ 1
#define COUNT_rec		+ 1

#define AS_STRUCT(id, no, from, to, wait)				\
	struct msg_##id { FIELDS_##id(MEMBER) };
PROTO(AS_STRUCT)

#define AS_ENUM(id, no, from, to, wait)	MSG_##id = (no),
enum msg_type { PROTO(AS_ENUM) };

#define AS_MEMBER(id, no, from, to, wait) struct msg_##id id;
union msg { PROTO(AS_MEMBER) };

struct proto_info {
	enum msg_type	 type;
	const char	*name;
	unsigned int	 from;
	unsigned int	 to;
	unsigned int	 nfds;
	int		 wait_s;	/* as the table has it */
};

struct rbuf;
struct wbuf;

/* The declaration of a message number; NULL when there is none. */
const struct proto_info *proto_find(uint16_t);
/*
 * The version of the protocol with this program: a hash of what it is sent and
 * answers, from tools/protoversion.c.
 */
uint16_t proto_version(enum role);
/* The name of a role, for traces. Static storage. */
const char *proto_role(enum role);
/* Append a body; false when a string or number exceeds its bound. */
bool	proto_encode(enum msg_type, struct wbuf *, const union msg *);
/* Read a body into a zeroed union; false unless it ends at the packet's end. */
bool	proto_decode(enum msg_type, struct rbuf *, union msg *);
/* One line for a person: name and fields, cut at this size. */
void	proto_print(enum msg_type, const union msg *, char *, size_t);

#endif
