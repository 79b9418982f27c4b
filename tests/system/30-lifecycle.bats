# The life of a container, command by command, as root and as an ordinary
# user: what each prints, its exit code, and that nothing stays behind.

load lib
load traces

setup() { have_busybox; }

teardown() {
	# A test that failed half-way must not spoil the next.
	root rm -f -a -t 0 >/dev/null 2>&1 || true
	user rm -f -a -t 0 >/dev/null 2>&1 || true
}

# A container that runs until it is stopped, and ends on SIGTERM at once.
sleeper() { bh run -d --network none "$@" localhost/busybox \
    sh -c 'trap "exit 5" TERM; while :; do sleep 0.1; done' "mark-$WHO-$T"; }
deaf() { bh run -d --network none "$@" localhost/busybox \
    sh -c 'trap "" TERM INT USR1; echo ready; while :; do sleep 0.1; done' "mark-$WHO-$T"; }
get() { bh inspect --format "{{$2}}" "$1"; }
state() { get "$1" .State.Status; }
is_state() { [ "$(state "$1")" = "$2" ]; }
said() { bh logs "$1" 2>&1 | grep -q "$2"; }

create_start() {
	local id out
	id=$(bh create --network none --name made localhost/busybox echo hello)
	is "${#id}" 64
	is "$(state made)" created
	is "$(bh ps -q)" ""
	is "$(bh ps -a -q)" "${id:0:12}"
	is "$(bh start made)" made
	is "$(bh wait made)" 0
	is "$(bh logs made)" hello
	is "$(state made)" exited
	# Once more, attached.
	is "$(bh start -a made)" hello
	is "$(bh logs made)" $'hello\nhello'
	fails 125 bh start nosuch
	[[ $err == "Error: "*nosuch*"no such container"* ]]
	is "$(bh rm made)" made
	fails 125 bh start made
}
@test "create, start, start -a, wait, rm" { each create_start; }

start_code() {
	bh create --network none --name code localhost/busybox sh -c 'exit 9'
	fails 9 bh start -a code
	is "$(get code .State.ExitCode)" 9
	bh create --network none --name cat -i localhost/busybox cat
	is "$(echo word | bh start -ai cat)" word
	bh create --network none --name none localhost/busybox nosuchprogram
	fails 127 bh start -a none
	bh rm -a
	is "$(bh ps -aq)" ""
}
@test "start -a: the container's exit code and standard input" { each start_code; }

listing() {
	local out one two
	one=$(sleeper --name one --label color=red)
	two=$(bh create --network none --name two --label color=blue \
	    --label shape localhost/busybox true)
	is "$(bh ps | head -1 | tr -s ' ')" \
	    "CONTAINER ID IMAGE COMMAND CREATED STATUS PORTS NAMES"
	out=$(bh ps | sed 1d)
	[[ $out =~ ^${one:0:12}\ +localhost/busybox:latest\ +sh\ -c\ trap.*\.\.\.\ +.*ago\ +Up\ .*one$ ]]
	is "$(bh ps -a | wc -l)" 3
	is "$(bh ps --noheading | wc -l)" 1
	is "$(bh ps -q --no-trunc)" "$one"
	is "$(bh ps -a --format '{{.Names}} {{.State}}' | sort)" \
	    $'one running\ntwo created'
	is "$(bh ps -a --format 'table {{.Names}}' | head -1 | tr -d ' ')" NAMES
	is "$(bh ps -a --format json | jq -r '.[].Names[0]' | sort | xargs)" "one two"
	is "$(bh ps -a --format json | jq -r '.[] | select(.Names[0] == "one").Id')" "$one"
	is "$(bh ps -aq --filter status=created)" "${two:0:12}"
	is "$(bh ps -q --filter name=tw -a)" "${two:0:12}"
	is "$(bh ps -aq --filter name='^on')" "${one:0:12}"
	is "$(bh ps -aq --filter label=color=red)" "${one:0:12}"
	is "$(bh ps -aq --filter label=shape)" "${two:0:12}"
	is "$(bh ps -aq --filter label=shape --filter label=color=red)" ""
	is "$(bh ps -aq --filter id="$two")" "${two:0:12}"
	is "$(bh ps -aq --filter ancestor=localhost/busybox | wc -l)" 2
	is "$(bh ps -aq --filter before=two)" "${one:0:12}"
	is "$(bh ps -aq --filter since=one)" "${two:0:12}"
	bh stop -t 5 one
	is "$(bh ps -aq --filter exited=5)" "${one:0:12}"
	[[ $(bh ps -a --filter name=one --format '{{.Status}}') == "Exited (5) "*" ago" ]]
	is "$(bh ps -a --sort names --format '{{.Names}}' | xargs)" "one two"
	is "$(bh ps --last 1 --format '{{.Names}}')" two
	is "$(bh ps -l --format '{{.Names}}')" two
	fails 125 bh ps --filter nosuch=x
	fails 125 bh ps -a --format '{{.Nosuch}}'
	bh rm one two
	is "$(bh ps -a | wc -l)" 1
}
@test "ps: columns, -q, -a, filters, --format, --sort" { each listing; }

