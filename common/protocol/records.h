/*
 * The declared records: every key of every record, with its type and bound.
 * Typed keys, the checks of the decoder, the hostile tests and the fuzz
 * target are all expanded from the rows below. A new key is one row.
 *
 * KEY(name) is a key whose type the compiler knows: one that is not declared
 * here does not compile, nor does the getter of another type.
 */
#ifndef PROTOCOL_RECORDS_H
#define PROTOCOL_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REC_MAX		(64u << 20)	/* bytes of one encoded record */
#define REC_ITEMS	1000000u	/* pairs in one record */
#define REC_PATH	4095
#define REC_SECONDS	(INT64_MAX / 1000000000)	/* fit into ns */
#define REC_ID		64		/* an ID: so many hexadecimal digits */

/*
 * Rows: kind, name, bound.
 *
 *	str	text, at most so many bytes
 *	list	the same, and the key may come more than once
 *	id	the ID of a container, pod, image or layer: 64 lower-case
 *		hexadecimal digits; or empty, if its bound is 0 and not 64
 *	ids	the same, and the key may come more than once
 *	num	a number from 0 to the bound
 *	nums	the same, more than once
 *	int	a number of either sign, at most the bound
 *	flag	"true" or "false"; its bound is 1
 *	bytes	at most so many
 *	rec	a record of the type that stands for the bound
 *	recs	the same, more than once
 *
 * Any key may be missing. A number may be empty: in a record of changes that
 * takes the key away. Keys that are not declared are kept as they are: a
 * record may have been written by a newer version, or its keys may be data.
 *
 * A name has one type in all records, and KEY(name) is of this type. F
 * declares it. O declares a name that is of another type in this record than
 * elsewhere: it is KEY_IN(record, name). S declares a key that is no name in
 * C, with its text: it is KEY_AS(name).
 */

/* What containers, images and objects are made of. */
#define RECORD_rlimit(F, O, S)						\
	F(str,	name,		32)					\
	F(int,	soft,		INT64_MAX)				\
	F(int,	hard,		INT64_MAX)				\
	F(num,	default,	1)	/* lowered where it has to be */

#define RECORD_mount(F, O, S)						\
	F(str,	type,		16)	/* bind or tmpfs */		\
	F(str,	src,		REC_PATH)				\
	F(str,	dst,		REC_PATH)				\
	F(list,	opt,		255)					\
	F(str,	sub,		REC_PATH) /* beneath the source */	\
	F(num,	copyup,		3)					\
	F(num,	nocopy,		1)					\
	O(mount, str, volume,	255)	/* name; empty: to be made up */ \
	O(mount, num, anon,	1)	/* the volume has no name */

/* A file of launch's that is written into the container. */
#define RECORD_file(F, O, S)						\
	F(str,	dst,		REC_PATH)				\
	F(str,	content,	1048576)				\
	F(bytes, data,		512000)	/* instead of content */	\
	O(file, num, mode,	0777)

/* What a container is: as asked for and completed at its creation. */
#define RECORD_definition(F, O, S)					\
	F(num,	v,		INT32_MAX) /* version of the record */	\
	F(id,	id,		64)					\
	F(str,	name,		255)					\
	F(int,	created,	INT64_MAX) /* ns since the epoch */	\
	F(str,	namespace,	255)	/* the row's, while it runs */	\
	F(id,	image,		0)	/* its id */			\
	F(str,	image_digest,	80)					\
	F(str,	image_name,	4095)					\
	F(str,	rootfs,		REC_PATH) /* instead of an image */	\
	F(list,	create_command,	REC_MAX)				\
	F(list,	entrypoint,	REC_MAX)				\
	F(list,	cmd,		REC_MAX)				\
	F(list,	arg,		REC_MAX) /* entrypoint and cmd */	\
	F(str,	command,	REC_MAX) /* what ps shows, if not arg */ \
	F(str,	net,		64)					\
	F(list,	dns,		255)					\
	F(list,	dns_search,	255)					\
	F(list,	dns_option,	REC_MAX)				\
	F(str,	hostname,	64)					\
	F(num,	name_host,	1)	/* it is made of the name */	\
	F(num,	no_hosts,	1)					\
	F(list,	add_host,	REC_MAX) /* ADDRESS TAB NAME */		\
	F(str,	host_ip,	63)	/* of host.containers.internal */ \
	F(str,	hosts_base,	REC_PATH) /* of /etc/hosts: a path, none */ \
	F(str,	tz,		255)	/* as --tz has it */		\
	F(str,	userns,		64)					\
	F(list,	env,		REC_MAX)				\
	F(list,	label,		REC_MAX)				\
	F(list,	annotation,	REC_MAX)				\
	F(str,	user,		255)					\
	F(str,	cwd,		REC_PATH)				\
	F(num,	tty,		1)					\
	F(num,	stdin_open,	1)					\
	F(num,	init,		1)	/* as --init has it */		\
	F(str,	umask,		4)	/* octal digits */		\
	F(num,	readonly,	1)					\
	F(num,	readonly_tmpfs,	1)					\
	F(num,	shm_size,	INT64_MAX)				\
	F(recs,	mount,		mount)					\
	F(recs,	volume,		volume)	/* to be made if missing */	\
	F(recs,	rlimit,		rlimit)					\
	F(num,	ulimit_host,	1)					\
	F(list,	cap,		63)					\
	F(list,	ambient,	63)					\
	F(list,	sysctl,		255)	/* -NAME=VALUE: if it is there */ \
	F(num,	nnp,		1)	/* no new privileges */		\
	F(str,	seccomp,	REC_PATH) /* a path, default, unconfined */ \
	F(bytes, seccomp_json,	REC_MAX) /* the profile itself */	\
	F(list,	mask,		REC_PATH)				\
	F(list,	unmask,		REC_MAX)				\
	F(list,	ropath,		REC_PATH)				\
	F(int,	oom_score_adj,	1000)					\
	F(num,	rm,		1)					\
	F(num,	transient,	1)					\
	F(str,	config_digest,	80)					\
	F(str,	restart,	64)	/* the policy's word */		\
	F(num,	restart_max,	INT64_MAX)				\
	F(num,	stop_signal,	64)					\
	F(num,	stop_timeout,	REC_SECONDS)				\
	F(str,	log_driver,	64)					\
	F(str,	log_path,	REC_PATH)				\
	F(str,	log_tag,	REC_MAX)				\
	F(int,	log_max,	INT64_MAX) /* bytes; -1: no limit */	\
	F(str,	detach_keys,	REC_PATH)				\
	F(str,	runtime,	REC_PATH)				\
	F(id,	pod,		0)					\
	F(str,	pod_name,	255)					\
	F(ids,	requires,	64)	/* ids of containers */		\
	F(num,	lock,		UINT32_MAX)				\
	F(list,	granted,	REC_PATH) /* root let it use them, ... */ \
	F(str,	grant,		255)	/* ... by this code */		\
	/* what is added for launch, of this start */			\
	F(str,	driver,		16)	/* of the image's layers */	\
	F(list,	lower,		REC_PATH)				\
	F(str,	upper,		REC_PATH)				\
	F(str,	work,		REC_PATH)				\
	F(str,	graph,		REC_PATH)				\
	F(recs,	file,		file)					\
	F(str,	passwd_entry,	1023)					\
	F(num,	workdir_make,	1)

