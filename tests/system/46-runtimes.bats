# OCI runtimes and monitors: looked up when they are needed, never before (S33-S40).

load lib

setup_file() {
	load lib
	export T=$(mktemp -d /var/tmp/bulkhead-system.XXXXXX)
	chmod 711 "$T"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$T/user" "$T/xdg"
	install -d -m 777 "$T/log"
	install -d -m 755 "$T/bin" "$T/bin/adirectory"
	have_busybox
	# Programs that say a version, and write down that they were asked.
	program good 'crun version 9.8.7'
	program conmon 'conmon version 2.0.1'
	program old 'conmon version 2.0.0'
	program mute ''
	echo 'exit 3' >>"$T/bin/mute"
	program hangs 'conmon version 2.9.9'
	echo 'exec sleep 1000' >>"$T/bin/hangs"
}

program() {
	printf '#!/bin/sh\necho "$*" >>%s/log/%s\necho "%s"\n' "$T" "$1" "$2" \
	    >"$T/bin/$1"
	chmod 755 "$T/bin/$1"
}

# conf LINE...: the whole configuration besides the built-in values.
conf() {
	printf '%s\n' "$@" >"$T/conf"
	chmod 644 "$T/conf"
}

# bulkhead of the same user, with that configuration.
bhc() {
	if [ "$WHO" = root ]; then
		CONTAINERS_CONF=$T/conf root "$@"
	else
		as_user env CONTAINERS_CONF="$T/conf" "$BH" "$@"
	fi
}

other() { bhc info -f json | jq -c ".host.otherRuntimes$1"; }
found() { other ".found[] | select(.name == \"$1\") | .path"; }

@test "S33 S37: the first regular file of a runtime's paths is taken" {
	WHO=user
	conf '[engine.runtimes]' \
	    "one = [\"$T/bin/none\", \"$T/bin/adirectory\", \"$T/bin/good\", \"$T/bin/old\"]" \
	    "two = [\"$T/bin/none\"]"
	is "$(found one)" "\"$T/bin/good\""
	is "$(found two)" "" "one that is not there is not there, and no error"
	is "$(other .error)" null
}

@test "S37: a path that cannot be looked at is that runtime's failure" {
	WHO=user
	install -d -m 700 "$T/closed"
	conf '[engine.runtimes]' "one = [\"$T/closed/x\", \"$T/bin/good\"]" \
	    "two = [\"$T/bin/good\"]"
	[[ $(other '.found[] | select(.name == "one") | .error') == \
	    *"cannot stat OCI runtime one path $T/closed/x: Permission denied"* ]]
	is "$(found two)" "\"$T/bin/good\""
}

lists() {
	conf '[engine]' 'runtime_supports_json = ["one"]' \
	    'runtime_supports_nocgroups = ["two"]' \
	    'runtime_supports_kvm = ["one", "two"]' \
	    '[engine.runtimes]' "one = [\"$T/bin/good\"]" \
	    "two = [\"$T/bin/good\"]"
	is "$(other '.found | map(select(.path == "'"$T/bin/good"'")) | map([.name, .supportsJson, .supportsNoCgroups, .supportsKvm])')" \
	    '[["one",true,false,true],["two",false,true,true]]'
}
@test "S35: what runtimes can do, from the lists of the configuration" {
	each lists
}