logging() {
	local out
	bh run -d --network none --name talk localhost/busybox sh -c \
	    'echo one; echo err >&2; sleep 0.2; echo two; printf partial; sleep 1.5; echo " end"; sleep 0.2; echo last'
	until_true 5 said talk two
	is "$(bh logs -f talk 2>/dev/null | tail -2)" \
	    $'partial end\nlast'
	is "$(bh wait talk)" 0
	is "$(bh logs talk 2>/dev/null)" $'one\ntwo\npartial end\nlast'
	is "$(bh logs talk 2>&1 >/dev/null)" err
	is "$(bh logs --tail 2 talk)" $'partial end\nlast'
	is "$(bh logs --tail 0 talk 2>&1)" ""
	out=$(bh logs -t --tail 1 talk)
	[[ $out =~ ^20[0-9-]+T[0-9:.]+(Z|[+-][0-9:]+)\ last$ ]]
	is "$(bh logs --since 1h talk 2>/dev/null | wc -l)" 4
	is "$(bh logs --since "$(date -d '+1 hour' +%s)" talk 2>&1)" ""
	is "$(bh logs --until 1h talk 2>&1)" ""
	# Only the end: the first lines are more than a second older.
	is "$(bh logs --since "$(bh logs -t --tail 1 talk | cut -d' ' -f1)" talk)" last
	fails 125 bh logs nosuch
	fails 125 bh logs --since nonsense talk
	bh rm talk
	is "$(bh create --network none --name quiet localhost/busybox true >/dev/null;
	    bh logs quiet)" ""
	bh rm quiet
	# A follower of something that ends with -f from the start, from -d.
	bh run -d --network none --name many localhost/busybox sh -c \
	    'for i in $(seq 300); do echo "line $i"; done; sleep 0.5; echo done'
	is "$(bh logs -f many | wc -l)" 301
	bh rm -f -t 0 many
	bh run --network none --name nolog --log-driver none localhost/busybox echo x
	fails 125 bh logs nolog
	bh rm nolog
}
@test "logs: both streams, -f, --tail, --since, --until, -t" { each logging; }

waiting() {
	local t
	is "$(bh run -d --network none --name w localhost/busybox sh -c 'sleep 0.7; exit 4' | wc -c)" 65
	is "$(bh wait w)" 4
	is "$(bh wait w)" 4 "again, when it is long gone"
	is "$(bh wait --condition exited w)" 4
	bh create --network none --name w2 localhost/busybox true
	is "$(bh wait w w2 2>/dev/null | head -1)" 4
	fails 125 bh wait nosuch
	bh rm w w2
	# wait gets the code of a container that removes itself.
	bh run -d --rm --network none --name gone localhost/busybox sh -c 'sleep 0.7; exit 6'
	is "$(bh wait gone)" 6
	until_true 5 not bh inspect gone
}
@test "wait: exit codes, also of the past and of --rm" { each waiting; }

