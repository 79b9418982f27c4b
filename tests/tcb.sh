#!/bin/sh
# Is tools/tcb the truth? What refresh and its two children link of ours, the
# linker says; what README says of their size, `make tcb` says.
set -u
: "${OBJ:=build/plain/obj}"
passed=0 failed=0

verdict() {	# verdict WHAT: of the command before
	if [ $? -eq 0 ]; then
		echo "ok - $1"
		passed=$((passed + 1))
	else
		echo "not ok - $1"
		failed=$((failed + 1))
	fi
}

make --no-print-directory -s all >/dev/null || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# linked PROGRAM: the sources of what its link map names: its own objects, and
# the members that were taken from the archives in common/.
linked() {
	sed -n "s,^LOAD $OBJ.*/\(libexec/$1/[a-z_]*\)\.o\$,\1.c,p" "$OBJ/$1.map"
	sed -n '/^Archive member/,/^[A-Z][a-z]* [a-z]* symbol\|^Discarded/s,^'"$OBJ"'.*/common/\([a-z]*\)\.a(\([a-z0-9_]*\)\.o)$,\1 \2,p' \
	    "$OBJ/$1.map" | sort -u | while read -r library member; do
		find "common/$library" -name "$member.c"
	done
}

for program in refresh mapper subids; do
	linked "$program" | sort >"$dir/linked"
	awk -v part="$program" '$1 == part { print $2 }' tools/tcb |
	    sort >"$dir/listed"
	[ "$(wc -l <"$dir/linked")" -gt 8 ] &&
	    diff "$dir/listed" "$dir/linked" | sed 's/^/# /' >"$dir/diff"
	cat "$dir/diff"
	[ ! -s "$dir/diff" ]
	verdict "tools/tcb lists what $program is linked from"
done

# The compiler says which headers the files of refresh include.
for file in $(linked refresh); do
	cat "$OBJ/musl/${file%.c}.d" 2>/dev/null || cat "$OBJ/${file%.c}.d"
done | tr ' \\' '\n\n' | grep -E '^(common|libexec)/.*\.h$' |
    grep -v '^common/musl/' | sort -u >"$dir/linked"
awk '$1 == "headers" { print $2 }' tools/tcb | sort >"$dir/listed"
diff "$dir/listed" "$dir/linked" | sed 's/^/# /' >"$dir/diff"
cat "$dir/diff"
[ ! -s "$dir/diff" ]
verdict "tools/tcb lists what refresh includes"

awk '!/^#/ && NF { print $2 }' tools/tcb | while read -r file; do
	[ -f "$file" ] || { echo "# $file"; echo no >"$dir/missing"; }
done
[ ! -e "$dir/missing" ]
verdict "each file that tools/tcb lists is there"

make --no-print-directory -s tcb >"$dir/table"
sed 's/^/# /' "$dir/table"
awk '/^refresh / && $3 < 1550 { n = 1 } END { exit !n }' "$dir/table"
verdict "refresh with what it links has fewer than 1,550 lines of code"

sed -n '/^    part /,/^$/s/^    //p' README.md | grep . >"$dir/readme"
diff "$dir/readme" "$dir/table" | sed 's/^/# /' >"$dir/diff"
cat "$dir/diff"
[ -s "$dir/readme" ] && [ ! -s "$dir/diff" ]
verdict "README prints what make tcb prints"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