/*
 * The row that ps shows: small, one for each container. It is also the record
 * of changes to a row: `event` there is for the history.
 */
#define RECORD_row(F, O, S)						\
	F(id,	id,		64)					\
	F(str,	name,		255)					\
	F(id,	image,		0)					\
	F(str,	image_name,	4095)					\
	F(str,	rootfs,		REC_PATH)				\
	F(str,	command,	REC_MAX)				\
	F(int,	created,	INT64_MAX)				\
	F(num,	rm,		1)					\
	F(str,	intent,		64)					\
	F(str,	restart,	64)					\
	F(num,	restart_max,	INT64_MAX)				\
	F(id,	pod,		0)					\
	F(str,	pod_name,	255)					\
	F(num,	lock,		UINT32_MAX)				\
	F(list,	label,		REC_MAX)				\
	O(row, list, volume,	255)	/* names */			\
	O(row, list, anon,	255)	/* those that have none given */ \
	F(ids,	requires,	64)					\
	O(row, list, mount,	REC_PATH) /* where, in the container */	\
	F(str,	namespace,	255)	/* of the state */		\
	F(num,	started,	INT64_MAX) /* ns since the epoch */	\
	F(num,	finished,	INT64_MAX)				\
	F(num,	exit,		255)					\
	F(str,	error,		REC_MAX)				\
	F(num,	oomkilled,	1)					\
	F(num,	log_lost,	INT64_MAX) /* bytes */			\
	F(num,	unborn,		1)	/* its process never began */	\
	F(num,	user_stopped,	1)	/* no restart after that */	\
	F(num,	migrating,	1)	/* to be started again */	\
	F(num,	state,		15)	/* enum ctr_state */	\
	F(str,	state_name,	31)					\
	F(str,	boot_id,	64)					\
	/* of this boot only */						\
	F(num,	pid,		INT32_MAX)				\
	F(num,	pid_start,	INT64_MAX) /* as in /proc/PID/stat */	\
	F(num,	monitor_pid,	INT32_MAX)				\
	F(num,	slot,		65535)	/* whose range of ids is it */	\
	F(num,	restart_due,	INT64_MAX)				\
	F(num,	restart_delay,	INT64_MAX)				\
	F(num,	restart_count,	INT64_MAX)				\
	F(num,	halted,		1)	/* stopped until the next boot */ \
	F(rec,	def,		definition)				\
	O(row, list, event,	63)	/* statuses */			\
	/* not changes, but what the row must have for them to be made */ \
	S(num,	is_pid,		"=pid", INT32_MAX)			\
	S(num,	is_pid_start,	"=pid_start", INT64_MAX)		\
	S(num,	is_restart_due,	"=restart_due", INT64_MAX)		\
	/* in `old` of an entry: keys that had no value */		\
	S(list,	absent,		"-", 255)

/* The rows of several containers. */
#define RECORD_rows(F, O, S)						\
	F(recs,	ctr,		row)

/* Keys to set in the definition of every container: system migrate. */
#define RECORD_rewriting(F, O, S)					\
	F(str,	runtime,	REC_PATH)