stopping() {
	local t
	sleeper --name s
	t=$SECONDS
	is "$(bh stop s)" s
	[ $((SECONDS - t)) -lt 8 ]
	is "$(get s .State.ExitCode)" 5 "it was asked, not killed"
	bh stop s		# twice is no error
	bh start s
	is "$(state s)" running
	is "$(get s .State.Running)" true
	bh stop -t 5 s
	is "$(get s .State.ExitCode)" 5
	bh rm s
	deaf --name d
	until_true 5 said d ready
	t=$SECONDS
	bh stop -t 1 d
	[ $((SECONDS - t)) -lt 8 ]
	is "$(get d .State.ExitCode)" 137 "TERM, and KILL after the timeout"
	bh start d; bh stop -t 0 d
	is "$(get d .State.ExitCode)" 137
	bh rm d
	bh run -d --network none --name u --stop-signal USR2 localhost/busybox \
	    sh -c 'trap "exit 12" USR2; trap "exit 15" TERM; while :; do sleep 0.1; done'
	sleep 0.3
	bh stop -t 5 u
	is "$(get u .State.ExitCode)" 12
	bh rm u
	fails 125 bh stop nosuch
	bh create --network none --name never localhost/busybox true
	bh stop never
	is "$(state never)" created
	bh rm never
	# Several at once, and all.
	sleeper --name a; sleeper --name b
	is "$(bh stop -t 5 a b | xargs)" "a b"
	bh start a b
	bh stop -t 5 -a
	is "$(bh ps -q)" ""
	bh rm -a
}
@test "stop: SIGTERM, SIGKILL after the timeout, --stop-signal, -t 0, -a" { each stopping; }

killing() {
	sleeper --name k
	sleep 0.3
	is "$(bh kill -s TERM k)" k
	is "$(bh wait k)" 5
	fails 125 bh kill k
	[[ $err == "Error: can only kill running containers."*"container state improper" ]]
	bh start k; bh kill k
	is "$(bh wait k)" 137
	bh rm k
	deaf --name d
	until_true 5 said d ready
	for sig in USR1 SIGUSR1 10; do bh kill -s $sig d; done
	is "$(state d)" running
	fails 125 bh kill -s NOSUCH d
	bh kill -s 9 d
	is "$(bh wait d)" 137
	bh rm d
	fails 125 bh kill nosuch
}
@test "kill: any signal by name or number; SIGKILL by default" { each killing; }

removing() {
	local id
	id=$(sleeper --name r)
	fails 2 bh rm r
	[[ $err == "Error: "*"cannot be removed without force"* ]]
	is "$(state r)" running
	is "$(bh rm -f -t 0 r)" r
	fails 1 bh rm r
	fails 1 bh rm "$id"
	# podman: force makes a missing container no error.
	bh rm -f nosuch
	is "$(bh rm -f nosuch)" ""
	fails 1 bh rm nosuch
	bh rm -i nosuch
	deaf --name d
	bh rm -f -t 0 d
	bh create --network none --name c localhost/busybox true
	bh create --network none --name e localhost/busybox true
	is "$(bh rm c e | xargs)" "c e"
	is "$(bh ps -aq)" ""
	clean
}
@test "rm: running only by force; missing only with -f or -i; nothing is left" { each removing; }

