# Volumes: what outlives containers, and what goes with them.

load lib
load traces

setup() {
	have_busybox
	have_image
}

teardown() {
	for WHO in root user; do
		bh rm -f -a -t 0 >/dev/null 2>&1 || true
		bh volume rm -a >/dev/null 2>&1 || true
	done
}

# localhost/vol: busybox with VOLUMEs; /data has contents, owner 7:8, mode 770.
have_image() {
	root images -q localhost/vol 2>/dev/null | grep -q . && return 0
	mkdir -p "$T/img/bin" "$T/img/data/sub" "$T/img/etc"
	cp "$(command -v busybox)" "$T/img/bin/busybox"
	ln -sf busybox "$T/img/bin/sh"
	echo from-image >"$T/img/data/file"
	echo deep >"$T/img/data/sub/deep"
	ln -sf file "$T/img/data/link"
	chown -R 7:8 "$T/img/data"; chmod 770 "$T/img/data"
	tar -C "$T/img" -cf "$T/vol.tar" .; chmod 644 "$T/vol.tar"
	for WHO in root user; do
		bh import -q -c 'VOLUME /data' -c 'VOLUME /own' \
		    -c 'CMD /bin/sh' "$T/vol.tar" localhost/vol >/dev/null
	done
}

# Run something of busybox in a container that goes.
box() {
	bh run --rm --network none "$@"
}

names() { bh volume ls -q | tr '\n' ' '; }

# The volumes' directory of the engine of $WHO, as root sees it.
place() {
	case $WHO in
	root)	echo "$T/root/storage/volumes/.bulkhead" ;;
	user)	echo "$T/user/.local/share/containers/storage/volumes/.bulkhead" ;;
	esac
}

commands() {
	is "$(bh volume ls)" "" "podman prints no heading above nothing"
	is "$(bh volume create one)" one
	fails 125 bh volume create one
	is "$err" "Error: volume with name one already exists: volume already exists"
	is "$(bh volume create --ignore one)" one
	is "$(bh volume create -l a=b -l c two)" two
	bh volume create | grep -qx '[0-9a-f]\{64\}'
	is "$(bh volume ls -q | wc -l)" 3
	is "$(bh volume ls --filter name=two | tail -1)" "local       two"
	is "$(bh volume ls --filter label=a -q)" two
	is "$(bh volume ls --filter label=a=x -q)" ""
	is "$(bh volume ls --filter label!=a --filter name=o -q)" one
	is "$(bh volume ls --filter name=one --format '{{.Name}} {{.Driver}} {{.Scope}} {{.Labels}}')" \
	    "one local local map[]"
	is "$(bh volume ls --format json | jq -r '.[] | select(.Name == "two") | .Labels.a')" b
	is "$(bh volume ls --noheading --filter name=one)" "local       one"
	is "$(bh volume inspect two | jq -r '.[0].Name, .[0].Driver, .[0].Labels.a, .[0].NeedsCopyUp' |
	    tr '\n' ' ')" "two local b true "
	is "$(bh volume inspect -f '{{.Mountpoint}}' one)" "$(place)/one/_data"
	[ -d "$(place)/one/_data" ]
	is "$(bh inspect one two | jq -r '.[].Name' | tr '\n' ' ')" "one two "
	is "$(bh inspect --type volume -f '{{.Driver}}' one)" local
	fails 125 bh inspect --type container one
	is "$(bh volume inspect -a -f '{{.Driver}}' | sort -u)" local
	bh volume exists one
	fails 1 bh volume exists on
	fails 125 bh volume ls --filter nope=1
	is "$err" 'Error: "nope" is an invalid volume filter'
	fails 125 bh volume ls -q --format x
	fails 125 bh volume inspect
	fails 125 bh volume rm
	is "$err" "Error: choose either one or more volumes or all"
	fails 125 bh volume create a/b
	[[ $err == *"names must match"* ]]
	is "$(bh volume rm tw)" two "the beginning of a name is enough"
	not [ -e "$(place)/two" ]
	is "$(bh volume rm -a | wc -l)" 2
	is "$(names)" ""
}
@test "volume create, ls, inspect, exists, rm: as podman has them" { each commands; }

