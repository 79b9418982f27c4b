# Errors are a contract: the message for a person, the number for a script
# (S96-S103). bulkhead(1) lists the numbers.

load lib

setup_file() {
	load lib
	export T=$(mktemp -d /var/tmp/bulkhead-system.XXXXXX)
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	have_busybox
}

# gives "NUMBER NAME" SENTENCE COMMAND...: it fails with 125 (or $CODE), that
# number with --trace, and with an error that matches.
gives() {
	local want=$1 message=$2 code=0; shift 2
	err=$("$1" --trace "${@:2}" 2>&1 >/dev/null) || code=$?
	is "$code" "${CODE:-125}" "exit code of: $*"
	is "$(sed -n 's/^bulkhead: trace: error \([0-9]* [A-Za-z]*\): .*/\1/p' \
	    <<<"$err")" "$want" "number of: $* $(grep ^Error <<<"$err")"
	[[ $(grep '^Error: ' <<<"$err") == "Error: "$message ]] || {
		echo "# $(grep '^Error: ' <<<"$err")"
		return 1
	}
	# Without --trace the message alone.
	err=$("$@" 2>&1 >/dev/null) || true
	not grep -q 'trace' <<<"$err"
}

# with LINE...: a configuration of these lines for the command behind --.
conf() {
	printf '%s\n' "$@" >"$T/conf"
	chmod 644 "$T/conf"
}
bhc() {
	if [ "$WHO" = root ]; then
		CONTAINERS_CONF=$T/conf root "$@"
	else
		as_user env CONTAINERS_CONF="$T/conf" "$BH" "$@"
	fi
}

invalid() {
	local e="101 ErrInvalidArg"
	gives "$e" "*--no-such-option*" bh ps --no-such-option
	gives "$e" "*requires at least 1 arg(s), only received 0" bh run
	gives "$e" '*cgroup*nosuch*' bh --cgroup-manager nosuch ps
	gives "$e" '*"nosuch"*' bh --storage-driver nosuch ps
	gives "$e" '*"nosuch"*' bh --events-backend nosuch ps
	gives "$e" '*"nosuch" not found: invalid argument' \
	    bh --runtime nosuch ps
	conf '[engine]' 'lock_type = "nosuch"'
	gives "$e" '*nosuch*' bhc rm -a
	conf '[engine]' 'state_type = "nosuch"'
	gives "$e" '*nosuch*' bhc ps
	conf '[engine]' 'cgroup_manager = "nosuch"'
	gives "$e" '*nosuch*' bhc ps
	conf '[engine'
	gives "$e" "*$T/conf*" bhc ps
	rm "$T/conf"
	gives "211 ErrNoSuchFile" "cannot read $T/conf: *" bhc ps
	gives "$e" '*invalid argument' bh create --network none --name '/' \
	    localhost/busybox
}
@test "S96: ErrInvalidArg for options, files and types that are none" {
	each invalid
}

# What the command lines of errors.table are about, for $WHO.
at_hand() {
	local i
	D=$T/files-$WHO I=localhost/busybox
	mkdir -p "$D/dir"
	echo 'not an archive' >"$D/text"
	echo "$I" >"$D/taken"
	: >"$D/empty"
	head -c 300000 "$BH_FIXTURES/busybox.docker.tar" >"$D/cut.tar"
	[ "$WHO" = root ] || chown -R "$BH_USER" "$D"
	for i in rests 'quiet --log-driver none' "uses --volume vol:/v"; do
		bh create --name $i --network none $I true >/dev/null
	done
	bh run --name ended --network none $I true
	bh run -d --name runs --network none $I sleep 1000 >/dev/null
	bh pod create --infra=false busy >/dev/null
	bh run -d --name inpod --pod busy --network none $I sleep 1000 \
	    >/dev/null
}
table() {
	local number code line got said err bad=0 n=0
	at_hand
	while read -r number code line; do
		[[ $number == [0-9]* ]] || continue
		got=0 n=$((n + 1))
		err=$(eval "bh --trace $line" 2>&1 >/dev/null </dev/null) ||
		    got=$?
		said=$(sed -n 's/^bulkhead: trace: error \([0-9]*\) .*/\1/p' \
		    <<<"$err")
		# One failure is one line, and where the help is.
		err=$(grep -v -e '^[a-z]*: trace: ' -e "^See '" -e "^Try '" \
		    -e '^Warning: ' <<<"$err" || true)
		[[ $got:$said == "$code:$number" && $err == "Error: "* &&
		    $err != *$'\n'* ]] && continue
		echo "# bulkhead $line"
		echo "# exit code $got, not $code; number $said, not $number"
		sed 's/^/#   /' <<<"$err"
		bad=$((bad + 1))
	done <"$BH_SOURCE/tests/system/errors.table"
	is "$bad" 0 "wrong lines of errors.table"
	[ "$n" -ge 150 ]
	bh rm -f -a -t 0 >/dev/null
	bh pod rm -a >/dev/null
	bh volume prune -f >/dev/null
}
@test "S96 S98 S101 S102 S103: command lines that fail, each with its number" {
	each table
}