default() {
	local v2=runc
	[ -e /sys/fs/cgroup/cgroup.procs ] && v2=crun
	conf '[engine]'
	is "$(other .configured)" "\"$v2\"" "S6: chosen by the cgroups"
	conf '[engine]' 'runtime = "one"' '[engine.runtimes]' \
	    "one = [\"$T/bin/good\"]"
	is "$(other .configured)" '"one"'
	conf '[engine]' "runtime = \"$T/bin/good\""
	is "$(other .configured)" '"good"' "a path is known by its base name"
	is "$(found good)$(found "$T/bin/good")" "\"$T/bin/good\""
	conf '[engine]' 'runtime = "nosuch"'
	[[ $(other .error) == *'default OCI runtime \"nosuch\" not found: invalid argument'* ]]
	# A command that does more than look refuses it, as the option.
	fails 125 bhc run --rm --network none localhost/busybox true
	[[ $err == *"Error: $T/conf:2: default OCI runtime \"nosuch\" not found: invalid argument" ]]
	fails 125 bhc ps
	bhc config explain runtime >/dev/null 2>&1
	# None of them is what containers run with, which is said.
	conf '[engine]' "runtime = \"$T/bin/good\""
	bhc run --rm --network none localhost/busybox true 2>"$T/said"
	is "$(grep -cF "not supported, and ignored: engine.runtime = \"$T/bin/good\" ($T/conf:2)" \
	    "$T/said")" 1
	is "$(bhc info -f '{{.Host.OCIRuntime.Name}}' 2>/dev/null)" \
	    "bulkhead launch"
}
@test "S6 S38 S39: the default runtime, by name, by path, and unknown" {
	each default
}

@test "S40: without runc everything works" {
	WHO=user
	conf '[engine]' 'runtime = "launch"' '[engine.runtimes]' \
	    "runc = [\"$T/bin/none\"]"
	is "$(other .configured)" '"bulkhead launch"'
	as_user env CONTAINERS_CONF="$T/conf" PATH="$T/bin" "$BH" run --rm \
	    --network none localhost/busybox true
	conf '[engine.runtimes]' "runc = [\"$T/bin/none\"]"
	as_user env CONTAINERS_CONF="$T/conf" PATH="$T/bin" "$BH" run --rm \
	    --network none localhost/busybox true
}

option() {
	local r
	is "$(bh --runtime launch run --rm --network none localhost/busybox \
	    echo works)" works
	is "$(bh run --runtime launch --rm --network none localhost/busybox \
	    echo works)" works
	for r in run create; do
		fails 125 bh --runtime nosuch $r localhost/busybox true
		is "$err" 'Error: default OCI runtime "nosuch" not found: invalid argument'
		fails 125 bh --runtime /no/such $r localhost/busybox true
		is "$err" 'Error: no valid executable found for OCI runtime /no/such: invalid argument'
		fails 125 bh --runtime "$T/bin/good" $r localhost/busybox true
		[[ $err == "Error: running containers with the OCI runtime good is not supported by bulkhead yet"* ]]
	done
	fails 125 bh --runtime nosuch ps
	fails 125 bh --runtime nosuch info
	bh --runtime "$T/bin/good" ps >/dev/null
	is "$(bh --runtime "$T/bin/good" info \
	    -f '{{.Host.OtherRuntimes.Configured}}')" good
	is "$(bh ps -a -q)" ""
}
@test "S38: --runtime is looked up, and only bulkhead's own runs anything" {
	each option
}

monitor() {
	local c='{{.Host.Conmon.Path}} {{.Host.Conmon.Version}}'
	conf '[engine]' \
	    "conmon_path = [\"$T/bin/none\", \"$T/bin/adirectory\", \"$T/bin/mute\", \"$T/bin/old\", \"$T/bin/conmon\"]"
	is "$(bhc info -f "$c")" "$T/bin/conmon conmon version 2.0.1"
	conf '[engine]' "conmon_path = [\"$T/bin/old\"]"
	# Then the one on PATH, if there is one.
	if command -v conmon >/dev/null; then
		is "$(bhc info -f '{{.Host.Conmon.Path}}')" \
		    "$(command -v conmon)"
	fi
	is "$(bh --conmon "$T/bin/conmon" info -f "$c")" \
	    "$T/bin/conmon conmon version 2.0.1"
	# It is not what watches our containers.
	[[ $(bhc info -f '{{.Host.Monitor.Path}}') == */libexec/bulkhead/monitor ]]
}
@test "S34: the first monitor that is at least 2.0.1, then PATH" {
	each monitor
}