/* A container that runs, as the engine notes it beside the state. */
#define RECORD_running(F, O, S)						\
	F(id,	id,		64)					\
	F(str,	boot_id,	64)					\
	F(num,	pid,		INT32_MAX)				\
	F(num,	pid_start,	INT64_MAX)				\
	F(num,	reaper,		INT32_MAX)				\
	F(num,	reaper_start,	INT64_MAX)				\
	F(num,	state,		15)	/* enum ctr_state */		\
	F(num,	pid_ns,		INT64_MAX) /* inode: whose pids are these */ \
	F(num,	slot,		65535)					\
	F(rec,	def,		definition)				\
	O(running, num, status,	UINT32_MAX)				\
	F(num,	time,		INT64_MAX)

/* How a container's process ended, as monitor writes it down. */
#define RECORD_ended(F, O, S)						\
	O(ended, num, status,	UINT32_MAX) /* as of wait */		\
	F(num,	time,		INT64_MAX) /* ns since the epoch */	\
	F(num,	oom,		1)

/* How much of its output a log has lost. */
#define RECORD_lost(F, O, S)						\
	F(num,	bytes,		INT64_MAX)

/* The other objects that statekeep has; `user`: ids of containers. */
#define RECORD_pod(F, O, S)						\
	F(num,	v,		INT32_MAX)				\
	F(id,	id,		64)					\
	F(str,	name,		255)					\
	F(int,	created,	INT64_MAX)				\
	F(list,	label,		REC_MAX)				\
	F(str,	cgroup,		REC_PATH)				\
	F(list,	create_command,	REC_MAX)				\
	F(num,	lock,		UINT32_MAX)				\
	F(num,	removing,	1)	/* its data goes */		\
	F(str,	namespace,	255)					\
	F(ids,	user,		64)					\
	F(recs,	ctr,		row)	/* added to be shown, as is */	\
	F(str,	error,		REC_MAX) /* why it cannot be read */	\
	O(pod, str, state,	31)

#define RECORD_volume(F, O, S)						\
	F(num,	v,		INT32_MAX)				\
	F(str,	id,		255)					\
	F(str,	name,		255)					\
	F(int,	created,	INT64_MAX)				\
	F(str,	driver,		255)					\
	F(list,	label,		REC_MAX)				\
	F(list,	option,		REC_MAX) /* as given */			\
	F(str,	device,		REC_PATH)				\
	F(list,	device_opt,	REC_PATH)				\
	F(str,	mountpoint,	REC_PATH)				\
	O(volume, num, anon,	1)					\
	F(num,	rm,		1)	/* goes with its container, ... */ \
	F(id,	owner,		0)	/* ... this one */		\
	F(num,	lock,		UINT32_MAX)				\
	F(num,	removing,	1)					\
	F(str,	grant,		255)					\
	F(str,	namespace,	255)					\
	F(ids,	user,		64)					\
	F(str,	error,		REC_MAX) /* why it cannot be read */	\
	F(num,	fresh,		1)	/* added to be shown: not filled yet */

#define RECORD_session(F, O, S)						\
	F(num,	v,		INT32_MAX)				\
	F(str,	id,		64)					\
	O(session, id, ctr,	64)	/* the container it is in */	\
	F(num,	removing,	1)					\
	F(str,	namespace,	255)

#define RECORD_network(F, O, S)						\
	F(num,	v,		INT32_MAX)				\
	F(str,	id,		64)					\
	F(str,	name,		255)					\
	F(num,	removing,	1)					\
	F(str,	namespace,	255)					\
	F(list,	user,		255)

#define RECORD_secret(F, O, S)						\
	F(num,	v,		INT32_MAX)				\
	F(str,	id,		64)					\
	F(str,	name,		255)					\
	F(bytes, data,		512000)					\
	F(num,	removing,	1)					\
	F(str,	namespace,	255)					\
	F(list,	user,		255)

#define RECORD_pods(F, O, S)						\
	F(recs,	obj,		pod)
#define RECORD_volumes(F, O, S)						\
	F(recs,	obj,		volume)

/* Events, and the history that they are derived from. */
#define RECORD_event(F, O, S)						\
	F(str,	type,		63)					\
	F(str,	status,		63)					\
	F(str,	id,		255)					\
	F(str,	name,		4095)					\
	F(str,	image,		4095)					\
	F(str,	namespace,	255)					\
	F(list,	label,		REC_MAX)

#define RECORD_events(F, O, S)						\
	F(recs,	event,		event)

#define RECORD_entry(F, O, S)						\
	F(num,	t,		INT64_MAX) /* ns since the epoch */	\
	F(str,	type,		63)					\
	F(str,	id,		255)					\
	F(num,	uid,		UINT32_MAX)				\
	F(str,	cmd,		200)					\
	F(str,	boot,		8)	/* how its id begins */		\
	F(num,	be,		2)	/* enum events_backend */	\
	F(num,	log,		UINT32_MAX) /* which one */		\
	F(str,	name,		255)					\
	F(str,	namespace,	255)					\
	F(num,	from,		15)	/* states */			\
	F(num,	to,		15)					\
	F(str,	why,		REC_MAX)				\
	F(num,	exit,		255)					\
	F(rec,	row,		row)	/* of what was removed */	\
	F(num,	pid,		INT32_MAX)				\
	F(rec,	old,		row)	/* what undoes the change */	\
	F(recs,	note,		event)					\
	F(list,	ev,		63)	/* statuses of events */

