# tests/keys: each key that is supported has the effect that its line says, and
# the others are named in one warning.

load lib

# home KEY: a new home for a user with nothing but that key set, in $D.
home() {
	D=$T/user/home
	rm -rf "$D"
	install -d -o "$BH_USER" -g "$BH_USER" -m 700 "$D" "$D/run" \
	    "$D/.config" "$D/.config/containers" "$D/bin"
	# What looks calls it by name, also from script(1).
	cat >"$D/bin/bh" <<-END
	#!/bin/sh
	exec setpriv --reuid $BH_USER --regid $BH_USER --init-groups env -i \
	    HOME=$D XDG_RUNTIME_DIR=$D/run LANG=C.UTF-8 \
	    PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
	    sh -c 'cd "\$HOME" && exec "\$@"' sh $BH "\$@"
	END
	chmod 755 "$D/bin/bh"
}

# set_key KEY VALUE: in the user's file.
set_key() {
	local file=$D/.config/containers/containers.conf
	[[ $1 != storage.* ]] || file=$D/.config/containers/storage.conf
	printf '[%s]\n%s = %s\n' "${1%.*}" "${1##*.}" "${2//@D@/$D}" >>"$file"
	chmod 644 "$file"
}

lines() { grep -v '^#' "$BH_SOURCE/tests/keys"; }

# look KEY VALUE COMMAND EXPECTED
look() {
	local command=${3//@D@/$D} said
	home
	command=${command//@RUN@/$D/run/bulkhead}
	[[ $command != *localhost/busybox* ]] || "$D/bin/bh" load -q -i \
	    "$BH_FIXTURES/busybox.docker.tar" >/dev/null
	set_key "$1" "$2"
	said=$(PATH="$D/bin:$PATH" bash -c "$command" </dev/null) || true
	# Not the function of lib.bash.
	"$D/bin/bh" rm -f -a -t 0 >/dev/null 2>&1 || true
	is "$said" "$(printf '%b' "${4//@D@/$D}")" "$1 = $2: $command"
}

@test "S15 S22: each supported key of the configuration files has its effect" {
	local failed=0 n=0 key value command expected
	D=$T/user/home
	while IFS=$'\t' read -r key value command expected; do
		case $command in
		-)	continue ;;
		"see "*) grep -q "${key##*.}" "$BH_SOURCE/${command#see }"
			continue ;;
		esac
		n=$((n + 1))
		(look "$key" "$value" "$command" "$expected") || failed=1
	done < <(lines)
	[ $n -gt 20 ]
	is $failed 0
}

@test "S15 S22: all other keys are named in one warning, which explain repeats" {
	local key value command expected n=0
	home
	while IFS=$'\t' read -r key value command expected; do
		[ "$command" = - ] || continue
		# Of several values one is enough.
		! grep -qxF "$key" "$T/names" 2>/dev/null || continue
		set_key "$key" "$value"
		n=$((n + 1))
		echo "$key" >>"$T/names"
	done < <(lines)
	# A table is opened once in a file.
	for f in containers storage; do
		f=$D/.config/containers/$f.conf
		awk '/^\[/ { t = $0; next } { v[t] = v[t] $0 "\n" }
		    END { for (t in v) printf "%s\n%s", t, v[t] }' "$f" >"$T/f"
		cat "$T/f" >"$f"
	done
	"$D/bin/bh" ps 2>"$T/err" >/dev/null
	cat "$T/err"
	is "$(grep -c 'not supported' "$T/err")" 1
	grep 'not supported' "$T/err" |
	    grep -oE '[a-z_.-]+( = "[^"]*")? \([^()]*\)' |
	    cut -d' ' -f1 | sort >"$T/named"
	sort "$T/names" | diff - "$T/named"
	# config explain of each.
	while read -r key; do
		echo "$key"
	done <"$T/names" | xargs "$D/bin/bh" config explain 2>/dev/null |
	    grep -c '^  effect:   none: not supported$' >"$T/count"
	[ "$(cat "$T/count")" -ge "$n" ]
	"$D/bin/bh" config explain --format json machine.cpus num_locks \
	    2>/dev/null | jq -c 'map_values(.supported)' >"$T/json"
	is "$(cat "$T/json")" '{"machine.cpus":false,"engine.num_locks":true}'
}
