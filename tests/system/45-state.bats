# The state: its types, its namespaces, a record that is damaged, a copy.

load lib

setup() { have_busybox; }

teardown() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
	rm -rf "$T/user/.config"
}

state_dir() {
	case $WHO in
	root)	echo "$T/root/storage/bulkhead.state" ;;
	user)	echo "$T/user/.local/share/bulkhead" ;;
	esac
}

layers() {
	case $WHO in
	root)	ls "$T/root/storage/bulkhead" ;;
	user)	ls "$T/user/.local/share/containers/storage/bulkhead" ;;
	esac | grep -c '^[0-9a-f]\{64\}$' || true
}

@test "S51: sqlite and what nobody knows are refused by a message; bolt in a file is a note" {
	fails 125 user --state-type sqlite ps
	[[ $err == *'--state-type: engine.state_type must be kyotocabinet or memory (sqlite is disabled), not "sqlite"' ]] ||
	    { echo "# $err"; false; }
	fails 125 user --state-type nosuch ps
	[[ $err == *'must be kyotocabinet or memory (sqlite is disabled), not "nosuch"' ]] ||
	    { echo "# $err"; false; }
	fails 125 user --state-type bolt ps
	[[ $err == *'unrecognized state type "bolt", use kyotocabinet or memory: invalid argument' ]] ||
	    { echo "# $err"; false; }
	as_user mkdir -p .config/containers
	printf '[engine]\ndatabase_backend = "boltdb"\n' |
	    as_user tee .config/containers/containers.conf >/dev/null
	err=$(user ps 2>&1 >/dev/null)
	[[ $err == "Warning: "*'containers.conf:2: database_backend = "boltdb" means kyotocabinet here' ]] ||
	    { echo "# $err"; false; }
	printf '[engine]\ndatabase_backend = "sqlite"\n' |
	    as_user tee .config/containers/containers.conf >/dev/null
	fails 125 user ps
	[[ $err == *'containers.conf:2: the state type "sqlite" is disabled'* ]]
}

# Everything of the storage, the state and the run directory, but for images,
# and for what is kept to be faster.
on_disk() {
	find "$T/$WHO" "$T/xdg" -path '*/storage/overlay*' -prune -o \
	    -path '*/.trash/*' -prune -o -name settled -prune -o \
	    -name filters -prune -o -name locks -prune -o \
	    -name events -prune -o -printf '%y %p\n' | sort
}
nothing_new() { diff <(echo "$before") <(on_disk) >"$T/new"; }

