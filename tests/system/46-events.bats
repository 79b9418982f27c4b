# Events and history: what is told, when, to whom; and what is known of it
# afterwards.

load lib

setup() { have_busybox; }

teardown() {
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
	root volume rm -f -a >/dev/null 2>&1 || true
}

# What was told of a container, as "create init ...".
told() {
	bh events --stream=false --filter "container=$1" \
	    --format '{{.Status}}' | xargs
}
log_of() {
	case $WHO in
	root) echo "$T/root/run/bulkhead/events/events.log" ;;
	user) echo "$T/xdg/bulkhead/events/events.log" ;;
	esac
}

life() {
	local id
	bh run --rm --network none --name ev1 --label x=y localhost/busybox true
	is "$(told ev1)" "create init start attach died remove"
	bh run --network none --name ev2 localhost/busybox sh -c 'exit 3' || true
	is "$(told ev2)" "create init start attach died cleanup"
	is "$(bh events --stream=false --filter container=ev2 \
	    --filter event=died --format '{{.ContainerExitCode}}')" 3
	bh run --rm --network none --name ev3 localhost/busybox \
	    sh -c 'exit 4' || true
	is "$(bh events --stream=false --filter container=ev3 \
	    --filter event=die --format '{{.ContainerExitCode}}')" 4
	bh run -d --network none --name ev4 localhost/busybox sleep 100
	bh kill -s USR1 ev4
	bh stop -t 0 ev4
	is "$(told ev4)" "create init start kill stop died cleanup"
	bh start ev4
	bh rm -f -t 0 ev4
	is "$(told ev4)" "create init start kill stop died cleanup init \
start died cleanup remove"
	id=$(bh create --network none --name ev5 localhost/busybox true)
	is "$(told "$id")" create
	is "$(told "${id:0:12}")" create
	bh rm ev5
	is "$(told ev5)" "create remove"
}
@test "S69: what happens to a container is told in podman's words" { each life; }

# A line of podman's, with what differs from run to run made the same.
same() {
	sed -E 's/^[-0-9]+ [0-9:.]+ \+0000 UTC /TIME /; s/[0-9a-f]{64}/ID/'
}

printed() {
	local id line
	id=$(bh create --network none --name p1 --label x=y localhost/busybox true)
	is "$(TZ=UTC bh events --stream=false --filter container="$id" | same)" \
	    "TIME container create ID (image=localhost/busybox:latest, \
name=p1, made=podman, x=y)"
	is "$(bh events --stream=false --filter container=p1 --no-trunc=false |
	    cut -d' ' -f7)" "${id:0:12}"
	is "$(bh events --stream=false --filter container=p1 --format json |
	    jq -c 'keys_unsorted')" \
	    '["ID","Image","Name","Status","Time","Type","Attributes","Seq"]'
	is "$(bh events --stream=false --filter container=p1 --format \
	    '{{.Type}} {{.Status}} {{.ID}} {{.Image}} {{.Name}} {{.Attributes}}')" \
	    "container create $id localhost/busybox:latest p1 map[made:podman x:y]"
	is "$(bh events --stream=false --filter label=x=y --filter type=container \
	    --filter container=p1 --format '{{.Name}}')" p1
	is "$(bh events --stream=false --filter container=p1 --filter label=x=z)" ""
	is "$(bh events --stream=false --filter container=p1 --filter type=pod)" ""
	is "$(bh events --stream=false --filter container=p1 --since 1h \
	    --until 1h --format '{{.Name}}')" p1
	is "$(bh events --stream=false --filter container=p1 --since \
	    2100-01-01)" ""
	is "$(bh events --filter container=p1 --until 2020-01-01)" ""
	fails 125 bh events --filter nope=1
	one_message
	fails 125 bh events --filter nope
	fails 125 bh events --since never
	fails 125 bh events extra
	fails 125 bh events --stream=false --format '{{.Nope}}'
	[[ $err == *"can't evaluate field Nope in type *events.Event"* ]]
}
one_message() { is "$(grep -c . <<<"$err")" 1 "lines of: $err"; }
@test "S69: events are printed and filtered as podman does" { each printed; }