inspection() {
	local id image
	id=$(sleeper --name i --hostname box -e A=b --label k=v -w /tmp \
	    --stop-signal USR1 --stop-timeout 3 -u 1000 --cap-drop chown \
	    --ulimit nofile=100:200)
	image=$(bh images -q --no-trunc localhost/busybox)
	is "$(get i .Id)" "$id"
	is "$(get i .Name)" i
	is "$(get i .Image)" "${image#sha256:}"
	is "$(get i .ImageName)" localhost/busybox:latest
	is "$(get i .State.Status)" running
	is "$(get i .State.Running)" true
	[ "$(get i .State.Pid)" -gt 1 ]
	grep -q "mark-$WHO" "/proc/$(get i .State.Pid)/cmdline"
	is "$(get i .Config.Hostname)" box
	is "$(get i .Config.User)" 1000
	is "$(get i .Config.WorkingDir)" /tmp
	is "$(get i .Config.Tty)" false
	[[ $(get i .Config.Env) == *A=b* && $(get i .Config.Env) == *FROM_IMAGE=yes* ]]
	is "$(get i '.Config.Labels.k')" v
	is "$(get i 'index .Config.Labels "made"')" podman
	is "$(get i .HostConfig.NetworkMode)" none
	is "$(get i .HostConfig.AutoRemove)" false
	is "$(get i .HostConfig.Privileged)" false
	is "$(get i .HostConfig.ReadonlyRootfs)" false
	[[ $(get i .HostConfig.CapDrop) == *CAP_CHOWN* ]]
	is "$(get i .Path)" sh
	is "$(get i 'index .Args 0')" -c
	is "$(bh inspect i | jq -r '.[0].State.Status')" running
	is "$(bh inspect i | jq -r '.[0].Config.Cmd[0]')" sh
	is "$(bh inspect i | jq -r '.[0].HostConfig.Ulimits[0].Soft')" 100
	is "$(bh inspect --format '{{json .Config.Env}}' i | jq -r '.[]' | grep -c ^A=b)" 1
	is "$(bh inspect i | jq -r '.[0].Created' | cut -c1-2)" 20
	bh kill i
	is "$(bh wait i)" 137
	is "$(get i .State.Status)" exited
	is "$(get i .State.ExitCode)" 137
	is "$(get i .State.Pid)" 0
	[[ $(get i .State.FinishedAt) == 20* ]]
	# Both, one, several; an image of that name; nothing.
	is "$(bh inspect i localhost/busybox | jq length)" 2
	is "$(bh inspect --type image --format '{{.Config.Cmd}}' localhost/busybox)" "[sh]"
	fails 125 bh inspect --type image --latest
	is "$err" 'Error: latest is not supported for type "image"'
	fails 125 bh inspect nosuch
	is "$(bh inspect nosuch 2>/dev/null)" "[]"
	fails 125 bh inspect --format '{{.Nosuch}}' i
	bh rm i
}
@test "inspect: what people ask for" { each inspection; }

again() {
	bh run --network none --name keep localhost/busybox sh -c 'echo x >>/root/f; cat /root/f'
	is "$(bh start -a keep)" $'x\nx'
	bh start keep; bh wait keep
	is "$(bh logs --tail 3 keep)" $'x\nx\nx'
	bh rm keep
	# A new one of that name starts from the image.
	is "$(bh run --rm --network none --name keep localhost/busybox sh -c 'echo y >>/root/f; cat /root/f')" y
	clean
}
@test "start of one that has exited: its writable layer is still there" { each again; }

restarting() {
	local code=0
	bh run --name policy --restart on-failure:2 --network none \
	    localhost/busybox sh -c 'exit 3' || code=$?
	is $code 3 "exit code of the first run"
	until_true 30 is_restarted
	bh rm policy
	clean
}
is_restarted() {
	[ "$(bh inspect --format '{{.RestartCount}} {{.State.Status}}' \
	    policy)" = "2 exited" ]
}
@test "run --restart in the foreground: its policy holds after the first run" { each restarting; }

vanishing() {
	local id
	id=$(bh run -d --rm --network none --name v localhost/busybox sh -c \
	    'echo hello; sleep 0.3' "mark-$WHO-$T")
	is "${#id}" 64
	until_true 5 not bh inspect v
	clean
	id=$(bh run -d --rm --network none --name v localhost/busybox sleep 100)
	bh stop -t 0 v
	until_true 5 not bh inspect v
	fails 125 bh run -d --rm --network none localhost/nosuch true
	fails 127 bh run -d --rm --network none localhost/busybox nosuchprogram
	fails 127 bh run --rm --network none localhost/busybox nosuchprogram
	is "$(bh ps -aq)" ""
	clean
}
@test "run -d --rm: gone when it ends, and everything with it" { each vanishing; }