# What is not there says so in podman's message, with podman's code.
missing() {
	fails 1 bh volume rm nope
	is "$err" 'Error: no volume with name "nope" found: no such volume'
	fails 125 bh volume inspect nope
	is "$err" "Error: inspecting object: no such volume nope"
	bh volume rm -f nope
	fails 1 bh rm nope
	is "$err" 'Error: no container with name or ID "nope" found: no such container'
	fails 1 bh pod rm nope
	is "$err" "Error: no pod with name or ID nope found: no such pod"
	fails 125 bh inspect ''
}
@test "S98: no such container, pod, volume" { each missing; }

# Removed between the list and its use: no error of the listing command.
vanishing() {
	local i pids=()
	for i in $(seq 12); do bh volume create "v$i" >/dev/null; done
	for i in 1 2 3; do
		bh volume prune -f >"$T/prune.$i" 2>&1 & pids+=($!)
		bh volume rm -a >"$T/rm.$i" 2>&1 & pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	not grep Error "$T"/prune.? "$T"/rm.?
	is "$(cat "$T"/prune.? "$T"/rm.? | sort -u | wc -l)" 12
	is "$(names)" ""
	is "$(ls "$(place)")" ""
}
@test "S99: volumes that vanish between listing and removing are no error" { each vanishing; }

filling() {
	is "$(box -v data:/data localhost/vol /bin/busybox ls -lan /data |
	    awk '{ print $1, $3, $4, $9 }' | tail -n +2 | grep -v '\.\.' | sort)" \
	    "$(printf '%s\n' '-rw-r--r-- 7 8 file' 'drwxr-xr-x 7 8 sub' \
	    'drwxrwx--- 7 8 .' 'lrwxrwxrwx 7 8 link' | sort)"
	box -v data:/data localhost/vol /bin/sh -c \
	    'echo more >/data/more; /bin/busybox rm /data/file'
	is "$(box -v data:/x localhost/vol /bin/sh -c 'cd /x; echo *')" \
	    "link more sub" "filled once, and never again"
	is "$(bh volume inspect -f '{{.NeedsCopyUp}}' data)" false
	is "$(box -v bare:/data:nocopy localhost/vol /bin/busybox stat -c '%u %g %a' /data)" \
	    "7 8 770" "nocopy: owner and mode all the same"
	is "$(box -v bare:/data localhost/vol /bin/sh -c 'cd /data; echo *')" '*'
	box -v plain:/elsewhere --user 5:6 localhost/vol /bin/sh -c \
	    'echo x >/elsewhere/y'
	is "$(box -v plain:/p localhost/vol /bin/busybox stat -c '%u %g' /p/y)" \
	    "5 6" "what the image lacks belongs to the container's user"
	not box -v plain:/p:ro localhost/vol /bin/busybox touch /p/z
	is "$(box --mount type=volume,src=plain,dst=/p,ro localhost/vol \
	    /bin/sh -c 'cd /p; echo *')" y
	# Files that were put there first stay.
	bh volume create first >/dev/null
	box -v first:/elsewhere localhost/vol /bin/busybox touch /elsewhere/mine
	is "$(box -v first:/data localhost/vol /bin/sh -c 'cd /data; echo *')" mine
}
@test "a volume's first use fills it with what the image has there" { each filling; }

# A command was killed while it filled a volume: the next one starts anew.
cut_short() {
	bh volume create half >/dev/null
	box -v half:/nowhere localhost/vol /bin/sh -c \
	    'echo hal >/nowhere/file; /bin/busybox mkdir /nowhere/sub'
	: >"$(place)/half/filling"
	if [ $WHO = user ]; then
		chown "$BH_USER:" "$(place)/half/filling"
	fi
	is "$(box -v half:/data localhost/vol /bin/busybox cat /data/file \
	    /data/sub/deep | tr '\n' ' ')" "from-image deep "
	not [ -e "$(place)/half/filling" ]
}
@test "a volume that was being filled when the power went is filled anew" { each cut_short; }

# Two first users at once: one fills it, the other finds it filled.
at_once() {
	local i pids=()
	for i in 1 2 3 4; do
		box -v many:/data localhost/vol /bin/busybox cat \
		    /data/sub/deep >"$T/got.$i" & pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	is "$(cat "$T"/got.? | sort | uniq -c | tr -s ' ')" " 4 deep"
	is "$(bh volume inspect -f '{{.Name}}' many)" many
}
@test "a volume's first users may come at once" { each at_once; }

