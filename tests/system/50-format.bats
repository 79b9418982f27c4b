# --format, filters, columns: as podman has them.

load lib

setup() { have_busybox; }

# Templates whose outcome does not depend on whose version it is: what podman
# prints (or its error message) is the expected text.
@test "format: templates give what podman's give" {
	command -v podman >/dev/null || skip "no podman"
	local line want got bad=0
	while IFS= read -r line; do
		# podman's own quirks, and where the value itself differs.
		case $line in
		*raw*|*'#q'*|*'{{and}}'*|*'.Client.Foo'*|*'.Client.Os.Foo'*|\
		*'.Client.Os 1'*|*template*|*'.Client . '*|*'len .Client}'*|\
		*'range .Client}'*|*.Version*) continue ;;
		esac
		want=$(podman version --format "$line" 2>&1 |
		    grep -v 'CNI config'; echo .)
		got=$("$BH" version --format "$line" 2>&1; echo .)
		[ "$got" = "$want" ] && continue
		printf '# %s\n#  podman: %s\n#  ours:   %s\n' "$line" \
		    "$want" "$got"
		bad=$((bad + 1))
	done < "$BATS_TEST_DIRNAME/../gotmpl/templates"
	is "$bad" 0
}

listing() {
	local id
	id=$(bh create --name one --label a=1 --label b=2 --network none \
	    localhost/busybox sh -c 'echo a very long command')
	bh run --name two --network none localhost/busybox sh -c 'exit 3' ||
	    true
	[[ $(bh ps -a | head -1 | tr -s ' ') == \
	    "CONTAINER ID IMAGE COMMAND CREATED STATUS PORTS NAMES" ]]
	is "$(bh ps -a --format '{{.Names}} {{.State}}')" \
	    $'one created\ntwo exited'
	is "$(bh ps -aq | head -1)" "${id:0:12}"
	is "$(bh ps -aq --no-trunc | head -1)" "$id"
	is "$(bh ps -q)" ""
	is "$(bh ps -a --filter label=a --format '{{.Labels.b}}')" 2
	is "$(bh ps -a --filter label!=a --format '{{.Names}}')" two
	is "$(bh ps -a --filter status=exited --format '{{.ExitCode}}')" 3
	is "$(bh ps -a --filter exited=3 --filter name=tw -q | wc -l)" 1
	is "$(bh ps -l --format '{{.Names}}')" two
	is "$(bh ps -n 1 --format '{{.Names}}')" two
	is "$(bh ps -a --sort names --noheading --format 'table {{.Names}}' |
	    tr '\n' ' ')" "one two "
	is "$(bh ps -a --format json | jq -r '.[].Names[0]' | tr '\n' ' ')" \
	    "one two "
	is "$(bh ps -a --format '{{range .}}{{.Names}};{{end}}')" "one;two;"
	is "$(bh ps -a --filter name=one --format '{{.Command}}')" \
	    "sh -c echo a very..."
	[[ $(bh ps -a) == *"Exited (3)"*ago* ]]
	fails 125 bh ps --filter nope=1
	is "$err" "Error: nope is an invalid filter"
	fails 125 bh ps --filter status=nope
	fails 125 bh ps -a --format '{{.Nope}}'
	[[ $err == *"can't evaluate field Nope in type containers.psReporter" ]]
	fails 125 bh ps --format '{{.ID'
	bh rm one two >/dev/null
}
@test "ps: columns, filters, templates" { each listing; }

inspection() {
	bh create --name one -e A=b -v /tmp:/t:ro --tmpfs /x -u 5:6 \
	    --cap-add net_admin --cap-drop chown --label k=v --network none \
	    localhost/busybox true >/dev/null
	is "$(bh inspect -f '{{.Name}} {{.State.Status}} {{.Config.User}}' \
	    one)" "one created 5:6"
	is "$(bh inspect -f '{{.Config.Labels.k}} {{.HostConfig.CapAdd}}' \
	    one)" "v [CAP_NET_ADMIN]"
	is "$(bh inspect one | jq -r '.[0].Mounts[0].Destination,
	    .[0].Mounts[0].RW, .[0].HostConfig.CapDrop[0]' | tr '\n' ' ')" \
	    "/t false CAP_CHOWN "
	is "$(bh inspect --type image localhost/busybox | jq length)" 1
	is "$(bh inspect --format "" one | jq length)" 1
	is "$(bh inspect --format table one | jq length)" 1
	is "$(bh image inspect -f '{{.RepoTags}}' localhost/busybox)" \
	    "[localhost/busybox:latest]"
	fails 125 bh inspect nosuchthing
	is "$err" 'Error: inspecting object: no such object: "nosuchthing"'
	fails 125 bh container inspect nosuchthing
	bh rm one >/dev/null
}
@test "inspect: containers and images" { each inspection; }