# The same commands by podman, in a world without a second cgroup hierarchy,
# which its runtime does not like.
@test "S69: podman tells the same of the same commands" {
	command -v podman >/dev/null || skip "no podman"
	command -v crun >/dev/null || skip "no crun"
	WHO=user
	cat > "$T/podman.sh" <<-'E'
	umount /sys/fs/cgroup/unified 2>/dev/null
	P="podman --root $1/p --runroot $1/pr --storage-driver vfs --tmpdir
	    $1/pt --events-backend file --cgroup-manager cgroupfs"
	U="--ulimit nofile=1000:1000 --ulimit nproc=1000:1000 --network none
	    --cgroups=disabled"
	{
	$P load -q -i "$2"
	$P run --rm $U --name a localhost/busybox true
	$P run $U --name b localhost/busybox sh -c 'exit 3'
	$P run -d $U --name c localhost/busybox sleep 100
	$P kill -s USR1 c
	$P stop -t 0 c
	sleep 1
	$P rm c
	$P rm b
	$P volume create v1
	$P volume rm v1
	$P volume create v2
	$P volume prune -f
	$P pod create --infra=false --name pp
	$P pod rm pp
	} >"$1/podman.out" 2>&1
	# podman calls it a pull when it finds that it has the image.
	$P events --stream=false | grep -v ' image pull '
	E
	unshare -m sh "$T/podman.sh" "$T" "$BH_FIXTURES/busybox.docker.tar" \
	    > "$T/podman.events"
	grep -q ' container start ' "$T/podman.events" ||
	    skip "podman runs no containers here: $(tail -1 "$T/podman.out")"
	user rmi -f localhost/busybox
	local since=$(date +%s.%N)
	{
	user load -q -i "$BH_FIXTURES/busybox.docker.tar"
	user run --rm --network none --name a localhost/busybox true
	user run --network none --name b localhost/busybox sh -c 'exit 3' || true
	user run -d --network none --name c localhost/busybox sleep 100
	user kill -s USR1 c
	user stop -t 0 c
	user rm c
	user rm b
	user volume create v1
	user volume rm v1
	user volume create v2
	user volume prune -f
	user pod create --infra=false --name pp
	user pod rm pp
	} >/dev/null
	# Who says "cleanup" twice, and whether "stop" is said at all, is a
	# matter of which of podman's processes is first.
	one() { same | grep -v -e ' system refresh' -e ' container stop ' | uniq; }
	is "$(TZ=UTC user events --stream=false --since "$since" | one)" \
	    "$(TZ=UTC one < "$T/podman.events")"
}

images() {
	local id
	is "$(bh events --stream=false --filter event=loadfromarchive \
	    --filter type=image --format '{{.Name}}' | tail -1)" \
	    "$BH_FIXTURES/busybox.docker.tar"
	echo x > "$T/file"
	tar -C "$T" -cf "$T/im.tar" file
	chmod 644 "$T/im.tar"
	id=$(bh import -q "$T/im.tar" localhost/im:1)
	id=${id#sha256:}
	bh rmi localhost/im:1
	is "$(bh events --stream=false --filter image="$id" \
	    --format '{{.Status}} {{.Name}}' | tr '\n' ,)" \
	    "import localhost/im:1,untag localhost/im:1,remove localhost/im:1,"
	is "$(TZ=UTC bh events --stream=false --filter event=untag \
	    --filter image="${id:0:12}" | same)" "TIME image untag ID localhost/im:1"
}
@test "S70: images that come and go are told of" { each images; }

refreshed() {
	# Once per boot, by the first command that came.
	is "$(TZ=UTC bh events --stream=false --filter event=refresh | same)" \
	    "TIME system refresh"
	bh system renumber >/dev/null
	is "$(TZ=UTC bh events --stream=false --filter type=system |
	    tail -1 | same)" "TIME system renumber"
}
@test "S70: a refresh and a renumbering are told of" { each refreshed; }