#define RECORD_entries(F, O, S)						\
	F(recs,	entry,		entry)

/* What a boot has left, and what becomes of it. */
#define RECORD_item(F, O, S)						\
	F(str,	kind,		63)					\
	F(str,	id,		255)					\
	F(str,	name,		255)					\
	F(str,	was,		63)					\
	F(str,	then,		63)					\
	F(str,	why,		255)					\
	F(str,	error,		REC_MAX)

#define RECORD_items(F, O, S)						\
	F(recs,	item,		item)					\
	F(num,	left,		1)	/* there is more to be deleted */

/* Locks. */
#define RECORD_claim(F, O, S)						\
	F(num,	pid,		INT32_MAX)				\
	F(str,	command,	255)					\
	F(num,	held,		1)	/* 0: waits for it */		\
	F(num,	shared,		1)					\
	F(num,	age_ns,		INT64_MAX)

#define RECORD_lock(F, O, S)						\
	F(str,	name,		80)					\
	F(num,	number,		UINT32_MAX)				\
	F(recs,	claim,		claim)					\
	/* of renumbering */						\
	F(str,	kind,		63)	/* whose it is */		\
	F(str,	of,		255)	/* its name */			\
	F(num,	hidden,		1)	/* in another namespace */	\
	O(lock, num, was,	UINT32_MAX)

#define RECORD_locks(F, O, S)						\
	F(num,	count,		UINT32_MAX)				\
	F(num,	allocated,	INT64_MAX)				\
	O(locks, recs, lock,	lock)

/* Images and their layers. */
#define RECORD_health(F, O, S)						\
	F(list,	test,		REC_MAX)				\
	F(int,	interval,	INT64_MAX)				\
	F(int,	timeout,	INT64_MAX)				\
	F(int,	start_period,	INT64_MAX)				\
	F(int,	retries,	INT64_MAX)

#define RECORD_step(F, O, S)						\
	F(int,	created,	INT64_MAX)				\
	F(str,	created_by,	REC_MAX)				\
	F(str,	author,		REC_MAX)				\
	F(str,	comment,	REC_MAX)				\
	F(num,	empty,		1)	/* it made no layer */

/* Of store; in a list only what `images` shows. */
#define RECORD_image(F, O, S)						\
	F(id,	id,		64)					\
	F(str,	digest,		80)					\
	F(list,	digests,	80)					\
	F(list,	name,		511)					\
	F(list,	name_history,	511)					\
	F(str,	found_name,	511)	/* the name that was asked for */ \
	F(num,	size,		INT64_MAX)				\
	F(str,	damaged,	REC_MAX) /* why it cannot be used */	\
	F(num,	dangling,	1)					\
	F(num,	readonly,	1)					\
	F(num,	intermediate,	1)					\
	F(id,	parent,		0)					\
	F(id,	layer_id,	0)					\
	F(nums,	layer_size,	INT64_MAX)				\
	O(image, list, layer,	REC_PATH) /* directories */		\
	F(int,	created,	INT64_MAX)				\
	F(str,	arch,		REC_MAX)				\
	F(str,	variant,	REC_MAX)				\
	F(str,	os,		REC_MAX)				\
	F(str,	author,		REC_MAX)				\
	F(str,	user,		REC_MAX)				\
	F(str,	workdir,	REC_MAX)				\
	F(str,	stopsignal,	REC_MAX)				\
	F(list,	env,		REC_MAX)				\
	F(list,	cmd,		REC_MAX)				\
	F(list,	entrypoint,	REC_MAX)				\
	F(list,	shell,		REC_MAX)				\
	F(list,	label,		REC_MAX)				\
	O(image, list, volume,	REC_MAX)				\
	F(list,	expose,		REC_MAX)				\
	F(rec,	healthcheck,	health)					\
	F(recs,	history,	step)					\
	F(list,	diff_id,	80)					\
	F(str,	config_json,	REC_MAX)				\
	F(str,	manifest_json,	REC_MAX)				\
	F(str,	manifest_type,	REC_MAX)				\
	F(list,	annotation,	REC_MAX)

#define RECORD_images(F, O, S)						\
	O(images, recs, image,	image)

/* What the removal of an image did. */
#define RECORD_removed(F, O, S)						\
	F(list,	untagged,	511)					\
	F(list,	deleted,	80)					\
	F(nums,	left,		INT64_MAX) /* directories still there */

/* The layers of a container, from store. */
#define RECORD_layers(F, O, S)						\
	F(str,	driver,		16)					\
	F(list,	lower,		REC_PATH)				\
	F(str,	upper,		REC_PATH)				\
	F(str,	work,		REC_PATH)				\
	F(str,	rootfs,		REC_PATH)

/* The containers whose layers the sweep of a boot keeps: their ids. */
#define RECORD_alive(F, O, S)						\
	O(alive, ids, ctr,	64)

