# Full disks, read-only directories and limits on the size of files: what is
# there can be seen, stopped and removed; what is refused is one message that
# names the directory, and nothing of it stays.

load lib

setup() { have_busybox; }

teardown() {
	rm -f "$T"/root/run/bulkhead/filler "$T"/xdg/bulkhead/filler
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
	awk -v t="$T/" 'index($2, t) == 1 { print $2 }' /proc/self/mounts |
	    xargs -r umount -l
}

state_dir() {
	case $WHO in
	root)	echo "$T/root/storage/bulkhead.state" ;;
	user)	echo "$T/user/.local/share/bulkhead" ;;
	esac
}

run_dir() {
	case $WHO in
	root)	echo "$T/root/run/bulkhead" ;;
	user)	echo "$T/xdg/bulkhead" ;;
	esac
}

layers() {
	case $WHO in
	root)	ls "$T/root/storage/bulkhead" ;;
	user)	ls "$T/user/.local/share/containers/storage/bulkhead" ;;
	esac | grep -c '^[0-9a-f]\{64\}$' || true
}

# small_disk DIR: a file system of 3 MB of the engine's on it.
small_disk() {
	local owner=$(stat -c %u "$1")

	mount -t tmpfs -o "size=3m,mode=700,uid=$owner" none "$1"
}

# fill DIR KB: as another program would, but for so many kilobytes.
fill() {
	local size

	head -c 4m /dev/zero >"$1/filler" 2>/dev/null || true
	size=$(stat -c %s "$1/filler")
	truncate -s $((size - $2 * 1024)) "$1/filler"
	is "$(df -k --output=avail "$1" | tail -1 | tr -d ' ')" "$2" "left"
}

loop='trap "exit 3" TERM; echo hello; while :; do sleep 0.1; done'

three() {
	bh run -d --name a --network none localhost/busybox sh -c "$loop" >/dev/null
	bh run -d --rm --name b --network none localhost/busybox sh -c "$loop" >/dev/null
	bh create --name c --network none localhost/busybox true >/dev/null
	until_true 5 eval '[ "$(bh logs a)" = hello ]'
}

# All that a person needs to see and to make room, and no word of complaint.
see_and_free() {
	is "$(bh ps -a --format '{{.Names}}={{.State}}' 2>&1 | sort | grep -v '^x')" \
	    "a=running
b=running
c=created" "ps"
	is "$(bh logs a 2>&1)" hello "logs"
	is "$(bh inspect --format '{{.State.Status}}' a 2>&1)" running "inspect"
	is "$(bh kill -s URG a 2>&1)" a "kill"
	is "$(bh stop -t 5 a 2>&1)" a "stop"
	is "$(bh inspect --format '{{.State.ExitCode}}' a 2>&1)" 3 "its exit code"
	is "$(bh rm -f b 2>&1)" b "rm -f"
	is "$(bh rm a 2>&1)" a "rm"
	is "$(bh rm -f c 2>&1)" c "rm -f of another"
}

# Make containers until there is no room; that is a message, and no more.
refused() {	# refused DIR [OPTION...]
	local n=0 layers names dir=$1

	shift
	until [ $n -ge 60 ] || ! bh create "$@" --name "x$n" --network none \
	    localhost/busybox true >/dev/null 2>"$T/err"; do
		n=$((n + 1))
	done
	names=$(bh ps -aq | sort)
	layers=$(layers)
	fails 125 bh create "$@" --name more --network none localhost/busybox true
	is "$(wc -l <<<"$err")" 1 "messages ($err)"
	[[ $err == "Error: cannot "*"$dir/"*": No space left on device"* ]] ||
	    { echo "# $err"; false; }
	fails 125 bh run "$@" -d --network none localhost/busybox true
	[[ $err == "Error: cannot "*"$dir/"*": No space left on device"* ]] ||
	    { echo "# $err"; false; }
	is "$(bh ps -aq | sort)" "$names" "names"
	is "$(layers)" "$layers" "layers"
}

full() {	# full DIR KB [OPTION...]
	small_disk "$1"
	three
	fill "$1" "$2"
	refused "$1" "${@:3}"
	see_and_free
	bh rm -f -a >/dev/null
	is "$(bh ps -aq 2>&1)" "" "nothing is left"
	is "$(layers)" 0 "layers"
	rm "$1/filler"
	is "$(bh run --rm --network none localhost/busybox echo again 2>&1)" again
	until_true 5 umount "$1"
}

full_run() { for kb in 0 4 32; do full "$(run_dir)" $kb --rm; done; }
full_state() { for kb in 0 4 32; do full "$(state_dir)" $kb; done; }

@test "X9: on a full run directory all can be seen, stopped and removed" {
	each full_run
}

@test "X9: on a full state directory all can be seen, stopped and removed" {
	each full_state
}

