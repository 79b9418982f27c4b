#!/bin/sh
# tests/rows explains the numbers in titles of tests, one a line: the number, a
# file whose tests cover it, and what must hold. S1 to S103 and X are
# behaviours of podman's runtime, D features of Bulkhead's own, A to G and Z
# attacks on container engines. This fails for a number of S1 to S103 that has
# no line, for a line without a text, for a file that does not name its number
# any more, and for a number in a test that has no line. TAP.
set -u
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0

verdict() {	# verdict NAME WHY: WHY is empty if all is well
	if [ -z "$2" ]; then
		echo "ok - $1"
		passed=$((passed + 1))
	else
		echo "not ok - $1: $2"
		failed=$((failed + 1))
	fi
}

# row NUMBER: its files exist and name it (S and X in a title), it has a text.
row() {
	why='no line in tests/rows'
	case $1 in
	[SX]*)	names="(@test |check|ok|title|row|TEST|\").*\\<$1\\>" ;;
	*)	names="\\<$1\\>" ;;
	esac
	for file in $(awk -F'\t' -v row="$1" '$1 == row { print $2 }' tests/rows); do
		why=''
		[ -f "$file" ] || { why="$file is not there"; break; }
		grep -Eq "$names" "$file" || { why="$file does not name it"; break; }
	done
	[ -n "$why" ] || awk -F'\t' -v row="$1" '$1 == row && $3 != "" { found = 1 }
	    END { exit !found }' tests/rows || why='no text in tests/rows'
	verdict "$1" "$why"
}

n=1
while [ "$n" -le 103 ]; do
	row "S$n"
	n=$((n + 1))
done
for number in $(cut -f1 tests/rows | sort -u | grep -v '^S[0-9]'); do
	row "$number"
done

unknown=$(grep -rhoE --include='*.[ch]' --include='*.bats' --include='*.sh' \
    --include='*.bash' --include='*.pl' --include=mutants \
    '\b([SX][0-9]{1,3}|D[0-9]{1,2}|[ABG][01][0-9]|C[0-3][0-9]|Z0[0-9])\b' tests |
    sort -u | while read -r number; do
	cut -f1 tests/rows | grep -qx "$number" || printf '%s ' "$number"
done)
verdict "numbers in tests have a line" "$unknown"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