follow() {
	local pid
	# New ones only, at once, over a rotation of the log.
	bh events --filter event=create --until 60s --format '{{.Name}}' \
	    > "$T/$WHO.since" 3>&- &
	pid=$!
	bh events --filter event=create --format '{{.Name}}' \
	    > "$T/$WHO.new" 3>&- &
	pid="$pid $!"
	sleep 0.5
	# So small that it is rotated all the time.
	printf '[engine]\nevents_logfile_max_size = "3k"\n' > "$T/small.conf"
	chmod 644 "$T/small.conf"
	for i in 1 2 3 4 5 6 7 8; do
		CONTAINERS_CONF="$T/small.conf" with_conf create \
		    --network none --name "f$i" localhost/busybox true >/dev/null
	done
	until_true 10 grep -qx f8 "$T/$WHO.new"
	for p in $pid; do pkill -P "$p" || kill "$p"; done
	is "$(grep -x 'f[0-9]' "$T/$WHO.new" | xargs)" "f1 f2 f3 f4 f5 f6 f7 f8"
	is "$(grep -x 'f[0-9]' "$T/$WHO.since" | xargs)" "f1 f2 f3 f4 f5 f6 f7 f8"
	grep -q log-rotation "$(log_of)"
	[ "$(stat -c %s "$(log_of)")" -lt 3000 ]
	# Until a moment that comes.
	bh events --until 1s > "$T/$WHO.until"
	grep -q ' container create ' "$T/$WHO.until"
	bh rm -a >/dev/null
}
# Through as_user the environment is cleared.
with_conf() {
	case $WHO in
	root) bh "$@" ;;
	user) as_user env CONTAINERS_CONF="$CONTAINERS_CONF" "$BH" "$@" ;;
	esac
}
@test "S69: events are followed as they happen, and over rotation" { each follow; }

reader_gone() {
	# Whoever reads no more ends it, without a next event.
	bh events --since 1h 3>&- | head -1 > "$T/$WHO.head" &
	until_true 10 test -s "$T/$WHO.head"
	wait $!
}
@test "events end when nobody reads them any more" { each reader_gone; }

backends() {
	is "$(stat -c %a "$(dirname "$(log_of)")")" 700
	fails 125 bh --events-backend none events
	is "$err" 'Error: cannot read events with the "none" backend'
	bh --events-backend NONE create --network none --name n1 \
	    localhost/busybox true
	is "$(told n1)" ""
	is "$(bh --events-backend File events --stream=false \
	    --filter container=n1)" ""
	bh rm n1
	is "$(told n1)" remove
	# A state in memory is told of like any other.
	bh --state-type memory run --rm --name m1 --network none \
	    localhost/busybox true
	is "$(told m1)" "create init start attach died remove"
	fails 125 bh --events-backend nope ps
	one_message
	[[ $err == *nope* && $err == *journald* ]]
}
@test "S68 S69: backends, in any case; an unknown one is refused; none is not read" {
	each backends
}

elsewhere() {
	mkdir -p "$T/ev"
	chmod 777 "$T/ev"
	printf '[engine]\nevents_logfile_path = "%s/ev/%s/my.log"\n' "$T" \
	    "$WHO" > "$T/path.conf"
	chmod 644 "$T/path.conf"
	export CONTAINERS_CONF="$T/path.conf"
	# Root makes no directory that only a configuration file names.
	if [ "$WHO" = root ]; then
		fails 125 with_conf create --network none localhost/busybox true
		[[ $err == *"install -d -m 700 -o bulkhead"* ]]
		install -d -m 700 -o bulkhead -g bulkhead "$T/ev/root"
	fi
	with_conf create --network none --name w1 localhost/busybox true
	grep -q '"Name":"w1","Status":"create"' "$T/ev/$WHO/my.log"
	is "$(stat -c %a "$T/ev/$WHO")" 700
	is "$(with_conf events --stream=false --format '{{.Name}}')" w1
	with_conf rm w1
	unset CONTAINERS_CONF
}
@test "S68: events_logfile_path, its directory made 0700" { each elsewhere; }

@test "S69: a journal that is not there is said in one message" {
	[ ! -S /run/systemd/journal/socket ] || skip "there is one"
	WHO=user
	fails 125 user --events-backend journald events
	one_message
	[[ $err == *journal*"is not there"* ]]
	err=$(user --events-backend journald create --network none --name j1 \
	    localhost/busybox true 2>&1 >/dev/null)
	one_message
	[[ $err == "Warning: events are not recorded"* ]]
	user rm j1
}