/* A layer of an archive, what became of it, and how store is to record it. */
#define RECORD_layer(F, O, S)						\
	F(num,	index,		UINT32_MAX)				\
	F(str,	digest,		80)					\
	F(str,	diff_id,	80)					\
	F(num,	size,		INT64_MAX)				\
	F(str,	media_type,	255)					\
	F(num,	compressed_size, INT64_MAX)				\
	F(num,	compression,	4)	/* bzip2, gzip, xz, zstd */	\
	F(nums,	uid,		UINT32_MAX) /* that own files in it */	\
	F(nums,	gid,		UINT32_MAX)				\
	F(num,	inodes,		INT64_MAX)				\
	F(num,	entries,	INT64_MAX)				\
	F(num,	skipped_devices, INT64_MAX)				\
	F(num,	dropped_xattrs,	INT64_MAX)				\
	F(bytes, tar_split,	REC_MAX)

/* An image in an archive; `more`: the others of the archive. */
#define RECORD_archive(F, O, S)						\
	F(str,	kind,		63)					\
	F(str,	config_json,	REC_MAX)				\
	F(str,	config_digest,	80)					\
	F(str,	manifest_json,	REC_MAX)				\
	F(str,	manifest_digest, 80)					\
	F(str,	manifest_media,	255)					\
	F(list,	name,		511)					\
	F(recs,	layer,		layer)					\
	F(recs,	more,		archive)

/* The image that store is to record. */
#define RECORD_commit(F, O, S)						\
	F(str,	config_json,	REC_MAX)				\
	F(str,	manifest_json,	REC_MAX)				\
	F(list,	name,		511)					\
	O(commit, id, layer,	0)	/* id of the top one */

/* What resolve is asked; beside them env:NAME and opt:NAME. */
#define RECORD_question(F, O, S)					\
	F(str,	mode,		15)	/* rootless or system */	\
	F(num,	uid,		UINT32_MAX)				\
	F(str,	cwd,		REC_PATH)				\
	F(str,	sysroot,	REC_PATH) /* of tests */		\
	F(list,	given,		REC_PATH) /* files that follow */	\
	/* a file that is to be checked */				\
	F(str,	kind,		63)					\
	F(str,	path,		REC_PATH)				\
	O(question, bytes, text, REC_MAX)				\
	/* a seccomp profile that is to be compiled */			\
	F(str,	profile,	REC_PATH)				\
	O(question, bytes, json, REC_MAX)				\
	F(list,	cap,		63)					\
	S(list,	opt_module,	"opt:module", REC_MAX)

/*
 * What resolve answers. Settings are keys by their names; those that programs
 * read by name are declared here, the rest is in the schema of resolve.
 */
#define RECORD_config(F, O, S)						\
	F(str,	mode,		15)					\
	F(num,	uid,		UINT32_MAX)				\
	F(str,	digest,		80)	/* of all of these */	\
	F(list,	mask,		REC_PATH)				\
	F(list,	ropath,		REC_PATH)				\
	F(list,	warn,		REC_MAX)				\
	/* of the settings in a state: by a file or an option */	\
	F(list,	set,		63)					\
	S(str,	env_bus,	"env.DBUS_SESSION_BUS_ADDRESS", REC_MAX) \
	S(str,	env_config_home, "env.XDG_CONFIG_HOME", REC_PATH)	\
	S(str,	env_data_home,	"env.XDG_DATA_HOME", REC_PATH)		\
	S(str,	env_runtime_dir, "env.XDG_RUNTIME_DIR", REC_PATH)	\
	S(str,	state_type,	"state.type", 15)			\
	S(str,	seccomp_profile, "seccomp.profile", REC_PATH)		\
	S(str,	path_graph,	"path.graph", REC_PATH)			\
	S(str,	path_run,	"path.run", REC_PATH)			\
	S(str,	path_run_storage, "path.run_storage", REC_PATH)		\
	S(str,	path_state,	"path.state", REC_PATH)			\
	S(str,	path_state_next, "path.state_next", REC_PATH)		\
	S(str,	path_storage_conf, "path.storage_conf", REC_PATH)	\
	S(list,	default_capabilities,					\
	    "containers.default_capabilities", 63)			\
	S(list,	default_ulimits, "containers.default_ulimits", 255)	\
	S(list,	default_env,	"containers.env", REC_MAX)		\
	S(int,	log_size_max,	"containers.log_size_max", INT64_MAX)	\
	S(str,	no_new_privileges, "containers.no_new_privileges", 15)	\
	S(num,	default_shm_size, "containers.shm_size", INT64_MAX)	\
	S(list,	engine_env,	"engine.env", REC_MAX)			\
	S(str,	lock_type,	"engine.lock_type", 31)			\
	S(num,	num_locks,	"engine.num_locks", UINT32_MAX)		\
	S(str,	engine_runtime,	"engine.runtime", REC_PATH)		\
	S(str,	runtime_origin,	"origin:engine.runtime", REC_MAX)	\
	S(num,	default_stop_timeout, "engine.stop_timeout", REC_SECONDS) \
	S(str,	volume_path,	"engine.volume_path", REC_PATH)		\
	S(list,	search_registries,					\
	    "registries.unqualified-search-registries", REC_MAX)	\
	S(str,	storage_driver,	"storage.driver", 31)			\
	S(list,	storage_opt,	"storage.opt", REC_MAX)			\
	S(str,	transient_store, "storage.transient_store", 15)		\
	S(str,	disable_volatile,					\
	    "storage.options.disable-volatile", 15)			\
	S(str,	engine_namespace, "engine.namespace", 255)		\
	S(str,	default_detach_keys, "engine.detach_keys", REC_PATH)	\
	S(str,	events_logger,	"engine.events_logger", 31)		\
	S(str,	events_path,	"engine.events_logfile_path", REC_PATH)	\
	S(str,	events_path_origin,					\
	    "origin:engine.events_logfile_path", REC_MAX)		\
	S(str,	events_max_size, "engine.events_logfile_max_size", 31)	\
	S(str,	cgroup_manager,	"engine.cgroup_manager", 31)		\
	S(str,	image_copy_dir,	"engine.image_copy_tmp_dir", REC_PATH)	\
	S(str,	default_log_driver, "containers.log_driver", 31)	\
	S(str,	overlay_mount_program,					\
	    "storage.options.overlay.mount_program", REC_PATH)		\
	S(str,	any_mount_program,					\
	    "storage.options.mount_program", REC_PATH)			\
	/* files that were read, and those that others hide */		\
	O(config, list, file,	REC_PATH)				\
	S(list,	file_shadowed,	"file.shadowed", REC_PATH)

