# A crowd: fifty commands of every kind at once, and kill -9 at random. Nothing
# hangs, and what they leave is right. CROWD_SECONDS is for how long.

load lib
load traces

setup() {
	have_busybox
}

teardown() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
}

crowd() {
	local argv out uid quiet
	mapfile -t argv < <(engine)
	uid=$(id -u "$BH_USER")
	quiet=$T/user/quiet
	[ "$WHO" = user ] || { uid=-$uid quiet=$T/root/quiet; }
	bh --root "$quiet" --runroot "$quiet.run" ps -a >/dev/null
	out=$(T=$T WHO=$WHO perl "$BATS_TEST_DIRNAME/crowd.pl" "$BH_PREFIX" \
	    "$uid" "${CROWD_SECONDS:-20}" "${CROWD:-50}" \
	    "$BH_FIXTURES/busybox.docker.tar" "$quiet" -- "${argv[@]}")
	echo "$out" | sed 's/^/# /'
	echo "$out" | grep -e '^did' -e '^ps' | sed "s/^/# $WHO: /" >&3
	not grep -q '^bad' <<<"$out"

	# Everything can be removed, the first time that it is asked for.
	bh ps -a >/dev/null
	bh rm -f -a -t 0 >/dev/null
	is "$(bh ps -aq)" ""
	bh system renumber >/dev/null
	is "$(bh system locks -a -n)" "" "locks that are left"
	bh load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null
	sleep 2
	is "$(bh run --rm --network none localhost/busybox echo works)" works
	clean 20 || told
}

# The containers of what is left: ids in its name, or of the run directory that
# a process holds, gone or not.
left_ids() {
	local pid rest
	traces | while read -r pid rest; do
		echo "$pid $rest"
		[ ! -d "/proc/$pid/fd" ] || ls -l "/proc/$pid/fd"
	done 2>/dev/null | grep -o '[0-9a-f]\{64\}' | sort -u
}

# What happened to those of which something is left, and who did it. Fails.
told() {
	local id
	for id in $(left_ids); do
		echo "# $id"
		bh history --human=false --no-trunc "$id" || true
		bh events --stream=false --filter container="$id" || true
	done
	return 1
}

@test "a crowd of commands with kill -9 at random: nothing hangs, all of it can be removed" {
	each crowd
}
