# Pods as records: what belongs together.

load lib

setup() { have_busybox; }

teardown() {
	for WHO in root user; do
		bh pod rm -f -a -t 0 >/dev/null 2>&1 || true
		bh rm -f -a -t 0 >/dev/null 2>&1 || true
	done
}

commands() {
	local id
	fails 125 bh pod create duo
	is "$err" "Error: pods with an infra container are not supported by bulkhead yet: give --infra=false"
	id=$(bh pod create --infra=false --label a=b --label c duo)
	[[ $id =~ ^[0-9a-f]{64}$ ]]
	bh pod create --infra=false >/dev/null
	fails 125 bh pod create --infra=false duo
	[[ $err == *"adding pod to state: the pod name \"duo\" is already in use by $id"* ]]
	is "$(bh pod ps --filter name=duo | tr -s ' ' | cut -d' ' -f-3 | tail -1)" \
	    "${id:0:12} duo Created"
	is "$(bh pod ps | head -1 | tr -s ' ')" \
	    "POD ID NAME STATUS CREATED INFRA ID # OF CONTAINERS"
	is "$(bh pod ls -q | wc -l)" 2
	is "$(bh pod ps --filter label=a -q)" "$id"
	is "$(bh pod ps --filter label=a=x -q)" ""
	is "$(bh pod ps --filter name=duo --format '{{.Name}} {{.Status}} {{.NumberOfContainers}} {{.Labels}}')" \
	    "duo Created 0 map[a:b c:]"
	is "$(bh pod ps --format json | jq -r '.[] | select(.Name == "duo") | .Id')" "$id"
	is "$(bh pod inspect duo | jq -r '.Id, .State, .NumContainers, .Labels.a' |
	    tr '\n' ' ')" "$id Created 0 b "
	is "$(bh pod inspect -f '{{.Name}}' "${id:0:10}")" duo
	is "$(bh inspect duo | jq -r '.[0].Id')" "$id"
	is "$(bh inspect --type pod -f '{{.State}}' duo)" Created
	fails 125 bh inspect --type image duo
	bh pod exists duo
	bh pod exists "${id:0:12}"
	fails 1 bh pod exists nope
	fails 125 bh pod ps --filter nope=1
	is "$err" "Error: nope is an invalid filter"
	fails 125 bh pod ps --sort nope
	fails 125 bh pod create --infra=false --share net x
	is "$err" "Error: cannot set share(net) namespaces without an infra container"
	fails 125 bh pod create --infra=false --hostname x
	is "$err" "Error: --hostname is not supported by bulkhead yet"
	fails 125 bh pod create --infra=false --name x y
	fails 125 bh pod create --infra=false a/b
	fails 125 bh pod rm
	fails 125 bh pod inspect nope
	is "$err" "Error: inspecting object: no such pod nope"
	bh pod create --infra=false --replace --name duo \
	    --pod-id-file "$T/idfile.$WHO" >/dev/null 2>&1 || [ $WHO = user ]
	[ $WHO = user ] || bh pod rm --pod-id-file "$T/idfile.$WHO"
	is "$(bh pod rm -a | wc -l)" "$([ $WHO = user ] && echo 2 || echo 1)"
	is "$(bh pod ps -q)" ""
}
@test "pod create, ps, inspect, exists, rm: as podman has them" { each commands; }

names() {
	local id
	id=$(bh pod create --infra=false both)
	fails 125 bh create --name both localhost/busybox true
	[[ $err == *"\"both\" is already in use by pod $id"* ]]
	bh create --name one localhost/busybox true >/dev/null
	fails 125 bh pod create --infra=false one
	[[ $err == *"\"one\" is already in use by container"* ]]
	fails 1 bh rm both
	is "$err" 'Error: "both" is a pod, not a container: no such container'
	fails 125 bh start both
	[[ $err == *"is a pod"* ]]
	fails 1 bh pod rm one
	is "$err" "Error: one is a container, not a pod: no such pod"
	# Many at once want one name: one gets it, pod or container.
	local i pids=()
	for i in 1 2 3 4; do
		bh pod create --infra=false race >"$T/race.$i" 2>/dev/null & pids+=($!)
		bh create --name race localhost/busybox true \
		    >"$T/race.c$i" 2>/dev/null & pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i" || true; done
	is "$(cat "$T"/race.* | wc -l)" 1
}
@test "S60 S94: containers and pods share their names" { each names; }