pictures() {
	local id
	id=$(bh images -q --no-trunc localhost/busybox)
	is "$(bh images --format '{{.Repository}}:{{.Tag}} {{.Id}}' busybox)" \
	    "localhost/busybox:latest ${id#sha256:}"
	is "$(bh images --format json | jq -r '.[0].Names[0]')" \
	    localhost/busybox:latest
	is "$(bh images --filter reference='busy*' -q | wc -l)" 1
	is "$(bh images --filter dangling=true -q | wc -l)" 0
	[[ $(bh images --digests) == *DIGEST*sha256:* ]]
	fails 125 bh images --sort nope
	fails 125 bh images --filter nope=1
}
@test "images: columns, filters, templates" { each pictures; }

about() {
	[[ $(bh info) == *$'host:\n  arch: '*$'\nversion:'* ]]
	is "$(bh info -f '{{.Store.ContainerStore.Number}} {{.Host.OS}}')" \
	    "0 linux"
	bh info -f json | jq -e .store.graphRoot >/dev/null
}
@test "info: YAML, JSON, templates" { each about; }

# What a stranger wrote reaches a terminal only as text (SECURITY B11).
terminal() {
	local out
	bh create --name evil --label x=$'a\e[2Jb\302\233c' --network none \
	    localhost/busybox $'c\e]0;t\a' >/dev/null
	out=$(script -qec "$(declare -f root user as_user bh)
	    bh ps -a; bh ps -a --format '{{.Labels}}'; bh inspect evil
	    bh rm \$'nope\\e[31m'" /dev/null) || true
	[[ $out == *'c\x1b]0;t\x07'* && $out == *'a\x1b[2Jb\x9bc'* ]]
	[[ $out == *'nope\x1b[31m'* ]]
	not grep -q $'\e' <<<"$out"
	not grep -q $'\302\233' <<<"$out"
	bh rm evil >/dev/null
}
@test "terminals: names, labels and messages cannot drive one" {
	command -v script >/dev/null || skip "no script"
	export T BH WHO BH_USER
	SHELL=/bin/bash each terminal
}

@test "help: what podman says for the same mistakes" {
	fails 125 root nosuchcommand
	[[ $err == *'unrecognized command `bulkhead nosuchcommand`'* ]]
	fails 125 root build .
	[[ $err == *'not supported by bulkhead yet'* ]]
	fails 125 root run --memory 1g x
	is "$err" "Error: --memory is not supported by bulkhead yet"
	fails 125 root run -Z x
	is "$err" $'Error: unknown shorthand flag: \'Z\' in -Z\nSee \'bulkhead run --help\''
	fails 125 root ps extra
	is "$err" 'Error: `bulkhead ps` takes no arguments'
	fails 125 root stop
	is "$err" "Error: you must provide at least one name or id"
}

# Every option of podman's run is known: taken, or refused by its name.
@test "help: no option of podman's is unknown" {
	command -v podman >/dev/null || skip "no podman"
	local c o known
	for c in run create start stop kill rm wait logs ps inspect load \
	    import images rmi info version; do
		known=$("$BH" --dump-options |
		    awk -F'\t' -v c="$c" '$2 == c || $2 == "-" { print $3 }')
		for o in $(podman $c --help |
		    sed -n 's/^ *\(-[a-zA-Z],\)\? *--\([a-z0-9-]*\).*/\2/p'); do
			grep -qx -- "$o" <<<"$known" ||
			    { echo "# $c --$o"; return 1; }
		done
	done
}

@test "manual pages: made from the tables, and clean" {
	local out=$T/pages
	mkdir -p "$out"
	cd "$BATS_TEST_DIRNAME/../.."
	B=${BH%/bin/bulkhead} OUT=$out sh tools/pages.sh
	for p in "$out"/*.1; do
		cmp "$p" bin/bulkhead/*/"${p##*/}"
	done
	command -v mandoc >/dev/null || skip "no mandoc"
	mandoc -Tlint -Wwarning bin/bulkhead/*.1 bin/bulkhead/*/*.1 common/*.7 libexec/*/*.8
}