#define RECORD_finding(F, O, S)						\
	F(str,	kind,		63)					\
	F(num,	line,		INT64_MAX)				\
	F(num,	col,		INT64_MAX)				\
	F(str,	what,		REC_MAX)				\
	F(str,	near,		REC_MAX)

#define RECORD_findings(F, O, S)					\
	F(str,	kind,		63)					\
	F(recs,	finding,	finding)				\
	O(findings, str, more,	15)	/* not all are told */

/* What an answer of resolve depends on: seen.h. */
#define RECORD_seen(F, O, S)						\
	F(list,	saw,		REC_MAX)				\
	F(str,	young,		REC_PATH)				\
	F(str,	cwd,		REC_PATH)

/* The configuration, cached between commands. */
#define RECORD_cached(F, O, S)						\
	F(bytes, config,	REC_MAX)				\
	F(rec,	seen,		seen)

/* What the store was made with: settings by their names. */
#define RECORD_settings(F, O, S)					\
	F(str,	os,		63)					\
	S(str,	now_boot,	"now:boot", 64)	/* of keys now:... */

/* What cgroup has moved. */
#define RECORD_gathered(F, O, S)					\
	F(num,	moved,		INT64_MAX)				\
	F(nums,	left,		INT64_MAX) /* process ids */

/* What root's code for a grant is computed of. */
#define RECORD_grant(F, O, S)						\
	F(id,	container,	64)					\
	F(recs,	mount,		mount)					\
	F(str,	rootfs,		REC_PATH)				\
	F(list,	granted,	REC_PATH)				\
	O(grant, str, volume,	255)					\
	F(str,	device,		REC_PATH)				\
	F(list,	device_opt,	REC_PATH)				\
	O(grant, str, state,	REC_PATH)				\
	F(str,	setting,	255)					\
	F(str,	value,		REC_MAX)

/* What info was told by a program of the host, to ask it once only. */
#define RECORD_program(F, O, S)						\
	F(str,	path,		REC_PATH)				\
	F(str,	version,	REC_MAX)				\
	F(str,	package,	REC_MAX)				\
	F(int,	mtime,		INT64_MAX)				\
	F(num,	size,		INT64_MAX)				\
	F(num,	ino,		INT64_MAX)				\
	F(num,	ran,		1)

#define RECORD_probes(F, O, S)						\
	F(recs,	probe,		program)

/*
 * What a command is asked for: its options, by their long names, as far as code
 * reads them by a key. It never leaves the process, so no decoder checks it,
 * and a name may be of another type in another command.
 */
