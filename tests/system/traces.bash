# What the engine of $WHO may leave on the machine, and where: for tests that
# say what is still there after a command. Paths as in bulkhead-info(1).

graph_dir() {
	case $WHO in
	root)	echo "$T/root/storage" ;;
	user)	echo "$T/user/.local/share/containers/storage" ;;
	esac
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

# Processes whose program is the installed one, of this one's engine, and
# containers' own, which tests mark by having "mark-$T" among their words.
# Of a sealed copy, the parent's name says of which installation it is; one
# without a parent is of any.
is_ours() {
	local parent
	parent=$(awk '/^PPid/ { print $2 }' "$1/status" 2>/dev/null)
	case $parent:$(readlink "/proc/$parent/exe" 2>/dev/null) in
	1:* | *:"$BH_PREFIX"/*)	return 0 ;;
	*)			return 1 ;;
	esac
}

processes() {
	local p exe uid mine
	mine=$(id -u "$BH_USER")
	for p in /proc/[0-9]*; do
		exe=$(readlink "$p/exe" 2>/dev/null) || continue
		uid=$(stat -c %u "$p" 2>/dev/null) || continue
		case $exe in
		"$BH_PREFIX"/*) ;;
		"/memfd:launch (deleted)" | "/memfd:cgroup (deleted)")
			is_ours "$p" || continue ;;
		*)	tr '\0' ' ' <"$p/cmdline" 2>/dev/null |
			    grep -q "mark-$WHO-$T" || continue ;;
		esac
		case $WHO:$exe in
		user:"$BH_PREFIX"/* | user:/memfd:*)
			[ "$uid" = "$mine" ] || continue ;;
		root:"$BH_PREFIX"/* | root:/memfd:*)
			[ "$uid" != "$mine" ] || continue ;;
		esac
		[ "$(cut -d' ' -f3 "$p/stat" 2>/dev/null)" != Z ] || continue
		echo "${p#/proc/} $exe"
	done
}

# Everything that belongs to containers, a line each; nothing when none is.
traces() {
	find "$(run_dir)/ctr" -mindepth 1 -maxdepth 1 2>/dev/null
	find "$(graph_dir)/bulkhead" -mindepth 1 -maxdepth 1 -name '????????*' \
	    ! -name .trash ! -name tmp 2>/dev/null
	find "$(graph_dir)/bulkhead/.trash" "$(graph_dir)/bulkhead/stage" \
	    -mindepth 1 -maxdepth 1 2>/dev/null
	find "$(state_dir)/logs" -type f 2>/dev/null
	processes
	grep "$T" /proc/self/mountinfo | grep -v ' - tmpfs ' || true
}

# clean [SECONDS]: the engine has nothing left, now or soon.
no_traces() { [ -z "$(traces)" ]; }
clean() {
	until_true "${1:-5}" no_traces && return 0
	echo "# left behind:"
	traces
	return 1
}