# The index of either database is gone, and cannot be made again.
no_index() {
	local dir

	for dir in "$(run_dir)" "$(state_dir)"; do
		small_disk "$dir"
	done
	three
	for dir in "$(run_dir)" "$(state_dir)"; do
		fill "$dir" 0
		rm -f "$dir"/*.kct
		head -c 1m /dev/zero >>"$dir/filler" 2>/dev/null || true
	done
	see_and_free
	for dir in "$(run_dir)" "$(state_dir)"; do
		rm "$dir/filler"
		until_true 5 umount "$dir"
	done
}

@test "X9: a full disk and no index: the journal alone is enough" {
	each no_index
}

# A container fills the file system that the state is on, and goes on trying.
filler() {
	local dir=$(state_dir)

	small_disk "$dir"
	mkdir "$dir/data"
	chmod 777 "$dir/data"
	three
	bh run -d --name x --network none -v "$dir/data:/data" localhost/busybox \
	    sh -c 'while :; do cat /dev/zero >>/data/big; done' >/dev/null 2>&1
	until_true 10 eval '[ "$(df -k --output=avail "$dir" | tail -1)" -eq 0 ]'
	see_and_free
	is "$(bh stop -t 0 x 2>&1)" x "stop"
	is "$(bh rm x 2>&1)" x "rm"
	until_true 5 umount "$dir"
}

@test "X9: a container that fills the disk can be stopped" {
	each filler
}

exit_kept() {
	local dir=$(run_dir)

	small_disk "$dir"
	three
	fill "$dir" 0
	# No command waits for this one: its monitor records how it ended.
	bh kill -s TERM a >/dev/null
	until_true 10 eval '[[ $(bh ps -a --filter name=a --format "{{.Status}}") == "Exited (3)"* ]]'
	is "$(bh wait a)" 3 "wait"
	rm "$dir/filler"
	bh rm -f -a -t 0 >/dev/null
	until_true 5 umount "$dir"
}

@test "X9: the exit status is kept on a full run directory" {
	each exit_kept
}

start_refused() {
	local dir=$(run_dir)

	small_disk "$dir"
	bh create --name c --network none localhost/busybox true >/dev/null
	fill "$dir" 0
	fails 125 bh start c
	is "$(wc -l <<<"$err")" 1 "messages ($err)"
	[[ $err == "Error: cannot write $dir/"*": No space left on device"* ]] ||
	    { echo "# $err"; false; }
	is "$(bh inspect --format '{{.State.Status}}' c)" created "as before"
	rm "$dir/filler"
	is "$(bh start -a c)" ""
	bh rm c >/dev/null
	until_true 5 umount "$dir"
}

@test "X9: a start for which there is no room changes nothing" {
	each start_refused
}

read_only() {
	local dir=$(state_dir)

	three
	mount --bind "$dir" "$dir"
	mount -o remount,bind,ro "$dir"
	is "$(bh ps -a --format '{{.Names}}={{.State}}' 2>&1 | sort)" "a=running
b=running
c=created"
	is "$(bh logs a 2>&1)" hello "logs"
	is "$(bh inspect --format '{{.State.Status}}' a 2>&1)" running "inspect"
	is "$(bh kill -s URG a 2>&1)" a "kill"
	bh rm -f b >/dev/null 2>&1 || true
	fails 125 bh create --network none localhost/busybox true
	[[ $err == "Error: cannot open $dir/state.lock: Read-only file system" ]] ||
	    { echo "# $err"; false; }
	fails 125 bh stop -t 0 a
	[[ $err == *"$dir/"*": Read-only file system" ]] || { echo "# $err"; false; }
	until_true 5 umount "$dir"
	# After an unclean end the index is not what was left, and stays so.
	rm -f "$dir/state.kct"
	mount --bind "$dir" "$dir"
	mount -o remount,bind,ro "$dir"
	until_true 5 eval '[ "$(bh ps -a --format "{{.Names}}" 2>&1 | sort | xargs)" = "a c" ]'
	until_true 5 umount "$dir"
	bh rm -f -a -t 0 >/dev/null
}

@test "X9: a read-only state is read" {
	each read_only
}

limited() {
	local dir=$(state_dir) n

	bh run -d --name a --network none localhost/busybox sleep 1000 >/dev/null
	for n in 0 1 8; do
		(ulimit -f $n; fails 125 bh run --rm --network none localhost/busybox true
		[[ $err == *"File too large"* ]] || { echo "# $n: $err"; false; })
		(ulimit -f $n; fails 125 bh create --network none localhost/busybox true
		[[ $err == *"File too large"* ]] || { echo "# $n: $err"; false; })
	done
	is "$(bh ps -q | wc -l)" 1 "what runs"
	# The limit is the container's as well, and so is the signal.
	out=$(ulimit -f 5000; bh run --rm --network none localhost/busybox sh -c \
	    'ulimit -f; cat /dev/zero >/x; echo $?' 2>/dev/null)
	is "$out" "10000
153" "in the container"
	# The log has a limit then, and the container ends as it wants.
	(ulimit -f 3000; bh run --name b --network none localhost/busybox sh -c \
	    'head -c 4m /dev/zero | tr "\0" x; exit 5' >/dev/null 2>&1) || n=$?
	is "$n" 5 "exit code"
	is "$(bh inspect --format '{{.State.ExitCode}}' b)" 5 "the recorded one"
	bh rm -f -a -t 0 >/dev/null
}

@test "a limit on the size of files is an error, and kills no program of ours" {
	each limited
}