names() {
	local a b
	a=$(bh create --network none --name taken localhost/busybox true)
	fails 125 bh run --network none --name taken localhost/busybox true
	[[ $err == "Error: "*taken*"in use"*"${a:0:12}"* ]]
	fails 125 bh create --name 'no good' localhost/busybox true
	fails 125 bh create --name '../x' localhost/busybox true
	fails 125 bh create --name '' localhost/busybox true || true
	b=$(bh create --network none --replace --name taken localhost/busybox true)
	[ "$a" != "$b" ]
	is "$(bh ps -aq --no-trunc)" "$b"
	sleeper --replace --name taken
	sleeper --replace --name taken
	is "$(bh ps -aq | wc -l)" 1
	bh rm -f -t 0 taken
	# A name is made up where none is given.
	bh create --network none localhost/busybox true
	[[ $(bh ps -a --format '{{.Names}}') =~ ^[a-z]+_[a-z0-9]+$ ]]
	bh rm -a
	fails 125 bh run --replace --rm localhost/busybox true
	clean
}
@test "names: taken, bad, replaced, made up" { each names; }

prefixes() {
	local ids id i
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do
		bh create --network none localhost/busybox true
	done >"$T/ids-$WHO"
	# 17 ids, 16 first digits: two have the same.
	id=$(cut -c1 "$T/ids-$WHO" | sort | uniq -d | head -1)
	fails 125 bh inspect --type container "$id"
	[[ $err == *"more than one"* ]]
	fails 125 bh start "$id"
	id=$(head -1 "$T/ids-$WHO")
	is "$(get "${id:0:16}" .Id)" "$id"
	is "$(bh rm "${id:0:12}")" "${id:0:12}"
	# A name that is the prefix of another's id is a name.
	id=$(tail -1 "$T/ids-$WHO")
	bh create --network none --name "${id:0:8}" localhost/busybox true
	is "$(get "${id:0:8}" .Name)" "${id:0:8}"
	is "$(bh rm -a | wc -l)" 17
	clean
}
@test "id prefixes: unambiguous ones name, others are refused" { each prefixes; }

files() {
	local id d=$T/user/files-$WHO
	as_user mkdir "$d"
	id=$(sleeper --name f --cidfile "$d/cid" --pidfile "$d/pid")
	is "$(cat "$d/cid")" "$id"
	is "$(cat "$d/pid")" "$(get f .State.Pid)"
	is "$(bh stop -t 0 --cidfile "$d/cid")" "$id"
	is "$(bh rm --cidfile "$d/cid")" "$id"
	fails 125 bh run --cidfile "$d/nosuch/cid" localhost/busybox true
	[[ $err == *"$d/nosuch/cid"* ]]
	fails 125 bh run --rm --cidfile "$d/new" localhost/nosuch true
	# Root's cannot be taken back, but stays usable.
	[ ! -s "$d/new" ]
	bh run --rm --network none --cidfile "$d/new" localhost/busybox true
	clean
}
@test "--cidfile, --pidfile" { each files; }

