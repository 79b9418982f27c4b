#!/bin/sh
# tests/rows explains the numbers in titles of tests, one a line: the number, a
# file whose tests cover it, and what must hold. S1 to S103 and X1 to X13 are
# behaviours of podman's runtime, D features of Bulkhead's own, A to G and Z
# attacks on container engines (AD10 one that shares its number with a feature).
# "open" in place of a file means that the behaviour is not there yet: such a
# row is printed, and not counted as passed. This fails for a number of S1 to
# S103 or X1 to X13 that has no line, for a line without a text, for a file that
# does not name its number in the title of a test, and for a number in a test
# that has no line. With PROVED=yes it also fails for a row without a line in
# tests/mutants, which proves that its tests can fail; else it prints such a row.
# TAP.
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

# row NUMBER: it has a text, its files exist and name it in a title.
row() {
	files=$(awk -F'\t' -v row="$1" '$1 == row { print $2 }' tests/rows)
	text=$(awk -F'\t' -v row="$1" '$1 == row { print $3 }' tests/rows)
	why=''
	[ -n "$files" ] || why='no line in tests/rows'
	[ -n "$why" ] || [ -n "$text" ] || why='no text in tests/rows'
	if [ -z "$why" ] && [ "$files" = open ]; then
		echo "# open - $1: $text"
		return
	fi
	for file in $files; do
		[ -f "$file" ] || why="$file is not there"
		[ -n "$why" ] || grep -Eq "$(title "$1" "$file")" "$file" ||
		    why="$file does not name it in a title"
	done
	[ -n "$why" ] || grep -q "^$1	" tests/mutants || unproved "$1"
	verdict "$1" "$why"
}

# title NUMBER FILE: what names it there, the title of a test or of a check.
title() {
	case $2 in *.bats) printf '^@test ' ;; esac
	printf '"(.*[^A-Za-z0-9])?%s([^A-Za-z0-9].*)?"' "$1"
}

# A row whose tests have not been seen to fail: said, and counted as failed
# with PROVED=yes.
unproved() {
	echo "# $1 has no line in tests/mutants"
	[ -z "${PROVED-}" ] || why='no line in tests/mutants'
}

for n in $(seq 1 103); do
	row "S$n"
done
for n in $(seq 1 13); do
	row "X$n"
done
for number in $(cut -f1 tests/rows | sort -u | grep -v '^[SX][0-9]'); do
	row "$number"
done

unknown=$(grep -rhoE --include='*.[ch]' --include='*.bats' --include='*.sh' \
    --include='*.bash' --include='*.pl' --include=mutants \
    '\b([SX][0-9]{1,3}|A?D[0-9]{1,2}|[ABG][01][0-9]|C[0-3][0-9]|Z0[0-9])\b' tests |
    sort -u | while read -r number; do
	cut -f1 tests/rows | grep -qx "$number" || printf '%s ' "$number"
done)
verdict "numbers in tests have a line" "$unknown"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