# end_one PROGRAM: kill the engine's processes of that name.
end_one() {
	local pid
	for pid in $(pgrep -x "$1"); do
		grep -qz "^$BH_PREFIX/" "/proc/$pid/cmdline" ||
		    [[ $(readlink "/proc/$pid/exe") == "$BH_PREFIX"/* ]] ||
		    continue
		kill -KILL "$pid" 2>/dev/null || true
	done
}

volumes_in_memory() {
	local before what
	bh volume rm -f kept >/dev/null
	bh run --rm --network none -v kept:/v localhost/busybox \
	    sh -c 'echo lasting >/v/lasting'
	# Its like once before: directories that stay are there then.
	bh --state-type memory run --network none localhost/busybox true
	before=$(on_disk)
	is "$(bh --state-type memory run --network none -v kept:/v -v mv:/w \
	    -v mv:/x -v /anon localhost/busybox sh -c \
	    'ls /v; echo a | tee /w/a /v/b >/anon/c; cat /x/a')" a
	nothing_new || { cat "$T/new"; return 1; }
	is "$(bh run --rm --network none -v kept:/v localhost/busybox ls /v)" \
	    lasting
	fails 125 bh --state-type memory volume create mv
	is "$err" "Error: the state type memory is forgotten when a command ends: volumes can only be made by run with it"
	for what in bulkhead monitor reaper; do
		bh --state-type memory run --network none -v mv:/w -v /anon \
		    localhost/busybox sh -c \
		    'echo a | tee /w/a >/anon/c; exec sleep 3' \
		    >/dev/null 2>&1 &
		until_true 20 has_written
		end_one "$what"
		wait $! || true
		until_true 20 nothing_new ||
		    { echo "# killed: $what"; cat "$T/new"; return 1; }
	done
	bh volume rm kept >/dev/null
}
has_written() { find "$T/$WHO" -path '*/mv/_data/a' | grep -q .; }
@test "S51: state type memory: volumes go with the run, also when that is killed" {
	each volumes_in_memory
}

in_memory() {
	local before
	before=$(find "$(state_dir)" -type f -printf '%p %s %T@\n' 2>/dev/null | sort)
	is "$(bh --state-type memory run --network none localhost/busybox echo one shot)" "one shot"
	fails 7 bh --state-type memory run --network none localhost/busybox sh -c 'exit 7'
	is "$(bh --state-type memory ps -aq)" ""
	is "$(bh ps -aq)" ""
	is "$(layers)" 0 "layers left"
	fails 125 bh --state-type memory create --network none localhost/busybox true
	[[ $err == *"containers can only be run in the foreground"* ]]
	fails 125 bh --state-type memory run -d --network none localhost/busybox true
	is "$(find "$(state_dir)" -type f -printf '%p %s %T@\n' 2>/dev/null | sort)" \
	    "$before" "what is on disk"
}
@test "S51: state type memory: a one-shot that leaves nothing on disk" { each in_memory; }

namespaces() {
	local err
	fails 125 bh --namespace "$(printf 'n%.0s' {1..256})" ps
	is "$err" 'Error: cannot use the configuration: the value of "engine.namespace" is too long or out of range'
	bh --namespace red create --name r1 --network none localhost/busybox true >/dev/null
	bh --namespace blue create --name b1 --network none localhost/busybox true >/dev/null
	bh create --name plain --network none localhost/busybox true >/dev/null
	is "$(bh ps -a --format '{{.Names}}' | sort | tr '\n' ' ')" "b1 plain r1 " "in none"
	is "$(bh --namespace red ps -a --format '{{.Names}}')" r1
	is "$(bh --namespace blue ps -a --format '{{.Names}}')" b1
	is "$(bh --namespace green ps -aq)" ""
	fails 125 bh --namespace blue inspect --type container r1
	[[ $err == *'it is part of namespace "red" and we are in namespace "blue": target is in a different namespace'* ]] ||
	    { echo "# $err"; return 1; }
	fails 125 bh --namespace red start plain
	fails 125 bh --namespace red rm b1
	# One name is one container's in all of them.
	fails 125 bh --namespace blue create --name r1 --network none localhost/busybox true
	[[ $err == *'name "r1" is already in use'* ]]
	# A prefix of an id finds only visible objects.
	id=$(bh inspect --type container -f '{{.Id}}' r1)
	bh --namespace red inspect --type container "${id:0:12}" >/dev/null
	fails 125 bh --namespace blue inspect --type container "${id:0:12}"
	[[ $err == *"no such container"* ]] || { echo "# $err"; return 1; }
	bh --namespace red start r1 >/dev/null
	is "$(bh --namespace red wait r1)" 0
	bh --namespace red rm r1 >/dev/null
	bh rm b1 plain >/dev/null
}
@test "S59: a namespace sees its own, none sees all, names are unique across" { each namespaces; }

@test "S59: engine.namespace in a file is the same" {
	user --namespace red create --name r2 --network none localhost/busybox true >/dev/null
	as_user mkdir -p .config/containers
	printf '[engine]\nnamespace = "blue"\n' |
	    as_user tee .config/containers/containers.conf >/dev/null
	is "$(user ps -aq)" ""
	is "$(user --namespace red ps -a --format '{{.Names}}')" r2
	fails 125 user rm r2
	rm -rf "$T/user/.config"
	user rm r2 >/dev/null
}

# spoil KEY: turn bytes of this record, wherever the two files have it.
spoil() {
	perl -e '
		my ($id, @files) = @ARGV;
		for my $f (@files) {
			open my $h, "+<:raw", $f or die "$f: $!";
			local $/; my $text = <$h>; my $n = 0;
			my @st = stat $h;
			while ($text =~ /(?<!:)\Q$id\E/g) {
				my $at = pos($text) + 30;
				seek $h, $at, 0;
				print $h chr(ord(substr $text, $at, 1) ^ 0x55);
				$n++;
			}
			close $h; utime @st[8,9], $f;
			die "$f: no $id" if $f =~ /journal/ && !$n;
		}' "$1" "$(state_dir)/state.journal" "$(state_dir)/state.kct"
}

damaged() {
	local id n log
	for n in 1 2 3 4 5; do
		bh create --name "q$n" --network none localhost/busybox true >/dev/null
	done
	bh start q3 >/dev/null; bh wait q3 >/dev/null
	id=$(bh inspect --type container -f '{{.Id}}' q3)
	is "$(layers)" 5
	spoil "r:$id"
	bh ps -a --format '{{.Names}}' >"$T/out" 2>"$T/err"
	is "$(sort "$T/out" | tr '\n' ' ')" "q1 q2 q3 q4 q5 "
	grep -q "^Warning: container $id (q3) cannot be read: its record in the state database is damaged" "$T/err" ||
	    { sed 's/^/# /' "$T/err"; return 1; }
	is "$(bh ps -a --filter name=q3 --format '{{.State}}' 2>/dev/null)" damaged
	# The others live on.
	bh start q1 >/dev/null; is "$(bh wait q1)" 0
	fails 125 bh start q3
	[[ $err == *"the record of container $id is damaged"* ]] ||
	    { echo "# $err"; return 1; }
	fails 2 bh rm q3
	bh rm -f "$1" >/dev/null 2>"$T/err"
	is "$(bh ps -aq 2>&1 | wc -l)" 4 "left"
	is "$(layers)" 4 "layers"
	[ ! -e "$(state_dir)/logs/$id.log" ]
	bh create --name q3 --network none localhost/busybox true >/dev/null
	bh rm -f -a >/dev/null
	is "$(bh ps -aq 2>&1)" "" "after rm -a"
}
damaged_by_name() { damaged q3; }
@test "D18: a damaged record is told by ps, rm -f takes it with its files" { each damaged_by_name; }
damaged_by_all() {
	bh create --name z --network none localhost/busybox true >/dev/null
	spoil "r:$(bh inspect --type container -f '{{.Id}}' z)"
	bh rm -f -a >/dev/null 2>&1
	is "$(bh ps -aq 2>&1)" ""
	is "$(layers)" 0
}
@test "D18: a damaged record goes with rm -f -a" { each damaged_by_all; }

damaged_running() {
	local id pid
	id=$(bh run -d --name run --network none localhost/busybox sleep 1000)
	pid=$(bh inspect --type container -f '{{.State.Pid}}' run)
	spoil "r:$id"
	kill -0 "$pid"
	bh rm -f run >/dev/null 2>&1
	not kill -0 "$pid"
	is "$(bh ps -aq 2>&1)" ""
	is "$(layers)" 0
}
@test "D18: a damaged record of one that runs: rm -f ends it" { each damaged_running; }

# A pod with a member, and a volume with data: both unreadable.
damaged_objects() {
	local pod data
	bh pod create --infra=false --name pea >/dev/null
	bh pod create --infra=false --name good >/dev/null
	pod=$(bh pod inspect -f '{{.Id}}' pea)
	bh volume create vol >/dev/null
	bh volume create other >/dev/null
	data=$(bh volume inspect -f '{{.Mountpoint}}' vol)
	bh run --name m --pod pea -v vol:/v --network none localhost/busybox touch /v/old
	[ -e "$data/old" ]
	spoil "p:$pod"
	spoil vol:vol
	# Each is named, with what removes it; the others are listed as always.
	is "$(bh pod ps --format '{{.Name}}' 2>"$T/err" | sort | tr '\n' ' ')" "good pea "
	grep -q "^Warning: pod $pod (pea) cannot be read: its record is damaged; \`bulkhead pod rm --force $pod\` removes it" "$T/err" ||
	    { sed 's/^/# /' "$T/err"; return 1; }
	is "$(bh volume ls -q 2>"$T/err" | sort | tr '\n' ' ')" "other vol "
	grep -q '^Warning: volume vol cannot be read: its record is damaged; `bulkhead volume rm --force vol` removes it' "$T/err" ||
	    { sed 's/^/# /' "$T/err"; return 1; }
	bh refresh --plan --boot-id 12345678-1 >"$T/plan" 2>&1
	grep -q "^pod ${pod:0:12}: damaged (its record cannot be read; pod rm --force removes it)" "$T/plan" ||
	    { sed 's/^/# /' "$T/plan"; return 1; }
	grep -q "^volume vol: damaged (its record cannot be read; volume rm --force removes it)" "$T/plan"
	fails 125 bh pod inspect pea
	[[ $err == *"the record of pod $pod (pea) is damaged; remove it with --force"* ]]
	fails 125 bh run --rm -v vol:/v --network none localhost/busybox true
	[[ $err == *"the record of volume vol is damaged; remove it with --force"* ]]
	# Nothing but force removes them, and no list does it by the way.
	fails 125 bh pod rm pea
	fails 125 bh pod rm -a
	fails 125 bh volume rm vol
	fails 125 bh volume rm -a
	bh volume prune -f >/dev/null
	[ -e "$data/old" ]
	bh inspect --type container m >/dev/null
	# By its name, with its member.
	is "$(bh pod rm -f pea)" "$pod"
	is "$(bh pod ps -q 2>&1)$(bh ps -aq)" ""
	is "$(bh volume rm -f vol)" vol
	is "$(bh volume ls -q 2>&1)" ""
	[ ! -e "$data" ]
	# Their names are free; what a damaged volume held is nobody else's.
	bh pod create --infra=false --name pea >/dev/null
	bh volume create vol >/dev/null
	is "$(bh run --rm -v vol:/v --network none localhost/busybox ls /v)" ""
	bh pod rm pea >/dev/null
	bh volume rm vol >/dev/null
}
@test "D18 X9: a damaged pod or volume is named, and removed by its name" { each damaged_objects; }

# During writes: each copy opens, and has the earlier objects.
copied() {
	local i dir writer
	dir=$(state_dir)
	for i in 1 2 3; do
		bh create --name "c$i" --network none localhost/busybox true >/dev/null
	done
	(while [ ! -e "$T/stop" ]; do
		bh create --name busy --network none localhost/busybox true
		bh rm busy
	done) >/dev/null 2>&1 &
	writer=$!
	for i in 1 2 3 4 5 6; do
		sleep 0.0$i
		# What cp has seen may be gone before it is copied.
		cp -a "$dir" "$T/copy$i" 2>"$T/err" ||
		    not grep -v 'No such file or directory' "$T/err"
	done
	touch "$T/stop"; wait $writer; rm -f "$T/stop"
	mv "$dir" "$dir.real"
	for i in 1 2 3 4 5 6; do
		mv "$T/copy$i" "$dir"
		bh ps -a --format '{{.Names}}' >"$T/out" 2>"$T/err" ||
		    { echo "# copy $i: $(cat "$T/err")"; return 1; }
		is "$(grep '^c' "$T/out" | sort | tr '\n' ' ')" "c1 c2 c3 " "copy $i"
		bh inspect --type container c2 >/dev/null
		rm -rf "$dir"
	done
	mv "$dir.real" "$dir"
	bh rm -f -a >/dev/null
}
@test "a store that was copied while somebody wrote opens" { each copied; }

stopping() {
	bh run -d --name slow --network none localhost/busybox \
	    sh -c 'trap "sleep 1; exit 4" TERM; echo ready; while :; do sleep 0.1; done' >/dev/null
	until_true 10 grep_log
	bh stop -t 20 slow >/dev/null &
	until_true 10 state_is slow stopping
	is "$(bh ps --format '{{.Names}} {{.State}}')" "slow stopping"
	wait
	state_is slow exited
	is "$(bh wait slow)" 4
	bh rm -f -t 0 slow >/dev/null
}
grep_log() { bh logs slow | grep -q ready; }
state_is() { [ "$(bh inspect --type container -f '{{.State.Status}}' "$1")" = "$2" ]; }
@test "S61: a container that is being stopped is stopping" { each stopping; }

names() {
	local i
	for i in 1 2 3 4 5 6; do
		bh create --network none localhost/busybox true >/dev/null &
	done
	wait
	is "$(bh ps -a --format '{{.Names}}' | sort -u | grep -c '^[a-z]*_[a-z]*$')" 6 "names"
	for i in 1 2 3 4 5 6 7 8; do
		bh create --name one --network none localhost/busybox true >>"$T/won" 2>>"$T/lost" &
	done
	wait
	is "$(wc -l <"$T/won")" 1 "who got the name"
	is "$(grep -c 'name "one" is already in use' "$T/lost")" 7 "who did not"
	rm -f "$T/won" "$T/lost"
	bh rm -f -a >/dev/null
}
@test "S94: names made up are adjective_surname, and one name is one container's" { each names; }

pod_name() {
	bh pod create --infra=false --name pea >/dev/null
	fails 125 bh start pea
	[[ $err == *'"pea" is a pod, not a container: no such container'* ]] ||
	    { echo "# $err"; return 1; }
	fails 125 bh create --name pea --network none localhost/busybox true
	bh pod rm pea >/dev/null
	fails 125 bh start ""
	[[ $err == *"cannot be empty"* ]]
}
@test "S60: a pod's name is no container's; no name at all" { each pod_name; }
