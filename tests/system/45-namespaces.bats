# Namespaces of the state: they hide objects, and what protects an object that
# is hidden stays.

load lib

setup() { have_busybox; }

teardown() {
	local who
	for who in root user; do
		"$who" rm -f -a -t 0 >/dev/null 2>&1 || true
		"$who" pod rm -f -a -t 0 >/dev/null 2>&1 || true
		"$who" volume rm -f -a >/dev/null 2>&1 || true
	done
	rm -rf "$T/user/.config"
}

in_red() { bh --namespace red "$@"; }
in_blue() { bh --namespace blue "$@"; }
# One container of each.
red_and_blue() {
	in_red create --name r1 --network none localhost/busybox true >/dev/null
	in_blue create --name b1 --network none localhost/busybox true >/dev/null
	red=$(in_red inspect --type container -f '{{.Id}}' r1)
}

image_used() {
	local what
	red_and_blue
	# podman's list is another guard, and not meant here.
	find "$T" -name containers.json -delete
	for what in '' -f; do
		fails 2 in_blue rmi $what localhost/busybox
		[[ $err == *"image used by $red in namespace \"red\": image is in use by a container" ]] ||
		    { echo "# $err"; return 1; }
	done
	# Nothing was done before it was refused.
	is "$(in_blue ps -a --format '{{.Names}}')" b1
	fails 2 in_blue rmi -f -a
	is "$(bh images -q | wc -l)" 1
	in_red start r1 >/dev/null
	is "$(in_red wait r1)" 0
}
@test "S59: rmi in a namespace refuses an image that a container of another uses" { each image_used; }

pod_and_volume() {
	bh --namespace red volume create rv >/dev/null
	bh --namespace red pod create --infra=false --name rp >/dev/null
	for kind in volume pod; do
		code=0
		in_blue $kind exists r${kind:0:1} >"$T/out" 2>&1 || code=$?
		is "$code" 1 "$kind exists"
		not grep Error "$T/out"
		in_red $kind exists r${kind:0:1}
	done
	fails 125 in_blue volume rm -f rv
	[[ $err == *'part of namespace "red"'*'target is in a different namespace'* ]]
	fails 125 in_blue pod rm -f rp
	is "$(in_blue volume prune -f)" ""
	is "$(in_blue pod rm -f -a)$(in_blue volume rm -f -a)" ""
	is "$(bh volume ls -q) $(bh pod ps --format '{{.Name}}')" "rv rp"
	# One that has members in no namespace is not removed around them.
	bh create --name plain --pod rp -v rv:/v --network none localhost/busybox true >/dev/null
	fails 125 in_red pod rm -f rp
	fails 125 in_red volume rm -f rv
	bh inspect --type container plain >/dev/null
	bh pod exists rp
	bh volume exists rv
}
@test "S59: pods and volumes of another namespace are neither seen nor removed" { each pod_and_volume; }

follow() {
	local since
	since=$(date +%s.%N)
	red_and_blue
	in_red create --name r2 -v rv:/v --network none localhost/busybox true >/dev/null
	in_red rm r2 >/dev/null
	fails 125 in_blue history r1
	[[ $err == *"container $red as it is part of namespace \"red\" and we are in namespace \"blue\": target is in a different namespace" ]] ||
	    { echo "# $err"; return 1; }
	# Also of what has been removed.
	fails 125 in_blue history r2
	is "$(in_red history --format '{{.Events}}' r2 | tr '\n' ' ')" " create remove "
	is "$(bh history --format '{{.Events}}' r1 | tr -d '\n')" create
	is "$(in_blue history --format '{{.Events}}' b1 | tr -d '\n')" create
	is "$(in_blue events --stream=false --since "$since" --format '{{.Type}} {{.Name}} {{.Status}}' | tr '\n' ';')" \
	    "container b1 create;"
	is "$(in_red events --stream=false --since "$since" --format '{{.Type}} {{.Name}} {{.Status}}' | tr '\n' ';')" \
	    "container r1 create;volume rv create;container r2 create;container r2 remove;"
	is "$(bh events --stream=false --since "$since" --format '{{.Name}}' | grep -c .)" 5
	# An image belongs to all.
	bh load -q -i "$BH_FIXTURES/busybox.docker.tar" >/dev/null
	in_blue events --stream=false --since "$since" --filter type=image | grep -q loadfromarchive
	# A container keeps its namespace, whichever command acts on it.
	bh start r1 >/dev/null; bh wait r1 >/dev/null
	is "$(in_blue events --stream=false --since "$since" --filter container=r1)" ""
	in_red events --stream=false --since "$since" --filter container=r1 | grep -q start
}
@test "S59: history and events follow the namespace" { each follow; }

locks_follow() {
	red_and_blue
	in_red volume create rv >/dev/null
	is "$(in_red system locks -a --format '{{.Kind}} {{.Name}}' | sort | tr '\n' ' ')" "container r1 volume rv "
	is "$(in_blue system locks -a --format '{{.Kind}} {{.Name}}')" "container b1"
	is "$(bh system locks -a --format '{{.Name}}' | sort | tr '\n' ' ')" "b1 r1 rv "
	# All objects have numbers of their own, whoever gives them.
	in_blue rm b1 >/dev/null
	in_blue create --name b2 --network none localhost/busybox true >/dev/null
	is "$(in_blue system renumber | grep -c r1)" 0
	is "$(bh system locks -a --format '{{.ID}}' | sort -u | tr '\n' ' ')" "0 1 2 "
}
@test "S59 S47: locks are shown of the own namespace, and numbered for all" { each locks_follow; }

boundary() {
	in_red run -d --name rr --network none localhost/busybox sleep 1000 >/dev/null
	in_blue run -d --name bb --network none localhost/busybox sleep 1000 >/dev/null
	fails 125 in_blue system shutdown
	[[ $err == *"2 containers are still running (bb, rr)"* ]] || { echo "# $err"; return 1; }
	fails 125 in_blue system shutdown --force -t 0
	[[ $err == *"1 container is still running in other namespaces (rr); stop it:"* ]] ||
	    { echo "# $err"; return 1; }
	is "$(bh ps --format '{{.Names}}')" rr
	is "$(in_blue stop -a)$(in_blue rm -f -t 0 -a | wc -l)" 1
	is "$(bh ps --format '{{.Names}}')" rr
}
@test "S59 S90: shutdown in a namespace neither stops nor overlooks what runs in others" { each boundary; }

# What a lost run directory took with it is put back into its namespace.
lost_run() {
	in_red run -d --rm --name gone --network none localhost/busybox sleep 1000 >/dev/null
	[ -e "$T/xdg/bulkhead/boot.journal" ]
	rm -rf "$T/xdg/bulkhead"
	is "$(in_blue ps --format '{{.Names}}')" "" "seen in blue"
	is "$(in_red ps --format '{{.Names}}')" gone
	in_red rm -f -t 0 gone >/dev/null
}
@test "S59 D8: a container that a lost run directory took is put back into its namespace" {
	WHO=user lost_run
}