# systemd's own journal, in a mount namespace of its own.
@test "S69: journald: podman's fields, read again by events" {
	[ ! -S /run/systemd/journal/socket ] || skip "there is one in use"
	command -v journalctl >/dev/null || skip "no journalctl"
	[ -x /lib/systemd/systemd-journald ] || skip "no journald"
	cat > "$T/journal.sh" <<-'E'
	set -e
	mount -t tmpfs t /run/systemd
	mkdir -p /run/systemd/journal /run/log/journal
	mount -t tmpfs t /run/log/journal
	/lib/systemd/systemd-journald >/dev/null 2>&1 &
	j=$!
	trap 'kill $j; wait $j' EXIT
	n=0
	until [ -S /run/systemd/journal/socket ]; do
		n=$((n + 1)); [ $n -lt 50 ] || exit 77
		sleep 0.1
	done
	b="$1 --root $2/root/storage --runroot $2/root/run
	    --events-backend journald"
	$b create --network none --name jj --label x=y localhost/busybox true
	$b run --network none --name kk localhost/busybox sh -c 'exit 5' || :
	$b rm jj
	journalctl --sync || sleep 2
	echo ---
	journalctl -q -o json SYSLOG_IDENTIFIER=bulkhead PODMAN_EVENT=died |
	    jq -r '[.PODMAN_TYPE, .PODMAN_NAME, .PODMAN_EXIT_CODE,
	        .PODMAN_IMAGE, .PRIORITY, .PODMAN_LABELS] | join(" ")'
	echo ---
	$b events --stream=false --format '{{.Name}} {{.Status}} {{.Attributes}}'
	echo ---
	timeout 5 $b events --since 1h --until 2s --filter container=kk \
	    --format '{{.Status}} {{.ContainerExitCode}}'
	$b rm kk
	E
	code=0
	unshare -m sh "$T/journal.sh" "$BH" "$T" > "$T/journal.out" || code=$?
	[ $code != 77 ] || skip "journald does not start here"
	cat "$T/journal.out"
	is "$code" 0
	is "$(sed -n '/^---$/,$p' "$T/journal.out")" "---
container kk 5 localhost/busybox:latest 6 {\"made\":\"podman\"}
---
jj create map[made:podman x:y]
kk create map[made:podman]
kk init map[made:podman]
kk start map[made:podman]
kk attach map[made:podman]
kk died map[made:podman]
kk cleanup map[made:podman]
jj remove map[made:podman x:y]
---
create 0
init 0
start 0
attach 0
died 5
cleanup 0
kk"
}

history() {
	local uid=$([ $WHO = root ] && echo 0 || id -u "$BH_USER")
	bh create --network none --name h1 localhost/busybox sh -c 'exit 7'
	bh start -a h1 || true
	bh rm h1
	is "$(bh history --format '{{.From}}>{{.To}} {{.Events}}; {{.Why}}' h1)" \
	    "creating>created create; 
created>starting ; 
starting>running init,start,attach; 
running>exited died,cleanup; exit code 7
exited> remove; "
	is "$(bh history --format '{{.UID}} {{.Command}}' h1 | head -1)" \
	    "$uid create"
	[[ "$(bh history --format '{{.Command}}' h1 | tail -1)" == *"rm h1" ]]
	is "$(bh history h1 | head -1 | tr -s ' ')" \
	    "WHEN FROM TO UID COMMAND EVENTS WHY"
	is "$(bh history h1 | wc -l)" 6
	is "$(bh history --format json h1 | jq length)" 5
	# What runs and goes at once leaves its traces, too.
	bh run --rm --network none --name h2 localhost/busybox true
	is "$(bh history --format '{{.Events}}' h2 | xargs)" \
	    "create,init,start,attach died,remove"
	# A password is in no history.
	bh create --network none --name h3 -e PASSWORD=geheim \
	    localhost/busybox true
	not grep -q geheim <<<"$(bh history --no-trunc --format json h3)"
	fails 125 bh history nosuch
	one_message
	fails 125 bh history
}
@test "D17: history of a container: who, when, from what to what, why" { each history; }