#define RECORD_request(F, O, S)						\
	F(flag,	all,		1)					\
	F(list,	annotation,	REC_MAX)				\
	F(str,	arch,		255)					\
	F(list,	attach,		255)					\
	F(str,	author,		REC_MAX)				\
	F(list,	change,		REC_MAX)				\
	F(list,	cidfile,	REC_PATH)				\
	F(list,	condition,	63)					\
	F(flag,	detach,		1)					\
	F(list,	dns,		255)					\
	F(str,	entrypoint,	REC_MAX)				\
	F(list,	env,		REC_MAX)				\
	F(list,	filter,		REC_MAX)				\
	F(str,	format,		REC_MAX)				\
	F(str,	help,		15)					\
	F(str,	hostname,	255)					\
	O(request, flag, init,	1)					\
	F(flag,	interactive,	1)					\
	F(list,	label,		REC_MAX)				\
	F(int,	last,		INT64_MAX)				\
	F(flag,	latest,		1)					\
	F(str,	message,	REC_MAX)				\
	F(list,	module,		REC_PATH)				\
	O(request, list, mount,	REC_MAX)				\
	F(str,	name,		4095)					\
	F(list,	network,	255)					\
	F(flag,	noheading,	1)					\
	F(str,	os,		255)					\
	O(request, flag, pod,	1)	/* of ps; create has text */	\
	F(str,	pull,		63)					\
	F(flag,	quiet,		1)					\
	F(flag,	replace,	1)					\
	F(str,	restart,	255)					\
	O(request, flag, rm,	1)					\
	O(request, flag, rootfs, 1)					\
	F(str,	runroot,	REC_PATH)				\
	F(str,	runtime,	REC_PATH)				\
	F(str,	sort,		255)					\
	F(flag,	stream,		1)					\
	F(str,	tmpdir,		REC_PATH)				\
	F(str,	volumepath,	REC_PATH)				\
	F(list,	tmpfs,		REC_MAX)				\
	O(request, flag, tty,	1)					\
	F(list,	ulimit,		255)					\
	F(str,	umask,		255)					\
	F(list,	unsetenv,	REC_MAX)				\
	F(str,	user,		REC_MAX)				\
	F(str,	userns,		255)					\
	F(str,	variant,	255)					\
	O(request, list, volume, REC_MAX)				\
	F(str,	workdir,	REC_MAX)				\
	S(list,	ask_add_host,	"add-host", REC_MAX)		\
	S(list,	ask_cap_add,	"cap-add", 63)				\
	S(list,	ask_cap_drop,	"cap-drop", 63)				\
	S(str,	ask_default_host_ip, "default-host-ip", 63)		\
	S(list,	ask_default_mount, "default-mount", REC_MAX)		\
	S(flag,	ask_default_name_host, "default-name-host", 1)		\
	S(list,	ask_default_sysctl, "default-sysctl", 255)		\
	S(list,	ask_default_volume, "default-volume", REC_MAX)		\
	S(str,	ask_detach_keys, "detach-keys", REC_PATH)		\
	S(list,	ask_dns_option,	"dns-option", REC_MAX)		\
	S(list,	ask_dns_search,	"dns-search", 255)			\
	S(list,	ask_env_file,	"env-file", REC_PATH)			\
	S(flag,	ask_env_host,	"env-host", 1)				\
	S(flag,	ask_http_proxy,	"http-proxy", 1)			\
	S(str,	ask_image_volume, "image-volume", 63)			\
	S(list,	ask_label_file,	"label-file", REC_PATH)			\
	S(str,	ask_log_driver,	"log-driver", 63)			\
	S(list,	ask_log_opt,	"log-opt", REC_MAX)			\
	S(flag,	ask_no_trunc,	"no-trunc", 1)				\
	S(flag,	ask_no_hosts,	"no-hosts", 1)				\
	S(list,	ask_pod_id_file, "pod-id-file", REC_PATH)		\
	S(flag,	ask_read_only,	"read-only", 1)				\
	S(flag,	ask_read_only_tmpfs, "read-only-tmpfs", 1)		\
	S(list,	ask_security_opt, "security-opt", REC_MAX)		\
	S(int,	ask_shm_size,	"shm-size", INT64_MAX)			\
	S(num,	ask_stop_signal, "stop-signal", 64)			\
	S(num,	ask_stop_timeout, "stop-timeout", REC_SECONDS)		\
	S(flag,	ask_unsetenv_all, "unsetenv-all", 1)			\
	/* read from the files of --cidfile */				\
	S(list,	from_file,	"file:id", 255)

/* What lists and inspect derive from a record, and add to it to be shown. */
#define RECORD_shown(F, O, S)						\
	F(list,	bind,		REC_MAX)				\
	F(list,	cap_add,	63)					\
	F(list,	cap_drop,	63)					\
	F(num,	containers,	UINT32_MAX)				\
	F(list,	effective_cap,	63)					\
	F(str,	entrypoint_text, REC_MAX)				\
	F(str,	events,		REC_MAX)				\
	F(str,	exited,		1)					\
	F(list,	extra_host,	1023)					\
	F(str,	from_name,	31)					\
	F(list,	ctr_id,		64)	/* of a pod */			\
	F(list,	ctr_name,	255)					\
	F(list,	ctr_state,	31)					\
	F(str,	ctr_ids,	REC_MAX)				\
	F(str,	ctr_names,	REC_MAX)				\
	F(str,	ctr_states,	REC_MAX)				\
	F(list,	later_arg,	REC_MAX)				\
	O(shown, str, line,	4095)					\
	O(shown, str, lock,	80)					\
	F(str,	log_size,	63)					\
	F(str,	long_name,	63)					\
	F(num,	members,	UINT32_MAX)				\
	F(str,	object,		255)					\
	F(num,	paused,		1)					\
	F(str,	propagation,	63)					\
	F(list,	repo_digest,	REC_MAX)				\
	F(str,	repository,	4095)					\
	F(num,	running,	1)					\
	F(num,	rw,		1)					\
	F(str,	seccomp_used,	REC_PATH)				\
	F(int,	second,		INT64_MAX)				\
	F(list,	security_opt,	REC_MAX)				\
	F(str,	shown_by,	REC_MAX)				\
	F(str,	shown_command,	REC_MAX)				\
	F(str,	shown_id,	80)					\
	F(recs,	shown_mount,	mount)					\
	F(list,	shown_opt,	255)					\
	F(recs,	shown_rlimit,	rlimit)					\
	O(shown, str, size,	31)					\
	F(str,	storage_driver,	31)					\
	F(str,	tag,		255)					\
	F(str,	to_name,	31)					\
	F(recs,	waiter,		claim)