ownership() {
	local uid
	box -v own:/v localhost/vol /bin/sh -c \
	    'echo 0 >/v/zero; echo 5 >/v/five; /bin/busybox chown 5:5 /v/five'
	case $WHO in
	root)	is "$(stat -c %u "$(place)/own/_data/zero")" 0
		is "$(stat -c %u "$(place)/own/_data/five")" 5 ;;
	user)	is "$(stat -c %U "$(place)/own/_data/zero")" "$BH_USER"
		uid=$(awk -F: -v u="$BH_USER" '$1 == u { print $2 + 4; exit }' \
		    /etc/subuid)
		is "$(stat -c %u "$(place)/own/_data/five")" "$uid" ;;
	esac
	# Two containers at the same time see it with the same ids.
	bh run -d --name a -v own:/v localhost/vol /bin/busybox sleep 100 >/dev/null
	is "$(box -v own:/w localhost/vol /bin/busybox stat -c %u /w/zero /w/five |
	    tr '\n' ' ')" "0 5 "
	is "$(bh inspect -f '{{range .Mounts}}{{.Type}} {{.Name}} {{.Destination}} {{.Driver}} {{.RW}};{{end}}' a |
	    grep -o 'volume own /v local true')" "volume own /v local true"
	# Files of mapped ids go, too.
	bh rm -f -t 0 a >/dev/null
	bh volume rm own
	not [ -e "$(place)/own" ]
	until_true 10 eval '[ -z "$(ls "$(place)/../../bulkhead/.trash")" ]'
}
@test "what a container writes to a volume belongs to its user" { each ownership; }

own_ones() {
	box -v /anon localhost/vol /bin/sh -c 'echo x >/anon/f; echo y >/own/f'
	is "$(names)" "" "--rm: its own go with it"
	bh run --name stays -v /anon localhost/vol /bin/busybox true
	is "$(names | wc -w)" 3 "/anon, and /data and /own of the image"
	bh rm stays
	is "$(names | wc -w)" 3 "rm: they stay"
	bh volume prune -f | grep -c . | grep -qx 3
	bh create --name goes -v /anon -v kept:/k localhost/vol >/dev/null
	is "$(names | wc -w)" 4
	bh rm -v goes
	is "$(names)" "kept " "rm -v: they go, and what has a name stays"
	# Whoever else uses one keeps it.
	bh create --name first -v /anon localhost/busybox true >/dev/null
	bh create --name second -v "$(names | tr ' ' '\n' | grep -v kept):/there" \
	    localhost/busybox true >/dev/null
	bh rm -v first
	is "$(names | wc -w)" 2
	bh rm -v second
	is "$(names | wc -w)" 2 "it was not this one's own"
	bh run --rm -v data:/data -v /own -v a:/b:exec --tmpfs /c localhost/vol \
	    /bin/busybox true
	is "$(names | wc -w)" 4 "what is said of a place overrules the image"
	is "$(bh run --rm -v twice:/one -v twice:/two localhost/busybox sh -c \
	    'echo both >/one/f; cat /two/f')" both "one volume at two places"
	bh volume rm twice >/dev/null
	fails 125 bh run --rm -v a:/same -v b:/same localhost/busybox true
	is "$err" "Error: /same: duplicate mount destination"
	fails 125 bh run --rm -v a/b:/c localhost/busybox true
	[[ $err == *"names must match"* ]]
	is "$(names | wc -w)" 4 "a command that fails makes nothing"
}
@test "anonymous volumes, and those of images, go with --rm and rm -v" { each own_ones; }

in_use() {
	local id
	id=$(bh create --name user1 -v used:/u localhost/busybox true)
	[ -d "$(place)/used/_data" ]
	fails 2 bh volume rm used
	is "$err" "Error: volume used is being used by the following container(s): $id: volume is being used"
	is "$(bh volume ls --filter dangling=false -q)" used
	bh volume create free >/dev/null
	is "$(bh volume ls --filter dangling=true -q)" free
	is "$(bh ps -a --filter volume=used --format '{{.Names}} {{.Mounts}}')" \
	    "user1 [/u]"
	is "$(echo n | bh volume prune | tail -1)" \
	    "Are you sure you want to continue? [y/N] "
	is "$(bh volume prune -f)" free
	is "$(bh volume rm -f used)" used
	is "$(bh ps -aq)" "" "by force its containers go first"
	is "$(names)" ""
}
@test "a volume in use is refused, naming who uses it; rm -f, prune" { each in_use; }