# terminal COMMAND: in a terminal of its own, what the keyboard types being
# the function's standard input.
terminal() {
	script -qec "$(declare -f root user as_user bh); WHO=$WHO BH=$BH T=$T
	    BH_USER=$BH_USER; $1" /dev/null | tr -d '\r'
}
# keyboard CTR TEXT ECHO KEYS: when it runs, type; when that was answered, the keys.
keyboard() {
	until_true 30 is_running "$1" >&2
	sleep 0.5		# and somebody reads
	printf "$2"
	until_true 30 has_said "$1" "$3" >&2
	printf "$4"
	sleep 0.5
}
is_running() { [ "$(state "$1" 2>/dev/null)" = running ]; }
has_said() { bh logs "$1" 2>/dev/null | grep -q "$2"; }
detaching() {
	local out
	bh create -it --network none --name tty localhost/busybox sh
	out=$(keyboard tty 'echo A$((1+1))B\n' A2B '\020\021' |
	    terminal 'bh start -ai tty')
	[[ $out == *A2B* ]]
	is "$(state tty)" running
	bh rm -f -t 0 tty
	# run -it with keys of one's own; ctrl-p then goes through.
	out=$(keyboard own 'echo A$((1+2))B\n' A3B '\001' |
	    terminal 'bh run -it --detach-keys ctrl-a --network none --name own localhost/busybox sh')
	[[ $out == *A3B* ]]
	is "$(state own)" running
	is "$(get own .Config.Tty)" true
	bh kill own
	is "$(bh wait own)" 137
	bh rm own
	fails 125 bh run --rm --detach-keys 'ctrl-nonsense' localhost/busybox true
	clean
}
@test "detach keys: the default, one's own; the container runs on" { SHELL=/bin/bash each detaching; }

resizing() {
	local out
	# The terminal has a size when the container starts, and a new one later.
	out=$(terminal 'stty rows 21 cols 77
	    (sleep 2; stty rows 33 cols 99 <'"'/dev/tty'"') &
	    bh run --rm -it --network none localhost/busybox sh -c "stty size; sleep 3; stty size"' \
	    </dev/null)
	[[ $out == *"21 77"*"33 99"* ]]
	# Job control: ctrl-c goes to the foreground of the inside.
	out=$( (sleep 1.5; printf '\003'; sleep 0.5) | terminal 'bh run --rm -it --network none \
	    localhost/busybox sh -c "trap \"echo caught; exit 4\" INT; while :; do sleep 0.1; done"; echo code $?')
	[[ $out == *caught*"code 4"* ]]
	clean
}
@test "terminal: size, resize, interrupt" { SHELL=/bin/bash each resizing; }

signals() {
	local pid
	# A signal to the command in the foreground reaches the container.
	bh run --rm --network none --name sig localhost/busybox sh -c \
	    'trap "exit 21" TERM; echo ready; while :; do sleep 0.1; done' \
	    "mark-$WHO-$T" >"$T/out-$WHO" &
	until_true 10 grep -q ready "$T/out-$WHO"
	pid=$(processes | awk '/bin\/bulkhead$/ { print $1 }')
	kill -TERM $pid
	code=0; wait $! || code=$?
	is "$code" 21
	clean
}
@test "run in the foreground passes signals on" { each signals; }

parallel() {
	local i pids= bad=0
	for i in $(seq 20); do
		bh run --rm --network none localhost/busybox sh -c "echo out $i; exit $i" \
		    >"$T/p-$WHO-$i" 2>&1 &
		pids="$pids $!"
	done
	i=0
	for p in $pids; do
		i=$((i + 1)); code=0
		wait "$p" || code=$?
		is "$code $(cat "$T/p-$WHO-$i")" "$i out $i" || bad=1
	done
	[ $bad = 0 ]
	is "$(bh ps -aq)" ""
	clean
}
@test "20 at a time: all succeed, nothing is left" { each parallel; }

# More descriptors are on their way at once than a helper's limit allows one
# user: each waits its turn, and none fails.
crowd() {
	local i pids= bad=0
	for i in $(seq 150); do
		bh run --rm --network none localhost/busybox true \
		    >"$T/crowd-$WHO-$i" 2>&1 &
		pids="$pids $!"
	done
	for p in $pids; do
		wait "$p" || bad=$((bad + 1))
	done
	cat "$T/crowd-$WHO-"*
	is $bad 0 "failures of 150"
	is "$(bh ps -aq)" ""
}
@test "150 at a time: none fails" { each crowd; }