#define RECORD_lines(F, O, S)						\
	O(lines, recs, line,	any)

/* Words that are kept in the order in which they came. */
#define RECORD_words(F, O, S)						\
	F(list,	arg,		REC_MAX) /* of a command line */	\
	F(list,	ref,		REC_MAX) /* names and ids, as given */	\
	F(list,	id,		255)					\
	F(list,	name,		4095)					\
	F(list,	key,		REC_MAX)				\
	F(list,	maybe,		REC_MAX) /* a setting that may be meant */ \
	F(list,	path,		REC_PATH)				\
	F(list,	user,		255)

/* Anything: no key of it is checked. */
#define RECORD_any(F, O, S)

#define RECORDS(R)							\
	R(any) R(rlimit) R(mount) R(file) R(definition) R(row) R(rows)	\
	R(rewriting) R(running) R(ended) R(lost) R(pod) R(volume)	\
	R(session) R(network) R(secret) R(pods) R(volumes) R(event)	\
	R(events) R(entry) R(entries) R(item) R(items) R(claim) R(lock)	\
	R(locks) R(health) R(step) R(image) R(images) R(removed)	\
	R(layers) R(alive) R(layer) R(archive) R(commit) R(question) \
	R(config)							\
	R(finding) R(findings) R(seen) R(cached) R(settings) R(gathered) \
	R(grant) R(program) R(probes) R(request) R(shown)		\
	R(lines) R(words)

/* From here on nothing is written by hand. */
struct key_any { const char *name; };
struct key_str { const char *name; };
struct key_num { const char *name; };
struct key_flag { const char *name; };
struct key_bytes { const char *name; };
struct key_rec { const char *name; };

#define KEY_TYPE_str	struct key_str
#define KEY_TYPE_list	struct key_str
#define KEY_TYPE_id	struct key_str
#define KEY_TYPE_ids	struct key_str
#define KEY_TYPE_num	struct key_num
#define KEY_TYPE_nums	struct key_num
#define KEY_TYPE_int	struct key_num
#define KEY_TYPE_flag	struct key_flag
#define KEY_TYPE_bytes	struct key_bytes
#define KEY_TYPE_rec	struct key_rec
#define KEY_TYPE_recs	struct key_rec

/* C lets a typedef be repeated if it says the same again. */
#define AS_KEY(kind, name, bound)	typedef KEY_TYPE_##kind key_of_##name;
#define AS_OWN_KEY(record, kind, name, bound)				\
	typedef KEY_TYPE_##kind key_of_##record##_##name;
#define AS_SPELT_KEY(kind, name, text, bound)				\
	typedef KEY_TYPE_##kind spelt_key_##name;			\
	extern const char key_text_##name[];
#define AS_KEYS(record)							\
	RECORD_##record(AS_KEY, AS_OWN_KEY, AS_SPELT_KEY)
RECORDS(AS_KEYS)

#define KEY(name)		((key_of_##name){ #name })
#define KEY_IN(record, name)	((key_of_##record##_##name){ #name })
#define KEY_AS(name)		((spelt_key_##name){ key_text_##name })
/* The text of a key, for tables. */
#define KEY_TEXT(name)		(&(#name)[0 * sizeof(key_of_##name)])
#define KEY_ANY(key)		((struct key_any){ (key).name })

/*
 * A key whose name is data: the name of an option, a setting that a person
 * asks for. A string literal does not compile.
 */
#define KEY_FROM(text)		((struct key_str){ NOT_LITERAL(text) })
#define KEY_NUM(text)		((struct key_num){ NOT_LITERAL(text) })
#define KEY_REC(text)		((struct key_rec){ NOT_LITERAL(text) })
#define NOT_LITERAL(text)						\
	((text) + 0 * sizeof(char [__builtin_constant_p(text) ? -1 : 1]))

/* The types of records: RECORD(row). */
#define AS_RECORD_TYPE(record)		RECORD_TYPE_##record,
enum record_type { RECORDS(AS_RECORD_TYPE) RECORD_TYPES };
#define RECORD(record)		RECORD_TYPE_##record

enum record_kind {
	RECORD_TEXT, RECORD_ID, RECORD_NUM, RECORD_FLAG, RECORD_BYTES,
	RECORD_NESTED
};

/* One row. It has no pointers, which would be relocated at each start. */
struct record_rule {
	int64_t		 min;		/* a number, or bytes */
	int64_t		 max;
	char		 key[44];
	uint8_t		 len;		/* of the key */
	uint8_t		 kind;		/* enum record_kind */
	uint8_t		 list;		/* 1: more than once */
	uint8_t		 nested;	/* enum record_type */
};

/* The rows of a type, their number in the last argument. Static storage. */
const struct record_rule *record_rules(enum record_type, size_t *);
/* The type of an object's record, by its enum obj_kind; else RECORD(any). */
enum record_type record_of_object(uint32_t);
/* The name of a type, for messages. Static storage. */
const char *record_name(enum record_type);

#endif