@test "S34 S101: a monitor that is too old is called that" {
	WHO=root
	conf '[engine]' "conmon_path = [\"$T/bin/old\"]"
	[[ $(PATH=$T/bin/none bhc info -f '{{.Host.Conmon.Error}}') == \
	    "$T/bin/old is not conmon 2.0.1 or later"*"outdated conmon version" ]]
	conf '[engine]' "conmon_path = [\"$T/bin/none\"]"
	[[ $(PATH=$T/bin/none bhc info -f '{{.Host.Conmon.Error}}') == \
	    "could not find a working conmon binary: invalid argument"* ]]
}

@test "S34: a monitor that never answers is given up" {
	WHO=user
	conf '[engine]' "conmon_path = [\"$T/bin/hangs\", \"$T/bin/conmon\"]"
	is "$(bhc info -f '{{.Host.Conmon.Path}}')" "$T/bin/conmon"
	not pgrep -u "$BH_USER" -f 'sleep 1000'
}

# A program that has the terminal can type into the shell of who ran `info`.
asked_on_terminal() {
	local out
	cat >"$T/bin/terminal" <<-'EOF'
	#!/bin/sh
	(: </dev/tty) 2>/dev/null && echo conmon version 9.9.9 has a terminal
	echo conmon version 2.1.1
	EOF
	chmod 755 "$T/bin/terminal"
	out=$(script -qec "$(declare -f root user as_user bh); WHO=$WHO
	    BH=$BH T=$T BH_USER=$BH_USER
	    tty >/dev/null && : </dev/tty && bh --conmon $T/bin/terminal \
	    info -f '{{.Host.Conmon.Version}}'" /dev/null </dev/null | tr -d '\r')
	is "$out" "conmon version 2.1.1"
}
@test "info: the programs that it asks have no terminal" {
	SHELL=/bin/bash each asked_on_terminal
}

times() { [ -e "$T/log/$1" ] && wc -l <"$T/log/$1" || echo 0; }

lazily() {
	local n=$WHO
	program "lazy$n" 'crun version 1.2.3'
	program "lazycon$n" 'conmon version 2.2.2'
	conf '[engine]' "conmon_path = [\"$T/bin/lazycon$n\"]" \
	    'runtime = "lazy"' \
	    '[engine.runtimes]' "lazy = [\"$T/bin/lazy$n\"]" \
	    "absent = [\"$T/bin/none\"]"
	# Nothing of this is any other command's business, but for saying that
	# neither is used.
	said() { "$@" 2>&1 >/dev/null | grep -v '^Warning: not supported'; }
	is "$(said bhc run --rm --network none localhost/busybox true)" ""
	bhc create --name lazy --network none localhost/busybox true >/dev/null
	bhc start lazy >/dev/null
	bhc ps -a >/dev/null
	bhc images >/dev/null
	bhc inspect lazy >/dev/null
	bhc rm -f -t 0 lazy >/dev/null
	is "$(times "lazy$n") $(times "lazycon$n")" "0 0"
	# Asked once, for its version and nothing else, with no warning.
	is "$(said bhc info)" ""
	is "$(cat "$T/log/lazy$n")" --version
	bhc info >/dev/null
	is "$(bhc info -f '{{(index .Host.OtherRuntimes.Found 0).Name}}' |
	    wc -l)" 1
	is "$(times "lazy$n") $(times "lazycon$n")" "1 1" "remembered"
	is "$(other '.found[] | select(.name == "absent")')" ""
	# Another file is another answer.
	program "lazy$n" 'crun version 1.2.4'
	is "$(other '.found[] | select(.name == "lazy") | .version')" \
	    '"crun version 1.2.4"'
	is "$(times "lazy$n") $(times "lazycon$n")" "2 1" "asked again"
}
@test "S36 X12 X13: programs are asked when info is, once, without warnings" {
	each lazily
}