@test "S97: ErrRuntimeStopped for a helper that has ended" {
	WHO=root
	cp -a "$BH_PREFIX" "$T/prefix"
	cp /bin/true "$T/prefix/libexec/bulkhead/store"
	broken() {
		"$T/prefix/bin/bulkhead" --root "$T/root/storage" \
		    --runroot "$T/root/run" "$@"
	}
	gives "103 ErrRuntimeStopped" "the helper store *" broken images
	rm -rf "$T/prefix"
}

unknown() {
	gives "201 ErrNoSuchCtr" '*"nosuch"*: no such container' \
	    bh start nosuch
	CODE=1 gives "201 ErrNoSuchCtr" '*: no such container' bh rm nosuch
	CODE=1 gives "203 ErrNoSuchVolume" '*no such volume*' \
	    bh volume rm nosuch
	CODE=1 gives "202 ErrNoSuchPod" '*no such pod*' bh pod rm nosuch
	gives "204 ErrNoSuchImage" '*: image not known' \
	    bh image inspect nosuch
	gives "208 ErrEmptyID" '*name or ID cannot be empty*' bh stop ''
	# There is none that could be the latest.
	gives "201 ErrNoSuchCtr" '*' bh stop --latest
	gives "201 ErrNoSuchCtr" '*' bh container inspect --latest
	CODE=1 gives "202 ErrNoSuchPod" 'no such pod' bh pod rm --latest
	gives "202 ErrNoSuchPod" 'no such pod' bh pod inspect --latest
}
@test "S98: ErrNoSuchCtr, ErrNoSuchPod, ErrNoSuchVolume, ErrEmptyID" {
	each unknown
}

# Removed by others while it is used: never anything but these two.
vanishing() {
	local n id seen
	for n in 1 2 3 4 5 6; do
		bh create --name gone$n --network none localhost/busybox true \
		    >/dev/null
	done
	bh rm gone1 gone2 gone3 gone4 gone5 gone6 >/dev/null &
	for n in 1 1 2 2 3 3 4 4 5 5 6 6; do
		bh --trace container inspect gone$n >/dev/null 2>"$T/said.$n" || true
		sed -n 's/^bulkhead: trace: error \([0-9]*\).*/\1/p' \
		    "$T/said.$n"
	done >"$T/numbers"
	wait
	is "$(sort -u "$T/numbers" | grep -v -e '^201$' -e '^301$')" "" \
	    "numbers of errors about what goes"
	is "$(bh ps -a -q)" ""
}
@test "S99: ErrCtrRemoved (or ErrNoSuchCtr) for what goes while it is used" {
	each vanishing
}

# The trace shows when the command has found it and looks at it.
removed() {
	local pid code=0
	bh create --name going --network none localhost/busybox true >/dev/null
	bh --trace wait --condition running --interval 50ms going \
	    2>"$T/said" >/dev/null & pid=$!
	until_true 10 grep -q ctr_get "$T/said"
	bh rm going >/dev/null
	wait "$pid" || code=$?
	is "$code" 125
	is "$(sed -n 's/^bulkhead: trace: error //p' "$T/said")" \
	    "301 ErrCtrRemoved: container has already been removed"
	grep -q '^Error: container .* has been removed meanwhile: ' "$T/said"
}
@test "S99: ErrCtrRemoved for a container that is removed while it is waited for" {
	each removed
}