options() {
	install -d -o "$BH_USER" "$T/dir.$WHO"
	echo here >"$T/dir.$WHO/file"; chmod 644 "$T/dir.$WHO/file"
	bh volume create -o type=none -o o=bind,ro -o device="$T/dir.$WHO" dev
	is "$(box -v dev:/d localhost/vol /bin/busybox cat /d/file)" here
	not box -v dev:/d localhost/vol /bin/busybox touch /d/x
	bh run --name again -v dev:/d localhost/busybox cat /d/file
	is "$(bh start -a again)" here
	bh rm again
	bh volume rm dev
	[ -e "$T/dir.$WHO/file" ]
	fails 125 bh volume create -o type=tmpfs -o device=tmpfs t
	[[ $err == *"type tmpfs are not supported by bulkhead yet"* ]]
	fails 125 bh volume create -o type=ext4 -o device=/dev/vda t
	[[ $err == *"takes a privilege"* ]]
	fails 125 bh volume create -o nope=1 t
	is "$err" "Error: invalid mount option nope for driver 'local': invalid argument"
	fails 125 bh volume create -d nope t
	is "$(names)" ""
}
@test "volume create --opt: directories of the host; the rest is refused by name" { each options; }

# Killed at any moment: it is there whole, or it goes at the next command.
killed() {
	local i pid
	for i in $(seq 15); do
		box -v k:/data localhost/vol /bin/busybox touch /data/old
		bh volume rm k >/dev/null 2>&1 &
		pid=$!
		sleep "0.0$((RANDOM % 9))"
		pkill -KILL -P "$pid" 2>/dev/null || true
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
		if bh volume exists k; then
			[ -e "$(place)/k/_data/old" ]
		else
			bh volume create k >/dev/null
			not [ -e "$(place)/k/_data/old" ]
			[ -d "$(place)/k/_data" ]
		fi
		bh volume rm k >/dev/null
	done
	is "$(names)" ""
}
@test "volume rm killed at any moment is finished by the next command" { each killed; }

# Another boot: another boot ID, bound over the kernel's.
another_boot() {
	local argv
	[ -e "$T/boot" ] || echo 00000000-0000-4000-8000-000000000002 >"$T/boot"
	chmod 644 "$T/boot"
	mapfile -t argv < <(engine)
	unshare -m sh -c 'mount --bind "$1" /proc/sys/kernel/random/boot_id &&
	    shift && exec "$@"' sh "$T/boot" "${argv[@]}" "$@"
}

# The lock that a volume was made with is its own again after a boot.
refreshed() {
	local was
	bh volume create first >/dev/null
	bh volume create second >/dev/null
	bh volume rm first >/dev/null
	was=$(bh system locks -a --format '{{.Id}} {{.Lock}}' | grep vol:second)
	[ -n "$was" ]
	case $WHO in
	root)	rm -rf "$T/root/run/bulkhead/locks" ;;
	user)	rm -rf "$T/xdg/bulkhead/locks" ;;
	esac
	another_boot refresh --apply
	is "$(another_boot system locks -a --format '{{.Id}} {{.Lock}}' |
	    grep vol:)" "$was"
	is "$(another_boot volume inspect -f '{{.Name}}' second)" second
	another_boot volume rm second
}
@test "S86: a volume has its lock again after a boot" { each refreshed; }

# Its directory cannot be removed, a mount being there; in the next boot it can.
half_removed() {
	local argv
	bh volume create half >/dev/null
	mapfile -t argv < <(engine)
	not unshare -m sh -c 'mount --bind "$1" "$1" && shift &&
	    exec "$@"' sh "$(place)/half" "${argv[@]}" volume rm half
	[ -d "$(place)/half" ]
	another_boot refresh --apply
	[ ! -e "$(place)/half" ]
	is "$(another_boot volume ls -q)" ""
}
@test "S86: a volume that was half removed goes in the next boot" {
	each half_removed
}

# A container that was to go at its end was cut short: its volumes go.
left_over() {
	bh run -d --rm --name gone -v /anon -v keep:/k --network none \
	    localhost/busybox sh -c "sleep 1000; : mark-$WHO-$T" >/dev/null
	is "$(names | wc -w)" 2
	WHO=$WHO crash
	another_boot refresh --apply
	is "$(another_boot volume ls -q)" keep
	is "$(ls "$(place)")" keep
}
# The power fails: everything of $WHO is gone at once, nothing is cleaned up.
crash() {
	while :; do
		set -- $(processes | cut -d' ' -f1)
		[ $# -gt 0 ] || return 0
		kill -KILL "$@" 2>/dev/null || true
		sleep 0.05
	done
}
@test "volumes of a container that was to go at its end do not outlive the boot" { each left_over; }