members() {
	local pod c1
	pod=$(bh pod create --infra=false duo)
	c1=$(bh create --pod duo --name c1 localhost/busybox true)
	bh run -d --pod "${pod:0:12}" --name c2 --network none localhost/busybox \
	    sleep 100 >/dev/null
	fails 125 bh create --pod nope localhost/busybox true
	is "$err" "Error: no pod with name or ID nope found: no such pod"
	is "$(bh ps -a --pod --filter name=c1 --format '{{.Pod}} {{.PodName}}')" \
	    "${pod:0:12} duo"
	is "$(bh ps -ap --noheading --filter name=c1 | awk '{ print $(NF-1), $NF }')" \
	    "${pod:0:12} duo"
	is "$(bh ps -a --filter pod=duo --format '{{.Names}}' | tr '\n' ' ')" "c1 c2 "
	is "$(bh inspect -f '{{.Pod}}' c1)" "$pod"
	is "$(bh pod ps --format '{{.Name}} {{.Status}} {{.NumberOfContainers}}')" \
	    "duo Degraded 2"
	is "$(bh pod ps --ctr-names --noheading | awk '{ print $NF }' | tr , '\n' | sort | tr '\n' ' ')" \
	    "c1 c2 "
	is "$(bh pod ps --filter ctr-names=c2 -q)" "$pod"
	is "$(bh pod ps --filter ctr-status=created -q)" "$pod"
	is "$(bh pod inspect duo | jq -r '.Containers[].Name' | sort | tr '\n' ' ')" \
	    "c1 c2 "
	fails 125 bh pod rm duo
	[[ $err == *"are running or paused"* || $err == *"running or paused containers cannot be removed without force"* ]]
	bh stop -t 0 c2 >/dev/null
	is "$(bh pod ps --format '{{.Status}}')" Stopped
	bh start c2 >/dev/null
	is "$(bh pod rm -f -t 0 duo)" "$pod"
	is "$(bh ps -aq)" ""
	pod=$(bh pod create --infra=false duo)
	bh create --pod duo --rm localhost/busybox true >/dev/null
	is "$(bh pod rm duo)" "$pod" "what does not run goes without force"
	is "$(bh ps -aq)" ""
	bh run --rm --pod "$(bh pod create --infra=false alone)" --network none \
	    localhost/busybox true
	is "$(bh pod ps --format '{{.NumberOfContainers}}')" 0
}
@test "containers join a pod, and go with it" { each members; }

vanishing() {
	local i pids=()
	for i in $(seq 8); do bh pod create --infra=false "p$i" >/dev/null; done
	for i in 1 2 3; do
		bh pod rm -a >"$T/rm.$i" 2>&1 & pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	not grep Error "$T"/rm.?
	is "$(cat "$T"/rm.? | sort | uniq -d)" ""
	is "$(bh pod ps -q)" ""
}
@test "S99: pods that vanish between listing and removing are no error" { each vanishing; }

# Whatever is killed in between: nothing wrong, nothing left, no lock lost.
one_of() {
	case $((RANDOM % 9)) in
	0)	bh volume create "v$((RANDOM % 3))" ;;
	1)	bh volume rm -f "v$((RANDOM % 3))" ;;
	2)	bh run --rm --network none -v "v$((RANDOM % 3)):/x" -v /y \
		    localhost/busybox touch /x/a ;;
	3)	bh volume prune -f ;;
	4)	bh create --pod "p$((RANDOM % 2))" -v "v$((RANDOM % 3)):/x" \
		    -v /z localhost/busybox true ;;
	5)	bh rm -f -a -v ;;
	6)	bh pod create --infra=false "p$((RANDOM % 2))" ;;
	7)	bh pod rm -f "p$((RANDOM % 2))" ;;
	8)	bh volume ls; bh pod ps ;;
	esac
}
some_of() {
	local i pid
	for i in $(seq 15); do
		one_of >/dev/null 2>>"$T/said.$WHO.$1" & pid=$!
		if [ $((RANDOM % 4)) -eq 0 ]; then
			sleep "0.0$((RANDOM % 9))"
			pkill -KILL -P "$pid" 2>/dev/null || true
			kill -KILL "$pid" 2>/dev/null || true
		fi
		wait "$pid" 2>/dev/null || true
	done
}
crowd() {
	local i pids=() place
	for i in 1 2 3; do some_of $i & pids+=($!); done
	wait "${pids[@]}"
	# Each pod exists, does not exist, or is in use.
	not grep -hEv 'already (exists|in use)|no such|is being used|has already been removed|^$|Killed' \
	    "$T"/said.$WHO.?
	bh rm -f -a -v >/dev/null
	bh pod rm -f -a >/dev/null
	bh volume rm -f -a >/dev/null
	is "$(bh volume ls -q)$(bh pod ps -q)$(bh ps -aq)" ""
	case $WHO in
	root)	place=$T/root/storage ;;
	user)	place=$T/user/.local/share/containers/storage ;;
	esac
	is "$(ls "$place/volumes/.bulkhead")" ""
	until_true 20 eval '[ -z "$(ls "$place/bulkhead/.trash")" ] || { bh volume rm -a; false; }'
}
@test "volumes, pods and containers in a crowd, with kill -9: nothing is left" { each crowd; }