@test "D17: history of an image is podman's" {
	command -v podman >/dev/null || skip "no podman"
	local P="podman --root $T/ph --runroot $T/phr --storage-driver vfs
	    --tmpdir $T/pht" a
	WHO=user
	# Not what it was called: whose names they are is not in an image.
	$P load -q -i "$BH_FIXTURES/busybox.docker.tar"
	for a in "" -q --no-trunc --human=false "-H=false --no-trunc" \
	    "--format json" "--format {{.ID}}|{{.CreatedBy}}|{{.Size}}|{{.CreatedAt}}|{{.Comment}}"; do
		is "$(user history $a localhost/busybox)" \
		    "$($P history $a localhost/busybox 2>/dev/null)" "history $a"
	done
	$P load -q -i "$BH_FIXTURES/debian.umoci.tar" 2>/dev/null
	user load -q -i "$BH_FIXTURES/debian.umoci.tar"
	id=$(user images -q --filter reference='*bookworm*' | head -1)
	is "$(user history "$id")" \
	    "$($P history "$id" 2>/dev/null)"
	user rmi -f "$id"
	fails 125 user history nosuch
	is "$err" "Error: nosuch: image not known"
	is "$(user image history -q localhost/busybox | wc -l)" 1
}

at() {
	local t0 t1 t2 then
	t0=$(date +%s.%N)
	sleep 0.1
	bh create --network none --name a1 localhost/busybox true
	bh run -d --network none --name a2 localhost/busybox sleep 100
	then=$(bh ps -a --format '{{.ID}} {{.Names}} {{.State}} {{.Pid}}')
	t1=$(date +%s.%N)
	sleep 0.1
	bh rm a1
	bh stop -t 0 a2
	t2=$(date +%s.%N)
	sleep 0.1
	bh rm a2
	is "$(bh ps -a -q)" ""
	is "$(bh ps -a -q --at "$t0")" ""
	is "$(bh ps -a --at "$t1" --format '{{.ID}} {{.Names}} {{.State}} {{.Pid}}')" \
	    "$then"
	is "$(bh ps --at "$t1" --format '{{.Names}}')" a2
	is "$(bh ps -a --at "$t2" --format '{{.Names}} {{.State}} {{.ExitCode}}')" \
	    "a2 exited 137"
	[[ $(bh ps --at "$t1") == *" Up "* ]]
	fails 125 bh ps --at never
	one_message
}
@test "D17: ps --at: the list as it was" { each at; }

unescaped() {
	local esc=$'\e' out
	bh volume create ev-escape >/dev/null	# makes the log
	printf '{"ID":"\\u001b]0;x\\u0007","Name":"n","Status":"start","Type":"container","Time":"%s","Attributes":null}\n' \
	    "$(date -u +%FT%TZ)" >>"$(log_of)"
	out=$(script -qec "$(declare -f root user as_user bh); WHO=$WHO
	    BH=$BH T=$T BH_USER=$BH_USER
	    bh events --stream=false --since 1m" /dev/null </dev/null)
	[[ $out == *"start"*"name=n)"* && $out != *"$esc"* ]]
}
@test "events: an ID in the log does not drive the terminal" {
	SHELL=/bin/bash each unescaped
}

json_on_a_terminal() {
	local out cmd
	bh volume create ev-json >/dev/null	# makes the log
	printf '{"ID":"1","Name":"n","Status":"start","Type":"container","Time":"%s","Attributes":{"l":"a\302\233b\342\200\256c\363\240\200\201d\303\244"}}\n' \
	    "$(date -u +%FT%TZ)" >>"$(log_of)"
	cmd="bh events --stream=false --since 1m --format json"
	out=$(script -qec "$(declare -f root user as_user bh); WHO=$WHO
	    BH=$BH T=$T BH_USER=$BH_USER
	    $cmd" /dev/null </dev/null)
	[[ $out == *'"a\u009bb\u202ec\udb40\udc01dä"'* ]] || { echo "# $out"; return 1; }
	# The same JSON, which is left alone in a pipe.
	is "$(tr -d '\r' <<<"$out" | jq -c .Attributes | tail -1)" \
	    "$($cmd | jq -c .Attributes | tail -1)"
	[[ $($cmd) != *u009b* ]]
}
@test "events: JSON on a terminal has escapes for what drives it" {
	SHELL=/bin/bash each json_on_a_terminal
}