state() {
	local dir=$T/root/storage/bulkhead.state
	# Another store in the same place, and on purpose.
	gives "501 ErrDBBadConfig" '*tmp dir * does not match our tmp dir *' \
	    root --tmpdir "$T/elsewhere" ps
}
@test "S100: ErrDBBadConfig for a store that was made otherwise" { state; }

@test "S100: ErrDBClosed when there is no state, ErrInternal for damage" {
	WHO=root
	cp -a "$BH_PREFIX" "$T/prefix"
	cp /bin/true "$T/prefix/libexec/bulkhead/statekeep"
	broken() {
		"$T/prefix/bin/bulkhead" --root "$T/root/storage" \
		    --runroot "$T/root/run" "$@"
	}
	gives "502 ErrDBClosed" "the helper statekeep *" broken ps
	rm -rf "$T/prefix"
	local index=$T/root/storage/overlay-images/images.json
	cp -p "$index" "$index.aside"
	echo '[{"id":' >"$index"
	gives "104 ErrInternal" "*images.json*" root images
	mv "$index.aside" "$index"
}

@test "S101: ErrOCIRuntimeUnavailable for a runtime that runs nothing here" {
	WHO=user
	gives "602 ErrOCIRuntimeUnavailable" '*true is not supported*' \
	    user --runtime /bin/true run localhost/busybox true
}

exists() {
	local n
	bh create --name taken --network none localhost/busybox >/dev/null
	gives "401 ErrCtrExists" '*that name is already in use' \
	    bh create --name taken --network none localhost/busybox
	# Of 17 ids two begin with the same digit.
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
		bh create --network none localhost/busybox >/dev/null
	done
	n=$(bh ps -a --no-trunc --format '{{.ID}}' | cut -c1 | sort |
	    uniq -d | head -1)
	gives "401 ErrCtrExists" '*container already exists*' bh start "$n"
	bh rm -a >/dev/null
}
@test "S102: ErrCtrExists for a name that is taken, an id that is two" {
	each exists
}

elsewhere() {
	local id
	id=$(bh --namespace one create --network none localhost/busybox)
	gives "702 ErrNSMismatch" '*target is in a different namespace' \
	    bh --namespace two start "$id"
	is "$(bh --namespace one ps -a -q --no-trunc)" "$id"
	bh rm "$id" >/dev/null
}
@test "S102: ErrNSMismatch for another namespace's" { each elsewhere; }

wrapped() {
	# One message, whose end is the root of it, and which names the thing.
	gives "201 ErrNoSuchCtr" \
	    'no container with name or ID "abc" found: no such container' \
	    bh start abc
	bh create --name rests --network none localhost/busybox >/dev/null
	gives "421 ErrCtrStateInvalid" \
	    '*container state improper' bh kill rests
	bh rm rests >/dev/null
}
@test "S103: each error is one message of context and a stable number" {
	each wrapped
}

bounds() {
	local n
	n=$(printf 'N%.0s' {1..4096})
	fails 125 bh --runtime "$n" ps
	is "$err" 'Error: cannot use the configuration: the value of "engine.runtime" is too long or out of range'
	is "$(bh create --stop-timeout 4294967296 --name late --network none localhost/busybox | wc -c)" 65
	is "$(bh inspect -f '{{.Config.StopTimeout}}' late)" 4294967296
	bh rm -f late >/dev/null
	fails 125 bh inspect --format '{{.Nope}}' localhost/busybox localhost/busybox
	is "$(grep -c . <<<"$err")" 1
	fails 125 bh pod inspect ''
	is "$err" 'Error: name or ID cannot be empty: invalid argument'
}
@test "errors: a value over its bound, a template that fails, an empty name" {
	each bounds
}
